"""Into which commitment another one is merged, and why."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment
from commitments.transitions import TransitionRefused


class TargetField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Commitment) -> str:
        return f"{obj.code} – {obj.title}"


class MergerForm(forms.Form):
    into = TargetField(
        Commitment.objects.none(),
        label=_("Fusionner dans"),
        help_text=_("L’engagement sous lequel la suite sera dite."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = forms.CharField(
        label=_("Motif"),
        help_text=_("Une ou deux phrases, que tout le monde lira."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = Commitment.objects.followed().filter(roadmap=commitment.roadmap_id).exclude(pk=commitment.pk)
        cast(forms.ModelChoiceField, self.fields["into"]).queryset = targets.order_by("code")

    def refuse(self, refusal: TransitionRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
