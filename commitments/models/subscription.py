"""Who asked for the weekly mail. Addresses of people: kept no longer than they want it, and in no history."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.models.roadmap import Axis

LANGUAGES = [("fr", "Français"), ("en", "English")]


class Subscription(models.Model):
    """To the whole roadmap, to an axis, or to an actor. Sent to once it is confirmed from the mailbox itself."""

    email = models.EmailField(_("adresse électronique"))
    axis = models.ForeignKey(Axis, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("axe"))
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("acteur"))
    language = models.CharField(_("langue"), max_length=2, choices=LANGUAGES, default="fr")
    asked_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    # Written before the mail that asks to confirm leaves; empty again once it is known that none has.
    confirmation_sent_at = models.DateTimeField(_("confirmation envoyée le"), null=True)
    confirmed_at = models.DateTimeField(_("confirmé le"), null=True)
    # The Monday of the last week that was told, or found to have nothing to tell.
    told_week_of = models.DateField(_("dernière semaine"), null=True)

    class Meta:
        verbose_name = _("abonnement")
        verbose_name_plural = _("abonnements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "axis",
                "actor",
                name="subscription_once",
                nulls_distinct=False,
                violation_error_message=_("Cette adresse est déjà abonnée."),
            ),
            models.CheckConstraint(
                name="subscription_to_one_thing",
                condition=Q(axis__isnull=True) | Q(actor__isnull=True),
                violation_error_message=_("Un abonnement porte sur un axe ou sur un acteur."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
