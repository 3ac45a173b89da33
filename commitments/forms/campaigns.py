"""What an administrator types about a campaign."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.forms.updates import date_field
from commitments.forms.versioned import VersionedForm
from commitments.models import Campaign


class RescheduleForm(VersionedForm):
    """Dates of a campaign. Whether they are in order and free is the transition's to say."""

    opens_on = date_field(_("Ouverture"), help_text=_("Dès ce jour, chacun peut répondre."))
    due_on = date_field(_("Réponse attendue le"), help_text=_("Les rappels partent 30, 7 et 1 jours avant."))
    closes_on = date_field(_("Clôture"), help_text=_("Dernier jour pour répondre et viser."))

    class Meta:
        model = Campaign
        fields = ["opens_on", "due_on", "closes_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Once open, the day it opened is a fact.
        self.fields["opens_on"].disabled = self.instance.state == Campaign.State.OPEN


class CampaignForm(RescheduleForm):
    """A campaign to plan. `today`: the quarters on offer go from a year before to a year after."""

    quarter = forms.ChoiceField(label=_("Trimestre"), widget=forms.Select(attrs={"class": "form-select"}))
    field_order = ["quarter", "opens_on", "due_on", "closes_on"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = today.year * 4 + (today.month - 1) // 3
        quarters = [divmod(number, 4) for number in range(present - 4, present + 5)]
        choices = [(f"{year}-T{index + 1}", f"T{index + 1} {year}") for year, index in quarters]
        cast(forms.ChoiceField, self.fields["quarter"]).choices = choices

    def planned(self) -> dict[str, Any]:
        year, quarter = self.cleaned_data["quarter"].split("-T")
        dates = {name: self.cleaned_data[name] for name in ("opens_on", "due_on", "closes_on")}
        return {**dates, "year": int(year), "quarter": int(quarter)}
