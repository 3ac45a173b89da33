"""Milestones, and the ledger of their postponements."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import DatePrecision, Source
from commitments.models.commitment import Commitment
from commitments.models.evidence_guards import ACHIEVED_WITH_EVIDENCE
from commitments.models.guards import (
    OF_MILESTONE,
    POSTPONED_BY_ITS_OWN_DECISION,
    append_only,
    baseline_kept,
    due_date_through_the_ledger,
    not_deleted_in_force,
)
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class Milestone(Versioned):
    class Status(models.TextChoices):
        PLANNED = "planned", _("prévu")
        ACHIEVED = "achieved", _("atteint")
        CANCELLED = "cancelled", _("annulé")

    class Origin(models.TextChoices):
        PLAN = "plan", _("calendrier de l’engagement")
        SOURCE = "source", _("date lue dans une source publique")

    commitment = models.ForeignKey(
        Commitment, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("engagement")
    )
    title = OneLine(_("intitulé"), max_length=300)
    title_en = OneLine(_("intitulé en anglais"), max_length=300, blank=True)
    # A date quoted from the press is shown, but nobody follows it up: it enters neither progress nor lateness.
    origin = models.CharField(_("origine"), max_length=6, choices=Origin.choices, default=Origin.PLAN)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="milestones", verbose_name=_("source")
    )
    weight = models.PositiveSmallIntegerField(_("poids"), default=1, validators=[MinValueValidator(1)])
    initial_due_on = models.DateField(_("échéance initiale"))
    due_on = models.DateField(_("échéance"))
    date_precision = models.CharField(
        _("précision de la date"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    status = models.CharField(_("état"), max_length=9, choices=Status.choices, default=Status.PLANNED, editable=False)
    achieved_on = models.DateField(_("atteint le"), null=True, blank=True, editable=False)
    evidence_required = models.BooleanField(
        _("pièce exigée"),
        default=False,
        help_text=_("Le jalon ne se déclare atteint qu’avec une pièce justificative qui lui est jointe."),
    )

    class Meta(Versioned.Meta):
        verbose_name = _("jalon")
        verbose_name_plural = _("jalons")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["due_on", "id"], name="milestone_by_due_date")]
        constraints = [
            no_formula("milestone", "title", "title_en"),
            models.UniqueConstraint(
                fields=["commitment", "title"],
                name="milestone_title_once",
                violation_error_message=_("L’engagement a déjà un jalon de ce nom."),
            ),
            models.CheckConstraint(
                name="milestone_achieved_means_dated",
                condition=Q(status="achieved", achieved_on__isnull=False)
                | ~Q(status="achieved") & Q(achieved_on__isnull=True),
                violation_error_message=_("Un jalon atteint porte sa date, et lui seul."),
            ),
            models.CheckConstraint(
                name="milestone_weight_is_positive",
                condition=Q(weight__gte=1),
                violation_error_message=_("Le poids vaut au moins 1."),
            ),
            models.CheckConstraint(
                name="milestone_from_a_source_names_it",
                condition=Q(origin="plan") | Q(source__isnull=False),
                violation_error_message=_("Un jalon lu dans une source porte cette source."),
            ),
        ]
        triggers = [
            *Versioned.Meta.triggers,
            baseline_kept("NEW.commitment_id", OF_MILESTONE.format(row="NEW")),
            due_date_through_the_ledger("p.milestone_id = NEW.id", OF_MILESTONE.format(row="NEW")),
            not_deleted_in_force(OF_MILESTONE.format(row="OLD")),
            ACHIEVED_WITH_EVIDENCE,
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def slippage_days(self) -> int:
        return (self.due_on - self.initial_due_on).days

    @property
    def is_tracked(self) -> bool:
        return self.origin == self.Origin.PLAN


@tracked()
class Postponement(models.Model):
    """One move of a due date. Append-only: the initial date can always be told from the current one, and why."""

    class Reason(models.TextChoices):
        LEGAL = "legal", _("juridique")
        BUDGET = "budget", _("budgétaire")
        PROCUREMENT = "procurement", _("commande publique")
        PARTNER = "partner", _("partenaire")
        TECHNICAL = "technical", _("technique")
        SCOPE = "scope", _("périmètre")
        OTHER = "other", _("autre")

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="postponements", verbose_name=_("engagement")
    )
    milestone = models.ForeignKey(
        Milestone,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postponements",
        verbose_name=_("jalon"),
        help_text=_("Vide : l’échéance de l’engagement lui-même."),
    )
    from_on = models.DateField(_("de"))
    to_on = models.DateField(_("à"))
    reason_kind = models.CharField(_("nature du motif"), max_length=11, choices=Reason.choices)
    reason = models.TextField(_("motif"))
    decision = models.ForeignKey(
        "commitments.Decision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postponements",
        verbose_name=_("décision du comité"),
    )
    postponed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="postponements", verbose_name=_("par")
    )
    postponed_at = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("report d’échéance")
        verbose_name_plural = _("reports d’échéance")
        ordering = ["postponed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="postponement_moves_the_date",
                condition=~Q(to_on=F("from_on")),
                violation_error_message=_("La nouvelle échéance est la même que l’ancienne."),
            ),
            models.CheckConstraint(
                name="postponement_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Un report d’échéance porte son motif."),
            ),
        ]
        triggers = [
            append_only(
                "postponement_append_only",
                "Un report d’échéance ne se modifie ni ne se supprime : il s’en ajoute un autre.",
            ),
            POSTPONED_BY_ITS_OWN_DECISION,
        ]

    def __str__(self) -> str:
        return f"{self.from_on} → {self.to_on}"

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days
