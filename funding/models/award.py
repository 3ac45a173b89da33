"""France 2030 awards, one row a beneficiary, as the State's extract lists them (schema: france2030-beneficiaires)."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import validate_siret
from roadmap_portal.history.tracking import tracked
from roadmap_portal.versioned import Versioned


@tracked()
class AwardImport(models.Model):
    """A file that was read, whole."""

    file_name = models.CharField(_("fichier"), max_length=255)
    sha256 = models.CharField(_("empreinte"), max_length=64)
    source_url = models.URLField(_("adresse de la source"), max_length=500, blank=True)
    stated_on = models.DateField(_("données au"))
    created_count = models.PositiveIntegerField(_("lignes ajoutées"))
    updated_count = models.PositiveIntegerField(_("lignes mises à jour"))
    unchanged_count = models.PositiveIntegerField(_("lignes inchangées"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    imported_at = models.DateTimeField(_("importé le"), default=timezone.now, editable=False)
    is_fictional = models.BooleanField(_("fictif"), default=False, editable=False)

    class Meta:
        verbose_name = _("import de lauréats")
        verbose_name_plural = _("imports de lauréats")
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


def _euros(label: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))])


@tracked()
class Award(Versioned):
    """`key`: a digest of what tells two awards apart; read again, the same row is the same award."""

    key = models.CharField(_("empreinte de la ligne"), max_length=64, unique=True, editable=False)
    decided_on = models.DateField(_("décision du"), null=True, blank=True)
    operator = models.CharField(_("opérateur"), max_length=120, blank=True)
    procedure = models.CharField(_("procédure"), max_length=300, blank=True)
    project = models.CharField(_("projet"), max_length=300, blank=True)
    beneficiary = models.CharField(_("bénéficiaire"), max_length=300)
    is_person = models.BooleanField(_("personne physique"), default=False)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    typology = models.CharField(_("typologie"), max_length=200, blank=True)
    regions = models.CharField(_("régions"), max_length=500, blank=True)
    department_code = models.CharField(_("département"), max_length=3, blank=True)
    is_emerging = models.BooleanField(_("acteur émergent"), null=True, blank=True)
    strategy = models.CharField(_("stratégie"), max_length=300, blank=True)
    nomenclature_code = models.CharField(_("code de la nomenclature"), max_length=40, blank=True)
    nomenclature = models.CharField(_("nomenclature"), max_length=300, blank=True)
    subsidy = _euros(_("subvention"))
    repayable_advance = _euros(_("avance récupérable"))
    aid = _euros(_("aide"))
    last_import = models.ForeignKey(
        AwardImport, on_delete=models.PROTECT, related_name="awards", verbose_name=_("dernier import")
    )

    class Meta(Versioned.Meta):
        verbose_name = _("lauréat France 2030")
        verbose_name_plural = _("lauréats France 2030")
        ordering = ["-decided_on", "beneficiary", "pk"]
        constraints = [
            # F3.12
            models.CheckConstraint(
                name="award_aid_is_subsidy_and_advance",
                condition=Q(aid=F("subsidy") + F("repayable_advance")),
                violation_error_message=_("L’aide est la somme de la subvention et de l’avance récupérable."),
            ),
            models.CheckConstraint(
                name="award_amounts_are_not_negative",
                condition=Q(subsidy__gte=0, repayable_advance__gte=0),
                violation_error_message=_("Un montant ne peut pas être négatif."),
            ),
            models.CheckConstraint(
                name="award_siret_is_fourteen_digits",
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"),
                violation_error_message=_("Un SIRET compte 14 chiffres."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beneficiary} ({self.project})"
