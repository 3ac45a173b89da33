"""Reports found by their quarter, as people write it, or by the reason of a correction."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet, Value
from django.db.models.fields import TextField
from django.db.models.functions import Cast, Concat

from accounts.permissions import Someone
from reports.models import SealedReport
from reports.queries.reading import sealed_for
from roadmap_portal.full_text import Words


def _text(words: str) -> Value:
    return Value(words, TextField())


QUARTER, YEAR = Cast("campaign__quarter", TextField()), Cast("campaign__year", TextField())
TITLE = Concat(_text("rapport trimestriel scellé trimestre "), QUARTER, _text(" T"), QUARTER, _text(" "), YEAR)
REPORT_WORDS = Words(TITLE, "A") + Words(F("reason"), "B")


def reports_found(user: Someone, query: SearchQuery) -> QuerySet[SealedReport]:
    """With `rank`. A few a year: no index."""
    found = sealed_for(user).alias(words=REPORT_WORDS).filter(words=query)
    return found.annotate(rank=SearchRank(REPORT_WORDS, query))
