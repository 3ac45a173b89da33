"""What an administrator types about a campaign."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.forms.updates import date_field
from commitments.forms.versioned import VersionedForm
from commitments.models import Campaign

PAST = {Campaign.State.OPEN: ("opens_on",), Campaign.State.REVIEW: ("opens_on", "due_on", "closes_on")}


class RescheduleForm(VersionedForm):
    """Dates of a campaign. Whether they are in order and free is the transition's to say."""

    opens_on = date_field(
        _("Ouverture"), help_text=_("La campagne s’ouvre d’elle-même ce jour-là, et chacun peut répondre.")
    )
    due_on = date_field(_("Réponse attendue le"), help_text=_("Les rappels partent 30, 7 et 1 jours avant."))
    closes_on = date_field(
        _("Clôture"), help_text=_("Dernier jour pour répondre ; les réponses se closent la nuit suivante.")
    )
    seals_on = date_field(
        _("Scellement"),
        required=False,
        help_text=_(
            "Le trimestre est scellé et publié de lui-même ce jour-là, s’il ne manque aucun visa. Vide : à la main."
        ),
    )

    class Meta:
        model = Campaign
        fields = ["opens_on", "due_on", "closes_on", "seals_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is past is a fact.
        for name in PAST.get(self.instance.state, ()):
            self.fields[name].disabled = True

    def dates(self) -> dict[str, Any]:
        """Those that were understood."""
        return {name: self.cleaned_data.get(name) for name in self.Meta.fields}


class CampaignForm(RescheduleForm):
    """A campaign to plan. `today`: the quarters on offer go from a year before to a year after."""

    quarter = forms.ChoiceField(label=_("Trimestre"), widget=forms.Select(attrs={"class": "form-select"}))
    field_order = ["quarter", "opens_on", "due_on", "closes_on", "seals_on"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = today.year * 4 + (today.month - 1) // 3
        quarters = [divmod(number, 4) for number in range(present - 4, present + 5)]
        choices = [(f"{year}-T{index + 1}", f"T{index + 1} {year}") for year, index in quarters]
        cast(forms.ChoiceField, self.fields["quarter"]).choices = choices

    def planned(self) -> dict[str, Any]:
        """All that was understood: the quarter is missing when it was not."""
        year, _dash, quarter = self.cleaned_data.get("quarter", "").partition("-T")
        named = {"year": int(year), "quarter": int(quarter)} if quarter else {}
        return {**self.dates(), **named}
