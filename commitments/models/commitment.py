"""The commitment of the roadmap (engagement; never a budgetary one)."""

from datetime import date, datetime

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Confidence, DatePrecision, Source
from commitments.models.guards import (
    COMPLETED_WITH_EVIDENCE,
    OF_COMMITMENT,
    baseline_kept,
    due_date_through_the_ledger,
    not_deleted_in_force,
)
from commitments.models.roadmap import Axis, Roadmap
from roadmap_portal.full_text import Words
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


class Status(models.TextChoices):
    NOT_PROVIDED = "not_provided", _("non renseigné")
    NOT_STARTED = "not_started", _("non démarré")
    IN_PROGRESS = "in_progress", _("en cours")
    SUSPENDED = "suspended", _("suspendu")
    COMPLETED = "completed", _("réalisé")
    ABANDONED = "abandoned", _("abandonné")


class Weather(models.TextChoices):
    """What the people in charge expect of the objectives; never computed."""

    SECURED = "secured", _("objectifs sécurisés")
    REACHABLE = "reachable", _("objectifs atteignables")
    SUPPORT_NEEDED = "support_needed", _("appuis nécessaires")
    COMPROMISED = "compromised", _("objectifs compromis")
    NOT_PROVIDED = "not_provided", _("non renseignée")


STATUS_MEANINGS = {
    Status.NOT_PROVIDED: _("Aucun point d’avancement n’a encore été publié : rien n’est supposé."),
    Status.NOT_STARTED: _("Le travail n’a pas commencé."),
    Status.IN_PROGRESS: _("Le travail a commencé et continue."),
    Status.SUSPENDED: _("Le travail a commencé et s’est arrêté ; il doit reprendre."),
    Status.COMPLETED: _("L’engagement est tenu ; tous ses jalons non annulés sont atteints."),
    Status.ABANDONED: _(
        "L’engagement ne sera pas tenu. Il reste affiché avec son motif, compté à part, hors moyennes."
    ),
}
WEATHER_MEANINGS = {
    Weather.SECURED: _("Les objectifs seront tenus, aux dates prévues."),
    Weather.REACHABLE: _("Les objectifs peuvent être tenus ; des points restent à surveiller."),
    Weather.SUPPORT_NEEDED: _("Les objectifs ne seront tenus qu’avec un appui ou une décision ; le motif le dit."),
    Weather.COMPROMISED: _("Les objectifs ne seront pas tenus en l’état ; le motif dit pourquoi."),
    Weather.NOT_PROVIDED: _("Le porteur ne s’est pas prononcé."),
}

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


# Adjacent actions come last whatever the order: they are told apart from the commitments.
ADJACENT_LAST = Case(When(provenance="adjacent", then=Value(1)), default=Value(0))


def followed(of: str = "") -> Q:
    """Condition on commitments: not merged into another one. `of`: the path to the commitment."""
    return Q(**{f"{of}merged_into__isnull": True})


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def followed(self) -> "CommitmentQuerySet":
        """Those still followed under their own name: lists, figures, campaigns and reminders speak of no other."""
        return self.filter(followed())

    def counted(self) -> "CommitmentQuerySet":
        """Those of the roadmap. An adjacent action was never signed: no headline figure counts it."""
        return self.exclude(provenance=Commitment.Provenance.ADJACENT)

    def late(self, on: date) -> "CommitmentQuerySet":
        return self.filter(late_since__lte=on)


COMMITMENT_WORDS = Words("title", "A") + Words("code", "B") + Words("summary", "B") + Words("official_text", "B")


@tracked()
class Commitment(Versioned):
    class Provenance(models.TextChoices):
        NAMED = "named", _("nommé par les textes publics de la feuille de route")
        IMPLIED = "implied", _("conséquence directe de la feuille de route")
        ADJACENT = "adjacent", _("action voisine, non rattachée à la feuille de route par sa source")

    class ProgressMethod(models.TextChoices):
        MILESTONES = "milestones", _("jalons pondérés")
        INDICATORS = "indicators", _("indicateurs")
        DECLARED = "declared", _("déclaration du porteur")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        INTERNAL = "internal", _("interne")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("feuille de route")
    )
    code = models.SlugField(_("code"), max_length=80)
    title = OneLine(_("titre"), max_length=300)
    official_text = models.TextField(_("texte officiel"), blank=True)
    summary = models.TextField(_("résumé"), blank=True)
    # The official text has no translation: French is the language it was signed in.
    title_en = OneLine(_("titre en anglais"), max_length=300, blank=True)
    summary_en = models.TextField(_("résumé en anglais"), blank=True)
    note = models.TextField(_("note de lecture"), blank=True)
    # Without an axis: the commitment covers all of them.
    main_axis = models.ForeignKey(
        Axis,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="main_commitments",
        verbose_name=_("axe principal"),
    )
    axes = models.ManyToManyField(Axis, related_name="commitments", blank=True, verbose_name=_("axes"))
    provenance = models.CharField(_("provenance"), max_length=8, choices=Provenance.choices)
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    sources = models.ManyToManyField(Source, related_name="commitments", blank=True, verbose_name=_("sources"))
    figures = models.JSONField(_("chiffres cités par les sources"), default=list, blank=True)
    suggested_lead = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="suggested_commitments",
        verbose_name=_("chef de file proposé"),
        help_text=_("Proposition à valider, jamais publiée."),
    )
    visibility = models.CharField(_("visibilité"), max_length=8, choices=Visibility.choices, default=Visibility.PUBLIC)
    weight = models.PositiveSmallIntegerField(_("poids"), default=1, validators=[MinValueValidator(1)])

    starts_on = models.DateField(_("début"), null=True, blank=True)
    initial_due_on = models.DateField(_("échéance initiale"), null=True, blank=True)
    due_on = models.DateField(_("échéance"), null=True, blank=True)
    date_precision = models.CharField(
        _("précision des dates"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY
    )

    # What it promised is followed under another commitment from that day on; it stays, and is no longer counted.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("fusionné dans"),
        editable=False,
    )
    merged_on = models.DateField(_("fusionné le"), null=True, editable=False)
    merge_reason = models.TextField(_("motif de la fusion"), blank=True, editable=False)

    # Written by transitions alone.
    status = models.CharField(
        _("statut"), max_length=12, choices=Status.choices, default=Status.NOT_PROVIDED, editable=False
    )
    weather = models.CharField(
        _("météo"), max_length=14, choices=Weather.choices, default=Weather.NOT_PROVIDED, editable=False
    )
    weather_reason = models.TextField(_("motif de la météo"), blank=True, editable=False)
    declared_progress = models.DecimalField(
        _("avancement déclaré"), max_digits=5, decimal_places=2, null=True, editable=False, validators=PERCENT
    )
    published_at = models.DateTimeField(_("dernier point publié le"), null=True, editable=False)
    # « Sans changement »: those in charge said, on that day, that the text above still holds.
    confirmed_at = models.DateTimeField(_("confirmé sans changement le"), null=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    progress_method = models.CharField(
        _("mesure de l’avancement"),
        max_length=10,
        choices=ProgressMethod.choices,
        default=ProgressMethod.DECLARED,
    )
    # Results of commitments.progress, kept beside what they are computed from so that lists can sort
    # and count by them. None: not measured; never late as things stand.
    progress = models.DecimalField(_("avancement"), max_digits=5, decimal_places=2, null=True, editable=False)
    late_since = models.DateField(_("en retard depuis"), null=True, editable=False)
    late_since_revised = models.DateField(_("en retard sur le calendrier révisé depuis"), null=True, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["code"]
        indexes = [
            GinIndex(COMMITMENT_WORDS, name="commitment_words"),
            models.Index(ADJACENT_LAST, "code", name="commitment_in_list_order"),
            models.Index(fields=["late_since"], name="commitment_by_lateness"),
            # The figures of the home page are read in this index alone, whatever the length of the texts.
            models.Index(
                fields=["visibility", "main_axis", "status", "provenance"],
                include=["progress", "weight", "late_since", "late_since_revised", "merged_into"],
                name="commitment_overview",
            ),
        ]
        constraints = [
            no_formula("commitment", "title", "title_en"),
            models.UniqueConstraint(
                fields=["roadmap", "code"],
                name="commitment_code_once_in_roadmap",
                violation_error_message=_("Ce code d’engagement existe déjà dans la feuille de route."),
            ),
            models.CheckConstraint(
                name="commitment_dates_in_order",
                condition=Q(starts_on__isnull=True)
                | (Q(due_on__isnull=True) | Q(due_on__gte=F("starts_on")))
                & (Q(initial_due_on__isnull=True) | Q(initial_due_on__gte=F("starts_on"))),
                violation_error_message=_("L’échéance précède le début de l’engagement."),
            ),
            models.CheckConstraint(
                name="commitment_initial_due_date_kept",
                condition=Q(due_on__isnull=True, initial_due_on__isnull=True)
                | Q(due_on__isnull=False, initial_due_on__isnull=False),
                violation_error_message=_("Une échéance va avec son échéance initiale."),
            ),
            models.CheckConstraint(
                name="commitment_progress_is_a_percentage",
                condition=(Q(progress__isnull=True) | Q(progress__range=(0, 100)))
                & (Q(declared_progress__isnull=True) | Q(declared_progress__range=(0, 100))),
                violation_error_message=_("L’avancement va de 0 à 100 %%."),
            ),
            models.CheckConstraint(
                name="commitment_weight_is_positive",
                condition=Q(weight__gte=1),
                violation_error_message=_("Le poids vaut au moins 1."),
            ),
            models.CheckConstraint(
                name="commitment_merged_means_dated",
                condition=Q(merged_into__isnull=True, merged_on__isnull=True, merge_reason="")
                | Q(merged_into__isnull=False, merged_on__isnull=False) & ~Q(merge_reason="") & ~Q(merged_into=F("pk")),
                violation_error_message=_("Une fusion porte sa date et son motif, et va vers un autre engagement."),
            ),
            models.CheckConstraint(
                name="commitment_status_is_known",
                condition=Q(status__in=Status.values),
                violation_error_message=_("Statut inconnu."),
            ),
            models.CheckConstraint(
                name="commitment_poor_weather_has_a_reason",
                condition=~Q(weather__in=[Weather.SUPPORT_NEEDED, Weather.COMPROMISED]) | ~Q(weather_reason=""),
                violation_error_message=_("Une météo « appuis nécessaires » ou « compromis » porte son motif."),
            ),
        ]
        triggers = [
            *Versioned.Meta.triggers,
            baseline_kept("NEW.official_text, NEW.code, NEW.roadmap_id", OF_COMMITMENT),
            due_date_through_the_ledger("p.commitment_id = NEW.id AND p.milestone_id IS NULL", OF_COMMITMENT),
            not_deleted_in_force(OF_COMMITMENT.replace("NEW.", "OLD.")),
            COMPLETED_WITH_EVIDENCE,
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("commitments:detail", args=[self.code])

    @property
    def status_meaning(self) -> str:
        return str(STATUS_MEANINGS[Status(self.status)])

    @property
    def weather_meaning(self) -> str:
        return str(WEATHER_MEANINGS[Weather(self.weather)])

    @property
    def heard_at(self) -> datetime | None:
        """When those in charge last spoke: a published text or a confirmation (freshness counts from there)."""
        return max((at for at in (self.published_at, self.confirmed_at) if at is not None), default=None)

    @property
    def is_adjacent(self) -> bool:
        return self.provenance == self.Provenance.ADJACENT

    @property
    def slippage_days(self) -> int | None:
        """Days between the due date promised at first and today's one; None without a due date."""
        if self.due_on is None or self.initial_due_on is None:
            return None
        return (self.due_on - self.initial_due_on).days
