"""The sealed report (arrêté trimestriel scellé): what was approved, word for word, chained to the one before.

How its files come along is told by a `Report` beside it: this row never moves again, except that it is published.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models import Campaign, Roadmap
from reports.models.guards import CHAINED, SEALED_KEPT
from roadmap_portal.publication import raises_publication


class SealedReport(models.Model):
    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="sealed_reports", verbose_name=_("feuille de route")
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="sealed_reports", verbose_name=_("trimestre")
    )
    # Place in the chain of the roadmap: 1, 2, 3… whatever the quarter.
    number = models.PositiveIntegerField(_("numéro"))
    # 1 for the first report of the quarter, 2 for « Rectificatif n° 1 ».
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    rectifies = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="rectified_by", verbose_name=_("rectifie")
    )
    reason = models.TextField(_("motif du rectificatif"), blank=True)
    # Canonical JSON (dataset.values.canonical_json), the very bytes the fingerprint is computed from.
    content = models.TextField(_("données"))
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    previous_sha256 = models.CharField(_("empreinte du rapport précédent"), max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("scellé le"), default=timezone.now)
    # None: sealed by the calendar, on the day an administrator had set.
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="sealed_reports",
        verbose_name=_("scellé par"),
    )
    published_at = models.DateTimeField(_("publié le"), null=True)

    class Meta:
        verbose_name = _("rapport scellé")
        verbose_name_plural = _("rapports scellés")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["roadmap", "number"],
                name="sealed_once_a_number",
                violation_error_message=_("Ce numéro est déjà celui d’un rapport scellé."),
            ),
            models.UniqueConstraint(
                fields=["campaign", "version"],
                name="sealed_once_a_version",
                violation_error_message=_("Ce trimestre est déjà scellé dans cette version."),
            ),
            models.UniqueConstraint(
                fields=["roadmap", "previous_sha256"],
                name="sealed_chain_does_not_fork",
                violation_error_message=_("Un autre rapport suit déjà le précédent."),
            ),
            models.CheckConstraint(
                name="sealed_hash_is_complete",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("L’empreinte SHA-256 compte 64 chiffres hexadécimaux."),
            ),
            models.CheckConstraint(
                name="sealed_rectification_says_why",
                condition=Q(version=1, rectifies__isnull=True, reason="")
                | Q(version__gt=1, rectifies__isnull=False) & ~Q(reason=""),
                violation_error_message=_("Un rectificatif nomme le rapport qu’il corrige, et pourquoi."),
            ),
            models.CheckConstraint(
                name="sealed_then_published",
                condition=Q(published_at__isnull=True) | Q(published_at__gte=F("sealed_at")),
                violation_error_message=_("Un rapport se publie une fois scellé."),
            ),
        ]
        triggers = [SEALED_KEPT, CHAINED, raises_publication()]

    def __str__(self) -> str:
        if self.version == 1:
            return str(_("Rapport scellé %(quarter)s")) % {"quarter": self.campaign}
        return str(_("Rectificatif n° %(n)s, %(quarter)s")) % {"n": self.version - 1, "quarter": self.campaign}

    def get_absolute_url(self) -> str:
        """Permanent: this version's own, whatever corrects it later."""
        return reverse("reports:version", args=[self.campaign.slug, self.version])

    @property
    def is_rectified(self) -> bool:
        """Another version says what was wrong in this one."""
        return hasattr(self, "rectified_by")
