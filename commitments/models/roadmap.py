"""The roadmap and its axes."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Confidence, Source
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class Roadmap(Versioned):
    class VisaPolicy(models.TextChoices):
        NONE = "none", _("aucun visa")
        STATE = "state", _("visa de l’État")
        REGION = "region", _("visa de la Région")
        BOTH = "both", _("visa de l’État et de la Région")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = OneLine(_("titre"), max_length=200)
    ambition = models.TextField(_("ambition"), blank=True)
    # English is a second language: what nobody has translated is shown in French, and says so.
    title_en = OneLine(_("titre en anglais"), max_length=200, blank=True)
    ambition_en = models.TextField(_("ambition en anglais"), blank=True)
    signed_on = models.DateField(_("signée le"), null=True, blank=True)
    signed_at = OneLine(_("lieu de signature"), max_length=200, blank=True)
    starts_on = models.DateField(_("début"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    signatories = models.ManyToManyField(Actor, related_name="signed_roadmaps", verbose_name=_("signataires"))
    sources = models.ManyToManyField(Source, related_name="roadmaps", blank=True, verbose_name=_("sources"))
    visa_policy = models.CharField(_("visas exigés"), max_length=6, choices=VisaPolicy.choices, default=VisaPolicy.BOTH)
    tacit_delay_days = models.PositiveSmallIntegerField(_("accord tacite après (jours ouvrés)"), null=True, blank=True)
    banner = models.CharField(
        _("bandeau"),
        max_length=300,
        blank=True,
        help_text=_("Une phrase en haut de toutes les pages : interruption annoncée, période de réserve… Vide : rien."),
    )
    banner_en = models.CharField(_("bandeau en anglais"), max_length=300, blank=True)
    # From the first campaign on: what was signed is then held by the database (models/guards.py).
    in_force_since = models.DateField(_("en vigueur depuis le"), null=True, blank=True, editable=False)
    is_demonstration = models.BooleanField(
        _("activité fictive"),
        default=False,
        editable=False,
        help_text=_("Posé par les données de démonstration : toutes les pages le disent."),
    )

    class Meta(Versioned.Meta):
        verbose_name = _("feuille de route")
        verbose_name_plural = _("feuilles de route")
        constraints = [
            no_formula("roadmap", "title", "title_en", "signed_at"),
            models.CheckConstraint(
                name="roadmap_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("La fin de la feuille de route précède son début."),
            ),
            models.CheckConstraint(
                name="roadmap_tacit_delay_is_positive",
                condition=Q(tacit_delay_days__isnull=True) | Q(tacit_delay_days__gt=0),
                violation_error_message=_("Le délai d’accord tacite compte au moins un jour."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Axis(Versioned):
    class Kind(models.TextChoices):
        PUBLISHED = "published", _("axe publié à la signature")
        THEMATIC = "thematic", _("thème du communiqué")
        PRIORITY = "priority", _("priorité transversale")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="axes", verbose_name=_("feuille de route")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("axe parent")
    )
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("nature"), max_length=9, choices=Kind.choices)
    title = OneLine(_("titre"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    title_en = OneLine(_("titre en anglais"), max_length=200, blank=True)
    description_en = models.TextField(_("description en anglais"), blank=True)
    note = models.TextField(_("note"), blank=True)
    order = models.PositiveSmallIntegerField(_("ordre"), default=0)
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    covers = models.ManyToManyField(
        "self", symmetrical=False, related_name="covered_by", blank=True, verbose_name=_("recouvre")
    )
    sources = models.ManyToManyField(Source, related_name="axes", blank=True, verbose_name=_("sources"))

    class Meta(Versioned.Meta):
        verbose_name = _("axe")
        verbose_name_plural = _("axes")
        ordering = ["order", "code"]
        constraints = [
            no_formula("axis", "title", "title_en"),
            models.UniqueConstraint(
                fields=["roadmap", "code"],
                name="axis_code_once_in_roadmap",
                violation_error_message=_("Ce code d’axe existe déjà dans la feuille de route."),
            ),
            models.CheckConstraint(
                name="axis_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("Un axe ne peut pas être son propre parent."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("commitments:axis_detail", args=[self.code])

    def clean(self) -> None:
        super().clean()
        has_children = self.pk is not None and self.children.exists()
        if self.parent is not None and (self.parent.parent_id is not None or has_children):
            raise ValidationError({"parent": _("Les axes ont deux niveaux au plus : un axe et ses sous-axes.")})
