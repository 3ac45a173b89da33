"""The steering committee: a meeting is planned, then held, which freezes what it looked at; its decisions are numbered,
kept as they were taken, and closed with what became of them.

A meeting is locked before its decisions. Both without their key: whoever writes on a commitment may cite a decision
meanwhile, and never waits in a circle.
"""

import uuid
from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.permissions import can_steer
from actors.models import Actor
from commitments.models import AgendaItem, Commitment, Decision, Roadmap, SteeringMeeting
from commitments.queries.steering import proposed_agenda
from commitments.transitions.locks import require, require_unchanged
from commitments.transitions.tables import DECISION_CHANGES, MEETING_CHANGES, TransitionRefused
from roadmap_portal.templatetags.portal import short_day

State = SteeringMeeting.State


@transaction.atomic
def plan_meeting(roadmap: Roadmap, *, held_on: date, place: str = "", note: str = "", by: User) -> SteeringMeeting:
    """A meeting to come, or one just past whose decisions are still to be recorded."""
    _require_secretariat(by)
    # Two people at once: the second one waits, then reads what the first has planned.
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=roadmap.pk)
    _check_day(roadmap, held_on)
    return SteeringMeeting.objects.create(roadmap=roadmap, held_on=held_on, place=place, note=note)


@transaction.atomic
def move_meeting(
    meeting: SteeringMeeting, *, held_on: date, place: str, note: str, by: User, seen: int | None = None
) -> SteeringMeeting:
    """Another date or place for a meeting still to be held. `seen`: the version the author's form started from."""
    _require_secretariat(by)
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=meeting.roadmap_id)
    meeting = _lock_meeting(meeting)
    if meeting.state != State.PLANNED:
        raise TransitionRefused(_("La réunion s’est tenue : sa date et son ordre du jour ne changent plus."))
    if held_on != meeting.held_on:
        if meeting.decisions.exists():
            raise TransitionRefused(_("Des décisions y sont déjà écrites : la date ne change plus."), "held_on")
        _check_day(roadmap, held_on)
    now = " · ".join(filter(None, [short_day(meeting.held_on), meeting.place, meeting.note]))
    require_unchanged(meeting, seen, now)
    meeting.held_on, meeting.place, meeting.note = held_on, place, note
    meeting.save(update_fields=["held_on", "place", "note"])
    return meeting


@transaction.atomic
def hold_meeting(meeting: SteeringMeeting, *, by: User, on: date) -> SteeringMeeting:
    """planned → held: what was looked at is written down as it stands, in French whatever the language of the page.
    Said twice, it is said once."""
    _require_secretariat(by)
    meeting = _lock_meeting(meeting)
    if State.HELD not in MEETING_CHANGES[State(meeting.state)]:
        return meeting
    if on < meeting.held_on:
        raise TransitionRefused(
            _("La réunion est prévue le %(day)s : elle ne s’est pas encore tenue.")
            % {"day": short_day(meeting.held_on)}
        )
    with override("fr"):
        AgendaItem.objects.bulk_create(
            AgendaItem(
                meeting=meeting,
                commitment_id=row.commitment,
                reason=row.reason,
                detail=row.detail,
                in_charge=row.in_charge,
            )
            for row in proposed_agenda(meeting)
        )
    meeting.state, meeting.frozen_on = State.HELD, on
    meeting.save(update_fields=["state", "frozen_on"])
    return meeting


@transaction.atomic
def record_decision(
    meeting: SteeringMeeting,
    *,
    text: str,
    owner: Actor,
    due_on: date,
    commitments: Collection[Commitment] = (),
    form_key: uuid.UUID | None = None,
    by: User,
    on: date,
) -> Decision:
    """The next number of the meeting, from its day on. One form (`form_key`) is one decision, however often sent."""
    _require_secretariat(by)
    meeting = _lock_meeting(meeting)
    if form_key is not None and (sent := Decision.objects.filter(form_key=form_key).first()):
        if sent.meeting_id != meeting.pk:
            raise TransitionRefused(_("Ce formulaire est celui d’une autre réunion."))
        return sent
    if on < meeting.held_on:
        raise TransitionRefused(
            _("La réunion est prévue le %(day)s : rien n’y est encore décidé.") % {"day": short_day(meeting.held_on)}
        )
    _check_decision(meeting, text, due_on, commitments)
    last = meeting.decisions.aggregate(number=Max("number"))["number"] or 0
    decision = Decision.objects.create(
        meeting=meeting,
        number=last + 1,
        text=text.strip(),
        owner=owner,
        due_on=due_on,
        form_key=form_key or uuid.uuid4(),
    )
    decision.commitments.set(commitments)
    return decision


@transaction.atomic
def correct_decision(
    decision: Decision,
    *,
    text: str,
    owner: Actor,
    due_on: date,
    commitments: Collection[Commitment],
    by: User,
    seen: int | None = None,
) -> Decision:
    """Until the meeting is said to be held, what was typed may be put right; afterwards it stays as it was decided."""
    _require_secretariat(by)
    meeting = _lock_meeting(decision.meeting)
    decision = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
    if meeting.state == State.HELD:
        raise TransitionRefused(_("La réunion s’est tenue : la décision reste telle qu’elle fut prise."))
    _check_decision(meeting, text, due_on, commitments)
    require_unchanged(decision, seen, decision.text)
    decision.text, decision.owner, decision.due_on = text.strip(), owner, due_on
    decision.save(update_fields=["text", "owner", "due_on"])
    decision.commitments.set(commitments)
    return decision


@transaction.atomic
def close_decision(decision: Decision, target: str, *, outcome: str, by: User, on: date) -> Decision:
    """open → done or dropped, with what became of it. The same words sent twice are one closing."""
    _require_secretariat(by)
    decision = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
    if decision.state == target and target != Decision.State.OPEN and decision.outcome == outcome.strip():
        return decision
    if target not in DECISION_CHANGES[Decision.State(decision.state)]:
        raise TransitionRefused(
            _("La décision est « %(state)s » : ce changement n’est pas permis.")
            % {"state": decision.get_state_display()},
            "state",
        )
    if not outcome.strip():
        raise TransitionRefused(_("Dites ce qui a été fait, ou pourquoi la décision reste sans suite."), "outcome")
    decision.state, decision.outcome, decision.closed_on = target, outcome.strip(), on
    decision.save(update_fields=["state", "outcome", "closed_on"])
    return decision


def _require_secretariat(user: User) -> None:
    require(can_steer(user), _("Seuls les valideurs et l’administration tiennent les comités de pilotage."))


def _lock_meeting(meeting: SteeringMeeting) -> SteeringMeeting:
    return SteeringMeeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)


def _check_day(roadmap: Roadmap, day: date) -> None:
    """Meetings follow one another: the next one opens with what those before it have left open."""
    others = SteeringMeeting.objects.filter(roadmap=roadmap)
    if others.filter(held_on=day).exists():
        raise TransitionRefused(_("Un comité de pilotage est déjà prévu ce jour-là."), "held_on")
    last = others.filter(state=State.HELD).order_by("-held_on").first()
    if last is not None and day < last.held_on:
        raise TransitionRefused(
            _("Le comité précédent s’est tenu le %(day)s : celui-ci vient après.") % {"day": short_day(last.held_on)},
            "held_on",
        )
    if roadmap.signed_on is not None and day < roadmap.signed_on:
        raise TransitionRefused(
            _("La feuille de route a été signée le %(day)s : un comité vient après.")
            % {"day": short_day(roadmap.signed_on)},
            "held_on",
        )


def _check_decision(meeting: SteeringMeeting, text: str, due_on: date, commitments: Collection[Commitment]) -> None:
    if not text.strip():
        raise TransitionRefused(_("Écrivez ce qui a été décidé."), "text")
    if due_on < meeting.held_on:
        raise TransitionRefused(
            _("Une décision est à exécuter au plus tôt le jour de la réunion, le %(day)s.")
            % {"day": short_day(meeting.held_on)},
            "due_on",
        )
    if any(commitment.roadmap_id != meeting.roadmap_id for commitment in commitments):
        raise TransitionRefused(_("Un de ces engagements est celui d’une autre feuille de route."), "commitments")
