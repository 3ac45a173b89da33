"""Events written in the ledger of lines: one, or a batch pasted from a spreadsheet, whole or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from actors.models import Side
from commitments.transitions import TransitionRefused
from commitments.transitions.locks import lock, require_may_write
from funding.ledger import Breach, Rule, breaches
from funding.models import FundingEvent, FundingLine
from roadmap_portal.templatetags.portal import euros, short_day


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


@transaction.atomic
def record_events(events: Sequence[NewEvent], *, by: User) -> list[FundingEvent]:
    """Writes all of them, in their order, or none. Those whose `form_key` is already written are left as they are.

    Raises TransitionRefused; `row` of the refusal is the number of the event (0 is the first one), where it is one's.
    """
    for pk in sorted({event.line.commitment_id for event in events}):
        require_may_write(by, lock(pk))
    lines = FundingLine.objects.select_for_update(of=("self",)).select_related("funder").order_by("pk")
    locked = {line.pk: line for line in lines.filter(pk__in={event.line.pk for event in events})}
    known = {event.form_key: event for event in FundingEvent.objects.filter(form_key__in=_keys(events))}
    written = []
    for row, event in enumerate(events):
        same = known.get(event.form_key) if event.form_key else None
        written.append(same or _write(event, locked[event.line.pk], by=by, row=row))
    for line in locked.values():
        _check_ledger(line)
    return written


def _keys(events: Iterable[NewEvent]) -> list[UUID]:
    return [event.form_key for event in events if event.form_key is not None]


def _write(new: NewEvent, line: FundingLine, *, by: User, row: int) -> FundingEvent:
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
        raise _at(row, refusal)
    try:
        event.full_clean(exclude=["line", "supersedes", "form_key", "recorded_by"])
    except ValidationError as fault:
        refusals = [TransitionRefused(text, name) for name, texts in fault.message_dict.items() for text in texts]
        refusals[0].others = refusals[1:]
        raise _at(row, refusals[0]) from fault
    event.save()
    return event


def _at(row: int, refusal: TransitionRefused) -> TransitionRefused:
    refusal.row = row  # type: ignore[attr-defined]
    return refusal


def _unfit(event: FundingEvent, line: FundingLine) -> TransitionRefused | None:
    """What the event alone says of its line that cannot be."""
    if event.occurred_on > timezone.localdate():
        return TransitionRefused(
            _("Une écriture porte une date passée : ce qui est à venir n’a pas encore eu lieu."), "occurred_on"
        )
    if event.kind == FundingEvent.Kind.AUTHORISED and not line.authorisation_kind:
        return TransitionRefused(_("Dites d’abord si la ligne porte des AE ou des AP."), "kind")
    corrected = event.supersedes
    if corrected is None:
        return None
    if (corrected.line_id, corrected.kind) != (line.pk, event.kind):
        return TransitionRefused(_("Une correction remplace une écriture de la même ligne et de même nature."), "kind")
    if FundingEvent.objects.filter(supersedes=corrected).exists():
        return TransitionRefused(_("Cette écriture a déjà été corrigée : corrigez sa correction."))
    return None


def _check_ledger(line: FundingLine) -> None:
    entries = FundingEvent.objects.effective().filter(line=line)
    has_side = line.funder is not None and line.funder.side in Side.values
    found = breaches(entries, has_side=has_side)
    if found:
        raise TransitionRefused(in_words(found[0]), "amount")


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
