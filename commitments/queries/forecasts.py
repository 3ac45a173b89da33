"""What a commitment's own pace says of its end, in words: from its milestones, or from what was published of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from commitments.forecast import LEAST_DAYS, LEAST_OBSERVATIONS, Forecast, Observation, Silence, forecast
from commitments.formulas import milestone_progress
from commitments.models import Commitment, ProgressUpdate, Status
from commitments.progress import Dated, plans
from roadmap_portal.templatetags.portal import day, number

Method = Commitment.ProgressMethod
BY_MONTH = "month"


@dataclass(frozen=True)
class Outlook:
    """`found` in words. `months`: after (or before) the date promised at first, None without one."""

    found: Forecast | Silence
    sentence: str
    months: int | None = None

    @property
    def is_forecast(self) -> bool:
        return isinstance(self.found, Forecast)

    @property
    def method(self) -> str:
        """How the date was found, for who asks; "" without one."""
        return _in_words(self.found) if isinstance(self.found, Forecast) else ""


def published_progress(commitments: Iterable[Commitment]) -> dict[int, list[Observation]]:
    """Of each commitment, what its published updates left it at. One query."""
    found = defaultdict[int, list[Observation]](list)
    updates = ProgressUpdate.objects.filter(
        commitment__in=list(commitments), published_at__isnull=False, progress_after__isnull=False
    )
    for pk, at, progress in updates.order_by("published_at").values_list(
        "commitment", "published_at", "progress_after"
    ):
        if at is not None and progress is not None:
            found[pk].append(Observation(localdate(at), progress))
    return dict(found)


def outlook(commitment: Commitment, milestones: Iterable[Dated], published: Sequence[Observation], on: date) -> Outlook:
    """`published`: read for commitments that are not measured by their milestones (`published_progress`)."""
    if commitment.status in {Status.COMPLETED, Status.ABANDONED}:
        return _silent(Silence.DONE)
    if commitment.status == Status.SUSPENDED:
        return _silent(Silence.SUSPENDED)
    seen = list(published)
    if commitment.progress_method == Method.MILESTONES:
        seen = _of_milestones(commitment, list(milestones), on)
    elif commitment.starts_on is not None:
        seen = [Observation(commitment.starts_on, Decimal(0)), *seen]
    found = forecast(seen, on)
    return _silent(found) if isinstance(found, Silence) else _told(commitment, found)


def _of_milestones(commitment: Commitment, milestones: Sequence[Dated], on: date) -> list[Observation]:
    """Progress after each day on which one was achieved, and today: those are known for sure."""
    reached = sorted({m.achieved_on for m in milestones if m.is_tracked and m.achieved_on and m.achieved_on <= on})
    days = [*([commitment.starts_on] if commitment.starts_on and commitment.starts_on <= on else []), *reached, on]
    seen = []
    for known_on in days:
        progress = milestone_progress(plans(commitment, milestones, known_on)[0].steps)
        if progress is not None:
            seen.append(Observation(known_on, progress))
    return seen if reached else []


def _told(commitment: Commitment, found: Forecast) -> Outlook:
    when = day(found.expected_on, BY_MONTH)
    earliest = day(found.earliest_on, BY_MONTH)
    if found.latest_on is None:
        between = _("au plus tôt %(earliest)s, sans fin assurée") % {"earliest": earliest}
    else:
        between = _("entre %(earliest)s et %(latest)s") % {
            "earliest": earliest,
            "latest": day(found.latest_on, BY_MONTH),
        }
    promised = commitment.initial_due_on
    if promised is None:
        return Outlook(found, _("À ce rythme : %(when)s (%(between)s).") % {"when": when, "between": between})
    months = found.months_after(promised)
    return Outlook(
        found,
        _("À ce rythme : %(when)s, %(gap)s (%(between)s).") % {"when": when, "gap": _gap(months), "between": between},
        months,
    )


def _gap(months: int) -> str:
    if months == 0:
        return _("à la date promise")
    n = abs(months)
    if months > 0:
        # Two messages: the English of one month and of several differ.
        after = _("un mois après la date promise") if n == 1 else _("%(n)s mois après la date promise")
        return after % {"n": n}
    before = _("un mois avant la date promise") if n == 1 else _("%(n)s mois avant la date promise")
    return before % {"n": n}


def _silent(reason: Silence) -> Outlook:
    texts: Mapping[Silence, str] = {
        Silence.FEW: _("Pas de prévision : moins de %(n)s observations de l’avancement.") % {"n": LEAST_OBSERVATIONS},
        Silence.SHORT: _("Pas de prévision : moins de %(n)s jours d’historique.") % {"n": LEAST_DAYS},
        Silence.STILL: _("Pas de prévision : au rythme observé, l’avancement ne progresse pas."),
        Silence.FAR: _("Au rythme observé, la fin est à plus de dix ans."),
        Silence.STALE: _(
            "Pas de prévision : le rythme connu menait à une date passée, et rien de plus récent n’est connu."
        ),
        Silence.DONE: _("Pas de prévision : l’engagement n’est plus en cours, ou il est à 100 %%.") % (),
        Silence.SUSPENDED: _("Pas de prévision : l’engagement est suspendu."),
    }
    return Outlook(reason, texts[reason])


def _in_words(found: Forecast) -> str:
    return _(
        "Rythme de la première à la dernière des %(n)s observations : %(pace)s points par mois, prolongé "
        "jusqu’à 100 %%. "
        "L’intervalle prend les rythmes observés entre deux dates quelconques, sans le dixième le plus lent ni le plus "
        "rapide."
    ) % {"n": found.observations, "pace": number(found.pace, 1)}
