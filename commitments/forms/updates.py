"""What is written on a commitment: an update, a postponement."""

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from commitments.models import PERCENT, Commitment, Decision, Milestone, Postponement, ProgressUpdate
from commitments.round_trip import STATED_COLUMNS
from commitments.transitions import CLAIM, EditConflict, TransitionRefused, status_targets
from roadmap_portal.templatetags.portal import short_day

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

DATE_INPUTS = ["%Y-%m-%d", "%d/%m/%Y"]


def date_field(label: "StrOrPromise", **options: Any) -> forms.DateField:
    field = forms.DateField(
        label=label,
        input_formats=DATE_INPUTS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        **options,
    )
    field.error_messages["invalid"] = _("Une date est attendue, par exemple 31/12/2026.")
    return field


class UpdateForm(forms.ModelForm):
    """Shape of an update. Each field carries the value it started from, hidden: what merging needs (save_draft)."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    # Asked for first; the others are folded away until they are needed.
    FIRST = ("weather", "progress", "text_public")

    class Meta:
        model = ProgressUpdate
        fields = [*STATED_COLUMNS]
        widgets = {
            "reason": forms.Textarea(attrs={"rows": 2}),
            "weather_reason": forms.Textarea(attrs={"rows": 2}),
            "text_public": forms.Textarea(attrs={"rows": 6}),
            "next_steps": forms.Textarea(attrs={"rows": 3}),
            "text_internal": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "text_public": _("Ce qui a été fait, pour un lecteur qui découvre le sujet. Visible par tous."),
            "text_internal": _("Pour les services seulement : jamais publiée, jamais dans un rapport."),
            "weather_reason": _("Obligatoire pour « appuis nécessaires » et « objectifs compromis »."),
            "progress": _("De 0 à 100. Laissez vide si l’avancement n’est pas mesuré."),
        }

    def __init__(self, *args: Any, commitment: Commitment, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commitment = commitment
        self.today = today
        statuses = cast(forms.ChoiceField, self.fields["status"])
        statuses.choices = [(status.value, status.label) for status in status_targets(commitment)]
        if commitment.progress_method != Commitment.ProgressMethod.DECLARED:
            del self.fields["progress"]
        else:
            self.fields["progress"].validators += PERCENT
        self.pending = [m for m in commitment.milestones.all() if m.is_tracked and m.status == Milestone.Status.PLANNED]
        for milestone in self.pending:
            self.fields[f"{CLAIM}{milestone.pk}"] = date_field(milestone.title, required=False)
        for name, field in self.fields.items():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)
            field.show_hidden_initial = name != "form_key"
        # What others have written in the same fields meanwhile, when the transition says so.
        self.stored: dict[str, Any] = {}

    def _post_clean(self) -> None:
        """Not a row yet: the transition merges, checks and writes."""

    @property
    def milestone_fields(self) -> list[tuple[Milestone, forms.BoundField]]:
        return [(milestone, self[f"{CLAIM}{milestone.pk}"]) for milestone in self.pending]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST if name in self.fields]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        claims = {field.name for _milestone, field in self.milestone_fields}
        return [field for field in self.visible_fields() if field.name not in {*self.FIRST, *claims}]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for milestone in self.pending:
            name = f"{CLAIM}{milestone.pk}"
            if (day := cleaned.get(name)) and day > self.today:
                self.add_error(name, _("Un jalon atteint l’a été au plus tard aujourd’hui."))
        return cleaned

    def stated(self) -> dict[str, Any]:
        """The valid fields that were sent: one that the sender did not show is left alone."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "form_key" and self.add_prefix(name) in self.data
        }

    def base(self) -> dict[str, Any]:
        """The values the author's form started from, as it says itself. One that cannot be read counts as absent."""
        found = {}
        for name, field in self.fields.items():
            sent = self.data.get(self.add_initial_prefix(name))
            if field.show_hidden_initial and sent is not None:
                with suppress(ValidationError):
                    found[name] = field.to_python(sent)
        return found

    def refuse(self, refusal: TransitionRefused) -> None:
        """Shows what a transition refused, each beside the field it names."""
        for each in [refusal, *refusal.others]:
            self.add_error(each.field if each.field in self.fields else None, each.message)

    def show_conflict(self, conflict: EditConflict) -> None:
        """Both texts side by side. Sending the form again keeps what its author then chooses."""
        self.stored = conflict.stored
        self.add_error(None, conflict.message)
        data = cast(QueryDict, self.data).copy()
        for name, value in conflict.stored.items():
            data[self.add_initial_prefix(name)] = "" if value is None else str(value)
        self.data = data

    def in_words(self, name: str, value: Any) -> str:
        """A value as a person reads it: the label of a choice, a dash for nothing."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            value = dict(cast(Any, field.choices)).get(value, value)
        return "–" if value in (None, "") else str(value)

    def new_base(self, name: str) -> str:
        """The hidden value a field starts from, once what was typed is saved: the form in the browser takes it over."""
        bound = self[name]
        attrs = {"id": bound.html_initial_id, "hx-swap-oob": "true"}
        return self.fields[name].hidden_widget().render(bound.html_initial_name, bound.value(), attrs)

    @property
    def conflicts(self) -> list[tuple[forms.BoundField, Any]]:
        return [(self[name], value) for name, value in self.stored.items() if name in self.fields]


def chosen(data: QueryDict) -> QueryDict:
    """Of the fields shown side by side (`keep_<name>`), those whose stored text was preferred take it back."""
    data = data.copy()
    for name in [key.removeprefix("keep_") for key in data if key.startswith("keep_")]:
        if data[f"keep_{name}"] == "theirs":
            data[name] = data.get(f"initial-{name}", "")
    return data


class DecisionField(forms.ModelChoiceField):
    default_error_messages = {"invalid_choice": _("Cette décision ne porte pas sur cet engagement.")}

    def label_from_instance(self, obj: Decision) -> str:
        return _("n° %(number)s du %(day)s : %(text)s") % {
            "number": obj.number,
            "day": short_day(obj.meeting.held_on),
            "text": Truncator(obj.text).words(15),
        }


class PostponementForm(forms.ModelForm):
    to_on = date_field(_("Nouvelle échéance"))

    class Meta:
        model = Postponement
        fields = ["milestone", "to_on", "reason_kind", "reason", "decision"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pending = commitment.milestones.filter(origin=Milestone.Origin.PLAN, status=Milestone.Status.PLANNED)
        field = cast(forms.ModelChoiceField, self.fields["milestone"])
        field.queryset = pending
        field.empty_label = _("l’engagement lui-même") if commitment.due_on else None
        field.required = commitment.due_on is None
        citable = commitment.decisions.citable().select_related("meeting").order_by("-meeting__held_on", "number")
        self.fields["decision"] = DecisionField(
            citable, label=_("Décision du comité de pilotage"), required=False, empty_label=_("aucune")
        )
        # One that was sent all the same is refused by its name, not left out in silence.
        if not citable and not self.data.get(self.add_prefix("decision")):
            del self.fields["decision"]
        for item in self.fields.values():
            css = "form-select" if isinstance(item.widget, forms.Select) else "form-control"
            item.widget.attrs.setdefault("class", css)

    def _post_clean(self) -> None:
        """Not a row yet: `from_on` and the author are given by the transition, which checks the whole."""

    def refuse(self, refusal: TransitionRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
