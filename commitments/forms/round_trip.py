"""What a file that came back would change: each cell checked by the form in which it would otherwise be typed."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from commitments import queries
from commitments.forms.updates import UpdateForm
from commitments.models import Commitment
from commitments.round_trip import CellFault, Edit, Reading, Unreadable, as_form_text, digest, shown
from commitments.spreadsheets import TABULAR
from commitments.transitions import CLAIM, Standing, statements_now
from roadmap_portal.merging import merge


class SheetFileForm(forms.Form):
    # Empty files included: what a file may be is said in one place (commitments.uploads).
    file = forms.FileField(
        label=gettext_lazy("Fichier modifié"),
        allow_empty_file=True,
        help_text=gettext_lazy("ODS, XLSX ou CSV, tel que vous l’avez enregistré."),
        widget=forms.FileInput(
            attrs={"accept": ",".join(f".{extension}" for extension in TABULAR), "class": "form-control"}
        ),
    )


@dataclass(frozen=True)
class Change:
    """One field: what the file left with, what it came back with, what stands now."""

    name: str
    label: str
    base: Any
    mine: Any
    theirs: Any

    def cell(self, value: Any) -> str:
        return shown(self.name, value) or "–"


@dataclass
class Line:
    """What the file says of one commitment. `base`: of the fields that changed."""

    commitment: Commitment
    base: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)


@dataclass
class Preview:
    lines: list[Line]
    faults: list[CellFault]

    @property
    def clean(self) -> list[Line]:
        return [line for line in self.lines if not line.conflicts]

    @property
    def conflicting(self) -> list[Line]:
        return [line for line in self.lines if line.conflicts]

    @property
    def digest(self) -> str:
        """Of all that « Appliquer » would do: another one, and the page no longer shows what would be written."""
        told = [
            f"{line.commitment.pk} {change.name} {digest(change.mine)} {digest(change.theirs)}"
            for line in self.lines
            for change in [*line.changes, *line.conflicts]
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def preview_of(reading: Reading, base: Mapping[str, Mapping[str, Any]], *, user: User, today: date) -> Preview:
    """Nothing is written. The same queries whatever the number of rows."""
    commitments = queries.commitments_named(user, reading.edits)
    titles = queries.titles_of(user, reading.edits)
    now = statements_now(commitments.values())
    lines, faults = list[Line](), list(reading.faults)
    for code, edits in reading.edits.items():
        commitment = commitments.get(code)
        standing = None if commitment is None else now[commitment.pk]
        if refusal := _refusal(code, standing, code in base, titles):
            place = reading.places[code]
            read = f"{code} {titles.get(code, '')}".strip()
            faults.append(CellFault(place.sheet, place.row, place.column, read, refusal))
        elif commitment is not None and standing is not None:
            line = _line(commitment, standing, edits, base[code], today, faults)
            if line.changes or line.conflicts:
                lines.append(line)
    return Preview(lines, sorted(faults, key=lambda fault: (fault.sheet, fault.row, fault.column)))


def _refusal(code: str, standing: Standing | None, is_exported: bool, titles: Mapping[str, str]) -> str:
    """Of the row as a whole; "" where there is none."""
    if standing is None:
        return _("un engagement que vous pouvez modifier") if code in titles else _("le code d’un engagement")
    if not is_exported:
        return _("un engagement de cet export : exportez-le de nouveau pour le modifier")
    if standing.update is not None and standing.update.is_being_approved:
        return _("un point que personne n’a encore soumis : reprenez-le en ligne pour le modifier")
    return ""


def _line(
    commitment: Commitment,
    standing: Standing,
    edits: Sequence[Edit],
    exported: Mapping[str, Any],
    today: date,
    faults: list[CellFault],
) -> Line:
    data, places = QueryDict(mutable=True), dict[str, Edit]()
    for edit in edits:
        places[edit.name] = edit
        try:
            data[edit.name] = as_form_text(edit.name, edit.cell)
        except Unreadable as unreadable:
            faults.append(edit.refused(unreadable.expected))
    form = UpdateForm(data, commitment=commitment, today=today)
    form.is_valid()
    faults += _form_faults(form, [places[name] for name in data])
    stated = form.stated()
    base = {name: exported.get(name) for name in stated}
    theirs = {name: standing.stated.get(name) for name in stated}
    merged = merge(base, stated, theirs)
    line = Line(commitment, base)
    for name, value in stated.items():
        change = Change(name, str(form.fields[name].label), base[name], value, theirs[name])
        if name in merged.conflicts:
            line.conflicts.append(change)
        elif name in merged.changes:
            line.changes.append(change)
    return line


def _form_faults(form: UpdateForm, edits: Sequence[Edit]) -> Iterator[CellFault]:
    for edit in edits:
        if edit.name not in form.fields:
            is_claim = edit.name.startswith(CLAIM)
            yield edit.refused(
                _("un jalon de cet engagement qui reste à atteindre")
                if is_claim
                else _("rien : l’avancement de cet engagement se calcule")
            )
        elif edit.name in form.errors:
            yield edit.refused(" ".join(str(error).rstrip(".") for error in form.errors[edit.name]))
