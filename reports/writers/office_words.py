"""What the editable files say, in the active language: sentences from the codes of a dataset, labels frozen with it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from reports.writers import ledger, read_me
from reports.writers.office_text import AsWritten, Words, joined
from roadmap_portal.templatetags.portal import (
    day_text,
    euros,
    euros_short,
    moment,
    number,
    percent,
    plural,
    quarter,
    quarter_prose,
    semicolon,
    short_day,
)


class Teller:
    """A dataset told in one language."""

    def __init__(self, dataset: Dataset, language: str) -> None:
        self.dataset, self.language = dataset, language
        self.labels: Json = dataset["labels"][language]
        self.colon = "\u00a0: " if language == "fr" else ": "

    def label(self, group: str, code: str) -> str:
        return str(self.labels[group].get(code, code))

    # --- Which report --------------------------------------------------------------------------------

    @property
    def quarter(self) -> str:
        return quarter(SimpleNamespace(**self.dataset["quarter"]))

    @property
    def quarter_prose(self) -> str:
        return quarter_prose(self.dataset["quarter"]["year"], self.dataset["quarter"]["quarter"])

    @property
    def title(self) -> str:
        return _("Rapport d’avancement")

    @property
    def reference(self) -> str:
        return day(self.dataset["quarter"]["reference_on"])

    @property
    def period(self) -> str:
        starts_on, ends_on = (day(self.dataset["period"][key]) for key in ("starts_on", "ends_on"))
        return _("du %(start)s au %(end)s") % {"start": starts_on, "end": ends_on}

    @property
    def scope(self) -> Words:
        scope = self.dataset["scope"]
        return AsWritten(scope["label"]) if scope["query"] else _("Toute la feuille de route")

    @property
    def notice(self) -> str:
        return _("Activité de démonstration, fictive") if self.dataset["is_demonstration"] else ""

    @property
    def generated(self) -> str:
        return moment(read_me.generated_at(self.dataset))

    @property
    def state(self) -> str:
        """Provisoire; scellé n° 3; scellé n° 4, rectificatif n° 1."""
        seal = self.dataset["seal"]
        if seal is None:
            return _("provisoire")
        if self.dataset["extract"]:
            words = _("extrait du rapport scellé n° %(n)s") % {"n": number(seal["number"])}
        else:
            words = _("scellé n° %(n)s") % {"n": number(seal["number"])}
        if seal["version"] > 1:
            words += ", " + _("rectificatif n° %(n)s") % {"n": number(seal["version"] - 1)}
        return words

    def facts(self, *, short: bool = False) -> list[tuple[str, Words]]:
        """Label and value, as on the cover of the report; `short`: those that a slide has room for."""
        seal = self.dataset["seal"]
        found: list[tuple[str, Words]] = [(_("État du rapport"), self.state)]
        if seal is None and not short:
            found.append((_("Portée"), _("Rien n’est scellé : les chiffres peuvent encore changer.")))
        if seal is not None:
            found += [(_("Version"), number(seal["version"])), (_("Scellé le"), self._sealed)]
        if seal is not None and seal["reason"]:
            found.append((_("Motif du rectificatif"), AsWritten(seal["reason"])))
        found.append((_("Situation au"), self.reference))
        if not short:
            found.append((_("Mouvements"), self.period))
        found += [
            (_("Périmètre"), self.scope),
            (_("Établi le"), self.generated),
            (_("Empreinte SHA-256 des données"), self.dataset.sha256),
        ]
        return found

    @property
    def _sealed(self) -> str:
        return moment(datetime.fromisoformat(self.dataset["seal"]["sealed_at"]))

    # --- Parts ---------------------------------------------------------------------------------------

    def axis(self, row: Json) -> str:
        """Of an axis or of a commitment."""
        code = row["axis"] if "axis" in row else row["code"]
        if code is None:
            return self.label("transversal", "long")
        return AsWritten(row["axis_title"] if "axis_title" in row else row["title"])

    def late_reasons(self, row: Json) -> Words:
        return joined((self._late_reason(reason) for reason in row["late_reasons"]), semicolon())

    def _late_reason(self, reason: Json) -> Words:
        limits = self.dataset["formulas"]
        texts = {
            "due_date": lambda: _("échéance dépassée"),
            "milestone": lambda: (
                _("jalon en retard de plus de %(n)s jours") % {"n": limits["late_milestone_grace_days"]}
            ),
            "gap": lambda: (
                _("avancement inférieur de plus de %(n)s points à l’attendu")
                % {"n": limits["late_progress_gap_points"]}
            ),
        }
        return _("%(what)s, depuis le %(day)s") % {"what": texts[reason["kind"]](), "day": day(reason["since"])}

    def postponed_by(self, row: Json) -> Words:
        """Who, on which side, by what decision; empty when the data do not tell."""
        found: list[Words] = []
        if row["actor"]:
            side = f" ({self.label('side', row['side_code'])})" if row["side_code"] else ""
            found.append((AsWritten(row["actor"]), side))
        if row["decision_number"] is not None:
            words = _("décision n° %(n)s du comité de pilotage du %(day)s")
            found.append(words % {"n": row["decision_number"], "day": day(row["decision_meeting_on"])})
        return joined(found, ", ")

    def postponed_why(self, row: Json) -> Words:
        label = self.label("postponement_reason", row["reason_kind"])
        kind = label[:1].upper() + label[1:]
        return (f"{kind}. ", AsWritten(row["reason"])) if row["reason"] else kind

    def envelope(self, row: Json, *, short: bool = False) -> str:
        """Amount in words, with what it counts for."""
        if row["amount"] is None:
            return _("montant non publié")
        value = Decimal(row["amount"])
        words = euros_short(value) if short else euros(value)
        if row["is_yearly"]:
            words += " " + _("par an")
        if row["amount_basis"] and row["amount_basis"] != "published":
            words += f" ({self.label('amount_basis', row['amount_basis'])})"
        return words


def day(value: str | None, precision: str = "day") -> str:
    return "" if value is None else day_text(date.fromisoformat(value), precision or "day")


def short(value: str | None, precision: str = "day") -> str:
    if value is None or precision not in ("", "day"):
        return day(value, precision)
    return short_day(date.fromisoformat(value))


def late_kinds(row: Json) -> str:
    """Why in a few words: since when stands beside."""
    texts = {
        "due_date": _("échéance dépassée"),
        "milestone": _("jalon en retard"),
        "gap": _("avancement sous l’attendu"),
    }
    return ", ".join(texts[reason["kind"]] for reason in row["late_reasons"])


def share(value: str | None, instead: str) -> str:
    return instead if value is None else percent(Decimal(value))


def progress(row: Json) -> str:
    return share(row["progress"], _("non mesuré"))


def expected(row: Json) -> str:
    return share(row["expected"], _("n. d."))


def coverage(row: Json) -> str:
    words = _("mesuré sur %(measured)s des %(measurable)s") % {
        "measured": number(row["measured"]),
        "measurable": number(row["measurable"]),
    }
    return f"{words}, {_('partiel')}" if row["is_partial"] else words


def count_of(items: Iterable[Json], code: str) -> int:
    return next((int(item["count"]) for item in items if item["code"] == code), 0)


def moved(row: Json) -> str:
    """du 31 décembre 2026 au 30 avril 2027 (+120 jours)"""
    return _("du %(start)s au %(end)s") % {"start": day(row["from_on"]), "end": day(row["to_on"])} + (
        f" ({ledger.moved(row['days'])})"
    )


def key_figures(dataset: Dataset) -> list[tuple[str, str, str]]:
    """Figure, what it counts, beside what."""
    summary = dataset["summary"]
    completed, late = count_of(summary["by_status"], "completed"), summary["late"]
    in_progress = number(count_of(summary["by_status"], "in_progress"))
    return [
        (
            number(summary["counted"]),
            plural("engagement suivi", "engagements suivis", summary["counted"]),
            adjacent(summary["adjacent"]),
        ),
        (share(summary["progress"], _("n. d.")), _("avancement moyen"), coverage(summary)),
        (expected(summary), _("attendu à cette date"), _("calendrier initial")),
        (
            number(completed),
            plural("engagement réalisé", "engagements réalisés", completed),
            _("%(n)s en cours") % {"n": in_progress},
        ),
        (number(late), _("en retard"), _("%(n)s sur le calendrier révisé") % {"n": number(summary["late_revised"])}),
        (number(summary["not_answered"]), _("sans réponse"), _("ni point publié, ni confirmation")),
    ]


def adjacent(count: int) -> str:
    if not count:
        return _("aucune action voisine")
    words = plural("%(n)s action voisine, comptée à part", "%(n)s actions voisines, comptées à part", count)
    return words % {"n": number(count)}


def part(count: int, total: int) -> str:
    return percent(Decimal(100) * count / total) if total else _("n. d.")


def what_moved(row: Json) -> Words:
    parts: list[Words] = [AsWritten(row["commitment_title"])]
    if row["milestone"]:
        parts.append((_("jalon"), " ", AsWritten(row["milestone"])))
    if row["is_adjacent"]:
        parts.append(_("action voisine"))
    return joined(parts, ", ")


def decision_name(row: Json) -> str:
    return _("n° %(n)s du %(day)s") % {"n": row["number"], "day": day(row["meeting_on"])}


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def against_expected(row: Json) -> str:
    return _("%(progress)s, attendu %(expected)s") % {"progress": progress(row), "expected": expected(row)}
