"""Events written in the ledger of lines: one, or a batch pasted from a spreadsheet, whole or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from actors.models import Side
from commitments.models import Commitment
from commitments.transitions import TransitionRefused
from commitments.transitions.locks import lock, require_may_write
from funding.ledger import Breach, Rule, breaches
from funding.models import FundingEvent, FundingLine
from roadmap_portal.templatetags.portal import euros, short_day

# Invariant F3.5.
FALLS = {FundingEvent.Kind.DECOMMITTED, FundingEvent.Kind.RECOVERED}


@dataclass(frozen=True)
class NewEvent:
    """What is to be written on `line`. `supersedes`: the event this one corrects; zero euros take it back."""

    line: FundingLine
    kind: str
    amount: Decimal
    occurred_on: date
    fiscal_year: int
    document: str
    document_url: str = ""
    reason: str = ""
    supersedes: FundingEvent | None = None
    form_key: UUID | None = None


class EventRefused(TransitionRefused):
    """`row`: the number of the event in what was sent, the first one being 0."""

    def __init__(self, row: int, refusal: TransitionRefused) -> None:
        super().__init__(refusal.message, refusal.field)
        self.row, self.others = row, refusal.others


@transaction.atomic
def record_events(events: Sequence[NewEvent], *, by: User) -> list[FundingEvent]:
    """Writes all of them, in their order, or none. Those whose `form_key` is already written are left as they are.

    What a ledger as a whole forbids is told of the last event on its line. Raises EventRefused, or TransitionRefused
    for what is nobody's event: a right that is missing.
    """
    for pk in sorted({event.line.commitment_id for event in events}):
        require_may_write(by, lock(pk))
    lines = FundingLine.objects.select_for_update(of=("self",)).select_related("funder").order_by("pk")
    locked = {line.pk: line for line in lines.filter(pk__in={event.line.pk for event in events})}
    known = {event.form_key: event for event in FundingEvent.objects.filter(form_key__in=_keys(events))}
    written, last = [], dict[int, int]()
    for row, event in enumerate(events):
        same = known.get(event.form_key) if event.form_key else None
        try:
            written.append(same or _write(event, locked[event.line.pk], by=by))
        except TransitionRefused as refusal:
            raise EventRefused(row, refusal) from refusal
        last[event.line.pk] = row
    for pk, line in locked.items():
        broken = _broken(line)
        if broken is not None:
            raise EventRefused(last[pk], broken)
    return written


def _keys(events: Iterable[NewEvent]) -> list[UUID]:
    return [event.form_key for event in events if event.form_key is not None]


def _write(new: NewEvent, line: FundingLine, *, by: User) -> FundingEvent:
    event = FundingEvent(
        line=line,
        kind=new.kind,
        amount=new.amount,
        occurred_on=new.occurred_on,
        fiscal_year=new.fiscal_year,
        document=new.document.strip(),
        document_url=new.document_url.strip(),
        reason=new.reason.strip(),
        supersedes=new.supersedes,
        form_key=new.form_key,
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    if refusal := _unfit(event, line):
        raise refusal
    try:
        event.full_clean(exclude=["line", "form_key", "recorded_by"])
    except ValidationError as fault:
        raise TransitionRefused.of(fault) from fault
    event.save()
    return event


def _unfit(event: FundingEvent, line: FundingLine) -> TransitionRefused | None:
    """What the event alone says of its line that cannot be."""
    if event.occurred_on > timezone.localdate():
        return TransitionRefused(
            _("Une écriture porte une date passée : ce qui est à venir n’a pas encore eu lieu."), "occurred_on"
        )
    if event.kind in FALLS and not event.reason:
        return TransitionRefused(
            _("Un montant cumulé qui baisse demande un motif : désengagement, reversement."), "reason"
        )
    if event.kind == FundingEvent.Kind.AUTHORISED and not line.authorisation_kind:
        return TransitionRefused(_("Dites d’abord si la ligne porte des AE ou des AP."), "kind")
    return None if event.supersedes is None else _unfit_correction(event, event.supersedes)


def _unfit_correction(event: FundingEvent, corrected: FundingEvent) -> TransitionRefused | None:
    if (corrected.line_id, corrected.kind) != (event.line_id, event.kind):
        return TransitionRefused(_("Une correction remplace une écriture de la même ligne et de même nature."), "kind")
    if FundingEvent.objects.filter(supersedes=corrected).exists():
        return TransitionRefused(_("Cette écriture a déjà été corrigée : corrigez sa correction."))
    return None


def _broken(line: FundingLine) -> TransitionRefused | None:
    entries = FundingEvent.objects.effective().filter(line=line)
    has_side = line.funder is not None and line.funder.side in Side.values
    found = breaches(entries, has_side=has_side)
    return TransitionRefused(in_words(found[0]), "amount") if found else None


def in_words(breach: Breach) -> str:
    """The rule, the day, and both amounts."""
    texts = {
        Rule.CONTRACTED: _("Au %(day)s, l’engagé (%(amount)s) dépasse l’autorisation ouverte (%(limit)s)."),
        Rule.DECOMMITTED: _("Au %(day)s, le désengagé (%(amount)s) dépasse l’engagé (%(limit)s)."),
        Rule.RECOVERED: _("Au %(day)s, le reversé (%(amount)s) dépasse le payé (%(limit)s)."),
        Rule.ORDERED: _("Au %(day)s, le payé (%(amount)s) dépasse l’ordonnancé ou le mandaté (%(limit)s)."),
        Rule.PAID: _("Au %(day)s, le payé ou le mandaté (%(amount)s) dépasse l’engagé (%(limit)s)."),
        Rule.CREDITS: _("Au %(day)s, les crédits de paiement (%(amount)s) dépassent l’autorisation (%(limit)s)."),
        Rule.YEAR: _(
            "Au %(day)s, les paiements de l’exercice %(year)s (%(amount)s) dépassent ses crédits de paiement"
            " (%(limit)s)."
        ),
    }
    return texts[breach.rule] % {
        "day": short_day(breach.on),
        "amount": euros(breach.amount),
        "limit": euros(breach.limit),
        "year": breach.fiscal_year,
    }


def correct_event(event: FundingEvent, *, reason: str, by: User, **stated: Any) -> FundingEvent:
    """Another event in its place; zero euros take it back. `stated`: as in NewEvent. Raises TransitionRefused."""
    if not reason.strip():
        raise TransitionRefused(_("Dites ce qui était faux."), "reason")
    new = NewEvent(line=event.line, kind=event.kind, reason=reason, supersedes=event, **stated)
    return record_events([new], by=by)[0]


@transaction.atomic
def add_line(commitment: Commitment, fields: dict[str, Any], *, by: User) -> FundingLine:
    """A line without any amount yet. `fields`: those of the model. Raises TransitionRefused."""
    locked = lock(commitment.pk)
    require_may_write(by, locked)
    line = FundingLine(commitment=locked, **fields)
    try:
        line.full_clean()
    except ValidationError as fault:
        raise TransitionRefused.of(fault) from fault
    if line.funder is not None and line.funder.side == Side.STATE and line.authorisation_kind == "AP":
        raise TransitionRefused(
            _("L’État ouvre des autorisations d’engagement (AE), jamais des autorisations de programme (AP)."),
            "authorisation_kind",
        )
    line.save()
    return line


@transaction.atomic
def say_authorisation(line: FundingLine, kind: str, *, by: User) -> FundingLine:
    """AE or AP, where the line does not say yet. Raises TransitionRefused."""
    require_may_write(by, lock(line.commitment_id))
    locked = FundingLine.objects.select_for_update(of=("self",)).select_related("funder").get(pk=line.pk)
    if locked.authorisation_kind and locked.authorisation_kind != kind:
        raise TransitionRefused(_("La ligne dit déjà ce qu’elle porte."), "authorisation_kind")
    if kind not in FundingLine.AuthorisationKind.values:
        raise TransitionRefused(_("AE ou AP est attendu."), "authorisation_kind")
    if kind == "AP" and locked.funder is not None and locked.funder.side == Side.STATE:
        raise TransitionRefused(_("L’État ouvre des AE, jamais des AP."), "authorisation_kind")
    locked.authorisation_kind = kind
    locked.save(update_fields=["authorisation_kind"])
    return locked
