"""Forms on money, one subject a module."""

from typing import Any

from django import forms
from django.http import QueryDict

from commitments.transitions import TransitionRefused


def dress(form: forms.BaseForm) -> None:
    """The look of the portal on each field that has none."""
    for field in form.fields.values():
        is_box, is_list = isinstance(field.widget, forms.CheckboxInput), isinstance(field.widget, forms.Select)
        css = "form-check-input" if is_box else "form-select" if is_list else "form-control"
        field.widget.attrs.setdefault("class", css)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FundingForm(forms.ModelForm):
    """Of what a transition checks as a whole, and then writes: the form itself makes no row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def _post_clean(self) -> None:
        """Not a row yet."""

    def refuse(self, refusal: TransitionRefused) -> None:
        for each in [refusal, *refusal.others]:
            is_shown = each.field in self.fields and each.field != "seen"
            self.add_error(each.field if is_shown else None, each.message)


def with_spare_rows(sent: QueryDict, prefix: str, number: int) -> QueryDict:
    """What was typed in a set of forms, and some empty ones below it."""
    data, name = sent.copy(), f"{prefix}-TOTAL_FORMS"
    total = data.get(name, "")
    data[name] = str((int(total) if total.isdigit() else 0) + number)
    return data
