"""A financing plan and its shares, on one page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.forms import FundingForm, day_input
from funding.models import FinancingPlan, PlanShare
from funding.transitions.plans import NewShare

SPARE_ROWS = 3


class PlanForm(FundingForm):
    # The plan this form started from: another one adopted meanwhile is not lost.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    document_url = forms.URLField(label=_("Adresse du document"), required=False, assume_scheme="https", max_length=500)

    class Meta:
        model = FinancingPlan
        fields = [
            "nature", "tax_basis", "total_cost", "eligible_cost", "adopted_on", "document", "document_url",
            "alert_reason",
        ]  # fmt: skip
        widgets = {
            "adopted_on": day_input(),
            "alert_reason": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "total_cost": _("En euros, au centime. Les parts ci-dessous font cette somme."),
            "eligible_cost": _("L’assiette sur laquelle les taux sont comptés."),
            "alert_reason": _(
                "Demandée quand le maître d’ouvrage apporte moins de 20 % ou qu’un fonds passe son plafond."
            ),
        }


class ShareForm(FundingForm):
    class Meta:
        model = PlanShare
        fields = ["resource", "funder", "label", "envelope", "amount", "is_in_kind"]


class BaseShares(forms.BaseFormSet):
    def as_shares(self) -> list[NewShare]:
        """Rows left empty are none."""
        return [NewShare(**form.cleaned_data) for form in self.forms if form.has_changed() and form.cleaned_data]


ShareFormSet = forms.formset_factory(ShareForm, formset=BaseShares, extra=SPARE_ROWS, max_num=60)
