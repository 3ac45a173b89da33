"""Financing plans: what a commitment costs and who brings which part of it, to the cent (F3.6 to F3.8, F3.13).

A plan is never changed: another one supersedes it.
"""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.models import Commitment
from commitments.models.guards import append_only
from funding.models.envelope import Envelope
from funding.models.guards import plan_adds_up
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula

CENT = Decimal("0.01")


@tracked()
class FinancingPlan(models.Model):
    class TaxBasis(models.TextChoices):
        EXCLUDED = "excluded", _("hors taxes")
        INCLUDED = "included", _("toutes taxes comprises")

    class Nature(models.TextChoices):
        INVESTMENT = "investment", _("investissement")
        OPERATING = "operating", _("fonctionnement")

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="financing_plans", verbose_name=_("engagement")
    )
    nature = models.CharField(_("nature de la dépense"), max_length=10, choices=Nature.choices)
    tax_basis = models.CharField(_("base des montants"), max_length=8, choices=TaxBasis.choices)
    total_cost = models.DecimalField(
        _("coût total"), max_digits=14, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    # What rates are counted on: « assiette éligible ».
    eligible_cost = models.DecimalField(
        _("dépense éligible"), max_digits=14, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    adopted_on = models.DateField(_("adopté le"))
    document = OneLine(_("document source"), max_length=300)
    document_url = models.URLField(_("adresse du document"), max_length=500, blank=True)
    # Of what the law allows but asks to be explained: a low own share, a European rate above its cap.
    alert_reason = models.TextField(_("explication des alertes"), blank=True)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("remplace"),
    )
    is_fictional = models.BooleanField(_("fictif"), default=False, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    recorded_at = models.DateTimeField(_("inscrit le"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("plan de financement")
        verbose_name_plural = _("plans de financement")
        ordering = ["commitment", "pk"]
        constraints = [
            no_formula("financing_plan", "document"),
            models.CheckConstraint(
                name="financing_plan_costs_are_positive",
                condition=Q(total_cost__gt=0, eligible_cost__gt=0),
                violation_error_message=_("Un coût est supérieur à zéro."),
            ),
            models.CheckConstraint(
                name="financing_plan_eligible_is_part_of_total",
                condition=Q(eligible_cost__lte=F("total_cost")),
                violation_error_message=_("La dépense éligible est au plus égale au coût total."),
            ),
            models.CheckConstraint(
                name="financing_plan_has_its_document",
                condition=~Q(document=""),
                violation_error_message=_("Un plan de financement cite son document source."),
            ),
            # The first one has no other to supersede, so that the chain of each commitment has one end.
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(supersedes__isnull=True),
                name="financing_plan_first_is_one",
                violation_error_message=_("L’engagement a déjà un plan de financement : remplacez-le."),
            ),
        ]
        triggers = [
            append_only(
                "financing_plan_append_only",
                "Un plan de financement ne se modifie ni ne se supprime : un autre le remplace.",
            ),
            plan_adds_up("id"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.code} · {self.total_cost} €"


@tracked()
class PlanShare(models.Model):
    class Resource(models.TextChoices):
        PUBLIC = "public", _("aide publique")
        OWN = "own", _("part du maître d’ouvrage")
        PRIVATE = "private", _("ressource privée")

    plan = models.ForeignKey(FinancingPlan, on_delete=models.PROTECT, related_name="shares", verbose_name=_("plan"))
    resource = models.CharField(_("ressource"), max_length=7, choices=Resource.choices)
    funder = models.ForeignKey(
        Actor, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_shares", verbose_name=_("financeur")
    )
    # For who is no actor of the roadmap: « mécénat », « entreprises membres ».
    label = OneLine(_("désignation"), max_length=200, blank=True)
    envelope = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("enveloppe")
    )
    amount = models.DecimalField(_("montant"), max_digits=14, decimal_places=2, validators=[MinValueValidator(CENT)])
    is_in_kind = models.BooleanField(_("valorisé, sans versement"), default=False)

    class Meta:
        verbose_name = _("part d’un plan de financement")
        verbose_name_plural = _("parts d’un plan de financement")
        ordering = ["plan", "pk"]
        constraints = [
            no_formula("plan_share", "label"),
            models.CheckConstraint(
                name="plan_share_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("Une part est supérieure à zéro."),
            ),
            models.CheckConstraint(
                name="plan_share_says_whose",
                condition=Q(funder__isnull=False) | ~Q(label=""),
                violation_error_message=_("Une part nomme son financeur ou le désigne."),
            ),
        ]
        triggers = [
            append_only("plan_share_append_only", "Les parts d’un plan de financement ne changent plus."),
            plan_adds_up("plan_id"),
        ]

    def __str__(self) -> str:
        return f"{self.funder or self.label} {self.amount} €"
