"""What the API tells of commitments and milestones: each a constant number of queries, whatever their number."""

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.permissions import Someone, visible_to
from commitments.models import Campaign, CampaignLine, Commitment, Milestone, Participation, Postponement, followed
from commitments.queries.line_states import with_states

PARTICIPATIONS = Participation.objects.select_related("actor").order_by("role", "actor__name", "pk")


def moves(postponements: QuerySet[Postponement], of: str) -> Coalesce:
    """How many times a due date moved. `of`: what the postponements are of, "commitment" or "milestone"."""
    counted = postponements.filter(**{of: OuterRef("pk")}).order_by().values(of).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _milestones() -> QuerySet[Milestone]:
    return Milestone.objects.annotate(postponements_count=moves(Postponement.objects.all(), "milestone")).order_by(
        "due_on", "pk"
    )


def _latest_lines() -> QuerySet[CampaignLine]:
    """For each commitment, its line in the latest campaign that has begun."""
    begun = CampaignLine.objects.exclude(campaign__state=Campaign.State.PLANNED)
    return (
        with_states(begun)
        .select_related("campaign")
        .order_by("commitment_id", "-campaign__reference_on")
        .distinct("commitment_id")
    )


def commitment_resources(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """With `postponements_count` of the commitment's own due date, `ordered_milestones`, `everyone` who takes part and
    `latest_lines` (none or one)."""
    own = Postponement.objects.filter(milestone__isnull=True)
    return (
        commitments.select_related("main_axis")
        .annotate(postponements_count=moves(own, "commitment"))
        .prefetch_related(
            "axes",
            Prefetch("participations", PARTICIPATIONS, to_attr="everyone"),
            Prefetch("milestones", _milestones(), to_attr="ordered_milestones"),
            Prefetch("campaign_lines", _latest_lines(), to_attr="latest_lines"),
        )
    )


def with_ledger(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """With `ledger`: every move of a due date, the milestones' too, the oldest first."""
    moves = Postponement.objects.select_related("milestone", "decision__meeting").order_by("postponed_at", "pk")
    return commitments.prefetch_related(Prefetch("postponements", moves, to_attr="ledger"))


def milestone_resources(user: Someone) -> QuerySet[Milestone]:
    """Those one may see of what is still followed, in the order of the calendar, with their commitment."""
    of_commitment = visible_to(user, of="commitment__") & followed(of="commitment__")
    return _milestones().select_related("commitment").filter(of_commitment)
