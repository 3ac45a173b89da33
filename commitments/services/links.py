"""The weekly check of the links given as evidence. Two failures in a row, and those in charge are told, once."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import override

from accounts.models import User
from accounts.services.letters import has_left, letter
from commitments.links import probe
from commitments.models import Evidence
from commitments.queries import in_charge, is_a_demonstration
from roadmap_portal.templatetags.portal import plural

logger = logging.getLogger(__name__)
AT_ONCE = 8


def check_links(at: datetime) -> None:
    """Run twice in a day, or by two workers at once, it counts once."""
    pieces = defaultdict[str, list[int]](list)
    links = Evidence.objects.valid().exclude(url="").exclude(checked_at__date=localdate(at))
    for url, pk in links.order_by("pk").values_list("url", "pk"):
        pieces[url].append(pk)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for url, answer in zip(pieces, pool.map(probe, pieces), strict=True):
            if not answer.is_up:
                logger.info("Link down: %s (%s)", url, answer.reason)
            for pk in pieces[url]:
                record_check(pk, is_up=answer.is_up, at=at)
    tell_those_in_charge(at)


@transaction.atomic
def record_check(pk: int, *, is_up: bool, at: datetime) -> None:
    piece = Evidence.objects.select_for_update(of=("self",)).get(pk=pk)
    if piece.checked_at is not None and localdate(piece.checked_at) >= localdate(at):
        return
    piece.checked_at = at
    if is_up:
        piece.failures, piece.failing_since, piece.failure_told_at = 0, None, None
    else:
        piece.failures += 1
        piece.failing_since = piece.failing_since or localdate(at)
    piece.save(update_fields=["checked_at", "failures", "failing_since", "failure_told_at"])


def tell_those_in_charge(at: datetime) -> None:
    """One mail a person, with all the links that have just failed twice. The rows are marked before any mail leaves,
    so that none is sent twice; a link of which nobody could be told waits for the next check."""
    broken = _claim(at)
    people = in_charge([piece.commitment_id for piece in broken], localdate(at))
    of_user = defaultdict[User, list[Evidence]](list)
    for piece in broken:
        for user in people[piece.commitment_id]:
            of_user[user].append(piece)
    told = {piece.pk for user, pieces in of_user.items() if has_left(_written(user, pieces)) for piece in pieces}
    Evidence.objects.filter(pk__in={piece.pk for piece in broken} - told).update(failure_told_at=None)


@transaction.atomic(durable=True)
def _claim(at: datetime) -> Sequence[Evidence]:
    untold = Evidence.objects.valid().filter(failures__gte=2, failure_told_at__isnull=True)
    rows = untold.select_for_update(of=("self",), skip_locked=True).select_related("commitment")
    broken = list(rows.order_by("commitment__code", "pk"))
    Evidence.objects.filter(pk__in=[piece.pk for piece in broken]).update(failure_told_at=at)
    return broken


def _written(user: User, pieces: Sequence[Evidence]) -> EmailMultiAlternatives:
    n = len(pieces)
    with override(user.language):
        said = plural("%(n)s lien d’une pièce ne répond plus", "%(n)s liens de pièces ne répondent plus", n)
        context = {"pieces": pieces, "user": user}
        return letter(
            user.email, said % {"n": n}, "mail/broken_links.html", context, is_demonstration=is_a_demonstration()
        )
