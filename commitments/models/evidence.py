"""Evidence of what was done: a link or a file, public or not."""

import uuid
from pathlib import PurePosixPath
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from commitments.models.evidence_guards import EVIDENCE_KEPT, LAST_PIECE_KEPT, SUBMITTED_EVIDENCE_KEPT
from commitments.models.milestone import Milestone
from commitments.models.update import ProgressUpdate
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula


def random_name(_evidence: models.Model, _file_name: str) -> str:
    """Nothing of what the author named the file, its extension included, reaches the storage (requirement S8)."""
    return f"evidence/{uuid.uuid4().hex}"


def extension_of(file_name: str) -> str:
    """PDF, ODT… : what the file is, since the two were found to agree when it came. "" for a link."""
    return PurePosixPath(file_name).suffix.removeprefix(".").upper()


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def valid(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def published(self) -> Self:
        """Those of no update, or of one that is out: not those whose update is still being written or approved. What
        nobody may open proves nothing either."""
        return self.openable().filter(Q(update__isnull=True) | ~Q(update__state__in=ProgressUpdate.OPEN_STATES))

    def openable(self) -> Self:
        return self.exclude(scan__in=Evidence.HELD)

    def proving(self) -> Self:
        """What may be submitted as a proof: a file may still wait for the antivirus, which answers in minutes."""
        return self.valid().exclude(scan=Evidence.Scan.INFECTED)


@tracked()
class Evidence(models.Model):
    class Kind(models.TextChoices):
        DELIBERATION = "deliberation", _("délibération")
        ORDER = "order", _("arrêté")
        AGREEMENT = "agreement", _("convention")
        DELIVERABLE = "deliverable", _("livrable")
        PUBLIC_PAGE = "public_page", _("page publique")
        DATA_SET = "data_set", _("jeu de données")

    class Scan(models.TextChoices):
        """What the antivirus says of a file; nothing where there was none, or for a link."""

        WAITING = "waiting", _("en attente de l’antivirus")
        SOUND = "sound", _("saine")
        INFECTED = "infected", _("refusée par l’antivirus")

    # Nobody opens these, neither staff nor public.
    HELD = (Scan.WAITING, Scan.INFECTED)

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("engagement")
    )
    milestone = models.ForeignKey(
        Milestone,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("jalon"),
        help_text=_("Vide : l’engagement lui-même."),
    )
    update = models.ForeignKey(
        ProgressUpdate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("point d’avancement"),
    )
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    title = OneLine(_("intitulé"), max_length=200)
    is_public = models.BooleanField(
        _("publique"), default=True, help_text=_("Non publique : son existence est dite, pas son contenu.")
    )
    url = models.URLField(_("adresse"), max_length=1000, blank=True)
    file = models.FileField(_("fichier"), upload_to=random_name, blank=True)
    file_name = models.CharField(_("nom du fichier"), max_length=200, blank=True, editable=False)
    media_type = models.CharField(_("format"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("taille en octets"), null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    scan = models.CharField(
        _("antivirus"), max_length=8, choices=Scan.choices, blank=True, default="", db_default="", editable=False
    )

    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("ajoutée par")
    )
    added_at = models.DateTimeField(_("ajoutée le"), default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="withdrawn_evidence",
        editable=False,
        verbose_name=_("retirée par"),
    )
    withdrawn_at = models.DateTimeField(_("retirée le"), null=True, editable=False)

    # The weekly check of links. Two failures in a row, and the link is said to be down since the first of them.
    checked_at = models.DateTimeField(_("lien vérifié le"), null=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("échecs de suite"), default=0, editable=False)
    failing_since = models.DateField(_("lien en échec depuis le"), null=True, editable=False)
    # When those in charge were written to, once for as long as it lasts.
    failure_told_at = models.DateTimeField(_("échec signalé le"), null=True, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("pièce justificative")
        verbose_name_plural = _("pièces justificatives")
        ordering = ["added_at", "pk"]
        constraints = [
            no_formula("evidence", "title"),
            models.CheckConstraint(
                name="evidence_link_or_file",
                condition=Q(url="") & ~Q(file="") & ~Q(sha256="") | ~Q(url="") & Q(file=""),
                violation_error_message=_("Une pièce est un lien ou un fichier : l’un des deux."),
            ),
            models.CheckConstraint(
                name="evidence_link_is_of_the_web",
                condition=Q(url="") | Q(url__regex=r"^https?://"),
                violation_error_message=_("Une adresse commence par https:// ou http://."),
            ),
            models.CheckConstraint(
                name="evidence_only_files_are_scanned",
                condition=Q(scan="") | Q(scan__in=["waiting", "sound", "infected"], url=""),
                violation_error_message=_("L’antivirus n’examine que des fichiers."),
            ),
            models.CheckConstraint(
                name="evidence_withdrawal_is_signed",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                violation_error_message=_("Une pièce retirée porte la date et l’auteur du retrait."),
            ),
            models.CheckConstraint(
                name="evidence_failing_means_dated",
                condition=Q(failures=0, failing_since__isnull=True) | Q(failures__gt=0, failing_since__isnull=False),
                violation_error_message=_("Un lien en échec porte la date du premier échec."),
            ),
            models.CheckConstraint(
                name="evidence_told_means_down",
                condition=Q(failure_told_at__isnull=True) | Q(failures__gte=2),
                violation_error_message=_("Seul un lien en échec deux fois de suite est signalé."),
            ),
        ]
        triggers = [EVIDENCE_KEPT, SUBMITTED_EVIDENCE_KEPT, LAST_PIECE_KEPT]

    def __str__(self) -> str:
        return self.title

    @property
    def format(self) -> str:
        return extension_of(self.file_name)

    @property
    def is_pending(self) -> bool:
        """Belongs to an update that is still being written or approved."""
        return self.update is not None and self.update.state in ProgressUpdate.OPEN_STATES

    @property
    def is_held(self) -> bool:
        return self.scan in self.HELD

    @property
    def is_link_down(self) -> bool:
        return self.failures >= 2
