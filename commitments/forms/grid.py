"""One row of the grid: the form of an update, in the cells of a table."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from commitments.forms.updates import UpdateForm
from commitments.models import PERCENT
from commitments.round_trip import STATED_COLUMNS, Unreadable, as_form_text
from commitments.transitions import CLAIM
from roadmap_portal.merging import same


class PercentField(forms.DecimalField):
    """45,5 and 45 % are read too: a cell is typed or pasted in as it would be in a spreadsheet."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(as_form_text("progress", value or ""))
        except Unreadable as unreadable:
            raise ValidationError(_("Attendu : %(expected)s.") % {"expected": unreadable.expected}) from unreadable


class GridForm(UpdateForm):
    """Milestones have a form of their own. Many in a page: each carries its prefix."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name.startswith(CLAIM)]:
            del self.fields[name]
        self.pending = []
        if (field := self.fields.get("progress")) is not None:
            self.fields["progress"] = PercentField(
                label=field.label, required=False, max_digits=5, decimal_places=2, validators=PERCENT,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 5, "class": "form-control"}),
                show_hidden_initial=True,
            )  # fmt: skip
        row = f"row-{self.commitment.pk}"
        for name, field in self.fields.items():
            field.help_text = ""
            field.widget.attrs |= {"aria-labelledby": f"{row} column-{name}", "data-field": name}
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 2

    @property
    def cells(self) -> list[tuple[str, forms.BoundField | None]]:
        """By column; None where progress is computed."""
        return [(name, self[name] if name in self.fields else None) for name in STATED_COLUMNS]

    def edits(self) -> dict[str, Any]:
        """The valid fields that no longer say what the page started from."""
        base = self.base()
        return {name: value for name, value in self.stated().items() if not same(value, base.get(name))}

    def take_over(self, stored: dict[str, Any], conflicts: dict[str, Any]) -> None:
        """Shown again after it was saved: what is stored is what the fields start from now; of what someone else has
        changed meanwhile, both are shown, and sending again keeps what is typed."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        for name in self.fields:
            if name in stored and name not in self.errors:
                value = stored[name]
                data[self.add_initial_prefix(name)] = "" if value is None else str(value)
        self.data = data
        for name, value in conflicts.items():
            said = _("Quelqu’un d’autre a écrit : « %(text)s ». Enregistrez de nouveau pour garder votre texte.")
            self.add_error(name, said % {"text": self.in_words(name, value)})
