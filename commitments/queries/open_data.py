"""Commitments, milestones and published updates as the files of open data tell them.

Each is one query, whose rows are read as they are sent: a file of any length is never held. Actors are named, persons
never are.
"""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, ExpressionWrapper, F, FilteredRelation, OuterRef, Q, When
from django.db.models.functions import TruncDate

from accounts.permissions import Someone, visible_to
from actors.models import Source
from commitments.models import Axis, Commitment, Milestone, Participation, Postponement, ProgressUpdate, followed
from commitments.queries.commitment import commitments_for
from commitments.queries.resources import moves

Role = Participation.Role
Rows = Any  # a query set of dictionaries, which django-stubs names for each list of columns


def open_commitments(user: Someone, on: date) -> Rows:
    """With the text in force. A day of lateness still to come is no lateness."""
    in_force = FilteredRelation("updates", condition=Q(updates__state=ProgressUpdate.State.PUBLISHED))
    axes = Axis.objects.filter(commitments=OuterRef("pk")).order_by("order", "code")
    sources = Source.objects.filter(commitments=OuterRef("pk")).order_by("publisher", "code")
    return (
        commitments_for(user)
        .annotate(in_force=in_force)
        .order_by("code")
        .values(
            *("code", "title", "official_text", "summary", "weight", "provenance", "confidence"),
            *("status", "weather", "weather_reason", "progress", "progress_method"),
            *("starts_on", "initial_due_on", "due_on", "date_precision"),
            axis=F("main_axis__code"),
            axis_title=F("main_axis__title"),
            axis_codes=ArraySubquery(axes.values("code")),
            is_adjacent=_is_adjacent(),
            leads=_holding(Role.LEAD, Role.CO_LEAD),
            operators=_holding(Role.OPERATOR),
            partners=_holding(Role.PARTNER),
            funders=_holding(Role.FUNDER),
            status_reason=F("in_force__reason"),
            text=F("in_force__text_public"),
            next_steps=F("in_force__next_steps"),
            reached_late=_reached("late_since", on),
            reached_late_revised=_reached("late_since_revised", on),
            updated_on=TruncDate("published_at"),
            confirmed_on=TruncDate("confirmed_at"),
            postponement_count=moves(Postponement.objects.filter(milestone__isnull=True), "commitment"),
            milestone_postponement_count=moves(Postponement.objects.filter(milestone__isnull=False), "commitment"),
            source_urls=ArraySubquery(sources.values("url")),
            is_demonstration=F("roadmap__is_demonstration"),
        )
    )


def open_milestones(user: Someone) -> Rows:
    """Of the commitments that are still followed, in the order of the calendar of each."""
    return (
        Milestone.objects.filter(visible_to(user, of="commitment__"), followed(of="commitment__"))
        .order_by("commitment__code", "due_on", "pk")
        .values(
            *("title", "status", "origin", "weight", "initial_due_on", "due_on", "date_precision", "achieved_on"),
            commitment_code=F("commitment__code"),
            commitment_title=F("commitment__title"),
            is_adjacent=_is_adjacent("commitment__"),
            is_tracked=ExpressionWrapper(Q(origin=Milestone.Origin.PLAN), BooleanField()),
            postponement_count=moves(Postponement.objects.all(), "milestone"),
            source_url=F("source__url"),
            is_demonstration=F("commitment__roadmap__is_demonstration"),
        )
    )


def published_updates(user: Someone) -> Rows:
    """Every text that was published on a commitment still followed, those that another one replaced too."""
    of_commitment = visible_to(user, of="commitment__") & followed(of="commitment__")
    return ProgressUpdate.objects.filter(of_commitment, state__in=ProgressUpdate.PUBLIC_STATES)


def open_updates(user: Someone) -> Rows:
    return (
        published_updates(user)
        .order_by("commitment__code", "published_at", "pk")
        .values(
            *("status", "weather", "weather_reason", "next_steps"),
            commitment_code=F("commitment__code"),
            commitment_title=F("commitment__title"),
            is_adjacent=_is_adjacent("commitment__"),
            year=F("campaign__year"),
            quarter_number=F("campaign__quarter"),
            published_on=TruncDate("published_at"),
            is_in_force=ExpressionWrapper(Q(state=ProgressUpdate.State.PUBLISHED), BooleanField()),
            status_reason=F("reason"),
            progress_then=F("progress_after"),
            text=F("text_public"),
            is_demonstration=F("commitment__roadmap__is_demonstration"),
        )
    )


def _is_adjacent(of: str = "") -> ExpressionWrapper:
    return ExpressionWrapper(Q(**{f"{of}provenance": Commitment.Provenance.ADJACENT}), BooleanField())


def _reached(name: str, on: date) -> Case:
    return Case(When(**{f"{name}__lte": on}, then=F(name)))


def _holding(*roles: Role) -> ArraySubquery:
    held = Participation.objects.filter(commitment=OuterRef("pk"), role__in=roles)
    return ArraySubquery(held.order_by("actor__name").values("actor__name"))
