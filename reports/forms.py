"""What an administrator asks for: a quarter, and which commitments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.filters import canonical_scope
from commitments.models import Axis, Campaign, Commitment


class ReportForm(forms.Form):
    campaign = forms.ModelChoiceField(Campaign.objects.all(), label=_("Trimestre"), empty_label=None)
    axis = forms.ModelChoiceField(
        Axis.objects.all(),
        label=_("Axe"),
        to_field_name="code",
        required=False,
        empty_label=_("toute la feuille de route"),
    )
    actor = forms.ModelChoiceField(
        Actor.objects.filter(participations__isnull=False).distinct(),
        label=_("Acteur"),
        to_field_name="slug",
        required=False,
        empty_label=_("tous"),
    )
    provenance = forms.ChoiceField(
        label=_("Provenance"), choices=[("", _("toutes")), *Commitment.Provenance.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def scope(self) -> str:
        """The filters asked for, as the canonical scope of a report."""
        return canonical_scope({name: self.data.get(name, "") for name in ("axis", "actor", "provenance")})
