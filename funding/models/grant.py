"""Grants: the essential data of an agreement (décret 2017-779), as SCDL « subventions » 2.1.1 names them.

The field of the schema stands beside each column. Public once published; natural persons never in clear (O8).
"""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, validate_siret
from funding.models.guards import GRANT_SIGNED_BEFORE_PAYMENTS, PUBLISHED_GRANT_KEPT, shares_add_up
from funding.models.line import FundingLine
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned

LONGEST = 256
MONTHS_TO_PUBLISH = 3


@tracked()
class Grant(Versioned):
    class Nature(models.TextChoices):
        CASH = "cash", _("aide en numéraire")
        IN_KIND = "in_kind", _("aide en nature")
        BOTH = "both", _("aide en numéraire et en nature")

    line = models.ForeignKey(
        FundingLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("ligne de financement"),
    )
    # nomAttribuant, idAttribuant
    grantor = models.ForeignKey(
        Actor, on_delete=models.PROTECT, related_name="awarded_grants", verbose_name=_("attribuant")
    )
    # dateConvention
    signed_on = models.DateField(_("convention signée le"))
    # referenceDecision
    decision_reference = OneLine(_("référence de la décision"), max_length=120, blank=True)
    decided_on = models.DateField(_("décision du"), null=True, blank=True)
    agreement_number = OneLine(_("numéro de la convention"), max_length=120, blank=True)
    # objet
    purpose = OneLine(_("objet"), max_length=LONGEST)
    # montant: the whole grant, before it is shared. A repayable advance is no cost, and is shown apart (F3.12).
    amount = models.DecimalField(
        _("montant de l’aide"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    repayable_advance = models.DecimalField(
        _("dont avance récupérable"),
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )
    nature = models.CharField(_("nature"), max_length=7, choices=Nature.choices, default=Nature.CASH)
    # conditionsVersement
    payment_terms = OneLine(
        _("conditions de versement"),
        max_length=LONGEST,
        help_text=_("« unique », « échelonné », ou en toutes lettres."),
    )
    # datesPeriodeVersement
    pays_from = models.DateField(_("versements à partir du"))
    pays_to = models.DateField(_("versements jusqu’au"), null=True, blank=True)
    # idRAE, notificationUE, dispositifAide
    rae_id = OneLine(_("n° du régime d’aides"), max_length=5, blank=True)
    is_notified = models.BooleanField(_("notifiée au titre des aides d’État"), default=False)
    scheme = OneLine(_("dispositif d’aide"), max_length=120, blank=True)
    published_on = models.DateField(_("publiée le"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    is_fictional = models.BooleanField(_("fictive"), default=False, editable=False)

    class Meta(Versioned.Meta):
        verbose_name = _("subvention")
        verbose_name_plural = _("subventions")
        ordering = ["-signed_on", "pk"]
        constraints = [
            no_formula(
                "grant", "decision_reference", "agreement_number", "purpose", "payment_terms", "rae_id", "scheme"
            ),
            models.CheckConstraint(
                name="grant_amount_is_positive",
                condition=Q(amount__gt=0, repayable_advance__gte=0, repayable_advance__lte=F("amount")),
                violation_error_message=_("L’aide est supérieure à zéro, et l’avance récupérable en fait partie."),
            ),
            models.CheckConstraint(
                name="grant_decided_before_signed",
                condition=Q(decided_on__isnull=True) | Q(decided_on__lte=F("signed_on")),
                violation_error_message=_("La convention est signée au plus tôt le jour de la décision."),
            ),
            models.CheckConstraint(
                name="grant_period_is_in_order",
                condition=Q(pays_to__isnull=True) | Q(pays_to__gte=F("pays_from")),
                violation_error_message=_("Les versements finissent au plus tôt le jour où ils commencent."),
            ),
            models.CheckConstraint(
                name="grant_says_what_for_and_how",
                condition=~Q(purpose="") & ~Q(payment_terms=""),
                violation_error_message=_("Une subvention dit son objet et ses conditions de versement."),
            ),
            models.UniqueConstraint(
                fields=["grantor", "agreement_number"],
                condition=~Q(agreement_number=""),
                name="grant_number_once_a_grantor",
                violation_error_message=_("Cet attribuant a déjà une convention de ce numéro."),
            ),
        ]
        triggers = [
            *Versioned.Meta.triggers,
            GRANT_SIGNED_BEFORE_PAYMENTS,
            PUBLISHED_GRANT_KEPT,
            shares_add_up("id", pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def subsidy(self) -> Decimal:
        return self.amount - self.repayable_advance

    @property
    def publish_by(self) -> date:
        """Three months after the signature (décret 2017-779, art. 1)."""
        months = self.signed_on.year * 12 + self.signed_on.month - 1 + MONTHS_TO_PUBLISH
        first = date(months // 12, months % 12 + 1, 1)
        last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days
        return first.replace(day=min(self.signed_on.day, last))

    def days_overdue(self, on: date) -> int:
        """Past the day it is to be published by; 0 until then."""
        return max((on - self.publish_by).days, 0)


@tracked()
class GrantBeneficiary(models.Model):
    class Kind(models.TextChoices):
        PUBLIC = "public", _("organisme de droit public")
        PRIVATE = "private", _("organisme de droit privé")
        PERSON = "person", _("personne physique")

    grant = models.ForeignKey(
        Grant, on_delete=models.CASCADE, related_name="beneficiaries", verbose_name=_("subvention")
    )
    kind = models.CharField(_("nature"), max_length=7, choices=Kind.choices)
    # nomBeneficiaire, idBeneficiaire, rnaBeneficiaire, pourcentageSubvention
    name = OneLine(_("nom"), max_length=300)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    rna = models.CharField(_("n° RNA"), max_length=10, blank=True)
    share = models.DecimalField(
        _("part"), max_digits=3, decimal_places=2, help_text=_("De 0,01 à 1 ; les parts d’une subvention font 1.")
    )

    class Meta:
        verbose_name = _("bénéficiaire d’une subvention")
        verbose_name_plural = _("bénéficiaires d’une subvention")
        ordering = ["grant", "pk"]
        constraints = [
            no_formula("grant_beneficiary", "name"),
            models.CheckConstraint(
                name="grant_share_is_a_part",
                condition=Q(share__gte=Decimal("0.01"), share__lte=1),
                violation_error_message=_("Une part va de 0,01 à 1."),
            ),
            models.CheckConstraint(
                name="grant_beneficiary_siret_is_fourteen_digits",
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"),
                violation_error_message=_("Un SIRET compte 14 chiffres."),
            ),
            models.CheckConstraint(
                name="grant_beneficiary_rna_is_well_formed",
                condition=Q(rna="") | Q(rna__regex=r"^W[0-9]{9}$"),
                violation_error_message=_("Un numéro RNA est un W suivi de neuf chiffres."),
            ),
            models.CheckConstraint(
                name="grant_beneficiary_is_identified",
                condition=Q(kind="person", siret="", rna="") | ~Q(kind="person") & ~Q(siret="", rna=""),
                violation_error_message=_(
                    "Un organisme porte son SIRET ou son numéro RNA ; une personne physique n’en a pas."
                ),
            ),
        ]
        triggers = [shares_add_up("grant_id", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> Decimal:
        return 100 * self.share
