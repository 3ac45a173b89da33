"""Commitments and updates found by their words, among those one may see."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat

from accounts.permissions import Someone
from commitments.models import Commitment, ProgressUpdate
from commitments.models.commitment import COMMITMENT_WORDS
from commitments.models.update import UPDATE_WORDS
from commitments.queries.commitment import commitments_for
from roadmap_portal.full_text import excerpt, highlighted

SPACE = Value(" ", TextField())


def commitments_found(user: Someone, query: SearchQuery) -> QuerySet[Commitment]:
    """With `rank` and `found`, the part of the text where the words are."""
    text = Concat(F("summary"), SPACE, F("official_text"))
    found = commitments_for(user).alias(words=COMMITMENT_WORDS).filter(words=query)
    return found.annotate(rank=SearchRank(COMMITMENT_WORDS, query), heading=highlighted("title", query),
                          found=excerpt(text, query))  # fmt: skip


def updates_found(user: Someone, query: SearchQuery) -> QuerySet[ProgressUpdate]:
    """Published texts, those that others followed too; with `rank` and `found`."""
    text = Concat(F("text_public"), SPACE, F("next_steps"))
    published = ProgressUpdate.objects.filter(
        state__in=ProgressUpdate.PUBLIC_STATES, commitment__in=commitments_for(user)
    )
    found = published.alias(words=UPDATE_WORDS).filter(words=query).select_related("commitment")
    return found.annotate(rank=SearchRank(UPDATE_WORDS, query), found=excerpt(text, query))


def known_words(user: Someone) -> list[str]:
    """The texts whose words a mistyped one is corrected by."""
    texts = commitments_for(user).values_list("title", "summary")
    return [text for pair in texts for text in pair]
