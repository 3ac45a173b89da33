"""The ledger: what was planned, authorised, opened, contracted, ordered, paid, decommitted or recovered on a line.

Append-only. Each amount is of its own day and document, and never inferred from another (requirement F2); a wrong one
is superseded by another event, of zero when nothing was to be written.
"""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models.guards import append_only
from funding.models.guards import EVENT_FITS_ITS_LINE, LEDGER_ADDS_UP
from funding.models.line import FundingLine
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula


class EventQuerySet(models.QuerySet["FundingEvent"]):
    def effective(self) -> "EventQuerySet":
        """Those no correction has replaced; an event corrected to zero says nothing more."""
        return self.filter(superseded_by__isnull=True, amount__gt=0)


@tracked()
class FundingEvent(models.Model):
    class Kind(models.TextChoices):
        """In the order of the chain. The State orders (« ordonnance »), the Region mandates (« mandate »)."""

        PLANNED = "planned", _("programmé")
        AUTHORISED = "authorised", _("autorisé (AE ou AP)")
        APPROPRIATED = "appropriated", _("crédits de paiement ouverts")
        CONTRACTED = "contracted", _("engagé juridiquement")
        ORDERED = "ordered", _("ordonnancé ou mandaté")
        PAID = "paid", _("payé")
        DECOMMITTED = "decommitted", _("désengagé")
        RECOVERED = "recovered", _("reversé")

    line = models.ForeignKey(
        FundingLine, on_delete=models.PROTECT, related_name="events", verbose_name=_("ligne de financement")
    )
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    amount = models.DecimalField(
        _("montant"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    occurred_on = models.DateField(_("date"))
    fiscal_year = models.PositiveSmallIntegerField(
        _("exercice"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    document = OneLine(_("document source"), max_length=300)
    document_url = models.URLField(_("adresse du document"), max_length=500, blank=True)
    reason = models.TextField(_("motif"), blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("corrige")
    )
    # Read in the facts file; a new amount there supersedes the old one.
    from_facts = models.BooleanField(_("lu dans les faits publics"), default=False, editable=False)
    # The same form sent twice is one event.
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    recorded_at = models.DateTimeField(_("inscrit le"), default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("écriture de financement")
        verbose_name_plural = _("écritures de financement")
        ordering = ["occurred_on", "recorded_at", "pk"]
        constraints = [
            no_formula("funding_event", "document"),
            models.CheckConstraint(
                name="funding_event_amount_is_positive",
                condition=Q(amount__gt=0) | Q(amount=0, supersedes__isnull=False),
                violation_error_message=_(
                    "Un montant est supérieur à zéro ; seule une correction ramène une écriture à zéro."
                ),
            ),
            models.CheckConstraint(
                name="funding_event_kind_is_known",
                condition=Q(
                    kind__in=[
                        "planned",
                        "authorised",
                        "appropriated",
                        "contracted",
                        "ordered",
                        "paid",
                        "decommitted",
                        "recovered",
                    ]
                ),
                violation_error_message=_("Cette nature d’écriture n’existe pas."),
            ),
            models.CheckConstraint(
                name="funding_event_has_its_document",
                condition=~Q(document=""),
                violation_error_message=_("Une écriture cite son document source."),
            ),
            # Invariant F3.5: a cumulative amount never falls without a reason.
            models.CheckConstraint(
                name="funding_event_fall_has_a_reason",
                condition=(Q(supersedes__isnull=True) & ~Q(kind__in=["decommitted", "recovered"])) | ~Q(reason=""),
                violation_error_message=_("Un désengagement, un reversement ou une correction dit son motif."),
            ),
            # The year's accounts stay open for some weeks after it; credits are voted before it begins.
            models.CheckConstraint(
                name="funding_event_year_is_near_its_date",
                condition=Q(
                    fiscal_year__gte=ExtractYear(F("occurred_on")) - 1,
                    fiscal_year__lte=ExtractYear(F("occurred_on")) + 1,
                ),
                violation_error_message=_("L’exercice est celui de la date, ou l’un des deux qui l’entourent."),
            ),
        ]
        triggers = [
            append_only(
                "funding_event_append_only",
                "Une écriture ne se modifie ni ne se supprime : une correction la remplace.",
            ),
            EVENT_FITS_ITS_LINE,
            LEDGER_ADDS_UP,
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} € ({self.occurred_on})"
