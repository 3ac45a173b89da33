"""What each commitment answered in the campaign of a report, so that an old text is never taken for a new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from commitments.models import Campaign, CampaignLine, ProgressUpdate, Status
from commitments.queries import told, with_states
from reports.dataset.values import Json
from roadmap_portal.templatetags.portal import day_text, quarter

State = CampaignLine.State
LABELS = {
    State.APPROVED: "point publié",
    State.CONFIRMED: "confirmé sans changement",
    State.TO_ANSWER: "réponse attendue",
    State.NOT_ANSWERED: "non renseigné",
    State.NOTHING_DUE: "rien d’attendu",
}
SILENT = (State.TO_ANSWER, State.NOT_ANSWERED)
CLOSED = (Status.COMPLETED, Status.ABANDONED)


@dataclass(frozen=True)
class Answer:
    """`state`: a key of LABELS."""

    state: str
    confirmed_on: date | None = None

    @property
    def is_missing(self) -> bool:
        return self.state in SILENT

    def in_words(self, campaign: Campaign) -> str:
        if self.confirmed_on is not None:
            return f"{LABELS[State.CONFIRMED]} le {day_text(self.confirmed_on)}"
        if self.state == State.NOT_ANSWERED:
            return f"{LABELS[State.NOT_ANSWERED]} au {quarter(campaign)}"
        return LABELS[State(self.state)]


class Answers:
    """Read once, in two queries."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        states = ProgressUpdate.State
        published = ProgressUpdate.objects.filter(campaign=campaign, state__in=[states.PUBLISHED, states.SUPERSEDED])
        self.published = set(published.values_list("commitment", flat=True))
        lines = with_states(CampaignLine.objects.filter(campaign=campaign))
        self.lines = {pk: (state, at) for pk, state, at in lines.values_list("commitment", "state", "confirmed_at")}

    def of(self, commitment: int, status: str) -> Answer:
        """`status`: that of the commitment in the report, for a quarter that had no lines yet."""
        if commitment in self.published:
            return Answer(State.APPROVED)
        state, confirmed_at = self.lines.get(commitment, ("", None))
        if not state and status in CLOSED:
            return Answer(State.NOTHING_DUE)
        state = told(state, self.campaign.state)
        is_confirmed = state == State.CONFIRMED and confirmed_at is not None
        return Answer(state, localdate(confirmed_at) if is_confirmed else None)


def counted(answers: Iterable[Answer]) -> list[Json]:
    found = [answer.state for answer in answers]
    return [{"code": str(state), "label": label, "count": found.count(state)} for state, label in LABELS.items()]
