"""A form on a row that two people may have open at once."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import QueryDict

from commitments.transitions import TransitionRefused


class VersionedForm(forms.ModelForm):
    """Of a row that stands already, or not yet. It carries the version it started from: what someone else writes
    meanwhile is not lost."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["seen"].initial = self.instance.row_version
        for field in self.fields.values():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)

    def _post_clean(self) -> None:
        """Not a row yet: the transition checks the whole."""

    def refuse(self, refusal: TransitionRefused) -> None:
        if refusal.field == "seen":
            # The other's text is shown with the refusal: sent again, the form writes over it knowingly.
            self.instance.refresh_from_db(fields=["row_version"])
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix("seen")] = str(self.instance.row_version)
            self.data = data
        self.add_faults([refusal, *refusal.others])

    def add_faults(self, faults: Iterable[TransitionRefused]) -> None:
        """Each at its field."""
        for fault in faults:
            is_shown = fault.field in self.fields and fault.field != "seen"
            self.add_error(fault.field if is_shown else None, fault.message)
