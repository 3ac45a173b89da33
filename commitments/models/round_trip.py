"""A spreadsheet that goes out, is edited elsewhere and comes back: what it held when it left, what came back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models.campaign import Campaign


class SheetExport(models.Model):
    """What the cells of a file held when it was exported: without it nobody could tell an old value from a new one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("exporté par")
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("campagne")
    )
    exported_at = models.DateTimeField(_("exporté le"), default=timezone.now, db_index=True)
    # By code of commitment, then by name of field.
    base = models.JSONField(_("valeurs exportées"))

    class Meta:
        verbose_name = _("export d’un tableur")
        verbose_name_plural = _("exports de tableurs")
        ordering = ["-exported_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)


class SheetImport(models.Model):
    """A file between its preview and « Appliquer »: read, nothing of it written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    export = models.ForeignKey(
        SheetExport, on_delete=models.CASCADE, related_name="imports", verbose_name=_("export d’origine")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("envoyé par")
    )
    file_name = models.CharField(_("nom du fichier"), max_length=200)
    sha256 = models.CharField(max_length=64)
    # Of each sheet that is ours: its name, its rows of cells, the cells hidden under merged ones.
    tables = models.JSONField(_("feuilles"))
    uploaded_at = models.DateTimeField(_("envoyé le"), default=timezone.now)
    expires_at = models.DateTimeField(_("gardé jusqu’au"), db_index=True)
    applied_at = models.DateTimeField(_("appliqué le"), null=True)

    class Meta:
        verbose_name = _("import d’un tableur")
        verbose_name_plural = _("imports de tableurs")
        ordering = ["-uploaded_at"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="sheet_import_expires_later",
                condition=Q(expires_at__gt=F("uploaded_at")),
                violation_error_message=_("Un import expire après son envoi."),
            )
        ]

    def __str__(self) -> str:
        return self.file_name
