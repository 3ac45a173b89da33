"""The quarterly campaign: one line for each commitment, answered or not."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from commitments.models.guards import CONFIRMED_WHILE_OPEN
from commitments.models.roadmap import Roadmap
from roadmap_portal.history.tracking import tracked
from roadmap_portal.versioned import Versioned


class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


@tracked()
class Campaign(Versioned):
    class State(models.TextChoices):
        PLANNED = "planned", _("prévue")
        OPEN = "open", _("ouverte")
        REVIEW = "review", _("en relecture")
        SEALED = "sealed", _("scellée")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("feuille de route")
    )
    year = models.PositiveSmallIntegerField(_("année"))
    quarter = models.PositiveSmallIntegerField(_("trimestre"))
    reference_on = models.DateField(_("date de référence"), help_text=_("Dernier jour du trimestre."))
    opens_on = models.DateField(_("ouverture"))
    due_on = models.DateField(_("réponse attendue le"))
    closes_on = models.DateField(
        _("clôture"),
        help_text=_("Dernier jour pour répondre et viser ; ensuite, une ligne sans réponse le reste."),
    )
    seals_on = models.DateField(
        _("scellement"),
        null=True,
        blank=True,
        help_text=_("Jour où le trimestre se scelle de lui-même s’il ne manque aucun visa. Vide : à la main."),
    )
    state = models.CharField(_("état"), max_length=7, choices=State.choices, default=State.PLANNED, editable=False)

    class Meta(Versioned.Meta):
        verbose_name = _("campagne trimestrielle")
        verbose_name_plural = _("campagnes trimestrielles")
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["roadmap", "year", "quarter"],
                name="campaign_once_a_quarter",
                violation_error_message=_("Ce trimestre a déjà sa campagne."),
            ),
            models.UniqueConstraint(
                fields=["roadmap"],
                condition=Q(state="open"),
                name="campaign_one_open",
                violation_error_message=_("Une autre campagne est encore ouverte."),
            ),
            models.CheckConstraint(
                name="campaign_quarter_of_the_year",
                condition=Q(quarter__range=(1, 4)),
                violation_error_message=_("Un trimestre va de 1 à 4."),
            ),
            models.CheckConstraint(
                name="campaign_dates_in_order",
                condition=Q(due_on__gte=F("opens_on"), closes_on__gte=F("due_on")),
                violation_error_message=_("Les dates se suivent : ouverture, réponse attendue, clôture."),
            ),
            models.CheckConstraint(
                name="campaign_sealed_after_closing",
                condition=Q(seals_on__isnull=True) | Q(seals_on__gt=F("closes_on")),
                violation_error_message=_("Le scellement suit la clôture, d’un jour au moins."),
            ),
            ExclusionConstraint(
                name="campaign_dates_do_not_overlap",
                expressions=[
                    ("roadmap", RangeOperators.EQUAL),
                    (
                        DateRange("opens_on", "closes_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Les dates de cette campagne chevauchent celles d’une autre."),
            ),
        ]

    def __str__(self) -> str:
        return f"T{self.quarter} {self.year}"

    @property
    def slug(self) -> str:
        """As in addresses and file names: 2026-T3."""
        return f"{self.year}-T{self.quarter}"

    @property
    def starts_on(self) -> date:
        return date(self.year, 3 * self.quarter - 2, 1)

    def opens_itself(self, on: date) -> bool:
        """Late is better than never, but not once its last day is past: silence would be recorded as an answer of
        people whom nobody has asked."""
        return self.state == self.State.PLANNED and self.opens_on <= on <= self.closes_on

    def closes_itself(self, on: date) -> bool:
        return self.state == self.State.OPEN and self.closes_on < on

    def seals_itself(self, on: date) -> bool:
        return self.state == self.State.REVIEW and self.seals_on is not None and self.seals_on <= on


@tracked()
class CampaignLine(models.Model):
    """What one commitment has to say in one campaign. Its state is read from its updates (queries/lines.py)."""

    class State(models.TextChoices):
        TO_ANSWER = "to_answer", _("à répondre")
        IN_PROGRESS = "in_progress", _("en cours")
        SUBMITTED = "submitted", _("soumis")
        APPROVED = "approved", _("approuvé et publié")
        CONFIRMED = "confirmed", _("confirmé sans changement")
        NOT_ANSWERED = "not_answered", _("non renseigné")
        NOTHING_DUE = "nothing_due", _("rien d’attendu")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="lines", verbose_name=_("campagne"))
    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="campaign_lines", verbose_name=_("engagement")
    )
    # Completed or abandoned before the campaign: its line is shown, and no answer is waited for.
    was_finished = models.BooleanField(_("achevé avant la campagne"), default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="confirmations",
        verbose_name=_("confirmé par"),
    )
    confirmed_at = models.DateTimeField(_("confirmé le"), null=True)

    class Meta:
        verbose_name = _("ligne de campagne")
        verbose_name_plural = _("lignes de campagne")
        ordering = ["campaign", "commitment"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "commitment"],
                name="line_once_a_campaign",
                violation_error_message=_("L’engagement a déjà sa ligne dans cette campagne."),
            ),
            models.CheckConstraint(
                name="line_confirmation_is_signed",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                violation_error_message=_("Une confirmation porte sa date et son auteur."),
            ),
        ]
        triggers = [CONFIRMED_WHILE_OPEN]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.commitment.code}"
