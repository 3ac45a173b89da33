from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, User
from accounts.services.delegations import possible_deputies
from actors.models import Actor, validate_siret


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


class _OurLook:
    """Django's forms of passwords, in the look of ours: their help is a list in HTML, which our fields would show."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for field in fields.values():
            field.widget.attrs["class"] = "form-control"
        fields["new_password1"].help_text = " ".join(password_validators_help_texts())


class ChangePasswordForm(_OurLook, PasswordChangeForm):
    pass


class FirstPasswordForm(_OurLook, SetPasswordForm):
    pass


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Les six chiffres de votre application, ou un code de secours."),
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", "class": "form-control"}
        ),
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).replace(" ", "").lower()


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language"]
        widgets = {"language": forms.Select(attrs={"class": "form-select"})}


def _day_picker() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")


class DelegationForm(forms.Form):
    deputy = forms.ModelChoiceField(
        User.objects.none(), label=_("Suppléant"), widget=forms.Select(attrs={"class": "form-select"})
    )
    starts_on = forms.DateField(label=_("Du (premier jour)"), widget=_day_picker())
    ends_on = forms.DateField(label=_("Au (dernier jour)"), widget=_day_picker())

    def __init__(self, *args: Any, absent: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["deputy"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = possible_deputies(absent, today)


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["actor", "role", "starts_on", "ends_on"]
        widgets = {
            "actor": forms.Select(attrs={"class": "form-select"}),
            "role": forms.Select(attrs={"class": "form-select"}),
            "starts_on": _day_picker(),
            "ends_on": _day_picker(),
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
                label=_("Qui reprend : %(role)s, %(actor)s") % right,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def takers(self) -> dict[int, User]:
        return {int(name.removeprefix("taker_")): user for name, user in self.cleaned_data.items()}


class SiretField(forms.CharField):
    """Fourteen digits, spaces between them or not."""

    widget = forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric"})

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value)).split())

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            validate_siret(value)


class InvitationForm(forms.Form):
    name = forms.CharField(
        label=_("Nom"), max_length=150, widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
    )
    email = forms.EmailField(
        label=_("Adresse électronique"), widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"})
    )
    actor = forms.ModelChoiceField(
        Actor.objects.order_by("name"),
        label=_("Pour le compte de"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    role = forms.ChoiceField(
        label=_("Rôle"), choices=Membership.Role.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    siret = SiretField(
        label=_("SIRET de son organisme"),
        required=False,
        help_text=_("Celui que ProConnect dira. Vide : le SIRET de l’acteur."),
    )
    ends_on = forms.DateField(
        label=_("Habilitation jusqu’au"),
        required=False,
        widget=_day_picker(),
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Cette adresse a déjà un compte : donnez-lui une habilitation."))
        return email

    def clean(self) -> dict[str, Any]:
        """The SIRET is asked where ProConnect tells one."""
        cleaned: dict[str, Any] = super().clean() or {}
        actor = cleaned.get("actor")
        siret = cleaned.get("siret") or (actor.siret if actor else "")
        if settings.PROCONNECT_URL and actor and not siret and "siret" not in self.errors:
            self.add_error("siret", _("L’acteur n’a pas de SIRET : donnez celui de l’organisme."))
        return cleaned | {"siret": siret}


class InviteAgainForm(forms.Form):
    siret = SiretField(label=_("SIRET de son organisme"), help_text=_("Celui que ProConnect dira."))

    def __init__(self, data: Any = None, *, user: User) -> None:
        earlier = Invitation.objects.filter(user=user).first()
        of_actors = user.memberships.order_by("pk").exclude(actor__siret="").values_list("actor__siret", flat=True)
        super().__init__(data, initial={"siret": earlier.siret if earlier else of_actors.first()})
        if not settings.PROCONNECT_URL:
            del self.fields["siret"]
