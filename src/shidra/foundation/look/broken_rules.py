"""A broken rule, said to the person: the one place where its message is translated for pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext

from shidra.foundation.look.formats import filled
from shidra.kernel.errors import RuleBroken


def words_of(error: RuleBroken) -> str:
    """What is wrong and how to mend it, in the reader's language."""
    params = {name: words_of(one) if isinstance(one, RuleBroken) else one for name, one in error.params.items()}
    return filled(gettext(error.message), params)


def add_to_form(form: forms.BaseForm, error: RuleBroken) -> None:
    """Put the rule's words under the field it belongs to, or over the form."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, forms.ValidationError(words_of(error), code=error.code))
