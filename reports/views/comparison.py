"""Two sealed reports side by side, for everyone; and a rectification beside what it corrects."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports import queries
from reports.dataset import Dataset, sha256_of_text
from reports.dataset.comparison import Comparison, compare
from reports.models import SealedReport


@dataclass(frozen=True)
class Choice:
    """`value`: of the address; the newest version of a quarter goes by the quarter alone."""

    value: str
    sealed: SealedReport


@login_not_required
@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """`de`, `a`: quarters such as 2026-T3, or one of their versions, 2026-T3-v1. Given in reverse, they are swapped."""
    choices = _choices(list(queries.sealed_for(request.user).order_by("number")))
    named = {choice.value: choice.sealed for choice in choices}
    # A version goes by its own name too, the newest one included.
    named |= {_version_name(choice.sealed): choice.sealed for choice in choices}
    asked = {name: request.GET.get(name, "").strip() for name in ("de", "a")}
    faults = _faults(asked, named)
    context: dict[str, Any] = {
        "choices": choices,
        "asked": _default(asked, choices),
        "faults": faults,
        "comparison": None,
    }
    if any(asked.values()) and not faults:
        first, second = named[asked["de"]], named[asked["a"]]
        swapped = _rank(first) > _rank(second)
        before, after = (second, first) if swapped else (first, second)
        context |= {"comparison": _compared(before, after), "swapped": swapped, "sides": (before, after)}
        if context["comparison"] is None:
            faults.append(
                _("Les données de l’un des deux ne sont plus celles de son empreinte : voyez leur vérification.")
            )
    return render(request, "reports/comparison.html", context)


def rectification(sealed: SealedReport) -> Comparison | None:
    """A rectification against the report it corrects. None for the first of a quarter, or when either is damaged."""
    return None if sealed.rectifies is None else _compared(sealed.rectifies, sealed)


def _compared(before: SealedReport, after: SealedReport) -> Comparison | None:
    """None when the data of one are no longer those it was sealed with: the page of verification names it."""
    content = queries.contents_of([before, after])
    if any(sha256_of_text(content[sealed.pk]) != sealed.sha256 for sealed in (before, after)):
        return None
    return compare(Dataset.read(content[before.pk]), Dataset.read(content[after.pk]))


def _choices(reports: list[SealedReport]) -> list[Choice]:
    """Newest quarter first, and of each quarter the version that counts before those it corrects."""
    found, seen = [], set[int]()
    for sealed in sorted(reports, key=_rank, reverse=True):
        is_newest = sealed.campaign_id not in seen
        seen.add(sealed.campaign_id)
        found.append(Choice(sealed.campaign.slug if is_newest else _version_name(sealed), sealed))
    return found


def _rank(sealed: SealedReport) -> tuple[int, int, int]:
    return sealed.campaign.year, sealed.campaign.quarter, sealed.version


def _version_name(sealed: SealedReport) -> str:
    return f"{sealed.campaign.slug}-v{sealed.version}"


def _faults(asked: dict[str, str], named: dict[str, SealedReport]) -> list[str]:
    if not any(asked.values()):
        return []
    faults = [
        _("« %(value)s » : ce n’est pas un rapport scellé et publié. Attendu : %(expected)s.")
        % {"value": value, "expected": ", ".join(named) or _("aucun pour l’instant")}
        for value in dict.fromkeys(asked.values())
        if value and value not in named
    ]
    if not all(asked.values()):
        faults.append(_("Choisissez deux rapports."))
    if not faults and named[asked["de"]] == named[asked["a"]]:
        faults.append(_("C’est deux fois le même rapport : choisissez-en deux."))
    return faults


def _default(asked: dict[str, str], choices: list[Choice]) -> dict[str, str]:
    """Nothing asked: the last quarter and the one before."""
    quarters = [choice.value for choice in choices if "-v" not in choice.value]
    if any(asked.values()) or len(quarters) < 2:
        return asked
    return {"de": quarters[1], "a": quarters[0]}
