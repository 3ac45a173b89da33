"""What an administrator asks for: a quarter, and which commitments; what is sealed; and a fingerprint anyone holds."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.filters import canonical_scope
from commitments.models import Axis, Campaign, Commitment
from commitments.transitions import TransitionRefused
from roadmap_portal.templatetags.portal import quarter


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
