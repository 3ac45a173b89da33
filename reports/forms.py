"""What is asked for: a quarter, how far back, and which commitments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Someone, administered_actors, can_manage_reports
from actors.models import Actor, Side
from commitments.filters import canonical_scope
from commitments.models import Axis, Campaign, Commitment
from reports.models import Report

SCOPE = ("axis", "actor", "side", "provenance")


class ReportForm(forms.Form):
    """For who administers an actor and not the portal, the actor is theirs and nothing else is asked."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.all(),
        label=_("Trimestre"),
        empty_label=None,
        help_text=_("L’état est celui de la fin de ce trimestre."),
    )
    period = forms.ChoiceField(
        label=_("Période"),
        choices=[
            (Report.Period.QUARTER, _("ce trimestre seul")),
            (Report.Period.YEAR, _("l’année jusqu’à ce trimestre")),
            (Report.Period.BEGINNING, _("depuis le début de la feuille de route")),
        ],
        required=False,
        help_text=_("Celle des reports d’échéance et des décisions."),
    )
    axis = forms.ModelChoiceField(
        Axis.objects.all(), label=_("Axe"), to_field_name="code", required=False, empty_label=_("tous les axes")
    )
    actor = forms.ModelChoiceField(
        Actor.objects.filter(participations__isnull=False).distinct(),
        label=_("Acteur"),
        to_field_name="slug",
        required=False,
        empty_label=_("tous les acteurs"),
        help_text=_("Ce à quoi il prend part, quel que soit son rôle."),
    )
    side = forms.ChoiceField(
        label=_("Côté"),
        choices=[("", _("les deux côtés")), *Side.choices],
        required=False,
        help_text=_("Ce dont un acteur de ce côté répond : chef de file, co-porteur ou opérateur."),
    )
    provenance = forms.ChoiceField(
        label=_("Provenance"), choices=[("", _("toutes")), *Commitment.Provenance.choices], required=False
    )

    def __init__(self, *args: Any, user: Someone, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_manage_reports(user):
            self._keep_to(administered_actors(user))
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def _keep_to(self, actors: list[Actor]) -> None:
        for name in ("axis", "side", "provenance"):
            del self.fields[name]
        theirs = Actor.objects.filter(pk__in=[actor.pk for actor in actors])
        only = forms.ModelChoiceField(theirs, label=_("Acteur"), to_field_name="slug", empty_label=None)
        only.help_text = self.fields["actor"].help_text
        self.fields["actor"] = only

    def clean_period(self) -> str:
        return self.cleaned_data["period"] or Report.Period.QUARTER

    def scope(self) -> str:
        """The filters asked for, as the canonical scope of a report."""
        return canonical_scope({name: self.data.get(name, "") for name in SCOPE if name in self.fields})
