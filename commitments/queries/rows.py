"""What a page shows of each thing: rows with names and types, and no query behind an attribute."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from commitments.models import Axis, Milestone, ProgressUpdate
from commitments.models.evidence import Evidence, extension_of


class RoadmapRow(NamedTuple):
    title: str
    ambition: str
    signed_on: date | None
    signed_at: str
    is_demonstration: bool
    title_en: str
    ambition_en: str
    banner: str
    banner_en: str


class MovedRow(NamedTuple):
    """What happened to commitments since the first day of a quarter."""

    updated: int  # commitments whose text was published
    achieved: int  # milestones
    postponed: int  # commitments, for themselves or a milestone


class FunderRow(NamedTuple):
    slug: str
    name: str
    commitments: int


class CommitmentRow(NamedTuple):
    pk: int
    code: str
    title: str
    provenance: str
    status: str
    weather: str
    progress: Decimal | None
    late_since: date | None
    late_since_revised: date | None
    due_on: date | None
    published_at: datetime | None
    axis_title: str | None  # None: the commitment covers all axes
    leads: list[str]
    title_en: str
    axis_title_en: str | None

    @property
    def is_adjacent(self) -> bool:
        return self.provenance == "adjacent"


class MergedRow(NamedTuple):
    """A commitment that was merged into the one of the page."""

    code: str
    title: str
    merged_on: date
    merge_reason: str


class MilestoneRow(NamedTuple):
    pk: int
    title: str
    origin: str
    weight: int
    initial_due_on: date
    due_on: date
    date_precision: str
    status: str
    achieved_on: date | None
    source_url: str | None
    source_publisher: str | None
    commitment_code: str
    commitment_title: str
    commitment_provenance: str
    title_en: str
    commitment_title_en: str

    @property
    def is_tracked(self) -> bool:
        return self.origin == Milestone.Origin.PLAN

    @property
    def slippage_days(self) -> int:
        return (self.due_on - self.initial_due_on).days


class ParticipationRow(NamedTuple):
    role: str
    slug: str
    name: str


class SourceRow(NamedTuple):
    url: str
    publisher: str
    published_on: date | None
    published_precision: str


class AxisRow(NamedTuple):
    pk: int
    code: str
    title: str
    kind: str
    description: str
    title_en: str
    description_en: str

    @property
    def kind_label(self) -> str:
        return str(Axis.Kind(self.kind).label)


class PostponementRow(NamedTuple):
    milestone_title: str | None  # None: the commitment itself
    from_on: date
    to_on: date
    reason_kind: str
    reason: str
    postponed_at: datetime
    decision: int | None  # of the steering committee, which it carries out
    decision_number: int | None
    decided_on: date | None

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days


class DecisionRow(NamedTuple):
    """A decision of the steering committee. The public reads its number and its dates; the staff, what it says."""

    pk: int
    number: int
    decided_on: date
    due_on: date
    state: str
    closed_on: date | None
    text: str
    owner_name: str
    outcome: str


class IndicatorRow(NamedTuple):
    code: str
    title: str


class UpdateRow(NamedTuple):
    """A published update, in the journal of its commitment or in the list of the latest ones."""

    pk: int
    status: str
    status_before: str
    weather: str
    progress_before: Decimal | None
    progress_after: Decimal | None
    reason: str
    text_public: str
    text_internal: str
    next_steps: str
    published_at: datetime
    author_name: str
    publisher_name: str | None  # None: the last visa was tacit
    year: int | None
    quarter: int | None
    commitment_code: str
    commitment_title: str
    commitment_title_en: str


class VisaRow(NamedTuple):
    """A visa that counts: for the text that was published."""

    update: int
    side: str
    decision: str
    given_at: datetime


class LineRow(NamedTuple):
    """A campaign, and what this commitment answered in it."""

    year: int
    quarter: int
    campaign_state: str
    state: str
    confirmed_at: datetime | None


class ClaimRow(NamedTuple):
    update: int
    title: str
    achieved_on: date


class EvidenceRow(NamedTuple):
    """A valid piece of evidence."""

    pk: int
    kind: str
    title: str
    is_public: bool
    url: str
    file_name: str
    size: int | None
    sha256: str
    added_at: datetime
    scan: str
    failures: int
    failing_since: date | None
    milestone_title: str | None  # None: the commitment itself
    update_state: str | None

    @property
    def is_veiled(self) -> bool:
        return not self.title

    @property
    def is_pending(self) -> bool:
        return self.update_state in ProgressUpdate.OPEN_STATES

    @property
    def is_held(self) -> bool:
        return self.scan in Evidence.HELD

    @property
    def is_link_down(self) -> bool:
        return self.failures >= 2

    @property
    def format(self) -> str:
        return extension_of(self.file_name)

    def veiled(self) -> "EvidenceRow":
        """That it exists, its kind and what it proves: all that the public knows of a piece that is not public."""
        return self._replace(title="", url="", file_name="", size=None, sha256="", scan="", failures=0)


class GroupRow(NamedTuple):
    """A group of the overview: commitments of one main axis, status and provenance."""

    main_axis: int | None
    status: str
    provenance: str
    n: int
    late: int
    late_revised: int
    measured: int
    weighted: Decimal | None
    weight_measured: int | None
