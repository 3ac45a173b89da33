"""What was found, in one list: the best first, whatever it is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from accounts.permissions import Someone
from actors.models import Actor
from actors.queries import actors_found
from commitments.queries.search import commitments_found, known_words, updates_found
from reports.queries.search import reports_found
from roadmap_portal.full_text import CLOSING, OPENING, asked
from roadmap_portal.templatetags.portal import day_text, quarter

LONGEST = 200
# Below, a word is more often another one than a mistyped one.
LIKENESS = 0.75
WORD = re.compile(r"[^\W\d_]{3,}")


class Kind(TextChoices):
    COMMITMENT = "engagement", _("Engagements")
    ACTOR = "acteur", _("Acteurs")
    UPDATE = "point", _("Points publiés")
    REPORT = "rapport", _("Rapports")


@dataclass(frozen=True)
class Hit:
    kind: Kind
    pk: int
    rank: float


@dataclass(frozen=True)
class Result:
    kind: Kind
    address: str
    title: Markup
    excerpt: Markup
    detail: str = ""
    # Whether title and excerpt are what people wrote, in French whatever the language of the page.
    is_content: bool = True


@dataclass(frozen=True)
class Search:
    """`text`: what was searched, which is not `typed` where that found nothing and something close did."""

    typed: str
    text: str
    hits: Sequence[Hit]

    @property
    def is_corrected(self) -> bool:
        return self.text != self.typed

    @property
    def counts(self) -> Counter[Kind]:
        return Counter(hit.kind for hit in self.hits)

    def of(self, kind: str) -> list[Hit]:
        """All of them when no kind is named."""
        return [hit for hit in self.hits if not kind or hit.kind == kind]


def search(user: Someone, typed: str) -> Search:
    typed = " ".join(typed.replace("\x00", " ").split())[:LONGEST]
    found = Search(typed, typed, _hits(user, typed) if typed else [])
    if typed and not found.hits and (meant := _meant(user, typed)) != typed:
        corrected = Search(typed, meant, _hits(user, meant))
        return corrected if corrected.hits else found
    return found


def results(user: Someone, found: Search, hits: Sequence[Hit]) -> list[Result]:
    """Of a page of hits, one query a kind."""
    told: dict[tuple[Kind, int], Result] = {}
    sources = _sources(user, found.text)
    for kind in {hit.kind for hit in hits}:
        pks = [hit.pk for hit in hits if hit.kind == kind]
        told |= {(kind, row.pk): TELL[kind](row) for row in sources[kind].filter(pk__in=pks)}
    return [told[hit.kind, hit.pk] for hit in hits if (hit.kind, hit.pk) in told]


def _sources(user: Someone, text: str) -> dict[Kind, QuerySet[Any]]:
    query = asked(text)
    return {
        Kind.COMMITMENT: commitments_found(user, query),
        Kind.ACTOR: actors_found(query),
        Kind.UPDATE: updates_found(user, query),
        Kind.REPORT: reports_found(user, query),
    }


def _hits(user: Someone, text: str) -> list[Hit]:
    hits = [
        Hit(kind, pk, rank)
        for kind, source in _sources(user, text).items()
        for pk, rank in source.order_by().values_list("pk", "rank")
    ]
    order = list(Kind)
    # What comes out even keeps one order, or pages would overlap.
    return sorted(hits, key=lambda hit: (-hit.rank, order.index(hit.kind), -hit.pk))


def _meant(user: Someone, typed: str) -> str:
    """Each word that nobody wrote, replaced by the closest one that somebody did."""
    vocabulary = _vocabulary([*known_words(user), *Actor.objects.values_list("name", flat=True)])

    def closest(word: re.Match[str]) -> str:
        if word[0].lower() in vocabulary:
            return word[0]
        return next(iter(get_close_matches(word[0].lower(), vocabulary, 1, LIKENESS)), word[0])

    return WORD.sub(closest, typed)


def _vocabulary(texts: Iterable[str]) -> dict[str, None]:
    """In the order they come, so that of two words as close the answer is always the same."""
    return dict.fromkeys(word.lower() for text in texts for word in WORD.findall(text))


# --- How each kind is told ------------------------------------------------------------------------


def marked(text: str) -> Markup:
    """The words found, marked; the rest escaped."""
    return Markup(str(escape(text)).replace(OPENING, "<mark>").replace(CLOSING, "</mark>"))  # noqa: S704 - escaped


def _commitment(row: Any) -> Result:
    return Result(Kind.COMMITMENT, row.get_absolute_url(), marked(row.heading), marked(row.found), row.code)


def _actor(row: Any) -> Result:
    return Result(Kind.ACTOR, row.get_absolute_url(), marked(row.heading), marked(row.found), row.get_kind_display())


def _update(row: Any) -> Result:
    address = f"{row.commitment.get_absolute_url()}#journal"
    title = escape(row.commitment.title)
    return Result(Kind.UPDATE, address, title, marked(row.found), day_text(row.published_at.date()))


def _report(row: Any) -> Result:
    return Result(Kind.REPORT, row.get_absolute_url(), escape(str(row)), escape(row.reason), quarter(row.campaign),
                  is_content=False)  # fmt: skip


TELL = {Kind.COMMITMENT: _commitment, Kind.ACTOR: _actor, Kind.UPDATE: _update, Kind.REPORT: _report}
