"""The progress updates, the only door through which a status changes, and the visas of the two owners."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Side
from commitments.models.campaign import Campaign
from commitments.models.commitment import PERCENT, Commitment, Status, Weather
from commitments.models.guards import NOT_ONE_S_OWN, PUBLISHED_WITH_ITS_VISAS, SUBMITTED_TEXT_KEPT, append_only
from commitments.models.milestone import Milestone
from roadmap_portal.full_text import Words
from roadmap_portal.history.tracking import tracked
from roadmap_portal.versioned import Versioned

# Of what is published: neither the internal note nor the risks.
UPDATE_WORDS = Words("text_public", "B") + Words("next_steps", "C")


# Drafts are saved every few seconds, and nobody outside reads them.
@tracked(publishes=pgtrigger.Q(new__published_at__isnull=False))
class ProgressUpdate(Versioned):
    class State(models.TextChoices):
        DRAFT = "draft", _("brouillon")
        SUBMITTED = "submitted", _("soumis")
        RETURNED = "returned", _("à corriger")
        # Between the last visa and the publication that follows it in the same transaction.
        APPROVED = "approved", _("approuvé")
        PUBLISHED = "published", _("publié")
        SUPERSEDED = "superseded", _("remplacé")

    # Of these a commitment has one at most, which all who may write on it share.
    OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)
    # What everybody has read, those that others followed too.
    PUBLIC_STATES = (State.PUBLISHED, State.SUPERSEDED)

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

    # Grows each time the text is sent again after changes were asked for.
    round = models.PositiveSmallIntegerField(_("tour"), default=1, editable=False)
    # SHA-256 of what is stated (transitions/statement.py), set when it is submitted: what a visa is given to.
    text_hash = models.CharField(max_length=64, blank=True, editable=False)

    # The form's own number: the same form sent twice is one update.
    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status_before = models.CharField(max_length=12, choices=Status.choices, blank=True, editable=False)
    progress_before = models.DecimalField(max_digits=5, decimal_places=2, null=True, editable=False)
    # Progress as computed at publication, whatever the method.
    progress_after = models.DecimalField(max_digits=5, decimal_places=2, null=True, editable=False)

    # The version this publication gave the commitment.
    published_version = models.PositiveIntegerField(null=True, editable=False)

    # Of the text as it is now.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="updates", verbose_name=_("auteur")
    )
    # Everyone who wrote in it: none of them may approve it.
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="written_updates", editable=False, verbose_name=_("rédacteurs")
    )
    written_at = models.DateTimeField(_("écrit le"), default=timezone.now, editable=False)
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

    class Meta(Versioned.Meta):
        verbose_name = _("point d’avancement")
        verbose_name_plural = _("points d’avancement")
        ordering = ["-published_at", "-pk"]
        indexes = [
            GinIndex(UPDATE_WORDS, name="update_words"),
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
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(state__in=["draft", "submitted", "returned", "approved"]),
                name="update_one_open",
                violation_error_message=_("L’engagement a déjà un point en cours d’écriture ou de visa."),
            ),
            models.CheckConstraint(
                name="update_published_means_dated",
                # Without a publisher: the last visa was tacit.
                condition=Q(state__in=["published", "superseded"], published_at__isnull=False)
                | Q(
                    state__in=["draft", "submitted", "returned", "approved"],
                    published_at__isnull=True,
                    publisher__isnull=True,
                ),
                violation_error_message=_("Un point publié porte sa date."),
            ),
            models.CheckConstraint(
                name="update_progress_is_a_percentage",
                condition=Q(progress__isnull=True) | Q(progress__range=(0, 100)),
                violation_error_message=_("L’avancement va de 0 à 100 %%."),
            ),
        ]
        triggers = [*Versioned.Meta.triggers, SUBMITTED_TEXT_KEPT, PUBLISHED_WITH_ITS_VISAS]

    @property
    def is_being_approved(self) -> bool:
        return self.state in {self.State.SUBMITTED, self.State.APPROVED}

    def __str__(self) -> str:
        return f"{self.commitment.code} · {self.get_state_display()}"


@tracked(publishes=False)
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


@tracked(publishes=False)
class Visa(models.Model):
    """What one owner says of a submitted text. The last one of a side counts, for the text it was given to."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approuvé")
        CHANGES_REQUESTED = "changes_requested", _("corrections demandées")
        TACIT = "tacit", _("accord tacite")
        WITHDRAWN = "withdrawn", _("visa retiré")

    update = models.ForeignKey(
        ProgressUpdate, on_delete=models.CASCADE, related_name="visas", verbose_name=_("point d’avancement")
    )
    side = models.CharField(_("côté"), max_length=6, choices=Side.choices)
    decision = models.CharField(_("décision"), max_length=17, choices=Decision.choices)
    comment = models.TextField(_("commentaire"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="visas", verbose_name=_("par")
    )
    by_delegation_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("par délégation de"),
    )
    given_at = models.DateTimeField(_("le"), default=timezone.now)
    text_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("visa")
        verbose_name_plural = _("visas")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="visa_tacit_means_nobody",
                condition=Q(decision="tacit", by__isnull=True) | ~Q(decision="tacit") & Q(by__isnull=False),
                violation_error_message=_("Un visa porte son auteur, sauf l’accord tacite."),
            ),
            models.CheckConstraint(
                name="visa_changes_are_said",
                condition=~Q(decision="changes_requested") | ~Q(comment=""),
                violation_error_message=_("Une demande de corrections dit lesquelles."),
            ),
            ExclusionConstraint(
                name="visa_one_side_a_person",
                expressions=[
                    ("update", RangeOperators.EQUAL),
                    ("by", RangeOperators.EQUAL),
                    ("side", RangeOperators.NOT_EQUAL),
                ],
                violation_error_message=_("Une même personne ne vise pas pour les deux côtés."),
            ),
        ]
        triggers = [append_only("visa_append_only", "Un visa ne se modifie ni ne se supprime."), NOT_ONE_S_OWN]

    def __str__(self) -> str:
        return f"{self.get_side_display()} · {self.get_decision_display()}"
