"""Indicators: definition, baseline, targets and measurements."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Confidence, DatePrecision, Source
from commitments.models.commitment import Commitment
from commitments.models.indicator_guards import MEASUREMENT_APPEND_ONLY, MEASUREMENT_SOUND
from commitments.models.roadmap import Axis, Roadmap
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class Indicator(Versioned):
    class Direction(models.TextChoices):
        UP = "up", _("à la hausse")
        DOWN = "down", _("à la baisse")
        RANGE = "range", _("dans une fourchette")

    class Unit(models.TextChoices):
        COUNT = "count", _("nombre")
        COUNT_PER_YEAR = "count/year", _("nombre par an")
        PERCENT = "percent", _("%")
        EUR = "EUR", _("€")
        WAFERS_PER_YEAR = "wafers/year", _("plaques par an")
        RANK = "rank", _("rang")

    class Periodicity(models.TextChoices):
        MONTHLY = "monthly", _("chaque mois")
        QUARTERLY = "quarterly", _("chaque trimestre")
        HALF_YEARLY = "half_yearly", _("chaque semestre")
        YEARLY = "yearly", _("chaque année")
        OCCASIONAL = "occasional", _("sans rythme fixe")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="indicators", verbose_name=_("feuille de route")
    )
    code = models.SlugField(_("code"), max_length=80, unique=True)
    title = OneLine(_("titre"), max_length=300)
    description = models.TextField(_("définition"), blank=True)
    note = models.TextField(_("limites"), blank=True)
    method = models.TextField(_("méthode de calcul"), blank=True)
    periodicity = models.CharField(
        _("périodicité"), max_length=11, choices=Periodicity.choices, default=Periodicity.OCCASIONAL
    )
    # Between the end of the period that is measured and the day its figure is known.
    availability_delay_days = models.PositiveSmallIntegerField(_("délai de disponibilité (jours)"), default=0)
    # Beyond, a new reading is asked to be confirmed and explained. None: the portal's own threshold.
    jump_percent = models.PositiveSmallIntegerField(
        _("variation à confirmer (%)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    unit = models.CharField(_("unité"), max_length=12, choices=Unit.choices)
    decimals = models.PositiveSmallIntegerField(_("décimales"), default=0)
    direction = models.CharField(_("sens attendu"), max_length=5, choices=Direction.choices, default=Direction.UP)
    geographic_scope = OneLine(_("périmètre géographique"), max_length=120, blank=True)
    producer = models.ForeignKey(
        Actor, on_delete=models.PROTECT, null=True, blank=True, related_name="indicators", verbose_name=_("producteur")
    )
    baseline = models.DecimalField(_("valeur initiale"), max_digits=18, decimal_places=4, null=True, blank=True)
    baseline_on = models.DateField(_("date de la valeur initiale"), null=True, blank=True)
    baseline_precision = models.CharField(_("précision"), max_length=5, choices=DatePrecision.choices, blank=True)
    baseline_qualifier = OneLine(_("nuance"), max_length=120, blank=True)
    baseline_source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    axes = models.ManyToManyField(Axis, related_name="indicators", blank=True, verbose_name=_("axes"))
    sources = models.ManyToManyField(Source, related_name="indicators", blank=True, verbose_name=_("sources"))
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("engagement mesuré"),
    )
    weight = models.PositiveSmallIntegerField(
        _("poids dans l’avancement"), default=1, validators=[MinValueValidator(1)]
    )

    class Meta(Versioned.Meta):
        verbose_name = _("indicateur")
        verbose_name_plural = _("indicateurs")
        ordering = ["code"]
        constraints = [
            no_formula("indicator", "title", "geographic_scope", "baseline_qualifier"),
            models.CheckConstraint(
                name="indicator_baseline_is_dated",
                condition=Q(baseline__isnull=True) | Q(baseline_on__isnull=False),
                violation_error_message=_("La valeur initiale porte sa date."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("commitments:indicator_detail", args=[self.code])

    # Both read what was prefetched, in the order of the models.
    @property
    def latest_measurement(self) -> "Measurement | None":
        """The last reading that no other supersedes."""
        readings = [m for m in self.measurements.all() if not hasattr(m, "superseded_by")]
        return readings[-1] if readings else None

    @property
    def final_target(self) -> "IndicatorTarget | None":
        """The last dated target, else the undated one."""
        targets = list(self.targets.all())
        dated = [target for target in targets if target.due_on is not None]
        return dated[-1] if dated else targets[0] if targets else None


@tracked()
class IndicatorTarget(Versioned):
    class Kind(models.TextChoices):
        INTERIM = "interim", _("cible intermédiaire")
        TARGET = "target", _("cible")

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="targets", verbose_name=_("indicateur")
    )
    kind = models.CharField(_("nature"), max_length=7, choices=Kind.choices, default=Kind.TARGET)
    value = models.DecimalField(_("valeur"), max_digits=18, decimal_places=4)
    # Some published targets carry no date; they are shown, and measure nothing.
    due_on = models.DateField(_("pour le"), null=True, blank=True)
    precision = models.CharField(_("précision"), max_length=5, choices=DatePrecision.choices, blank=True)
    qualifier = OneLine(_("nuance"), max_length=120, blank=True)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )

    class Meta(Versioned.Meta):
        verbose_name = _("cible")
        verbose_name_plural = _("cibles")
        ordering = [models.F("due_on").asc(nulls_last=True), "kind"]
        constraints = [
            no_formula("indicator_target", "qualifier"),
            models.UniqueConstraint(
                fields=["indicator", "due_on"],
                name="indicator_target_once_a_date",
                nulls_distinct=False,
                violation_error_message=_("L’indicateur a déjà une cible à cette date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.get_kind_display()})"


@tracked()
class Measurement(models.Model):
    """One reading. Append-only: a correction is a new reading that supersedes the old one."""

    class Quality(models.TextChoices):
        UNKNOWN = "unknown", _("non précisée")
        ESTIMATED = "estimated", _("estimée")
        PROVISIONAL = "provisional", _("provisoire")
        FINAL = "final", _("définitive")

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="measurements", verbose_name=_("indicateur")
    )
    reference_on = models.DateField(_("date de référence"))
    precision = models.CharField(_("précision"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY)
    value = models.DecimalField(_("valeur"), max_digits=18, decimal_places=4)
    quality = models.CharField(_("qualité"), max_length=11, choices=Quality.choices, default=Quality.UNKNOWN)
    qualifier = OneLine(_("nuance"), max_length=120, blank=True)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="measurements", verbose_name=_("source")
    )
    # What a jump is explained by, or a correction.
    comment = models.TextField(_("commentaire"), blank=True)
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("corrige")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("relevée le"), default=timezone.now)

    class Meta:
        verbose_name = _("mesure")
        verbose_name_plural = _("mesures")
        ordering = ["reference_on", "recorded_at", "pk"]
        constraints = [no_formula("measurement", "qualifier")]
        triggers = [MEASUREMENT_APPEND_ONLY, MEASUREMENT_SOUND]

    def __str__(self) -> str:
        return f"{self.value:{'.' + str(self.indicator.decimals)}f}" if self.value != Decimal(0) else "0"
