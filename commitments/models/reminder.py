"""Mails sent or asked for, and weeks of rest. A row is written before the mail leaves: none is sent twice."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models.campaign import Campaign
from commitments.models.commitment import Commitment


class Delivery(models.Model):
    class Kind(models.TextChoices):
        WEEKLY = "weekly", _("rappel de la semaine")
        URGENT = "urgent", _("visa urgent")
        CALENDAR = "agenda", _("calendrier arrêté")
        REPORT = "report", _("fin d’un rapport")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(_("nature"), max_length=6, choices=Kind.choices)
    # The ISO week of a weekly reminder (2026-W47), the update and its round of an urgent one, the day of what keeps the
    # calendar from going on, the report and its attempt.
    key = models.CharField(_("clé"), max_length=40)
    created_at = models.DateTimeField(_("préparé le"), default=timezone.now)
    sent_at = models.DateTimeField(_("remis le"), null=True)
    error = models.TextField(_("erreur"), blank=True)

    class Meta:
        verbose_name = _("rappel envoyé")
        verbose_name_plural = _("rappels envoyés")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "key"],
                name="delivery_once",
                violation_error_message=_("Ce rappel est déjà parti."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.key}"


class ReminderRequest(models.Model):
    """« Relancer », asked for on the board. Kept, so that a message lost with its broker is said again."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="reminder_requests", verbose_name=_("campagne")
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.CASCADE,
        null=True,
        related_name="reminder_requests",
        verbose_name=_("engagement"),
        help_text=_("Vide : tous ceux qui attendent une réponse."),
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("demandée par")
    )
    asked_at = models.DateTimeField(_("demandée le"), default=timezone.now)
    done_at = models.DateTimeField(_("faite le"), null=True)

    class Meta:
        verbose_name = _("relance demandée")
        verbose_name_plural = _("relances demandées")

    def __str__(self) -> str:
        return f"{self.campaign} · {self.commitment or '–'}"


class Snooze(models.Model):
    """No weekly reminder before that day, at the person's own asking."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snooze")
    until_on = models.DateField(_("pas de rappel avant le"))

    class Meta:
        verbose_name = _("rappel en pause")
        verbose_name_plural = _("rappels en pause")

    def __str__(self) -> str:
        return f"{self.user} · {self.until_on}"
