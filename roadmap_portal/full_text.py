"""French full text: how words are found, whatever their accents and endings.

The configuration `portal_french` (made by a migration) is PostgreSQL's French one after its accents are taken away:
« écoles » is found by « ecole ». What is searched has an index on the very expression written here, so the name of the
configuration stands in the SQL itself: as a parameter the index would not be recognised.
"""

from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVectorCombinable, SearchVectorField
from django.db.models import Func

CONFIGURATION = "portal_french"
# Marks that no text holds, put round the words found until the text between them is escaped.
OPENING, CLOSING = "\ue000", "\ue001"


class Words(SearchVectorCombinable, Func):
    """The words of a field, or of an expression. `weight`: A for titles, down to D."""

    template = f"setweight(to_tsvector('{CONFIGURATION}', coalesce(%(expressions)s, '')), '%(weight)s')"
    arity = 1
    output_field = SearchVectorField()
    config = None

    def __init__(self, expression: Any, weight: str) -> None:
        super().__init__(expression, weight=weight)


def asked(text: str) -> SearchQuery:
    """As people type it in search engines: quotes for a phrase, « ou », a minus for what is not wanted. Any text will
    do; one without a word that counts finds nothing."""
    return SearchQuery(text, search_type="websearch", config=CONFIGURATION)


def highlighted(expression: Any, query: SearchQuery) -> SearchHeadline:
    """The whole of a title, its words between the marks."""
    return SearchHeadline(
        expression, query, config=CONFIGURATION, start_sel=OPENING, stop_sel=CLOSING, highlight_all=True
    )


def excerpt(expression: Any, query: SearchQuery) -> SearchHeadline:
    """The parts of the text where the words are, between the marks."""
    return SearchHeadline(
        expression,
        query,
        config=CONFIGURATION,
        start_sel=OPENING,
        stop_sel=CLOSING,
        max_words=32,
        min_words=16,
        max_fragments=2,
        fragment_delimiter=" … ",
    )
