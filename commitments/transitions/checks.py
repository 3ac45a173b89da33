"""What an update may state, from where the commitment stands. Each check names the field at fault."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from commitments.models import Commitment, Evidence, Milestone, ProgressUpdate, Status, Weather
from commitments.transitions.statement import CLAIM
from commitments.transitions.tables import ALLOWED, TransitionRefused, status_targets


def check_statement(commitment: Commitment, update: ProgressUpdate) -> None:
    checks: tuple[Callable[[Commitment, ProgressUpdate], None], ...] = (
        _check_status_change,
        _check_weather,
        _check_text,
        _check_progress,
        _check_claims,
        _check_completed,
    )
    refusals = []
    for check in checks:
        try:
            check(commitment, update)
        except TransitionRefused as refusal:
            refusals.append(refusal)
    if refusals:
        refusals[0].others = [other for refusal in refusals for other in [refusal, *refusal.others]][1:]
        raise refusals[0]


def _check_status_change(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.status == commitment.status:
        return
    change = ALLOWED.get((Status(commitment.status), Status(update.status)))
    if change is None:
        names = {"source": commitment.get_status_display(), "target": update.get_status_display()}
        expected = ", ".join(str(status.label) for status in status_targets(commitment))
        raise TransitionRefused(
            _("On ne passe pas de « %(source)s » à « %(target)s ». Attendu : %(expected)s.")
            % {**names, "expected": expected},
            "status",
        )
    if change.reason_required and not update.reason.strip():
        raise TransitionRefused(_("Ce changement de statut demande un motif."), "reason")


def _check_weather(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.weather in {Weather.SUPPORT_NEEDED, Weather.COMPROMISED} and not update.weather_reason.strip():
        raise TransitionRefused(
            _("Une météo « appuis nécessaires » ou « objectifs compromis » demande un motif."), "weather_reason"
        )


def _check_text(commitment: Commitment, update: ProgressUpdate) -> None:
    if not update.text_public.strip():
        raise TransitionRefused(_("Écrivez au moins une phrase pour le public."), "text_public")


def _check_progress(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.progress is not None and not 0 <= update.progress <= 100:
        raise TransitionRefused(
            _("L’avancement va de 0 à 100 %% ; lu : %(value)s.") % {"value": update.progress}, "progress"
        )


def _check_claims(commitment: Commitment, update: ProgressUpdate) -> None:
    proven = commitment.evidence.proving().filter(milestone__isnull=False).values("milestone")
    unproven = update.claims.filter(milestone__evidence_required=True).exclude(milestone__in=proven)
    refusals = [
        TransitionRefused(
            _("Le jalon « %(title)s » ne se déclare atteint qu’avec une pièce justificative qui lui est jointe.")
            % {"title": claim.milestone.title},
            f"{CLAIM}{claim.milestone_id}",
        )
        for claim in unproven.select_related("milestone").order_by("pk")
    ]
    if refusals:
        refusals[0].others = refusals[1:]
        raise refusals[0]


def _check_completed(commitment: Commitment, update: ProgressUpdate) -> None:
    if update.status != Status.COMPLETED:
        return
    claimed = update.claims.values_list("milestone", flat=True)
    pending = commitment.milestones.filter(origin=Milestone.Origin.PLAN, status=Milestone.Status.PLANNED).exclude(
        pk__in=claimed
    )
    if titles := [f"« {milestone.title} »" for milestone in pending]:
        raise TransitionRefused(
            _("Un engagement réalisé a tous ses jalons atteints. Il manque : %(titles)s.")
            % {"titles": ", ".join(titles)},
            "status",
        )
    if not commitment.evidence.proving().exists():
        kinds = ", ".join(str(kind.label) for kind in Evidence.Kind)
        raise TransitionRefused(
            _("Un engagement réalisé porte au moins une pièce justificative : %(kinds)s.") % {"kinds": kinds}, "status"
        )
    declared = commitment.progress_method == Commitment.ProgressMethod.DECLARED
    if declared and update.progress is not None and update.progress < 100:
        raise TransitionRefused(
            _("Un engagement réalisé est à 100 %% ; lu : %(value)s.") % {"value": update.progress}, "progress"
        )
