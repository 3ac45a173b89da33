"""The slippage ledger in words, the same in every file: how far a due date moved, how often, by what right."""

from datetime import date

from django.utils.translation import gettext as _

from reports.dataset import Json
from roadmap_portal.templatetags.portal import NBSP, day_text, days, plural


def moved(number: int) -> str:
    """+184 jours, −3 jours."""
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{days(abs(number))}".replace(" ", NBSP)


def times(count: int) -> str:
    return (plural("%(n)s report", "%(n)s reports", count) % {"n": count}).replace(" ", NBSP)


def slippage(row: Json) -> str:
    """+275 jours, 2 reports; empty for a due date that never moved. Of a commitment or of a milestone."""
    if not row["slippage_days"] and not row["postponement_count"]:
        return ""
    words = [moved(row["slippage_days"])]
    if row["postponement_count"]:
        words.append(times(row["postponement_count"]))
    return ", ".join(words)


def decision(row: Json) -> str:
    """décision n° 3 du comité de pilotage du 12 septembre 2026; empty when the postponement carries out none."""
    if row["decision_number"] is None:
        return ""
    held_on = day_text(date.fromisoformat(row["decision_meeting_on"]))
    words = _("décision n°\u00a0%(number)s du comité de pilotage du %(day)s")
    return words % {"number": row["decision_number"], "day": held_on}
