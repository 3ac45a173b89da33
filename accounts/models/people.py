"""Users, and what each is in the roadmap: a membership ties a user to an actor, with a role and dates."""

from datetime import date, timedelta
from typing import Any

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from roadmap_portal.history.tracking import tracked
from roadmap_portal.versioned import Versioned


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


@tracked(exclude=["password", "last_login"], publishes=False)
class User(Versioned, AbstractBaseUser):
    """Logs in with an e-mail address. Rights come from memberships, never from flags set one by one."""

    class Language(models.TextChoices):
        FRENCH = "fr", "Français"
        ENGLISH = "en", "English"

    email = models.EmailField(_("adresse électronique"), unique=True)
    name = models.CharField(_("nom"), max_length=150)
    language = models.CharField(
        _("langue des messages"), max_length=2, choices=Language.choices, default=Language.FRENCH
    )
    is_active = models.BooleanField(_("actif"), default=True)
    is_superuser = models.BooleanField(
        _("compte de secours"),
        default=False,
        help_text=_("Administrateur sans habilitation : première installation et dépannage seulement."),
    )
    created_at = models.DateTimeField(_("créé le"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta(Versioned.Meta):
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                name="user_email_is_lower_case",
                condition=Q(email=Lower("email")),
                violation_error_message=_("L’adresse électronique s’écrit en minuscules."),
            )
        ]
        triggers = [
            *Versioned.Meta.triggers,
            # Whatever way the account was disabled, SQL typed by hand included.
            pgtrigger.Trigger(
                name="disabled_ends_sessions",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                func="DELETE FROM accounts_session WHERE user_id = NEW.id; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    @cached_property
    def current_memberships(self) -> list["Membership"]:
        """Memberships in force today, read once per request."""
        if not self.is_active:
            return []
        in_force = self.memberships.in_force(timezone.localdate())
        return list(in_force.select_related("actor", "delegated_from__user").order_by("pk"))

    @property
    def stands_in_for(self) -> list["User"]:
        """Those whose rights they hold today, by delegation."""
        found = {m.delegated_from.user for m in self.current_memberships if m.delegated_from}
        return sorted(found, key=lambda user: user.pk)

    # What the Django admin asks of a user. It is open to administrators of the portal, and to nobody else.
    @property
    def is_staff(self) -> bool:
        return self.is_active and (self.is_superuser or any(m.administers_portal for m in self.current_memberships))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


def _not_over(on: date, of: str = "") -> Q:
    return Q(**{f"{of}ends_on__isnull": True}) | Q(**{f"{of}ends_on__gte": on})


def _between(on: date, of: str = "") -> Q:
    return Q(**{f"{of}starts_on__lte": on}) & _not_over(on, of)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: date) -> "MembershipQuerySet":
        """What is held by delegation lasts no longer than what it was delegated from, nor than that account."""
        source = "delegated_from__"
        is_own = Q(delegated_from__isnull=True)
        stands = Q(delegated_from__user__is_active=True) & _between(on, source)
        return self.filter(_between(on), is_own | stands)

    def not_over(self, on: date) -> "MembershipQuerySet":
        """In force, or to come."""
        return self.filter(_not_over(on))

    def without_actors_administrators(self) -> "MembershipQuerySet":
        """Leaves out who administers an actor that does not own the roadmap: they read (accounts.permissions)."""
        return self.exclude(role=Membership.Role.ADMINISTRATOR, actor__side="")


@tracked(publishes=False)
class Membership(Versioned):
    class Role(models.TextChoices):
        READER = "reader", _("lecture")
        CONTRIBUTOR = "contributor", _("contribution")
        VALIDATOR = "validator", _("validation")
        ADMINISTRATOR = "administrator", _("administration")
        AUDITOR = "auditor", _("audit")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("utilisateur"))
    actor = models.ForeignKey(
        Actor, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("pour le compte de")
    )
    role = models.CharField(_("rôle"), max_length=13, choices=Role.choices)
    starts_on = models.DateField(_("à partir du"), default=timezone.localdate)
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)

    # The same right of another, who is absent (accounts.services.delegations).
    delegated_from = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="delegations",
        verbose_name=_("par délégation de"),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("habilitation")
        verbose_name_plural = _("habilitations")
        ordering = ["user", "actor", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "actor", "role", "starts_on"],
                condition=Q(delegated_from__isnull=True),
                name="membership_once",
                violation_error_message=_("Cette habilitation existe déjà."),
            ),
            models.CheckConstraint(
                name="membership_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin de l’habilitation précède son début."),
            ),
            models.UniqueConstraint(
                fields=["user", "delegated_from", "starts_on"],
                name="membership_delegated_once",
                violation_error_message=_("Cette délégation existe déjà."),
            ),
            models.CheckConstraint(
                name="membership_delegated_is_dated",
                condition=Q(delegated_from__isnull=True) | Q(ends_on__isnull=False),
                violation_error_message=_("Une délégation a une fin."),
            ),
        ]
        triggers = [
            *Versioned.Meta.triggers,
            pgtrigger.Trigger(
                name="delegation_follows_its_source",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__delegated_from__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM accounts_membership source
                        WHERE source.id = NEW.delegated_from_id AND source.delegated_from_id IS NULL
                            AND source.actor_id = NEW.actor_id AND source.role = NEW.role
                            AND source.user_id <> NEW.user_id
                    ) THEN
                        RAISE EXCEPTION 'Une délégation transmet à un autre une habilitation que l’on tient soi-même.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.actor} · {self.get_role_display()}"

    def end_before(self, today: date) -> None:
        """What lasted until yesterday stays in the past; what has not begun yet never was."""
        if self.starts_on >= today:
            self.delete()
        else:
            self.ends_on = today - timedelta(days=1)
            self.save(update_fields=["ends_on"])

    def is_in_force(self, on: date) -> bool:
        """By its own days."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    # The State and the Region own the roadmap; whoever administers for another actor administers that actor alone.
    @property
    def administers_portal(self) -> bool:
        return self.role == self.Role.ADMINISTRATOR and bool(self.actor.side)

    @property
    def administers_actor(self) -> bool:
        return self.role == self.Role.ADMINISTRATOR and not self.actor.side
