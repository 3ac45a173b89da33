"""Who: the actors of the roadmap, and the public sources every fact is quoted from."""

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NotASiret
from stdnum.fr import siret as siret_rules

from roadmap_portal.full_text import Words
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


class Side(models.TextChoices):
    """The two owners of the roadmap."""

    STATE = "state", _("État")
    REGION = "region", _("Région")


class Confidence(models.TextChoices):
    """How far the entry is covered by what its sources say."""

    SOURCED = "sourced", _("lu dans une source publique")
    INFERRED = "inferred", _("déduit, à confirmer")


class DatePrecision(models.TextChoices):
    """How much of a stored date was really given; the rest is the last day of the month or year."""

    DAY = "day", _("jour")
    MONTH = "month", _("mois")
    YEAR = "year", _("année")


@tracked()
class Source(Versioned):
    """A public page a fact was read in. Lives here because actors, the lowest floor, quote theirs too."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    url = models.URLField(_("adresse"), max_length=500)
    publisher = OneLine(_("éditeur"), max_length=200)
    published_on = models.DateField(_("publiée le"), null=True, blank=True)
    published_precision = models.CharField(_("précision"), max_length=5, choices=DatePrecision.choices, blank=True)

    class Meta(Versioned.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["publisher", "code"]
        constraints = [
            no_formula("source", "publisher"),
            models.CheckConstraint(
                name="source_published_with_precision",
                condition=Q(published_on__isnull=True, published_precision="")
                | Q(published_on__isnull=False) & ~Q(published_precision=""),
                violation_error_message=_("Une date de publication porte sa précision (jour, mois ou année)."),
            ),
        ]

    def __str__(self) -> str:
        return self.publisher


def validate_siret(value: str) -> None:
    """Raises ValidationError unless `value` is 14 digits with a valid Luhn key (La Poste's exception included)."""
    try:
        siret_rules.validate(value)
    except NotASiret as error:
        raise ValidationError(
            _("SIRET « %(value)s » : 14 chiffres avec une clé de contrôle juste sont attendus."),
            params={"value": value},
        ) from error


ACTOR_WORDS = Words("name", "A") + Words("full_name", "A") + Words("description", "C") + Words("city", "B")


@tracked()
class Actor(Versioned):
    class Kind(models.TextChoices):
        STATE_SERVICE = "state_service", _("service de l’État")
        REGION = "region", _("Région")
        LOCAL_AUTHORITY = "local_authority", _("collectivité")
        AGENCY = "agency", _("agence")
        OPERATOR = "operator", _("opérateur ou financeur")
        COMPETITIVENESS_POLE = "competitiveness_pole", _("pôle de compétitivité")
        CLUSTER = "cluster", _("cluster")
        RESEARCH = "research", _("recherche")
        HIGHER_EDUCATION = "higher_education", _("enseignement supérieur")
        TRAINING = "training", _("formation")
        SCIENCE_CENTRE = "science_centre", _("culture scientifique")
        HEALTH = "health", _("établissement de santé")
        COMPANY = "company", _("entreprise")
        CHAMBER = "chamber", _("chambre ou organisation professionnelle")
        EUROPEAN = "european", _("organe européen")
        OTHER = "other", _("autre")

    slug = models.SlugField(_("code"), max_length=80, unique=True)
    name = OneLine(_("nom"), max_length=200)
    full_name = OneLine(_("nom complet"), max_length=300, blank=True)
    kind = models.CharField(_("catégorie"), max_length=24, choices=Kind.choices)
    side = models.CharField(_("côté"), max_length=6, choices=Side.choices, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("rattaché à")
    )
    description = models.TextField(_("description"), blank=True)
    role_in_roadmap = OneLine(_("rôle dans la feuille de route"), max_length=60, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    website = models.URLField(_("site web"), max_length=300, blank=True)
    website_confidence = models.CharField(_("fiabilité du site"), max_length=8, choices=Confidence.choices, blank=True)
    city = OneLine(_("commune"), max_length=120, blank=True)
    department_code = OneLine(_("département"), max_length=3, blank=True)
    region_code = OneLine(_("code Insee de la région"), max_length=3, blank=True)
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    note = models.TextField(_("note"), blank=True)
    sources = models.ManyToManyField(Source, related_name="actors", blank=True, verbose_name=_("sources"))

    class Meta(Versioned.Meta):
        verbose_name = _("acteur")
        verbose_name_plural = _("acteurs")
        ordering = ["name"]
        indexes = [GinIndex(ACTOR_WORDS, name="actor_words")]
        constraints = [
            no_formula("actor", "name", "full_name", "role_in_roadmap", "city", "department_code", "region_code"),
            models.CheckConstraint(
                name="actor_siret_is_fourteen_digits",
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"),
                violation_error_message=_("Un SIRET compte 14 chiffres."),
            ),
            models.CheckConstraint(
                name="actor_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                violation_error_message=_("Un acteur ne peut pas être rattaché à lui-même."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("actors:detail", args=[self.slug])
