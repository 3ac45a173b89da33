"""The quarterly campaign and the progress updates, the only door through which a status changes."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import PERCENT, Commitment, Status, Weather
from commitments.models.milestone import Milestone
from commitments.models.roadmap import Roadmap


class Campaign(models.Model):
    class State(models.TextChoices):
        PLANNED = "planned", _("prévue")
        OPEN = "open", _("ouverte")
        REVIEW = "review", _("en relecture")
        SEALED = "sealed", _("scellée")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("feuille de route")
    )
    year = models.PositiveSmallIntegerField(_("année"))
    quarter = models.PositiveSmallIntegerField(_("trimestre"))
    reference_on = models.DateField(_("date de référence"), help_text=_("Dernier jour du trimestre."))
    opens_on = models.DateField(_("ouverture"))
    due_on = models.DateField(_("réponse attendue le"))
    state = models.CharField(_("état"), max_length=7, choices=State.choices, default=State.PLANNED, editable=False)

    class Meta:
        verbose_name = _("campagne trimestrielle")
        verbose_name_plural = _("campagnes trimestrielles")
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["roadmap", "year", "quarter"],
                name="campaign_once_a_quarter",
                violation_error_message=_("Ce trimestre a déjà sa campagne."),
            ),
            models.UniqueConstraint(
                fields=["roadmap"],
                condition=Q(state="open"),
                name="campaign_one_open",
                violation_error_message=_("Une autre campagne est encore ouverte."),
            ),
            models.CheckConstraint(
                name="campaign_quarter_of_the_year",
                condition=Q(quarter__range=(1, 4)),
                violation_error_message=_("Un trimestre va de 1 à 4."),
            ),
            models.CheckConstraint(
                name="campaign_dates_in_order",
                condition=Q(due_on__gte=F("opens_on")),
                violation_error_message=_("La date de réponse précède l’ouverture."),
            ),
        ]

    def __str__(self) -> str:
        return f"T{self.quarter} {self.year}"

    @property
    def slug(self) -> str:
        """As in addresses and file names: 2026-T3."""
        return f"{self.year}-T{self.quarter}"

    @property
    def starts_on(self) -> date:
        return date(self.year, 3 * self.quarter - 2, 1)


class ProgressUpdate(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("brouillon")
        SUBMITTED = "submitted", _("soumis")
        PUBLISHED = "published", _("publié")
        SUPERSEDED = "superseded", _("remplacé")

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="updates", verbose_name=_("engagement")
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="updates", verbose_name=_("campagne")
    )
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    status = models.CharField(_("statut"), max_length=12, choices=Status.choices)
    weather = models.CharField(_("météo"), max_length=14, choices=Weather.choices, default=Weather.NOT_PROVIDED)
    weather_reason = models.TextField(_("motif de la météo"), blank=True)
    progress = models.DecimalField(
        _("avancement (%)"), max_digits=5, decimal_places=2, null=True, blank=True, validators=PERCENT
    )
    reason = models.TextField(
        _("motif du changement de statut"),
        blank=True,
        help_text=_("Obligatoire pour abandonner un engagement ou rouvrir un engagement réalisé."),
    )
    text_public = models.TextField(_("texte public"), blank=True)
    text_internal = models.TextField(_("note interne"), blank=True)
    next_steps = models.TextField(_("prochaines étapes"), blank=True)

    # The form's own number: the same form sent twice is one update.
    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The version of the commitment its author was looking at.
    base_version = models.PositiveIntegerField(editable=False)
    status_before = models.CharField(max_length=12, choices=Status.choices, blank=True, editable=False)
    progress_before = models.DecimalField(max_digits=5, decimal_places=2, null=True, editable=False)
    # Progress as computed at publication, whatever the method.
    progress_after = models.DecimalField(max_digits=5, decimal_places=2, null=True, editable=False)

    # The version this publication gave the commitment.
    published_version = models.PositiveIntegerField(null=True, editable=False)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="updates", verbose_name=_("auteur")
    )
    written_at = models.DateTimeField(_("écrit le"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("soumis le"), null=True, editable=False)
    publisher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="published_updates",
        verbose_name=_("publié par"),
        editable=False,
    )
    published_at = models.DateTimeField(_("publié le"), null=True, editable=False)

    class Meta:
        verbose_name = _("point d’avancement")
        verbose_name_plural = _("points d’avancement")
        ordering = ["-published_at", "-pk"]
        indexes = [
            # Not partial: a kept plan does not know which state it will be asked for.
            models.Index(fields=["state", "-published_at"], name="update_by_publication"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(state="published"),
                name="update_one_published",
                violation_error_message=_("L’engagement a déjà un point publié en vigueur."),
            ),
            models.CheckConstraint(
                name="update_published_means_dated",
                condition=Q(state__in=["published", "superseded"], published_at__isnull=False, publisher__isnull=False)
                | Q(state__in=["draft", "submitted"], published_at__isnull=True),
                violation_error_message=_("Un point publié porte sa date et son auteur."),
            ),
            models.CheckConstraint(
                name="update_progress_is_a_percentage",
                condition=Q(progress__isnull=True) | Q(progress__range=(0, 100)),
                violation_error_message=_("L’avancement va de 0 à 100 %%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.code} · {self.get_state_display()}"


class MilestoneClaim(models.Model):
    """In an update: « this milestone was achieved on that day ». Takes effect at publication."""

    update = models.ForeignKey(ProgressUpdate, on_delete=models.CASCADE, related_name="claims")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="claims")
    achieved_on = models.DateField(_("atteint le"))

    class Meta:
        verbose_name = _("jalon déclaré atteint")
        verbose_name_plural = _("jalons déclarés atteints")
        constraints = [
            models.UniqueConstraint(fields=["update", "milestone"], name="claim_once_an_update"),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} · {self.achieved_on}"
