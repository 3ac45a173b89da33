"""What people do in the demonstration, through the functions that people go through: what is published, postponed or
approved there was allowed, traced and dated."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from actors.models import Side
from commitments import queries, transitions
from commitments.models import Campaign, Decision, Evidence, ProgressUpdate, Visa
from roadmap_portal.demonstration.committee import meet
from roadmap_portal.demonstration.stage import Stage
from roadmap_portal.scenario import Point, Scenario, Story

NAMESPACE = uuid.UUID("5f0f3a0e-6c0b-4c3c-9a53-4a3f0f6a2b11")
SIDES = (Side.STATE, Side.REGION)


def play(stage: Stage, scenario: Scenario) -> None:
    """In the order of the calendar: the previous quarter for all, with the committee before its end, its closing, then
    the present one."""
    administrator = stage.users["administration@demo.example"]
    transitions.move_campaign(stage.previous, Campaign.State.OPEN, by=administrator, on=stage.previous.opens_on)
    answers = [(story, story.previous) for story in scenario.stories if story.previous]
    met_at = stage.calendar.instant(stage.calendar.committee_past(), "committee")
    before = {story.code for story, point in answers if _moment(stage, point, stage.previous, story.code) < met_at}
    for story in scenario.stories:
        _postpone(stage, story)
        _prove(stage, story)
    for story, point in answers:
        if story.code in before:
            _answer(stage, story, point, stage.previous)
    decisions = meet(stage, scenario.committee)
    for story, point in answers:
        if story.code not in before:
            _answer(stage, story, point, stage.previous)
    transitions.move_campaign(stage.previous, Campaign.State.REVIEW, by=administrator)
    transitions.move_campaign(stage.current, Campaign.State.OPEN, by=administrator)
    for story in scenario.stories:
        _postpone(stage, story, decisions)
        if story.current:
            _answer(stage, story, story.current, stage.current)


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
    milestones = {milestone.title: milestone for milestone in stage.commitments[story.code].milestones.all()}
    is_past = campaign == stage.previous
    return {
        f"{transitions.CLAIM}{milestones[step.title].pk}": stage.calendar.early(step.achieved, step.title)
        for step in story.milestones
        if step.achieved is not None and (step.achieved < 0) == is_past
    }
