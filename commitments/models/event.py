"""Dated public events around the roadmap (signature, governance, political decisions), each with its sources."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Confidence, DatePrecision, Source
from commitments.models.roadmap import Roadmap
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class Event(Versioned):
    class Kind(models.TextChoices):
        MILESTONE = "milestone", _("étape")
        POLITICAL = "political", _("décision politique")
        GOVERNANCE = "governance", _("gouvernance")
        PUBLIC_EVENT = "public_event", _("manifestation")
        SIGNATURE = "signature", _("signature")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="events", verbose_name=_("feuille de route")
    )
    code = models.SlugField(_("code"), max_length=80, unique=True)
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    title = OneLine(_("titre"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    note = models.TextField(_("note"), blank=True)
    starts_on = models.DateField(_("date"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    date_precision = models.CharField(_("précision"), max_length=5, choices=DatePrecision.choices, blank=True)
    date_confidence = models.CharField(_("fiabilité de la date"), max_length=8, choices=Confidence.choices, blank=True)
    place = OneLine(_("lieu"), max_length=200, blank=True)
    figures = models.JSONField(_("chiffres cités par les sources"), default=list, blank=True)
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    actors = models.ManyToManyField(Actor, related_name="events", blank=True, verbose_name=_("acteurs"))
    sources = models.ManyToManyField(Source, related_name="events", blank=True, verbose_name=_("sources"))

    class Meta(Versioned.Meta):
        verbose_name = _("repère")
        verbose_name_plural = _("repères")
        ordering = ["starts_on", "code"]
        constraints = [
            no_formula("event", "title", "place"),
            models.CheckConstraint(
                name="event_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin du repère précède sa date."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
