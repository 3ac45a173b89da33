"""What the pages read of actors."""

import unicodedata
from itertools import groupby

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from actors.models import ACTOR_WORDS, Actor
from roadmap_portal.full_text import excerpt, highlighted


def alphabetical(name: str) -> str:
    """Sorting key that puts « École » among the E: a database without French collation sorts by code point."""
    return "".join(sign for sign in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(sign))


def actors_by_kind() -> list[tuple[Actor.Kind, list[Actor]]]:
    """In the order of the kinds, then by name."""
    order = list(Actor.Kind)
    # As `commitments.models.followed` says, which this floor may not import.
    followed = Q(participations__commitment__merged_into__isnull=True)
    everyone = sorted(
        Actor.objects.annotate(roles=Count("participations", filter=followed, distinct=True)),
        key=lambda a: (order.index(Actor.Kind(a.kind)), alphabetical(a.name)),
    )
    return [(Actor.Kind(kind), list(group)) for kind, group in groupby(everyone, key=lambda a: a.kind)]


def actor_for(slug: str) -> Actor:
    actor = Actor.objects.select_related("parent").prefetch_related("sources").filter(slug=slug).first()
    if actor is None:
        raise Http404
    return actor


def actors_found(query: SearchQuery) -> QuerySet[Actor]:
    """With `rank` and `found`, the part of the text where the words are."""
    found = Actor.objects.alias(words=ACTOR_WORDS).filter(words=query)
    ranked = found.annotate(rank=SearchRank(ACTOR_WORDS, query))
    return ranked.annotate(heading=highlighted("name", query), found=excerpt("description", query))
