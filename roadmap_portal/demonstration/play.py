"""What people do in the demonstration, through the functions that people go through: what is published, postponed or
approved there was allowed, traced and dated."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from actors.models import Side
from commitments import queries, transitions
from commitments.models import Campaign, Evidence, ProgressUpdate, Visa
from roadmap_portal.demonstration.stage import Stage
from roadmap_portal.scenario import Point, Scenario, Story

NAMESPACE = uuid.UUID("5f0f3a0e-6c0b-4c3c-9a53-4a3f0f6a2b11")
SIDES = (Side.STATE, Side.REGION)


def play(stage: Stage, scenario: Scenario) -> None:
    """In the order of the calendar: the previous quarter for all, its closing, then the present one."""
    administrator = stage.users["administration@demo.example"]
    transitions.move_campaign(stage.previous, Campaign.State.OPEN, by=administrator, on=stage.previous.opens_on)
    for story in scenario.stories:
        _postpone(stage, story)
        _prove(stage, story)
        if story.previous:
            _answer(stage, story, story.previous, stage.previous)
    transitions.move_campaign(stage.previous, Campaign.State.REVIEW, by=administrator)
    transitions.move_campaign(stage.current, Campaign.State.OPEN, by=administrator)
    for story in scenario.stories:
        if story.current:
            _answer(stage, story, story.current, stage.current)


def _prove(stage: Stage, story: Story) -> None:
    for proof in story.evidence:
        Evidence.objects.create(commitment=stage.commitments[story.code], added_by=stage.author(story), **vars(proof))


def _postpone(stage: Stage, story: Story) -> None:
    commitment = stage.commitments[story.code]
    milestones = {milestone.title: milestone for milestone in commitment.milestones.all()}
    for delay in story.postponements:
        name = f"{story.code} {delay.to}"
        transitions.postpone(
            commitment,
            milestone=milestones[delay.milestone] if delay.milestone else None,
            to_on=stage.calendar.month_end(delay.to),
            reason_kind=delay.kind,
            reason=delay.reason,
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
