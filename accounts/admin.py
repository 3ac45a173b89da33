from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Membership, SecurityEvent, User
from accounts.security_log import Kind, record
from accounts.services import RightsRefused, rights
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.merging_admin import Merging, MergingForm, MergingFormSet, MergingInline

# What of an account opens doors: who comes in, and the key that opens them all.
TELLING = {"created", "email", "is_superuser"}

# Their pages show everybody's keys.
admin.site.unregister([TOTPDevice, StaticDevice])


class UserForm(MergingForm):
    password = ReadOnlyPasswordHashField(label=_("Mot de passe"))

    class Meta:
        model = User
        fields = ["email", "name", "language", "is_superuser", "password"]


class NewUserForm(forms.ModelForm):
    new_password = forms.CharField(label=_("Mot de passe"), widget=forms.PasswordInput, strip=False)

    class Meta:
        model = User
        fields = ["email", "name", "language"]

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> User:
        self.instance.set_password(self.cleaned_data["new_password"])
        return super().save(commit)


class MembershipFormSet(MergingFormSet):
    def clean(self) -> None:
        """The portal keeps an administrator, whichever way a right is ended."""
        super().clean()
        today = localdate()
        rows = {form.instance.pk: form.instance for form in self.initial_forms}
        deleted = {form.instance.pk for form in self.initial_forms if self._should_delete_form(form)}  # type: ignore[attr-defined]
        kept = {pk for pk, row in rows.items() if row.administers_portal and row.is_in_force(today)} - deleted
        stored = Membership.objects.in_force(today).filter(pk__in=rows.keys() - kept, user__is_active=True)
        try:
            rights.keep_an_administrator(stored.select_related("actor"), today)
        except RightsRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


class MembershipInline(MergingInline):
    model = Membership
    formset = MembershipFormSet
    extra = 0
    autocomplete_fields = ["actor"]


@admin.register(User)
class UserAdmin(Merging, WithHistory):
    form = UserForm
    list_display = ["email", "name", "is_active"]
    search_fields = ["email", "name"]
    inlines = [MembershipInline]
    # Whoever leaves hands over what waits for them: accounts.services.rights.
    readonly_fields = ["is_active"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a person wrote keeps its author: an account is closed, later made nameless, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        written = form.written if change else ["created"]
        if TELLING.intersection(written):
            record(Kind.RIGHTS_CHANGED, request, user=obj, changed=written, is_superuser=obj.is_superuser)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The rows below are memberships: rights, told as those that the administrators' space gives and ends."""
        super().save_formset(request, form, formset, change)
        for membership in formset.new_objects:
            rights.told(membership, request, given=str(membership.starts_on))
        for membership in formset.deleted_objects:
            rights.told(membership, request, ended=str(membership.starts_on))
        for row in formset.initial_forms:
            if row.written and row.instance not in formset.deleted_objects:
                now = model_to_dict(row.instance, row.written)
                changed = {name: [_as_text(row.initial[name]), _as_text(now[name])] for name in row.written}
                rights.told(row.instance, request, changed=changed)

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


@admin.register(SecurityEvent)
class SecurityEventAdmin(admin.ModelAdmin):
    """To read: nothing of it is written by hand."""

    list_display = ["happened_at", "kind", "user", "address", "details"]
    list_filter = ["kind", "happened_at"]
    list_select_related = ["user"]
    date_hierarchy = "happened_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
