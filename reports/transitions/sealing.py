"""Closing the quarter: one dataset, written once with its fingerprint and that of the report before, in one
transaction. Two sealings at once: the second one finds the first.

sealed → published → rectified. Nothing comes back: what was wrong is told by a new report, « Rectificatif n° 1 ».
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import SerializationFailure

from accounts.models import User
from accounts.permissions import can_manage_reports
from commitments.models import Campaign, ProgressUpdate, Roadmap
from commitments.queries.visas import all_submitted
from commitments.transitions import TransitionRefused, close_for_good, leave_the_campaign
from reports.dataset import Json, build_dataset, canonical_json, sha256_of
from reports.dataset.proofs import half_approved, unapproved_row
from reports.models import Report, SealedReport
from reports.transitions.tables import require

P = ParamSpec("P")
TRIES = 3


class NotApproved(TransitionRefused):
    """Texts of the quarter miss a visa; `updates`: those that were not named as such."""

    def __init__(self, updates: list[ProgressUpdate]) -> None:
        codes = ", ".join(update.commitment.code for update in updates)
        said = _("Il manque un visa à ces points : %(codes)s. Attendez-le, ou nommez-les « non visés ».")
        super().__init__(said % {"codes": codes}, "unapproved")
        self.updates = updates


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All that is read inside is as of one instant, which comes after any other sealing."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if is_outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # The snapshot is taken by the first query: this statement waits without being one.
            cursor.execute("LOCK TABLE reports_sealedreport IN SHARE ROW EXCLUSIVE MODE")
        yield


def _tried_again(act: Callable[P, SealedReport]) -> Callable[P, SealedReport]:
    """Somebody changed, between our snapshot and our lock, a row this decides on: the whole is begun anew."""

    @wraps(act)
    def again(*args: P.args, **kwargs: P.kwargs) -> SealedReport:
        for _try in range(TRIES - 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, SerializationFailure):
                    raise
        return act(*args, **kwargs)

    return again


@_tried_again
def seal(
    campaign: Campaign,
    *,
    by: User | None,
    unapproved: Collection[str] = (),
    publish_it: bool = True,
    at: datetime | None = None,
) -> SealedReport:
    """review → sealed, with the report of the whole roadmap. The caller enqueues its layout.

    `by`: None for the calendar. `unapproved`: codes of the commitments whose text, sent without all its visas, is told
    as « non visé » and leaves the quarter. Raises NotApproved for those that are not named.
    """
    require(by is None or can_manage_reports(by))
    at = at or timezone.now()
    with _one_snapshot():
        campaign = Campaign.objects.select_for_update(of=("self",)).select_related("roadmap").get(pk=campaign.pk)
        campaign = close_for_good(campaign)
        still_open = _open_updates(campaign)
        waiting = half_approved(campaign)
        if unnamed := [update for update in waiting if update.commitment.code not in unapproved]:
            raise NotApproved(unnamed)
        listed = [unapproved_row(update) for update in waiting if update.commitment.visibility == "public"]
        leave_the_campaign(still_open)
        return _write(campaign, rectifies=None, reason="", listed=listed, by=by, publish_it=publish_it, at=at)


def _open_updates(campaign: Campaign) -> list[ProgressUpdate]:
    """Locked: none of them is sent or published while the quarter is being sealed."""
    found = ProgressUpdate.objects.filter(campaign=campaign, state__in=ProgressUpdate.OPEN_STATES)
    return list(found.select_for_update(of=("self",)).order_by("commitment_id"))


@_tried_again
def rectify(
    sealed: SealedReport, *, reason: str, by: User, publish_it: bool = True, at: datetime | None = None
) -> SealedReport:
    """« Rectificatif n° … »: the quarter told again as it is known now, with the reason. The report it corrects stays.

    Raises TransitionRefused, naming the field, without a reason, or when another version already corrects this one.
    """
    require(can_manage_reports(by))
    if not reason.strip():
        raise TransitionRefused(_("Un rectificatif dit pourquoi : indiquez ce qui était faux."), "reason")
    at = at or timezone.now()
    with _one_snapshot():
        # Seen from the one that locked first: of two rectifications at once, the second finds itself too late.
        sealed = SealedReport.objects.select_related("campaign__roadmap").get(pk=sealed.pk)
        if sealed.is_rectified:
            raise TransitionRefused(_("Ce rapport a déjà son rectificatif : c’est le dernier qui se corrige."))
        return _write(
            sealed.campaign,
            rectifies=sealed,
            reason=reason.strip(),
            listed=_still_unapproved(sealed),
            by=by,
            publish_it=publish_it,
            at=at,
        )


def _still_unapproved(sealed: SealedReport) -> list[Json]:
    """Told as « non visé » in the report that is corrected, and still waiting."""
    listed = (sealed.layout.dataset or {}).get("unapproved", [])
    waiting = set(all_submitted().values_list("commitment__code", flat=True))
    return [row for row in listed if row["commitment"] in waiting]


def _write(
    campaign: Campaign,
    *,
    rectifies: SealedReport | None,
    reason: str,
    listed: list[Json],
    by: User | None,
    publish_it: bool,
    at: datetime,
) -> SealedReport:
    last = SealedReport.objects.filter(roadmap=campaign.roadmap_id).order_by("-number").first()
    facts = {
        "number": 1 if last is None else last.number + 1,
        "version": 1 if rectifies is None else rectifies.version + 1,
        "previous_sha256": "" if last is None else last.sha256,
        "reason": reason,
    }
    told = {
        **facts,
        "sealed_at": timezone.localtime(at).replace(microsecond=0).isoformat(),
        "rectifies": None if rectifies is None else {"number": rectifies.number, "sha256": rectifies.sha256},
        "unapproved": listed,
    }
    layout = Report(campaign=campaign, requested_by=by, requested_at=at, started_at=at, not_before=at)
    content = build_dataset(layout, seal=told)
    sealed = SealedReport.objects.create(
        roadmap=campaign.roadmap,
        campaign=campaign,
        rectifies=rectifies,
        content=canonical_json(content).decode(),
        sha256=sha256_of(content),
        sealed_at=at,
        sealed_by=by,
        published_at=at if publish_it else None,
        **facts,
    )
    layout.sealed, layout.dataset_sha256, layout.started_at = sealed, sealed.sha256, None
    layout.save()
    if publish_it:
        _take_drafts_offline(campaign)
    return sealed


@transaction.atomic
def publish(sealed: SealedReport, *, by: User, at: datetime | None = None) -> SealedReport:
    """sealed → published: the public reads it, in the place of a draft of the quarter. Said twice, it is said once."""
    require(can_manage_reports(by))
    Roadmap.objects.select_for_update(of=("self",), no_key=True).get(pk=sealed.roadmap_id)
    sealed = SealedReport.objects.select_related("campaign").get(pk=sealed.pk)
    if sealed.published_at is None:
        sealed.published_at = at or timezone.now()
        sealed.save(update_fields=["published_at"])
        _take_drafts_offline(sealed.campaign)
    return sealed


def _take_drafts_offline(campaign: Campaign) -> None:
    Report.objects.filter(campaign=campaign, published_at__isnull=False).update(published_at=None)
