"""The steering committee of the demonstration: a meeting held in the past quarter, the next one planned."""

import uuid
from datetime import timedelta

from commitments import transitions
from commitments.models import Decision
from roadmap_portal.demonstration.stage import Stage
from roadmap_portal.scenario import Committee

NAMESPACE = uuid.UUID("0c8f6c1e-52f7-4b8b-8a0e-0f6a3f0f9b52")


def meet(stage: Stage, committee: Committee) -> dict[int, Decision]:
    """The decisions of the meeting that was held, by number."""
    calendar, secretary = stage.calendar, stage.users["administration@demo.example"]
    roadmap = stage.previous.roadmap
    day = calendar.committee_past()
    meeting = transitions.plan_meeting(roadmap, held_on=day, place=committee.place, by=secretary)
    taken = {}
    for decided in committee.decisions:
        decision = transitions.record_decision(
            meeting,
            text=decided.text,
            owner=stage.actors[decided.owner],
            due_on=day + timedelta(days=decided.days),
            commitments=[stage.commitments[code] for code in decided.commitments],
            form_key=uuid.uuid5(NAMESPACE, decided.text),
            by=secretary,
            on=day,
        )
        taken[decision.number] = decision
    transitions.hold_meeting(meeting, by=secretary, on=day)
    for decision, decided in zip(taken.values(), committee.decisions, strict=True):
        if decided.outcome:
            closed_on = min(day + timedelta(days=decided.closed_after), calendar.today)
            transitions.close_decision(
                decision, Decision.State.DONE, outcome=decided.outcome, by=secretary, on=closed_on
            )
    coming = calendar.committee_to_come()
    transitions.plan_meeting(roadmap, held_on=coming, place=committee.next_place, by=secretary)
    return taken
