"""The engine of the portal's own templates: Jinja2, compiled once. The Django admin keeps Django's.

Strict: a template that reads a name nobody gave fails instead of showing a hole.
An imported file of macros runs once for the whole process, so what depends on the language stands inside its macros.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language, gettext, override
from jinja2 import Environment, StrictUndefined, pass_environment
from jinja2.filters import make_attrgetter
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from actors.models import Confidence, Side
from commitments.models import (
    AgendaItem,
    CampaignLine,
    Commitment,
    Decision,
    Evidence,
    Milestone,
    Postponement,
    Status,
    Weather,
)
from commitments.queries.calendar import Act, Stand
from funding.models import Envelope, FundingEvent
from roadmap_portal.template_engine import PageEnvironment
from roadmap_portal.templatetags import portal

LABELLED: dict[str, type[TextChoices]] = {
    "status": Status,
    "weather": Weather,
    "postponement_reason": Postponement.Reason,
    "milestone_status": Milestone.Status,
    "line": CampaignLine.State,
    "agenda_reason": AgendaItem.Reason,
    "decision": Decision.State,
    "evidence_kind": Evidence.Kind,
    "scan": Evidence.Scan,
    "side": Side,
    "act": Act,
    "stand": Stand,
    "provenance": Commitment.Provenance,
    "confidence": Confidence,
    "reach": Envelope.Reach,
    "funding_event": FundingEvent.Kind,
}
FIRST = re.compile(r"\b1er(\s)")
FORMATS = (
    portal.number,
    portal.percent,
    portal.points,
    portal.euros,
    portal.euros_short,
    portal.day,
    portal.day_text,
    portal.short_day,
    portal.moment,
    portal.days,
    portal.quarter,
    portal.file_size,
    portal.figure,
    portal.measured,
    portal.in_unit,
)


def environment(**options: Any) -> PageEnvironment:
    options |= {
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
        "extensions": ["jinja2.ext.i18n"],
    }
    made = PageEnvironment(**options)
    made.policies["ext.i18n.trimmed"] = True
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.globals.update(
        _=translated,
        gettext=translated,
        ngettext=counted,
        url=url,
        static=lru_cache(maxsize=64)(static),
        language=language,
        content_lang=content_lang,
        colon=colon,
        labels=labels,
        page_address=page_address,
        address_in=address_in,
        public_url=settings.PUBLIC_URL,
        json_ld=json_ld,
        said=said,
        in_words=in_words,
    )
    made.filters.update({write.__name__: write for write in FORMATS})
    made.filters.update(capfirst=capfirst, in_french=in_french, say=say, runs=runs, truncatewords=truncatewords)
    made.filters.update(as_date=as_date, as_decimal=as_decimal)
    return made


def language() -> str:
    return get_language() or "fr"


# --- Texts ---------------------------------------------------------------------------------------


@pass_environment
def translated(environment: PageEnvironment, message: str, /, **variables: Any) -> Markup:
    """Messages are ours and may hold tags; what is put in their places is escaped. « %% » is read as %."""
    return _message(message, environment.language) % (variables or ())


@lru_cache(maxsize=4096)
def _message(message: str, language_code: str) -> Markup:
    with override(language_code):
        return Markup(gettext(message))  # noqa: S704 - from the catalogue or the template itself


def counted(one: str, several: str, n: int, /, **variables: Any) -> Markup:
    return Markup(portal.plural(one, several, n)) % {"num": n, **variables}  # noqa: S704 - as above


def colon() -> str:
    """French parts the colon from the word before it."""
    return ":" if portal.in_english() else f"{portal.NBSP}:"


def content_lang() -> Markup:
    """Attribute for what is written in French whatever the language of the page: titles, official texts, updates."""
    return Markup("") if language() == "fr" else Markup(' lang="fr"')


@pass_environment
def in_words(environment: PageEnvironment, thing: Any, field: str) -> str:
    """A text of the roadmap in the language of the page, or in French where nobody has translated it."""
    english = getattr(thing, f"{field}_en") if environment.language == "en" else ""
    return str(english or getattr(thing, field))


@pass_environment
def said(environment: PageEnvironment, thing: Any, field: str) -> str:
    """The same inside an element that says `content_lang()`: a translation says that it is one."""
    text = in_words(environment, thing, field)
    is_translated = environment.language == "en" and getattr(thing, f"{field}_en")
    return Markup('<span lang="en">{}</span>').format(text) if is_translated else text


def in_french(text: str) -> str:
    """The same inside a sentence of the page."""
    return text if language() == "fr" else Markup('<span lang="fr">{}</span>').format(text)


def say(told: str | dict[str, str] | list[Any]) -> Markup:
    """Words of a report, as `reports.writers.prose` has them: ours, a text that people wrote, or both together."""
    if isinstance(told, dict):
        return Markup("{}").format(in_french(told["fr"]))
    if isinstance(told, list):
        return Markup("").join(say(part) for part in told)
    return Markup(FIRST.sub(r"1<sup>er</sup>\1", str(escape(told))))  # noqa: S704 - escaped first


@pass_environment
def labels(environment: PageEnvironment, name: str) -> dict[str, str]:
    """Value → label, in the language of the page."""
    return _labels(name, environment.language)


@lru_cache(maxsize=32)
def _labels(name: str, language_code: str) -> dict[str, str]:
    with override(language_code):
        return {choice.value: str(choice.label) for choice in LABELLED[name]}


def truncatewords(text: str, most: int) -> str:
    return Truncator(text).words(most, truncate=" …")


@pass_environment
def runs(environment: Environment, items: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours with the same attribute, in the order they come in (`groupby` would sort them)."""
    return [(key, list(group)) for key, group in groupby(items, key=make_attrgetter(environment, attribute))]


# --- Values of a frozen dataset, which are texts --------------------------------------------------


def as_date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def as_decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


# --- Addresses -----------------------------------------------------------------------------------


@pass_environment
def url(environment: PageEnvironment, name: str, *arguments: str | int) -> str:
    """Of a portal at the root of its host, as its `__Host-` cookies want it."""
    return _address(name, arguments, environment.language)


@lru_cache(maxsize=16384)
def _address(name: str, arguments: tuple[str | int, ...], language_code: str) -> str:
    with override(language_code):
        return reverse(name, args=arguments)


def json_ld(**described: Any) -> Markup:
    """What search engines read of a page (schema.org): data, which no browser runs."""
    named = {name.replace("at_", "@"): value for name, value in described.items()}
    text = htmlsafe_json_dumps({"@context": "https://schema.org", **named})
    return Markup('<script type="application/ld+json">{}</script>').format(text)


def page_address(request: HttpRequest) -> str:
    """The present query string up to the number of the page, which is to follow."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"?{query.urlencode()}&page=" if query else "?page="


def address_in(request: HttpRequest, wanted: str) -> str:
    """The present page in another language: French at the root, English under /en/."""
    path = request.get_full_path()
    bare = path.removeprefix("/en") if language() == "en" else path
    return f"/en{bare}" if wanted == "en" else bare or "/"
