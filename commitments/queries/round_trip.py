"""What a spreadsheet of updates, or the grid, is made of. Constant numbers of queries."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.permissions import Someone
from commitments.models import Campaign, CampaignLine, Commitment, ProgressUpdate
from commitments.queries.commitment import pages_for, writable_commitments
from commitments.queries.line_states import with_states

States = ProgressUpdate.State


def _with_milestones(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    return commitments.select_related("main_axis").prefetch_related("milestones").order_by("code")


def commitments_to_edit(user: Someone, campaign: Campaign | None) -> list[Commitment]:
    """Those the user may write on and that the campaign waits for; without one, all of them. One whose text is in visa
    is left out: it is to be taken back first."""
    found = writable_commitments(user)
    if campaign is not None:
        lines = with_states(campaign.lines.all()).exclude(state=CampaignLine.State.NOTHING_DUE)
        found = found.filter(pk__in=lines.values("commitment"))
    in_visa = ProgressUpdate.objects.filter(state__in=[States.SUBMITTED, States.APPROVED]).values("commitment")
    return list(_with_milestones(found.exclude(pk__in=in_visa)))


def commitments_named(user: Someone, codes: Iterable[str]) -> dict[str, Commitment]:
    """Those of these codes that the user may write on, by code."""
    found = _with_milestones(writable_commitments(user).filter(code__in=set(codes)))
    return {commitment.code: commitment for commitment in found}


def commitments_of(user: Someone, keys: Iterable[int]) -> list[Commitment]:
    """Those of these keys that the user may write on, in the order of their codes."""
    return list(_with_milestones(writable_commitments(user).filter(pk__in=set(keys))))


def titles_of(user: Someone, codes: Iterable[str]) -> dict[str, str]:
    """Of those of these codes that the user may read, by code."""
    return dict(pages_for(user).filter(code__in=set(codes)).values_list("code", "title"))
