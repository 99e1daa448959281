"""The form in which a file is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from shidra.conditions.shared_measurement.models import Round
from shidra.conditions.shared_measurement.queries.uploads import rounds_to_report_in
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.formats import picked
from shidra.foundation.organisations.models import Organisation

ENDINGS = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt"
# Offered where a text file does not say how its letters are written.
ENCODINGS = (
    ("windows-1255", _("Hebrew (Windows-1255)")),
    ("windows-1256", _("Arabic (Windows-1256)")),
    ("windows-1252", _("Western European (Windows-1252)")),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
)


class OrganisationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Organisation) -> str:
        return picked(obj.names).text


class RoundField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Round) -> str:
        return picked(obj.names).text or str(obj.number)


class UploadForm(forms.Form):
    """Which file, for whom, for which round; what there is only one of is not asked."""

    file = forms.FileField(label=_("Your file"), widget=forms.FileInput(attrs={"accept": ENDINGS}))
    round = RoundField(
        queryset=Round.objects.none(), label=_("Round"), to_field_name="number", required=False,
        empty_label=_("Choose a round"),
    )  # fmt: skip
    organisation = OrganisationField(
        queryset=Organisation.objects.none(), label=_("Organisation"), empty_label=_("Choose an organisation")
    )

    def __init__(
        self, *args: Any, initiative: Initiative, organisations: Sequence[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rounds = self.fields["round"]
        chosen = self.fields["organisation"]
        assert isinstance(rounds, forms.ModelChoiceField)
        assert isinstance(chosen, forms.ModelChoiceField)
        open_rounds = rounds_to_report_in(initiative, organisations)
        rounds.queryset = open_rounds
        count = open_rounds.count()
        rounds.required = count > 0
        rounds.empty_label = None if count == 1 else rounds.empty_label
        if not count:
            rounds.widget = forms.HiddenInput()
        chosen.queryset = Organisation.objects.filter(pk__in=[each.pk for each in organisations]).order_by("pk")
        if len(organisations) == 1:
            chosen.initial = organisations[0].pk
            self.initial["organisation"] = organisations[0].pk
            chosen.widget = forms.HiddenInput()

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Send it in parts, or without its pictures."),
                params={"limit": settings.MAX_UPLOAD_BYTES // (1024 * 1024)},
                code="file_too_large",
            )
        return file
