"""Shapes of what staff type. A form never decides who or when; the rules are the transitions'."""

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Milestone, Postponement, ProgressUpdate
from commitments.transitions import TransitionRefused, UpdateText, status_targets

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
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ProgressUpdate
        fields = [
            "status",
            "reason",
            "weather",
            "weather_reason",
            "progress",
            "text_public",
            "next_steps",
            "text_internal",
        ]
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
        # What others published meanwhile, when the transition says so.
        self.changes: list[ProgressUpdate] = []
        statuses = cast(forms.ChoiceField, self.fields["status"])
        statuses.choices = [(status.value, status.label) for status in status_targets(commitment)]
        if commitment.progress_method != Commitment.ProgressMethod.DECLARED:
            del self.fields["progress"]
        self.pending = [m for m in commitment.milestones.all() if m.is_tracked and m.status == Milestone.Status.PLANNED]
        claimed = {c.milestone_id: c.achieved_on for c in self.instance.claims.all()} if self.instance.pk else {}
        for milestone in self.pending:
            self.fields[f"milestone_{milestone.pk}"] = date_field(
                milestone.title, required=False, initial=claimed.get(milestone.pk)
            )
        for field in self.fields.values():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)

    @property
    def milestone_fields(self) -> list[tuple[Milestone, forms.BoundField]]:
        return [(milestone, self[f"milestone_{milestone.pk}"]) for milestone in self.pending]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for milestone in self.pending:
            name = f"milestone_{milestone.pk}"
            if (day := cleaned.get(name)) and day > self.today:
                self.add_error(name, _("Un jalon atteint l’a été au plus tard aujourd’hui."))
        return cleaned

    def statement(self) -> UpdateText:
        names = set(UpdateText.__dataclass_fields__) & set(self.cleaned_data)
        return UpdateText(**{name: self.cleaned_data[name] for name in names})

    def achieved(self) -> dict[Milestone, date]:
        days = {m: self.cleaned_data.get(f"milestone_{m.pk}") for m in self.pending}
        return {milestone: day for milestone, day in days.items() if day}

    def refuse(self, refusal: TransitionRefused) -> None:
        """Shows what a transition refused, each beside the field it names."""
        for each in [refusal, *refusal.others]:
            self.add_error(each.field if each.field in self.fields else None, each.message)

    def accept_version(self, version: int) -> None:
        """The author is now told of everything up to `version`: sending the form again publishes over it."""
        self.data = {**cast(QueryDict, self.data).dict(), self.add_prefix("seen_version"): str(version)}


class PostponementForm(forms.ModelForm):
    to_on = date_field(_("Nouvelle échéance"))

    class Meta:
        model = Postponement
        fields = ["milestone", "to_on", "reason_kind", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pending = commitment.milestones.filter(origin=Milestone.Origin.PLAN, status=Milestone.Status.PLANNED)
        field = cast(forms.ModelChoiceField, self.fields["milestone"])
        field.queryset = pending
        field.empty_label = _("l’engagement lui-même") if commitment.due_on else None
        field.required = commitment.due_on is None
        for item in self.fields.values():
            css = "form-select" if isinstance(item.widget, forms.Select) else "form-control"
            item.widget.attrs.setdefault("class", css)

    def _post_clean(self) -> None:
        """Not a row yet: `from_on` and the author are given by the transition, which checks the whole."""

    def refuse(self, refusal: TransitionRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
