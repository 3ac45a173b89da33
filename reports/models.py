"""Reports: a dataset frozen as JSON, and the files laid out from it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models import Campaign


class Report(models.Model):
    class Kind(models.TextChoices):
        QUARTERLY = "quarterly", _("rapport trimestriel")

    class State(models.TextChoices):
        QUEUED = "queued", _("en attente")
        BUILDING = "building", _("en construction")
        READY = "ready", _("prêt")
        FAILED = "failed", _("en échec")

    RUNNING = (State.QUEUED, State.BUILDING)

    kind = models.CharField(_("nature"), max_length=9, choices=Kind.choices, default=Kind.QUARTERLY)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="reports", verbose_name=_("trimestre")
    )
    # The filters of the list page, as a canonical query string; empty: the whole roadmap.
    scope = models.CharField(_("périmètre"), max_length=500, blank=True)
    state = models.CharField(_("état"), max_length=8, choices=State.choices, default=State.QUEUED, editable=False)
    step = models.CharField(_("étape"), max_length=80, blank=True, editable=False)
    percent = models.PositiveSmallIntegerField(_("avancement du calcul"), default=0, editable=False)
    error = models.TextField(_("motif de l’échec"), blank=True, editable=False)
    dataset = models.JSONField(_("données figées"), null=True, editable=False)
    dataset_sha256 = models.CharField(_("empreinte des données"), max_length=64, blank=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="reports",
        verbose_name=_("demandé par"),
        editable=False,
    )
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
                fields=["kind", "campaign", "scope"],
                condition=Q(state__in=["queued", "building"]),
                name="report_built_once_at_a_time",
                violation_error_message=_("Ce rapport est déjà en cours de construction."),
            ),
            models.CheckConstraint(
                name="report_ready_has_its_data",
                condition=~Q(state="ready")
                | Q(dataset__isnull=False, finished_at__isnull=False) & ~Q(dataset_sha256=""),
                violation_error_message=_("Un rapport prêt a ses données figées et leur empreinte."),
            ),
            models.CheckConstraint(
                name="report_failure_says_why",
                condition=~Q(state="failed") | ~Q(error=""),
                violation_error_message=_("Un échec dit pourquoi."),
            ),
            models.CheckConstraint(
                name="report_online_is_ready",
                condition=Q(published_at__isnull=True) | Q(state="ready"),
                violation_error_message=_("Seul un rapport prêt se met en ligne."),
            ),
            models.UniqueConstraint(
                fields=["kind", "campaign"],
                condition=Q(published_at__isnull=False),
                name="report_one_online_a_quarter",
                violation_error_message=_("Un autre rapport de ce trimestre est déjà en ligne."),
            ),
            models.CheckConstraint(
                name="report_percent_is_a_percentage",
                condition=Q(percent__lte=100),
                violation_error_message=_("L’avancement va de 0 à 100 %%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("reports:staff_detail", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING


class ReportFile(models.Model):
    class Format(models.TextChoices):
        # ODS first: the State's interoperability framework recommends ODF (requirement T1).
        ODS = "ods", _("Classeur ODS")
        XLSX = "xlsx", _("Classeur XLSX")
        PDF = "pdf", _("PDF accessible (PDF/UA-1)")
        CSV_EXCEL = "csv", _("CSV pour Excel en français")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files", verbose_name=_("rapport"))
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    name = models.CharField(_("nom du fichier"), max_length=120)
    file = models.FileField(_("fichier"), upload_to="reports/")
    size = models.PositiveBigIntegerField(_("taille (octets)"))
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("fichier")
        verbose_name_plural = _("fichiers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "format"], name="report_file_once_a_format"),
            models.CheckConstraint(
                name="report_file_hash_is_complete",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("L’empreinte SHA-256 compte 64 chiffres hexadécimaux."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
