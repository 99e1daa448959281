"""Form fields that several pages share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shidra.foundation.look.formats import LANGUAGE_NAMES, language_words
from shidra.kernel.languages import LANGUAGES, Text, direction


class InLanguagesWidget(forms.MultiWidget):
    """One input per language, each with its `lang` and `dir`."""

    use_fieldset = True

    def __init__(
        self, languages: Sequence[str], *, multiline: bool = False, attrs: dict[str, Any] | None = None
    ) -> None:
        self.languages = tuple(languages)
        inputs = [
            (forms.Textarea if multiline else forms.TextInput)(attrs={"lang": language, "dir": direction(language)})
            for language in self.languages
        ]
        super().__init__(dict(zip(self.languages, inputs, strict=True)), attrs)

    def decompress(self, value: Any) -> list[str]:
        texts = value.by_language if isinstance(value, Text) else value if isinstance(value, Mapping) else {}
        return [texts.get(language, "") for language in self.languages]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for subwidget, language in zip(context["widget"]["subwidgets"], self.languages, strict=True):
            subwidget["language"] = language
            subwidget["language_name"] = LANGUAGE_NAMES.get(language, language)
        return context


class InLanguagesField(forms.MultiValueField):
    """A text in several languages. Cleans to a dict of the languages that were filled in.

    `needed`: languages that must be filled; without it a required field wants a text in any one language.
    """

    widget = InLanguagesWidget

    def __init__(
        self,
        *,
        languages: Iterable[str] = LANGUAGES,
        needed: Iterable[str] = (),
        multiline: bool = False,
        max_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.languages = tuple(languages)
        self.needed = frozenset(needed)
        fields = [forms.CharField(required=False, max_length=max_length) for _language in self.languages]
        kwargs.setdefault("widget", InLanguagesWidget(self.languages, multiline=multiline))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> dict[str, str]:
        texts = {language: text for language, text in zip(self.languages, data_list, strict=False) if text}
        for language in self.languages:
            if language in self.needed and language not in texts:
                raise forms.ValidationError(
                    _("Write the text in %(language)s too."),
                    code="language_missing",
                    params={"language": language_words(language)},
                )
        return texts
