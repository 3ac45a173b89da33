"""The form of the weekly mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.models import Axis


class SubscriptionForm(forms.Form):
    email = forms.EmailField(
        label=_("adresse électronique"),
        max_length=254,
        help_text=_("Par exemple : nom@exemple.fr"),
        widget=forms.EmailInput({"class": "form-control", "autocomplete": "email"}),
    )
    axis = forms.ModelChoiceField(
        Axis.objects.all(),
        to_field_name="code",
        required=False,
        label=_("un axe"),
        empty_label=_("tous les axes"),
        widget=forms.Select({"class": "form-select"}),
    )
    actor = forms.ModelChoiceField(
        Actor.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("ou un acteur"),
        empty_label=_("tous les acteurs"),
        widget=forms.Select({"class": "form-select"}),
    )
    # Hidden from people by the style sheet and from screen readers; programs that fill in every field give
    # themselves away. No puzzle to solve (requirement P7).
    website = forms.CharField(required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}))

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("axis") and self.cleaned_data.get("actor"):
            self.add_error("actor", _("Choisissez un axe ou un acteur, pas les deux."))

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data.get("website"))
