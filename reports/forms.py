"""What is asked for (a quarter, how far back, which commitments), what is sealed, and a fingerprint anyone holds."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Someone, administered_actors, can_manage_reports
from actors.models import Actor, Side
from commitments.filters import canonical_scope
from commitments.models import Axis, Campaign, Commitment
from commitments.transitions import TransitionRefused
from reports.models import Report
from roadmap_portal.templatetags.portal import quarter

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


def _ticked(label: Any, help_text: Any = "") -> forms.BooleanField:
    tick = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(label=label, help_text=help_text, required=False, initial=True, widget=tick)


class SealForm(forms.Form):
    """The quarter is typed: a click too many seals nothing."""

    publish = _ticked(_("Publier aussitôt"))
    quarter = forms.CharField(
        label=_("Recopiez le trimestre à sceller"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.fields["quarter"].help_text = _("Écrivez %(quarter)s.") % {"quarter": quarter(campaign)}

    def unapproved(self) -> list[str]:
        """Codes ticked as « non visé ». One whose visa came meanwhile is no fault, and is not asked about."""
        return self.data.getlist("unapproved") if isinstance(self.data, QueryDict) else []

    def publishes(self) -> bool:
        return bool(self.cleaned_data["publish"])

    def clean_quarter(self) -> str:
        typed = re.sub(r"[\W_]", "", self.cleaned_data["quarter"]).upper()
        year, number = self.campaign.year, self.campaign.quarter
        if typed not in {f"T{number}{year}", f"{year}T{number}", f"Q{number}{year}"}:
            expected = {"read": self.cleaned_data["quarter"], "quarter": quarter(self.campaign)}
            raise forms.ValidationError(_("Lu « %(read)s » ; attendu : %(quarter)s.") % expected)
        return typed

    def refuse(self, refusal: TransitionRefused) -> None:
        self.add_error(None, refusal.message)


class RectifyForm(forms.Form):
    reason = forms.CharField(
        label=_("Ce qui était faux"),
        help_text=_("En mots simples, sans nom de personne : ce motif sera public et ne changera plus."),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        error_messages={"required": _("Un rectificatif dit pourquoi : indiquez ce qui était faux.")},
    )
    publish = _ticked(_("Publier aussitôt"))
    # Of the report this page was opened on.
    number = forms.IntegerField(widget=forms.HiddenInput)

    def refuse(self, refusal: TransitionRefused) -> None:
        self.add_error("reason" if refusal.field == "reason" else None, refusal.message)


class FingerprintForm(forms.Form):
    """A SHA-256 as people paste it: with spaces, colons, capitals."""

    empreinte = forms.CharField(
        label=_("Empreinte SHA-256"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control code", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_empreinte(self) -> str:
        sha256 = re.sub(r"[\s:\u200b\ufeff-]", "", self.cleaned_data["empreinte"]).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            said = _("Une empreinte SHA-256 compte 64 caractères, de 0 à 9 et de a à f ; lus : %(n)s.")
            raise forms.ValidationError(said % {"n": len(sha256)})
        return sha256
