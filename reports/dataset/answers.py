"""What each commitment answered in the campaign of a report, so that an old text is never taken for a new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import Campaign, CampaignLine, ProgressUpdate, Status
from commitments.queries import told, with_states
from reports.dataset.values import Json
from reports.dataset.voices import memberships_of
from roadmap_portal.templatetags.portal import day_text, quarter

State = CampaignLine.State
LABELS = {
    State.APPROVED: _("point publié"),
    State.CONFIRMED: _("confirmé sans changement"),
    State.TO_ANSWER: _("réponse attendue"),
    State.NOT_ANSWERED: _("non renseigné"),
    State.NOTHING_DUE: _("rien d’attendu"),
}
SILENT = (State.TO_ANSWER, State.NOT_ANSWERED)
CLOSED = (Status.COMPLETED, Status.ABANDONED)


@dataclass(frozen=True)
class Answer:
    """`state`: a key of LABELS. `on`, `by`: when it was answered and by whom, None when it was not."""

    state: str
    on: date | None = None
    by: User | None = None

    @property
    def is_missing(self) -> bool:
        return self.state in SILENT

    @property
    def confirmed_on(self) -> date | None:
        return self.on if self.state == State.CONFIRMED else None

    def in_words(self, campaign: Campaign) -> str:
        if self.confirmed_on is not None:
            return f"{LABELS[State.CONFIRMED]} le {day_text(self.confirmed_on)}"
        if self.state == State.NOT_ANSWERED:
            return f"{LABELS[State.NOT_ANSWERED]} au {quarter(campaign)}"
        return str(LABELS[State(self.state)])


class Answers:
    """Read once, in a constant number of queries."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        states = ProgressUpdate.State
        published = ProgressUpdate.objects.filter(campaign=campaign, state__in=[states.PUBLISHED, states.SUPERSEDED])
        published = published.select_related("author").prefetch_related(memberships_of("author"))
        # In order: of several answers in one quarter, the last one counts.
        self.published = {update.commitment_id: update for update in published.order_by("published_at", "pk")}
        lines = with_states(CampaignLine.objects.filter(campaign=campaign)).select_related("confirmed_by")
        self.lines = {line.commitment_id: line for line in lines.prefetch_related(memberships_of("confirmed_by"))}

    def of(self, commitment: int, status: str) -> Answer:
        """`status`: that of the commitment in the report, for a quarter that had no lines yet."""
        update = self.published.get(commitment)
        if update is not None and update.published_at is not None:
            return Answer(State.APPROVED, localdate(update.published_at), update.author)
        line = self.lines.get(commitment)
        if line is None:
            return Answer(State.NOTHING_DUE if status in CLOSED else told("", self.campaign.state))
        state = told(line.state, self.campaign.state)
        if state == State.CONFIRMED and line.confirmed_at is not None:
            return Answer(state, localdate(line.confirmed_at), line.confirmed_by)
        return Answer(state)


def counted(states: Iterable[str]) -> list[Json]:
    found = list(states)
    return [{"code": str(state), "label": str(label), "count": found.count(state)} for state, label in LABELS.items()]
