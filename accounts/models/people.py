"""Users, and what each is in the roadmap: a membership ties a user to an actor, with a role and dates."""

from datetime import date
from typing import Any

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
        return list(self.memberships.in_force(timezone.localdate()).select_related("actor"))

    # What the Django admin asks of a user. It is open to administrators of the portal, and to nobody else.
    @property
    def is_staff(self) -> bool:
        return self.is_active and (self.is_superuser or any(m.administers_portal for m in self.current_memberships))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: date) -> "MembershipQuerySet":
        return self.filter(Q(starts_on__lte=on), Q(ends_on__isnull=True) | Q(ends_on__gte=on))

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

    objects = MembershipQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("habilitation")
        verbose_name_plural = _("habilitations")
        ordering = ["user", "actor", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "actor", "role", "starts_on"],
                name="membership_once",
                violation_error_message=_("Cette habilitation existe déjà."),
            ),
            models.CheckConstraint(
                name="membership_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin de l’habilitation précède son début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.actor} · {self.get_role_display()}"

    # The State and the Region own the roadmap; whoever administers for another actor administers that actor alone.
    @property
    def administers_portal(self) -> bool:
        return self.role == self.Role.ADMINISTRATOR and bool(self.actor.side)

    @property
    def administers_actor(self) -> bool:
        return self.role == self.Role.ADMINISTRATOR and not self.actor.side
