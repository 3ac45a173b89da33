"""What belongs to the portal as a whole and to none of its apps."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roadmap_portal.history.tracking import tracked

CRITERIA = 106  # of the RGAA 4.1


class Publication(models.Model):
    """Counts what readers may have seen change. The sum of `number` over the rows is the publication number.

    Several rows, so that two transactions that end together never wait for each other: each takes a row that nobody
    holds (`roadmap_portal.publication`). Written by the database alone.
    """

    number = models.BigIntegerField()
    raised_at = models.DateTimeField()
    # The transaction that raised it last: however much it writes, it raises once.
    raised_in = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        verbose_name = verbose_name_plural = "numéro de publication"

    def __str__(self) -> str:
        return str(self.number)


class Backup(models.Model):
    """A backup that succeeded. The archive itself does not know of it."""

    name = models.CharField(max_length=200)
    finished_at = models.DateTimeField()
    size = models.PositiveBigIntegerField()
    is_encrypted = models.BooleanField()

    class Meta:
        default_permissions = ()
        verbose_name = _("sauvegarde")
        verbose_name_plural = _("sauvegardes")
        ordering = ["-finished_at"]

    def __str__(self) -> str:
        return self.name


@tracked()
class AccessibilityAudit(models.Model):
    """An audit against the RGAA. The newest one counts; the others stay to be read in the history."""

    audited_on = models.DateField(_("date de l’audit"))
    auditor = models.CharField(_("réalisé par"), max_length=200)
    rgaa_version = models.CharField(_("version du RGAA"), max_length=20, default="4.1.2")
    criteria_met = models.PositiveSmallIntegerField(_("critères respectés"))
    criteria_applicable = models.PositiveSmallIntegerField(
        _("critères applicables"), help_text=_("Sur les 106 du RGAA, ceux qui concernent le site.")
    )
    not_met = models.TextField(_("non-conformités"), blank=True)
    disproportionate = models.TextField(_("dérogations pour charge disproportionnée"), blank=True)
    out_of_scope = models.TextField(_("contenus non soumis à l’obligation"), blank=True)
    technologies = models.TextField(_("technologies"), default="HTML5, CSS, SVG, JavaScript (facultatif)")
    environment = models.TextField(_("environnement de test"), blank=True)
    tools = models.TextField(_("outils d’évaluation"), blank=True)
    pages = models.TextField(_("pages vérifiées"), blank=True)
    report_url = models.URLField(_("rapport d’audit"), blank=True)

    class Meta:
        verbose_name = _("audit d’accessibilité")
        verbose_name_plural = _("audits d’accessibilité")
        ordering = ["-audited_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="audit_criteria_are_some_of_the_rgaa",
                condition=Q(criteria_applicable__range=(1, CRITERIA)),
                violation_error_message=_("Entre 1 et 106 critères s’appliquent."),
            ),
            models.CheckConstraint(
                name="audit_met_among_applicable",
                condition=Q(criteria_met__lte=models.F("criteria_applicable")),
                violation_error_message=_("Les critères respectés sont parmi ceux qui s’appliquent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audited_on:%d/%m/%Y}"
