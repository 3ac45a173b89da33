"""Reports: a dataset frozen as JSON, the files laid out from it, and how far the worker has come.

The data of a sealed report are those of its `SealedReport`; a draft keeps its own.
"""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models import Campaign
from reports.models.guards import LAYOUT_OF_A_SEAL_KEPT, SEALED_FILE_KEPT
from reports.models.sealed import SealedReport
from roadmap_portal.publication import raises_publication


class Report(models.Model):
    class Kind(models.TextChoices):
        QUARTERLY = "quarterly", _("rapport trimestriel")

    class State(models.TextChoices):
        QUEUED = "queued", _("en attente")
        BUILDING = "building", _("en construction")
        READY = "ready", _("prêt")
        FAILED = "failed", _("en échec")

    class Period(models.TextChoices):
        """What is told of: the state is that of the quarter's end, the movements are those of the period."""

        QUARTER = "quarter", _("le trimestre")
        YEAR = "year", _("l’année")
        BEGINNING = "beginning", _("depuis le début")

    RUNNING = (State.QUEUED, State.BUILDING)
    # How often a request may be begun: more, and its workers die of it.
    MOST_TRIES = 10

    kind = models.CharField(_("nature"), max_length=9, choices=Kind.choices, default=Kind.QUARTERLY)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="reports", verbose_name=_("trimestre")
    )
    # The filters of the list page, as a canonical query string; empty: the whole roadmap.
    scope = models.CharField(_("périmètre"), max_length=500, blank=True)
    period = models.CharField(_("période"), max_length=9, choices=Period.choices, default=Period.QUARTER)
    # Whose files these are; None for a draft.
    sealed = models.OneToOneField(
        SealedReport,
        on_delete=models.PROTECT,
        null=True,
        related_name="layout",
        verbose_name=_("rapport scellé"),
        editable=False,
    )
    state = models.CharField(_("état"), max_length=8, choices=State.choices, default=State.QUEUED, editable=False)
    step = models.CharField(_("étape"), max_length=80, blank=True, editable=False)
    percent = models.PositiveSmallIntegerField(_("avancement du calcul"), default=0, editable=False)
    error = models.TextField(_("motif de l’échec"), blank=True, editable=False)
    # Canonical JSON; empty until it is built, and for a sealed report, whose data are in its seal.
    content = models.TextField(_("données figées"), blank=True, editable=False)
    dataset_sha256 = models.CharField(_("empreinte des données"), max_length=64, blank=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="reports",
        verbose_name=_("demandé par"),
        editable=False,
    )
    # The worker's hold on it: which attempt, until when it is believed alive, from when on to try again.
    attempt = models.PositiveSmallIntegerField(_("essai"), default=0, editable=False)
    lease_until = models.DateTimeField(_("tenu jusqu’à"), null=True, editable=False)
    not_before = models.DateTimeField(_("pas avant"), default=timezone.now, editable=False)
    requested_at = models.DateTimeField(_("demandé le"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("commencé le"), null=True, editable=False)
    finished_at = models.DateTimeField(_("terminé le"), null=True, editable=False)
    published_at = models.DateTimeField(_("mis en ligne le"), null=True, editable=False)

    class Meta:
        verbose_name = _("rapport")
        verbose_name_plural = _("rapports")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "campaign", "scope", "period"],
                condition=Q(state__in=["queued", "building"], sealed__isnull=True),
                name="report_built_once_at_a_time",
                violation_error_message=_("Ce rapport est déjà en cours de construction."),
            ),
            models.CheckConstraint(
                name="report_ready_has_its_data",
                condition=~Q(state="ready")
                | Q(finished_at__isnull=False) & ~Q(dataset_sha256="") & (~Q(content="") | Q(sealed__isnull=False)),
                violation_error_message=_("Un rapport prêt a ses données figées et leur empreinte."),
            ),
            models.CheckConstraint(
                name="report_failure_says_why",
                condition=~Q(state="failed") | ~Q(error=""),
                violation_error_message=_("Un échec dit pourquoi."),
            ),
            models.CheckConstraint(
                name="report_online_is_ready",
                condition=Q(published_at__isnull=True) | Q(state="ready", sealed__isnull=True),
                violation_error_message=_("Seul un rapport prêt, non scellé, se met en ligne comme provisoire."),
            ),
            models.UniqueConstraint(
                fields=["kind", "campaign"],
                condition=Q(published_at__isnull=False),
                name="report_one_online_a_quarter",
                violation_error_message=_("Un autre rapport de ce trimestre est déjà en ligne."),
            ),
            models.CheckConstraint(
                name="report_building_is_held",
                condition=~Q(state="building") | Q(started_at__isnull=False, lease_until__isnull=False, attempt__gte=1),
                violation_error_message=_("Un rapport en construction est tenu par un travailleur."),
            ),
            models.CheckConstraint(
                name="report_percent_is_a_percentage",
                condition=Q(percent__lte=100),
                violation_error_message=_("L’avancement va de 0 à 100 %%."),
            ),
        ]
        triggers = [
            LAYOUT_OF_A_SEAL_KEPT,
            # A worker that builds it gives a sign of life every few seconds: that is nobody's news.
            raises_publication(pgtrigger.Q(new__state="ready")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("reports:staff_detail", args=[self.pk])

    @cached_property
    def dataset(self) -> dict[str, Any] | None:
        """As frozen, of the seal or of the draft; None until it is built. May weigh megabytes."""
        content = self.sealed.content if self.sealed is not None else self.content
        return json.loads(content) if content else None

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING

    @property
    def is_waiting_to_retry(self) -> bool:
        return self.state == self.State.QUEUED and bool(self.error)

    @property
    def tries(self) -> int:
        """How often this request was begun. `attempt` only ever grows: each request has ten of its numbers."""
        return (self.attempt - 1) % self.MOST_TRIES + 1 if self.attempt else 0

    @property
    def first_attempt_of_next_request(self) -> int:
        """What the counter shows before the first try of somebody who asks again."""
        return -(-self.attempt // self.MOST_TRIES) * self.MOST_TRIES

    @property
    def expires_at(self) -> datetime | None:
        """When a draft is deleted; None for what is kept: sealed, online or running."""
        if self.sealed_id is not None or self.published_at is not None or self.finished_at is None or self.is_running:
            return None
        return self.finished_at + timedelta(days=settings.REPORT_DRAFT_DAYS)


class ReportFile(models.Model):
    class Format(models.TextChoices):
        # ODS first: the State's interoperability framework recommends ODF (requirement T1).
        ODS = "ods", _("Classeur ODS")
        XLSX = "xlsx", _("Classeur XLSX")
        PDF = "pdf", _("PDF accessible (PDF/UA-1)")
        ODT = "odt", _("Synthèse modifiable ODT")
        ODP = "odp", _("Diaporama ODP")
        CSV_EXCEL = "csv", _("CSV pour Excel en français")
        CSV_OPEN = "csv-open", _("CSV de données ouvertes")
        JSON = "json", _("JSON de données ouvertes")

    class State(models.TextChoices):
        PENDING = "pending", _("à construire")
        READY = "ready", _("prêt")
        FAILED = "failed", _("en échec")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files", verbose_name=_("rapport"))
    format = models.CharField(_("format"), max_length=8, choices=Format.choices)
    # Empty for what has no language: data.
    language = models.CharField(_("langue"), max_length=2, choices=settings.LANGUAGES, blank=True)
    state = models.CharField(_("état"), max_length=7, choices=State.choices, default=State.PENDING, editable=False)
    error = models.TextField(_("motif de l’échec"), blank=True, editable=False)
    name = models.CharField(_("nom du fichier"), max_length=120)
    file = models.FileField(_("fichier"), upload_to="reports/", blank=True)
    size = models.PositiveBigIntegerField(_("taille (octets)"), default=0)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64, blank=True)
    # What it took to write, in milliseconds.
    milliseconds = models.PositiveIntegerField(_("durée (ms)"), default=0)

    class Meta:
        verbose_name = _("fichier")
        verbose_name_plural = _("fichiers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "format", "language"],
                name="report_file_once_a_format",
                violation_error_message=_("Ce fichier du rapport existe déjà."),
            ),
            models.CheckConstraint(
                name="report_file_hash_is_complete",
                condition=~Q(state="ready") | Q(sha256__regex=r"^[0-9a-f]{64}$") & ~Q(file=""),
                violation_error_message=_("Un fichier prêt a son empreinte SHA-256, de 64 chiffres hexadécimaux."),
            ),
            models.CheckConstraint(
                name="report_file_failure_says_why",
                condition=~Q(state="failed") | ~Q(error=""),
                violation_error_message=_("Un échec dit pourquoi."),
            ),
        ]
        triggers = [SEALED_FILE_KEPT, raises_publication(pgtrigger.Q(new__state="ready"))]

    def __str__(self) -> str:
        return self.name

    @property
    def seconds(self) -> Decimal:
        return Decimal(self.milliseconds) / 1000
