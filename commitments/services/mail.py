"""Writes the mails, in the language of the one who reads them."""

from datetime import date

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation

from accounts.services.letters import letter
from commitments.models import Delivery
from commitments.queries import is_a_demonstration
from commitments.queries.owed import Owed
from commitments.transitions.reminders import snooze_token
from roadmap_portal.templatetags.portal import day_text, plural


def reminder(owed: Owed, kind: Delivery.Kind, *, on: date) -> EmailMultiAlternatives:
    is_urgent = kind == Delivery.Kind.URGENT
    with translation.override(owed.user.language):
        subject = " · ".join(_urgent_subject(owed) if is_urgent else _weekly_subject(owed, on))
        pause = settings.PUBLIC_URL + reverse("commitments:pause", args=[snooze_token(owed.user)])
        context = {
            "owed": owed,
            "is_urgent": is_urgent,
            "is_overdue": _is_overdue(owed, on),
            "closes_on": _closes_on(owed, on),
            "pause": pause,
        }
        return letter(
            owed.user.email,
            subject,
            "mail/reminder.html",
            context,
            is_demonstration=is_a_demonstration(),
            leave="" if is_urgent else pause,
        )


def _urgent_subject(owed: Owed) -> list[str]:
    n, day = len(owed.visas), day_text(owed.visas[0].until_on)
    said = plural("%(n)s visa urgent d’ici le %(day)s", "%(n)s visas urgents, le premier d’ici le %(day)s", n)
    return [said % {"n": n, "day": day}]


def _is_overdue(owed: Owed, on: date) -> bool:
    return owed.campaign is not None and owed.campaign.due_on < on


def _closes_on(owed: Owed, on: date) -> date | None:
    """The last day to answer the campaign, None once it is past."""
    return owed.campaign.closes_on if owed.campaign is not None and owed.campaign.closes_on >= on else None


def _weekly_subject(owed: Owed, on: date) -> list[str]:
    """How many, and until when."""
    return [part for part in (_answers(owed, on), _corrections(owed, on), _visas(owed)) if part]


def _answers(owed: Owed, on: date) -> str:
    if owed.campaign is None or not owed.answers:
        return ""
    n, due = len(owed.answers), day_text(owed.campaign.due_on)
    if _is_overdue(owed, on):
        said = plural("%(n)s réponse attendue depuis le %(due)s", "%(n)s réponses attendues depuis le %(due)s", n)
    else:
        said = plural("%(n)s réponse attendue pour le %(due)s", "%(n)s réponses attendues pour le %(due)s", n)
    return said % {"n": n, "due": due}


def _corrections(owed: Owed, on: date) -> str:
    n, closes_on = len(owed.corrections), _closes_on(owed, on)
    if not n:
        return ""
    if closes_on is None:
        return plural("%(n)s texte à corriger", "%(n)s textes à corriger", n) % {"n": n}
    said = plural("%(n)s texte à corriger d’ici le %(day)s", "%(n)s textes à corriger d’ici le %(day)s", n)
    return said % {"n": n, "day": day_text(closes_on)}


def _visas(owed: Owed) -> str:
    if not owed.visas:
        return ""
    n, until_on = len(owed.visas), owed.visas[0].until_on
    if until_on is None:
        return plural("%(n)s visa attendu", "%(n)s visas attendus", n) % {"n": n}
    said = plural("%(n)s visa attendu d’ici le %(day)s", "%(n)s visas attendus, le premier d’ici le %(day)s", n)
    return said % {"n": n, "day": day_text(until_on)}
