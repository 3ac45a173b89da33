"""What people do in the demonstration, through the functions that people go through: what is published, postponed or
approved there was allowed, traced and dated."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from actors.models import Side
from commitments import queries, transitions
from commitments.models import Campaign, Decision, Evidence, Milestone, ProgressUpdate, Visa
from reports import transitions as report_transitions
from reports.dataset.proofs import half_approved
from roadmap_portal.demonstration.committee import meet
from roadmap_portal.demonstration.stage import Stage
from roadmap_portal.scenario import Point, Scenario, Story

NAMESPACE = uuid.UUID("5f0f3a0e-6c0b-4c3c-9a53-4a3f0f6a2b11")
SIDES = (Side.STATE, Side.REGION)
DAYS_TO_SEAL, DAYS_TO_RECTIFY = 4, 11


def play(stage: Stage, scenario: Scenario) -> None:
    """In the order of the calendar: the two past quarters, with the committee before the end of the last one, each
    closed and sealed, then the present one; last, what was wrong in a sealed report is rectified."""
    _open(stage, stage.earlier)
    for story in scenario.stories:
        _postpone(stage, story)
        _prove(stage, story)
        if story.earlier:
            _answer(stage, story, story.earlier, stage.earlier)
    _close_and_seal(stage, stage.earlier)
    _open(stage, stage.previous)
    decisions = _answer_and_meet(stage, scenario)
    _close_and_seal(stage, stage.previous)
    _open(stage, stage.current)
    for story in scenario.stories:
        _postpone(stage, story, decisions)
        if story.current:
            _answer(stage, story, story.current, stage.current)
    _rectify(stage, scenario)


def _answer_and_meet(stage: Stage, scenario: Scenario) -> dict[int, Decision]:
    """The past quarter: the committee sees the answers that were given by then."""
    answers = [(story, story.previous) for story in scenario.stories if story.previous]
    met_at = stage.calendar.instant(stage.calendar.committee_past(), "committee")
    before = {story.code for story, point in answers if _moment(stage, point, stage.previous, story.code) < met_at}
    for story, point in answers:
        if story.code in before:
            _answer(stage, story, point, stage.previous)
    decisions = meet(stage, scenario.committee)
    for story, point in answers:
        if story.code not in before:
            _answer(stage, story, point, stage.previous)
    return decisions


def _open(stage: Stage, campaign: Campaign) -> None:
    administrator = stage.users["administration@demo.example"]
    transitions.move_campaign(campaign, Campaign.State.OPEN, by=administrator, on=campaign.opens_on)


def _close_and_seal(stage: Stage, campaign: Campaign) -> None:
    administrator = stage.users["administration@demo.example"]
    transitions.move_campaign(campaign, Campaign.State.REVIEW, by=administrator)
    report_transitions.seal(
        campaign,
        by=administrator,
        unapproved=[update.commitment.code for update in half_approved(campaign)],
        at=_after_closing(stage, campaign, DAYS_TO_SEAL),
    )


def _rectify(stage: Stage, scenario: Scenario) -> None:
    wrong = scenario.rectification
    story = next(story for story in scenario.stories if story.code == wrong.code)
    at = _after_closing(stage, stage.previous, DAYS_TO_RECTIFY)
    update = transitions.save_draft(
        stage.commitments[wrong.code],
        _text(wrong.point),
        by=stage.author(story),
        form_key=uuid.uuid5(NAMESPACE, wrong.reason),
        campaign=stage.previous,
        at=at,
    )
    update = transitions.submit_update(update, by=stage.author(story), at=at)
    for side in SIDES:
        update = _approve(stage, update, side, at)
    report_transitions.rectify(
        stage.previous.sealed_reports.get(), reason=wrong.reason, by=stage.users["administration@demo.example"], at=at
    )


def _after_closing(stage: Stage, campaign: Campaign, days: int) -> datetime:
    day = min(campaign.closes_on + timedelta(days=days), stage.calendar.today)
    return stage.calendar.instant(day, f"{campaign.slug} {days}")


def _prove(stage: Stage, story: Story) -> None:
    for proof in story.evidence:
        Evidence.objects.create(
            commitment=stage.commitments[story.code],
            added_by=stage.author(story),
            added_at=stage.calendar.instant(stage.previous.opens_on, story.code),
            **vars(proof),
        )


def _postpone(stage: Stage, story: Story, decisions: Mapping[int, Decision] | None = None) -> None:
    """Those that carry out one of these decisions; before there are any, those that cite none."""
    commitment = stage.commitments[story.code]
    milestones = {milestone.title: milestone for milestone in commitment.milestones.all()}
    for delay in story.postponements:
        if (delay.decision is None) != (decisions is None):
            continue
        name = f"{story.code} {delay.to}"
        transitions.postpone(
            commitment,
            milestone=milestones[delay.milestone] if delay.milestone else None,
            to_on=stage.calendar.month_end(delay.to),
            reason_kind=delay.kind,
            reason=delay.reason,
            decision=decisions[delay.decision] if decisions and delay.decision else None,
            by=stage.author(story),
            at=stage.calendar.instant(stage.calendar.early(delay.at, name), name),
        )


def _answer(stage: Stage, story: Story, point: Point, campaign: Campaign) -> None:
    commitment = stage.commitments[story.code]
    at = _moment(stage, point, campaign, story.code)
    author = stage.author(story, point)
    if point.state == "confirmed":
        transitions.confirm_unchanged(commitment, campaign, by=author, at=at)
        return
    update = transitions.save_draft(
        commitment,
        _text(point) | _achieved(stage, story, campaign),
        by=author,
        form_key=uuid.uuid5(NAMESPACE, f"{story.code} {campaign.slug}"),
        campaign=campaign,
        at=at,
    )
    if point.state == ProgressUpdate.State.DRAFT:
        return
    update = transitions.submit_update(update, by=author, at=at)
    if point.tacit:
        _approve(stage, update, _other(point.tacit), at)
        due_on = queries.tacit_on(update) or stage.calendar.today
        transitions.give_tacit_visas(due_on, at=stage.calendar.instant(due_on, story.code))
        return
    for side in SIDES if point.state == ProgressUpdate.State.PUBLISHED else point.visas:
        update = _approve(stage, update, side, at)
    if point.returned_by:
        _decide(stage, update, point.returned_by, Visa.Decision.CHANGES_REQUESTED, at, point.comment)


def _moment(stage: Stage, point: Point, campaign: Campaign, name: str) -> datetime:
    if point.tacit:
        # Long enough before the quarter's end for the delay to be over by then.
        return stage.calendar.instant(stage.calendar.starts_on - timedelta(days=30), name)
    if point.days_before is not None:
        return stage.calendar.instant(stage.calendar.starts_on - timedelta(days=point.days_before), name)
    if campaign == stage.previous:
        return stage.calendar.before_quarter_end(name)
    if campaign == stage.earlier:
        return stage.calendar.before_quarter_end(name, quarters_ago=2)
    is_published = point.state in {ProgressUpdate.State.PUBLISHED, "confirmed"}
    return stage.calendar.since_quarter_start(name) if is_published else stage.calendar.lately(name)


def _approve(stage: Stage, update: ProgressUpdate, side: str, at: datetime) -> ProgressUpdate:
    return _decide(stage, update, side, Visa.Decision.APPROVED, at)


def _decide(
    stage: Stage, update: ProgressUpdate, side: str, decision: str, at: datetime, comment: str = ""
) -> ProgressUpdate:
    return transitions.give_visa(
        update,
        side=side,
        decision=decision,
        by=stage.validator("etat" if side == Side.STATE else "region"),
        seen_hash=update.text_hash,
        comment=comment,
        at=at,
    )


def _other(side: str) -> str:
    return Side.REGION if side == Side.STATE else Side.STATE


def _text(point: Point) -> dict[str, Any]:
    return {
        "status": point.status,
        "weather": point.weather,
        "weather_reason": point.weather_reason,
        "progress": point.progress,
        "reason": point.reason,
        "text_public": point.text,
        "text_internal": point.internal,
        "next_steps": point.next_steps,
    }


def _achieved(stage: Stage, story: Story, campaign: Campaign) -> dict[str, date]:
    """Milestones that this update declares achieved: the first one tells of all that came before."""
    until = {stage.earlier.pk: -3, stage.previous.pk: 0}.get(campaign.pk, 3)
    pending = {
        milestone.title: milestone
        for milestone in stage.commitments[story.code].milestones.filter(status=Milestone.Status.PLANNED)
    }
    return {
        f"{transitions.CLAIM}{pending[step.title].pk}": stage.calendar.early(step.achieved, step.title)
        for step in story.milestones
        if step.achieved is not None and step.achieved < until and step.title in pending
    }
