"""What staff should look at, each with its reason in words and where to act. Thresholds are settings, shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.permissions import WRITING_PARTICIPATIONS, Someone
from actors.models import Side
from commitments.formulas import thresholds
from commitments.models import Commitment, Participation, ProgressUpdate, Status, Weather
from commitments.progress import Standing, inputs, standing_of
from commitments.queries.commitment import commitments_for
from commitments.queries.forecasts import Outlook, outlook, published_progress
from roadmap_portal.templatetags.portal import days, percent, points, short_day

Role = Participation.Role
WORSE = {Weather.SECURED: 0, Weather.REACHABLE: 1, Weather.SUPPORT_NEEDED: 2, Weather.COMPROMISED: 3}
LEADS = {Role.LEAD, Role.CO_LEAD}


class Kind(TextChoices):
    """The gravest first."""

    OVERDUE = "overdue", gettext_lazy("échéance ou jalon dépassé")
    FORECAST = "forecast", gettext_lazy("fin prévue après la date promise")
    GAP = "gap", gettext_lazy("avancement sous l’attendu")
    WEATHER = "weather", gettext_lazy("météo qui se dégrade")
    STALE = "stale", gettext_lazy("sans nouvelle")
    EVIDENCE = "evidence", gettext_lazy("argent sans pièce")
    LEAD = "lead", gettext_lazy("sans chef de file")
    CONTACT = "contact", gettext_lazy("sans contact actif")


@dataclass(frozen=True)
class Alert:
    """`since`: the day it became true, where there is one. `url`: where to act."""

    kind: Kind
    commitment: Commitment
    reason: str
    url: str
    since: date | None = None


def alerts(user: Someone, on: date) -> list[Alert]:
    """Of the commitments one may see that are neither completed nor abandoned, adjacent actions left out; the gravest
    first. Eight queries, whatever their number. Money without evidence is `funding.queries`'s to tell."""
    commitments = list(_followed(user))
    published, weathers = published_progress(commitments), _weathers(commitments)
    people = _active_contacts(on)
    found = []
    for commitment in commitments:
        milestones = list(commitment.milestones.all())
        standing = standing_of(
            commitment,
            milestones,
            on=on,
            declared=commitment.declared_progress,
            indicators=commitment.indicators.all(),
        )
        ahead = outlook(commitment, milestones, published.get(commitment.pk, []), on)
        found += [
            *_overdue(commitment, standing, on),
            *_forecast(commitment, ahead),
            *_gap(commitment, standing, on),
            *_weather(commitment, weathers.get(commitment.pk, [])),
            *_stale(commitment, on),
            *_people(commitment, people),
        ]
    return by_gravity(found)


def by_gravity(found: Iterable[Alert]) -> list[Alert]:
    order = list(Kind)
    return sorted(found, key=lambda alert: (order.index(alert.kind), alert.since or date.max, alert.commitment.code))


def _followed(user: Someone) -> Iterable[Commitment]:
    of = commitments_for(user).exclude(provenance=Commitment.Provenance.ADJACENT)
    running = of.exclude(status__in=[Status.COMPLETED, Status.ABANDONED])
    return running.select_related("main_axis").prefetch_related(*inputs(), "participations__actor").order_by("code")


def _weathers(commitments: Sequence[Commitment]) -> dict[int, list[tuple[date, str]]]:
    """What each published update said, in order."""
    found = defaultdict[int, list[tuple[date, str]]](list)
    updates = ProgressUpdate.objects.filter(commitment__in=commitments, published_at__isnull=False)
    for pk, at, weather in updates.order_by("published_at", "pk").values_list("commitment", "published_at", "weather"):
        if weather in WORSE:
            found[pk].append((localdate(at), weather))
    return dict(found)


def _active_contacts(on: date) -> set[int]:
    """Actors with someone who may write for them."""
    writing = [Membership.Role.CONTRIBUTOR, Membership.Role.VALIDATOR]
    members = Membership.objects.in_force(on).filter(user__is_active=True, role__in=writing)
    return set(members.values_list("actor", flat=True))


def _page(name: str, commitment: Commitment) -> str:
    return reverse(f"commitments:{name}", args=[commitment.code])


def _overdue(commitment: Commitment, standing: Standing, on: date) -> Iterator[Alert]:
    for reason in standing.reasons:
        if reason.since <= on and reason.kind in {"due_date", "milestone"}:
            late = days((on - reason.since).days + 1)
            texts = {
                "due_date": _("Échéance initiale dépassée, depuis %(days)s."),
                "milestone": _(
                    "Un jalon est en retard de plus de %(grace)s jours sur sa date initiale, depuis %(days)s."
                ),
            }
            text = texts[reason.kind] % {"days": late, "grace": thresholds().grace_days}
            yield Alert(Kind.OVERDUE, commitment, text, _page("update", commitment), reason.since)


def _forecast(commitment: Commitment, ahead: Outlook) -> Iterator[Alert]:
    if ahead.months is not None and ahead.months >= settings.ALERT_FORECAST_MONTHS:
        yield Alert(Kind.FORECAST, commitment, ahead.sentence, _page("postpone", commitment), commitment.initial_due_on)


def _gap(commitment: Commitment, standing: Standing, on: date) -> Iterator[Alert]:
    if standing.progress is None or standing.expected is None:
        return
    gap = standing.expected - standing.progress
    if gap > thresholds().gap_points:
        since = next((r.since for r in standing.reasons if r.kind == "gap" and r.since <= on), None)
        figures = {"now": percent(standing.progress), "expected": percent(standing.expected), "gap": points(gap)}
        text = _("Avancement de %(now)s pour %(expected)s attendus : %(gap)s de moins.") % figures
        yield Alert(Kind.GAP, commitment, text, _page("update", commitment), since)


def _weather(commitment: Commitment, told: Sequence[tuple[date, str]]) -> Iterator[Alert]:
    if len(told) < 2:
        return
    (_before_on, before), (on, now) = told[-2:]
    if WORSE[Weather(now)] > WORSE[Weather(before)]:
        words = {"before": Weather(before).label, "now": Weather(now).label, "on": short_day(on)}
        text = _("La météo est passée de « %(before)s » à « %(now)s » le %(on)s.") % words
        yield Alert(Kind.WEATHER, commitment, text, _page("update", commitment), on)


def _stale(commitment: Commitment, on: date) -> Iterator[Alert]:
    heard = commitment.heard_at
    if heard is None:
        yield Alert(Kind.STALE, commitment, _("Aucun point n’a jamais été publié."), _page("update", commitment))
        return
    silent = (on - localdate(heard)).days
    if silent > settings.ALERT_STALE_DAYS:
        text = _("Ni point ni confirmation depuis %(days)s.") % {"days": days(silent)}
        since = localdate(heard) + timedelta(days=settings.ALERT_STALE_DAYS + 1)
        yield Alert(Kind.STALE, commitment, text, _page("update", commitment), since)


def _people(commitment: Commitment, active: set[int]) -> Iterator[Alert]:
    page = _page("detail", commitment)
    taking_part = list(commitment.participations.all())
    for side in Side:
        of_side = [p for p in taking_part if (p.side or p.actor.side) == side]
        if not any(p.role in LEADS for p in of_side):
            text = _("Aucun chef de file côté %(side)s.") % {"side": side.label}
            yield Alert(Kind.LEAD, commitment, text, page)
    writing: Mapping[int, str] = {p.actor_id: p.actor.name for p in taking_part if p.role in WRITING_PARTICIPATIONS}
    if writing and not active & writing.keys():
        text = _("Personne n’écrit pour %(actors)s : aucun compte actif.") % {"actors": ", ".join(writing.values())}
        yield Alert(Kind.CONTACT, commitment, text, page)
