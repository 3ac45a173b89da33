"""What the secretariat of the steering committee writes: a meeting, a decision, what became of it."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.forms.updates import date_field
from commitments.forms.versioned import VersionedForm
from commitments.models import Commitment, Decision, SteeringMeeting
from commitments.transitions import DECISION_CHANGES, TransitionRefused


class MeetingForm(VersionedForm):
    held_on = date_field(_("Date de la réunion"))

    class Meta:
        model = SteeringMeeting
        fields = ["held_on", "place", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class CommitmentsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Commitment) -> str:
        return f"{obj.code} – {obj.title}"


class DecisionForm(VersionedForm):
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    due_on = date_field(_("Pour le"))
    commitments = CommitmentsField(
        Commitment.objects.none(),
        label=_("Engagements concernés"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = Decision
        fields = ["text", "owner", "due_on", "commitments"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, meeting: SteeringMeeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = meeting.held_on.isoformat()
        chosen = cast(forms.ModelMultipleChoiceField, self.fields["commitments"])
        chosen.queryset = Commitment.objects.followed().filter(roadmap=meeting.roadmap_id).order_by("code")


class ClosingForm(forms.Form):
    state = forms.ChoiceField(
        label=_("La décision est"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        choices=[
            (state.value, state.label) for state in Decision.State if state in DECISION_CHANGES[Decision.State.OPEN]
        ],
    )
    outcome = forms.CharField(
        label=_("Suite donnée"),
        help_text=_("Ce qui a été fait, ou pourquoi la décision reste sans suite."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def refuse(self, refusal: TransitionRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
