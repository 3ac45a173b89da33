"""Readings of indicators: written once, corrected by another one, never changed."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import measurable_by
from actors.models import DatePrecision, Source
from commitments.indicators import Doubt, doubts
from commitments.models import Indicator, Measurement
from commitments.progress import refresh_standing
from commitments.transitions.locks import lock, require
from commitments.transitions.tables import TransitionRefused
from roadmap_portal.templatetags.portal import day_text, in_unit, number, percent


@dataclass(frozen=True)
class Origin:
    """The public page a reading was read in. `publisher`: asked for a page that no other figure quotes yet."""

    url: str
    publisher: str = ""
    published_on: date | None = None


@dataclass(frozen=True)
class Before:
    """What a new reading is compared with."""

    value: Decimal
    on: date
    precision: str


class ToConfirm(TransitionRefused):
    """The reading is odd: nothing is written until its author says that the value is right, and why."""

    def __init__(self, indicator: Indicator, value: Decimal, before: Before | None, found: list[Doubt]) -> None:
        super().__init__(" ".join(_in_words(doubt, indicator, value, before) for doubt in found), "value")
        self.value = value


@transaction.atomic
def record_measurement(  # noqa: PLR0913 - what a reading is made of
    indicator: Indicator,
    *,
    by: User,
    reference_on: date,
    value: Decimal,
    precision: str = DatePrecision.DAY,
    quality: str = Measurement.Quality.UNKNOWN,
    qualifier: str = "",
    origin: Origin | None = None,
    comment: str = "",
    supersedes: Measurement | None = None,
    confirmed: Decimal | None = None,
    form_key: UUID | None = None,
    at: datetime | None = None,
) -> Measurement:
    """The same `form_key` writes once. `confirmed`: the odd value that the author was shown and says is right.

    Moves the progress of the commitment that the indicator measures, in the same transaction. Raises ToConfirm or
    TransitionRefused.
    """
    locked = _lock(indicator, by)
    if form_key is not None and (same := Measurement.objects.filter(form_key=form_key, indicator=locked).first()):
        return same
    reading = Measurement(
        indicator=locked,
        reference_on=last_day(reference_on, precision),
        precision=precision,
        value=value,
        quality=quality,
        qualifier=qualifier.strip(),
        comment=comment.strip(),
        supersedes=supersedes,
        form_key=form_key,
        recorded_by=by,
        recorded_at=at or timezone.now(),
    )
    _check(reading, origin)
    _check_plausible(reading, confirmed)
    reading.source = _source(origin) if origin is not None else None
    reading.save()
    if locked.commitment_id is not None:
        refresh_standing([locked.commitment_id])
    return reading


def last_day(day: date, precision: str) -> date:
    """As the model dates a month or a year: by its last day."""
    if precision == DatePrecision.YEAR:
        return date(day.year, 12, 31)
    if precision == DatePrecision.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day


def _lock(indicator: Indicator, by: User) -> Indicator:
    """The commitment first, as everywhere; then the indicator, so that two readings are compared one after another."""
    commitment = lock(indicator.commitment_id) if indicator.commitment_id is not None else None
    locked = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    require(
        Indicator.objects.filter(measurable_by(by), pk=locked.pk).exists(),
        _("Vous n’avez pas le droit d’écrire les mesures de cet indicateur."),
    )
    if commitment is not None and commitment.merged_into is not None:
        raise TransitionRefused(
            _("L’engagement mesuré est fusionné dans %(code)s : rattachez-y d’abord l’indicateur.")
            % {"code": commitment.merged_into.code}
        )
    return locked


def _check(reading: Measurement, origin: Origin | None) -> None:
    """All that is wrong with it at once, each with its field."""
    refusals = [*_unfit_fields(reading), *_unfit_date(reading), *_unfit_correction(reading), *_unsaid(reading, origin)]
    if refusals:
        refusals[0].others = refusals[1:]
        raise refusals[0]


def _unfit_fields(reading: Measurement) -> list[TransitionRefused]:
    kept_out = ["indicator", "source", "supersedes", "form_key", "recorded_by"]
    try:
        reading.clean_fields(exclude=kept_out)
    except ValidationError as fault:
        first = TransitionRefused.of(fault)
        return [first, *first.others]
    most = reading.indicator.decimals
    if reading.value != round(reading.value, most):
        return [
            TransitionRefused(
                _("Lu : %(value)s. Attendu : %(most)s décimale(s) au plus, comme tout l’indicateur.")
                % {"value": number(reading.value, 4), "most": most},
                "value",
            )
        ]
    return []


def _unfit_date(reading: Measurement) -> list[TransitionRefused]:
    today = timezone.localdate(reading.recorded_at)
    if reading.reference_on <= today:
        return []
    if reading.precision == DatePrecision.DAY:
        text = _("Lu : %(day)s, qui est à venir. Attendu : une date passée.")
    else:
        text = _("Lu : %(day)s, qui n’est pas terminé. Attendu : un mois ou une année révolus, ou un jour passé.")
    return [TransitionRefused(text % {"day": day_text(reading.reference_on, reading.precision)}, "reference_on")]


def _unfit_correction(reading: Measurement) -> list[TransitionRefused]:
    corrected = reading.supersedes
    standing = Measurement.objects.filter(indicator=reading.indicator, superseded_by__isnull=True)
    if corrected is not None and not standing.filter(pk=corrected.pk).exists():
        return [TransitionRefused(_("Cette mesure a déjà été corrigée, ou est d’un autre indicateur."))]
    if corrected is not None and not reading.comment:
        return [TransitionRefused(_("Dites pourquoi la mesure est corrigée."), "comment")]
    same_date = standing.filter(reference_on=reading.reference_on)
    if corrected is not None:
        same_date = same_date.exclude(pk=corrected.pk)
    if (other := same_date.first()) is None:
        return []
    return [
        TransitionRefused(
            _("Une mesure porte déjà cette date : %(value)s (%(day)s). Pour la changer, corrigez-la.")
            % {
                "day": day_text(other.reference_on, other.precision),
                "value": in_unit(other.value, reading.indicator),
            },
            "reference_on",
        )
    ]


def _unsaid(reading: Measurement, origin: Origin | None) -> list[TransitionRefused]:
    """Where a figure comes from is always said."""
    if origin is None:
        text = _("Donnez l’adresse de la page où le chiffre se lit, ou nommez le document dans le commentaire.")
        return [] if reading.comment else [TransitionRefused(text, "source_url")]
    refusals = []
    if not origin.url.startswith(("https://", "http://")):
        refusals.append(
            TransitionRefused(
                _("Lu : %(url)s. Attendu : une adresse qui commence par https:// ou http://.") % {"url": origin.url},
                "source_url",
            )
        )
    elif not origin.publisher.strip() and not Source.objects.filter(url=origin.url).exists():
        refusals.append(TransitionRefused(_("Dites qui publie cette page."), "source_publisher"))
    return refusals


def _source(origin: Origin) -> Source:
    """The page where it is quoted already, whatever is said of it here; else a new one, named after its address."""
    known = Source.objects.filter(url=origin.url).order_by("pk").first()
    if known is not None:
        return known
    fields = {
        "url": origin.url,
        "publisher": origin.publisher.strip(),
        "published_on": origin.published_on,
        "published_precision": DatePrecision.DAY if origin.published_on is not None else "",
    }
    code = f"mesure-{sha256(origin.url.encode()).hexdigest()[:16]}"
    source, _is_new = Source.objects.get_or_create(code=code, defaults=fields)
    return source


# --- Plausibility ---------------------------------------------------------------------------------


def _check_plausible(reading: Measurement, confirmed: Decimal | None) -> None:
    indicator = reading.indicator
    before = value_before(reading)
    most = indicator.jump_percent or settings.PLAUSIBLE_JUMP_PERCENT
    found = doubts(reading.value, before.value if before else None, unit=indicator.unit, most_percent=most)
    if not found:
        return
    refusal = ToConfirm(indicator, reading.value, before, found)
    if confirmed != reading.value:
        raise refusal
    if not reading.comment:
        refusal.others = [TransitionRefused(_("Expliquez cette valeur : le commentaire est publié."), "comment")]
        raise refusal


def value_before(reading: Measurement) -> Before | None:
    """The last reading that stands before its date; else what it corrects; else the baseline, where it is older."""
    indicator, corrected = reading.indicator, reading.supersedes
    standing = Measurement.objects.filter(
        indicator=indicator, superseded_by__isnull=True, reference_on__lt=reading.reference_on
    )
    if corrected is not None:
        standing = standing.exclude(pk=corrected.pk)
    found = standing.last() or corrected
    if found is not None:
        return Before(found.value, found.reference_on, found.precision)
    if indicator.baseline is None or indicator.baseline_on is None or indicator.baseline_on > reading.reference_on:
        return None
    return Before(indicator.baseline, indicator.baseline_on, indicator.baseline_precision or DatePrecision.DAY)


def _in_words(doubt: Doubt, indicator: Indicator, value: Decimal, before: Before | None) -> str:
    read = in_unit(value, indicator)
    if doubt.kind == "percent":
        return _("Lu : %(read)s. Un pourcentage va d’ordinaire de 0 à 100 %%.") % {"read": read}
    if doubt.kind == "negative" or before is None:
        return _("Lu : %(read)s. Ce qui se compte n’est d’ordinaire pas négatif.") % {"read": read}
    names = {
        "read": read,
        "before": in_unit(before.value, indicator),
        "day": day_text(before.on, before.precision),
    }
    if doubt.percent is None:
        return (
            _("Lu : %(read)s. Valeur précédente : %(before)s (%(day)s), soit une variation à partir de zéro.") % names
        )
    sign = "+" if doubt.percent > 0 else "−"
    move = sign + percent(abs(doubt.percent), 0 if abs(doubt.percent) >= 10 else 1)
    return _(
        "Lu : %(read)s. Valeur précédente : %(before)s (%(day)s), soit une variation de %(move)s ; au-delà de"
        " %(most)s, elle se confirme."
    ) % {**names, "move": move, "most": percent(indicator.jump_percent or settings.PLAUSIBLE_JUMP_PERCENT)}
