from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.services.delegations import possible_deputies


class LoginForm(AuthenticationForm):
    username = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email", "class": "form-control"}),
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
    )
    error_messages = {
        "invalid_login": _("Adresse électronique ou mot de passe incorrect."),
        "inactive": _("Ce compte est désactivé : adressez-vous à l’administration du portail."),
    }


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language"]
        widgets = {"language": forms.Select(attrs={"class": "form-select"})}


def _day() -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"))


class DelegationForm(forms.Form):
    deputy = forms.ModelChoiceField(
        User.objects.none(), label=_("Suppléant"), widget=forms.Select(attrs={"class": "form-select"})
    )
    starts_on = _day()
    ends_on = _day()

    def __init__(self, *args: Any, absent: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deputies = [user.pk for user in possible_deputies(absent, today)]
        chooser = self.fields["deputy"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = User.objects.filter(pk__in=deputies).order_by("name")
        self.fields["starts_on"].label = _("Du (premier jour)")
        self.fields["ends_on"].label = _("Au (dernier jour)")


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["actor", "role", "starts_on", "ends_on"]
        widgets = {
            "actor": forms.Select(attrs={"class": "form-select"}),
            "role": forms.Select(attrs={"class": "form-select"}),
            "starts_on": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        }


class DepartureForm(forms.Form):
    """A taker for each right that would be left to nobody; `takers()` once valid."""

    def __init__(self, *args: Any, leaving: User, unattended: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=leaving.pk).order_by("name")
        for membership in unattended:
            right = {"role": membership.get_role_display(), "actor": membership.actor.name}
            self.fields[f"taker_{membership.pk}"] = forms.ModelChoiceField(
                others,
                label=_("Qui reprend : %(role)s, %(actor)s") % right,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def takers(self) -> dict[int, User]:
        return {int(name.removeprefix("taker_")): user for name, user in self.cleaned_data.items()}
