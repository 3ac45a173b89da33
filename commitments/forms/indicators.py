"""Indicators: the filters of their list, and a reading."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.models import DatePrecision, Source
from commitments.forms.updates import date_field
from commitments.models import Axis, Indicator, Measurement
from commitments.transitions import Origin, ToConfirm, TransitionRefused
from roadmap_portal.templatetags.portal import in_unit

SPACES = str.maketrans("", "", " \u00a0\u202f")
PRECISIONS = [
    (DatePrecision.DAY, _("jour")),
    (DatePrecision.MONTH, _("mois entier")),
    (DatePrecision.YEAR, _("année entière")),
]


class FigureField(forms.CharField):
    """A number as it is written in French or in English, with its unit or without: « 1 234,5 », « 12 % », « 3.5 »."""

    default_error_messages = {
        "invalid": _("Lu : %(value)s. Attendu : un nombre, par exemple 1 250 ou 12,5."),
        "required": _("Attendu : un nombre, par exemple 1 250 ou 12,5."),
    }

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        bare = text.translate(SPACES).removesuffix("%").removesuffix("€").replace(",", ".").replace("−", "-")
        try:
            number = Decimal(bare)
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], params={"value": text}) from None
        if not number.is_finite():
            raise ValidationError(self.error_messages["invalid"], params={"value": text})
        return number


class MeasurementForm(forms.ModelForm):
    reference_on = date_field(_("Date de référence"))
    precision = forms.ChoiceField(label=_("Cette date vaut pour"), choices=PRECISIONS, initial=DatePrecision.DAY)
    value = FigureField(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
    source_url = forms.URLField(
        label=_("Page où le chiffre se lit"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Si le chiffre vient d’un document qui n’est pas en ligne, nommez-le dans le commentaire."),
    )
    source_publisher = forms.CharField(
        label=_("Qui publie cette page"),
        required=False,
        max_length=200,
        validators=[Source._meta.get_field("publisher").begins_as_text],
        help_text=_("Laissez vide si le portail cite déjà cette page."),
    )
    source_published_on = date_field(_("Page publiée le"), required=False)
    # Holds the odd value that was shown with the question: another one is asked again.
    confirmed = forms.DecimalField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Measurement
        fields = ["reference_on", "precision", "value", "quality", "qualifier", "comment"]
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "qualifier": _("En quelques mots, par exemple « plus de » ou « près de »."),
            "comment": _("Publié avec la mesure : document d’où vient le chiffre, raison d’une forte variation."),
        }

    def __init__(self, *args: Any, indicator: Indicator, corrected: Measurement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator, self.corrected = indicator, corrected
        self.fields["value"].label = _("Valeur (%(unit)s)") % {"unit": indicator.get_unit_display()}
        if corrected is not None:
            self.fields["comment"].required = True
            self.fields["comment"].label = _("Pourquoi la mesure est corrigée")
        self.doubt: ToConfirm | None = None
        for field in self.fields.values():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)

    def _post_clean(self) -> None:
        """Not a row yet: the transition checks the whole, signs and writes."""

    def stated(self) -> dict[str, Any]:
        """The arguments of the transition."""
        given = dict(self.cleaned_data)
        url, publisher = given.pop("source_url"), given.pop("source_publisher")
        published_on = given.pop("source_published_on")
        return {**given, "origin": Origin(url, publisher, published_on) if url else None}

    def refuse(self, refusal: TransitionRefused) -> None:
        faults = [refusal, *refusal.others]
        if isinstance(refusal, ToConfirm):
            self.doubt = refusal
            faults[0] = TransitionRefused(gettext("Valeur à confirmer et à expliquer, ou à corriger."), "value")
        for each in faults:
            self.add_error(each.field if each.field in self.fields else None, each.message)

    @property
    def is_confirmed(self) -> bool:
        return self.doubt is not None and self.cleaned_data.get("confirmed") == self.doubt.value

    @property
    def doubted_value(self) -> str:
        return in_unit(self.doubt.value, self.indicator) if self.doubt is not None else ""


def starting_from(reading: Measurement) -> dict[str, Any]:
    """What the form of a correction is filled in with. The comment is to be written anew."""
    source = reading.source
    value = f"{reading.value:.{reading.indicator.decimals}f}".replace(".", ",")
    return {
        "reference_on": reading.reference_on,
        "precision": reading.precision,
        "value": value,
        "quality": reading.quality,
        "qualifier": reading.qualifier,
        "source_url": source.url if source is not None else "",
        "source_publisher": source.publisher if source is not None else "",
        "source_published_on": source.published_on if source is not None else None,
    }


class IndicatorFilterForm(forms.Form):
    """Filters of the list of indicators. Unknown values are refused in words."""

    LATE, AWAITED, UNDATED = "late", "awaited", "none"
    axis = forms.ModelChoiceField(
        Axis.objects.none(), label=_("Axe"), required=False, to_field_name="code", empty_label=_("tous")
    )
    state = forms.ChoiceField(
        label=_("Prochain chiffre"),
        required=False,
        choices=[
            ("", _("tous")),
            (LATE, _("en retard")),
            (AWAITED, _("attendu")),
            (UNDATED, _("sans date attendue")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        axis = self.fields["axis"]
        axis.queryset = Axis.objects.filter(indicators__isnull=False).distinct().order_by("order", "code")  # type: ignore[attr-defined]
        axis.error_messages["invalid_choice"] = _("Lu : %(value)s. Attendu : le code d’un axe qui a des indicateurs.")
        self.fields["state"].error_messages["invalid_choice"] = _(
            "Lu : %(value)s. Attendu : late (en retard), awaited (attendu) ou none (sans date)."
        )
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def errors_in_words(self) -> list[tuple[str, str]]:
        faults = [(name, str(text)) for name, texts in self.errors.items() for text in texts]
        return [(capfirst(str(self.fields[name].label)), text) for name, text in faults]
