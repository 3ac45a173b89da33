"""Forms on the ledger: a line, an event, a correction, rows to paste."""

import uuid
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment
from funding.forms import FundingForm, day_input
from funding.models import FundingEvent, FundingLine


class LineForm(FundingForm):
    class Meta:
        model = FundingLine
        fields = [
            "envelope", "funder", "beneficiary", "authorisation_kind", "instrument", "agreement_reference", "note",
        ]  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "funder": _("Vide : les financeurs de l’enveloppe ensemble, quand leurs parts ne sont pas connues."),
            "authorisation_kind": _("AE pour l’État ; AE ou AP pour la Région."),
        }


class EventForm(FundingForm):
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    document_url = forms.URLField(label=_("Adresse du document"), required=False, assume_scheme="https", max_length=500)

    class Meta:
        model = FundingEvent
        fields = ["line", "kind", "amount", "occurred_on", "fiscal_year", "document", "document_url", "reason"]
        widgets = {"occurred_on": day_input(), "reason": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "amount": _("En euros, au centime."),
            "document": _("Délibération, convention, mandat… : ce qui prouve le montant, avec sa référence."),
            "reason": _("Obligatoire pour un désengagement, un reversement ou une correction."),
        }

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        today = timezone.localdate()
        initial = {"form_key": uuid.uuid4(), "occurred_on": today, "fiscal_year": today.year} | kwargs.pop(
            "initial", {}
        )
        super().__init__(*args, initial=initial, **kwargs)
        lines = commitment.funding_lines.select_related("commitment", "envelope", "funder")
        field = cast(forms.ModelChoiceField, self.fields["line"])
        field.queryset = lines
        field.label_from_instance = _line_in_words  # type: ignore[method-assign,assignment]


def _line_in_words(line: FundingLine) -> str:
    return " · ".join(filter(None, [line.envelope.title, str(line.funder or ""), line.authorisation_kind]))


class CorrectionForm(FundingForm):
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    document_url = forms.URLField(label=_("Adresse du document"), required=False, assume_scheme="https", max_length=500)
    # The smallest is zero: nothing was to be written.
    amount = forms.DecimalField(label=_("montant juste"), min_value=Decimal(0), max_digits=14, decimal_places=2)

    class Meta:
        model = FundingEvent
        fields = ["amount", "occurred_on", "fiscal_year", "document", "document_url", "reason"]
        widgets = {"occurred_on": day_input(), "reason": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"amount": _("Zéro retire l’écriture.")}

    def __init__(self, *args: Any, corrected: FundingEvent, **kwargs: Any) -> None:
        names = ("amount", "occurred_on", "fiscal_year", "document", "document_url")
        initial = {name: getattr(corrected, name) for name in names} | {"form_key": uuid.uuid4()}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["amount"].help_text = _("Zéro retire l’écriture.")
        self.fields["reason"].required = True


class PasteForm(forms.Form):
    text = forms.CharField(
        label=_("Lignes copiées du tableur"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "form-control code", "spellcheck": "false"}),
        help_text=_("Avec leur ligne de titres. Les lignes de financement doivent exister."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
