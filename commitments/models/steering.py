"""The steering committee: what it looks at, what it decides, who follows the decision up."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.models.commitment import Commitment
from commitments.models.guards import AGENDA_KEPT, DECISION_KEPT, MEETING_KEPT
from commitments.models.roadmap import Roadmap
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class SteeringMeeting(Versioned):
    class State(models.TextChoices):
        PLANNED = "planned", _("prévue")
        HELD = "held", _("tenue")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("feuille de route")
    )
    held_on = models.DateField(_("date de la réunion"))
    place = OneLine(_("lieu"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    state = models.CharField(_("état"), max_length=7, choices=State.choices, default=State.PLANNED, editable=False)
    # The day the agenda below was read from the commitments: that of the meeting, or the day it was said to be held.
    frozen_on = models.DateField(_("ordre du jour arrêté le"), null=True, editable=False)

    class Meta(Versioned.Meta):
        verbose_name = _("comité de pilotage")
        verbose_name_plural = _("comités de pilotage")
        ordering = ["-held_on", "-pk"]
        constraints = [
            no_formula("steering_meeting", "place"),
            models.UniqueConstraint(
                fields=["roadmap", "held_on"],
                name="meeting_once_a_day",
                violation_error_message=_("Un comité de pilotage est déjà prévu ce jour-là."),
            ),
            models.CheckConstraint(
                name="meeting_held_means_frozen",
                condition=Q(state="planned", frozen_on__isnull=True) | ~Q(state="planned") & Q(frozen_on__isnull=False),
                violation_error_message=_("Une réunion tenue a son ordre du jour arrêté, et elle seule."),
            ),
        ]
        triggers = [*Versioned.Meta.triggers, MEETING_KEPT]

    def __str__(self) -> str:
        return f"COPIL · {self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("commitments:meeting", args=[self.held_on])


@tracked()
class AgendaItem(models.Model):
    """Why a commitment was looked at, as things stood when the meeting was held."""

    class Reason(models.TextChoices):
        COMPROMISED = "compromised", _("objectifs compromis")
        SUPPORT_NEEDED = "support_needed", _("appuis nécessaires")
        # By more than settings.STEERING_SLIPPAGE_DAYS; the detail says by how much.
        SLIPPED = "slipped", _("échéance reportée au-delà du seuil")

    meeting = models.ForeignKey(SteeringMeeting, on_delete=models.CASCADE, related_name="agenda")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="agenda_items")
    reason = models.CharField(_("motif"), max_length=14, choices=Reason.choices)
    detail = models.TextField(_("précision"), blank=True)
    in_charge = models.TextField(_("qui en répond"), blank=True)

    class Meta:
        verbose_name = _("point à l’ordre du jour")
        verbose_name_plural = _("ordre du jour")
        ordering = ["meeting", "commitment", "reason"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "commitment", "reason"], name="agenda_item_once"),
        ]
        triggers = [AGENDA_KEPT]

    def __str__(self) -> str:
        return f"{self.meeting} · {self.commitment.code} · {self.get_reason_display()}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def taken(self) -> "DecisionQuerySet":
        """Those of a meeting that was held: until then the text may still change."""
        return self.filter(meeting__state=SteeringMeeting.State.HELD)

    def citable(self) -> "DecisionQuerySet":
        """Those a postponement may carry out."""
        return self.taken().exclude(state=Decision.State.DROPPED)


@tracked()
class Decision(Versioned):
    class State(models.TextChoices):
        OPEN = "open", _("à suivre")
        DONE = "done", _("exécutée")
        DROPPED = "dropped", _("sans suite")

    meeting = models.ForeignKey(
        SteeringMeeting, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("comité de pilotage")
    )
    number = models.PositiveSmallIntegerField(_("numéro"), editable=False)
    text = models.TextField(_("décision"))
    owner = models.ForeignKey(
        Actor, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("qui s’en charge")
    )
    due_on = models.DateField(_("pour le"))
    commitments = models.ManyToManyField(
        Commitment, related_name="decisions", blank=True, verbose_name=_("engagements concernés")
    )
    state = models.CharField(_("état"), max_length=7, choices=State.choices, default=State.OPEN, editable=False)
    closed_on = models.DateField(_("close le"), null=True, editable=False)
    outcome = models.TextField(_("suite donnée"), blank=True, editable=False)
    # The form's own number: the same form sent twice is one decision.
    form_key = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("décision")
        verbose_name_plural = _("décisions")
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="decision_numbered_once"),
            models.CheckConstraint(
                name="decision_closed_means_dated",
                condition=Q(state="open", closed_on__isnull=True) | ~Q(state="open") & Q(closed_on__isnull=False),
                violation_error_message=_("Une décision close porte sa date, et elle seule."),
            ),
            models.CheckConstraint(
                name="decision_closed_says_how",
                condition=Q(state="open", outcome="") | ~Q(state="open") & ~Q(outcome=""),
                violation_error_message=_("Une décision close dit la suite qui lui fut donnée, et elle seule."),
            ),
            models.CheckConstraint(
                name="decision_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Une décision a un texte."),
            ),
        ]
        triggers = [*Versioned.Meta.triggers, DECISION_KEPT]

    def __str__(self) -> str:
        return f"{self.meeting} · n° {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("commitments:decision", args=[self.pk])
