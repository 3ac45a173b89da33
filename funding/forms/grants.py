"""A grant and those who share it; a file to check."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.forms import FundingForm, day_input
from funding.models import Grant, GrantBeneficiary

SPARE_ROWS = 2


class GrantForm(FundingForm):
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Grant
        fields = [
            "grantor", "line", "purpose", "amount", "repayable_advance", "nature", "decision_reference", "decided_on",
            "agreement_number", "signed_on", "payment_terms", "pays_from", "pays_to", "rae_id", "is_notified", "scheme",
        ]  # fmt: skip
        widgets = {name: day_input() for name in ("decided_on", "signed_on", "pays_from", "pays_to")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = self.fields["line"].queryset.select_related("commitment", "envelope")  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self.fields["seen"].initial = self.instance.row_version


class BeneficiaryForm(FundingForm):
    class Meta:
        model = GrantBeneficiary
        fields = ["kind", "name", "siret", "rna", "share"]


class BaseBeneficiaries(forms.BaseFormSet):
    def stated(self) -> list[dict[str, Any]]:
        """Rows left empty are none."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data]


BeneficiaryFormSet = forms.formset_factory(BeneficiaryForm, formset=BaseBeneficiaries, extra=SPARE_ROWS, max_num=60)


class CheckForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier CSV"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv", "class": "form-control"}),
        help_text=_("En UTF-8, séparé par des virgules, avec la ligne des seize colonnes."),
    )
