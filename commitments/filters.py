"""Which commitments? One set of filters for the list, the exports and the scope of a report.

A value that is not known is an error on its field: never a 500, and never silently all rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

import django_filters as filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.forms import ChoiceField, Field
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from accounts.permissions import WRITING_PARTICIPATIONS
from actors.models import Actor, Side
from commitments.models import ADJACENT_LAST, Axis, CampaignLine, Commitment, Participation, Status, Weather

TRANSVERSAL = "transversal"
ORDERINGS = {
    "code": _("code"),
    "title": _("titre"),
    "due_on": _("échéance"),
    "-progress": _("avancement décroissant"),
    "progress": _("avancement croissant"),
    "late_since": _("retard le plus ancien"),
    "-published_at": _("mis à jour récemment"),
}
DEPARTMENTS = {
    "01": "Ain",
    "03": "Allier",
    "07": "Ardèche",
    "15": "Cantal",
    "26": "Drôme",
    "38": "Isère",
    "42": "Loire",
    "43": "Haute-Loire",
    "63": "Puy-de-Dôme",
    "69": "Rhône",
    "73": "Savoie",
    "74": "Haute-Savoie",
}


class CommitmentFilter(filters.FilterSet):
    q = filters.CharFilter(method="matching", label=_("Mots"), max_length=100)
    axis = filters.ModelChoiceFilter(
        field_name="axes",
        queryset=Axis.objects.all(),
        to_field_name="code",
        null_value=TRANSVERSAL,
        null_label=_("transversal (tous les axes)"),
        label=_("Axe"),
        method="on_axis",
    )
    status = filters.ChoiceFilter(choices=Status.choices, label=_("Statut"))
    weather = filters.ChoiceFilter(choices=Weather.choices, label=_("Météo"))
    late = filters.ChoiceFilter(
        choices=[("1", _("en retard")), ("0", _("dans les temps"))], label=_("Retard"), method="by_lateness"
    )
    provenance = filters.ChoiceFilter(choices=Commitment.Provenance.choices, label=_("Provenance"))
    actor = filters.ModelChoiceFilter(
        queryset=Actor.objects.all(), to_field_name="slug", label=_("Acteur"), method="taking_part"
    )
    role = filters.ChoiceFilter(choices=Participation.Role.choices, label=_("Rôle"), method="taking_part")
    side = filters.ChoiceFilter(choices=Side.choices, label=_("Côté"), method="on_side")
    department = filters.ChoiceFilter(
        choices=list(DEPARTMENTS.items()), label=_("Département d’un acteur"), method="taking_part"
    )
    ordering = filters.ChoiceFilter(choices=list(ORDERINGS.items()), label=_("Tri"), method="ordered")

    class Meta:
        model = Commitment
        fields: list[str] = []

    def __init__(
        self, data: Mapping[str, Any] | None = None, queryset: QuerySet[Commitment] | None = None, *, on: date
    ) -> None:
        super().__init__(data=data if data is not None else QueryDict(), queryset=queryset)
        self.on = on

    def filter_queryset(self, queryset: QuerySet[Commitment]) -> QuerySet[Commitment]:
        queryset = super().filter_queryset(queryset)
        if not self.form.cleaned_data["ordering"]:
            queryset = queryset.order_by(ADJACENT_LAST, "code")
        return queryset

    def matching(self, queryset: QuerySet[Commitment], name: str, value: str) -> QuerySet[Commitment]:
        for word in value.split():
            taking_part = Participation.objects.filter(commitment=OuterRef("pk"), actor__name__icontains=word)
            queryset = queryset.filter(
                Q(title__icontains=word)
                | Q(official_text__icontains=word)
                | Q(summary__icontains=word)
                | Q(code__icontains=word)
                | Exists(taking_part)
            )
        return queryset

    def on_axis(self, queryset: QuerySet[Commitment], name: str, value: Axis | str) -> QuerySet[Commitment]:
        if isinstance(value, str):  # TRANSVERSAL, the only text among the axes
            return queryset.filter(main_axis__isnull=True)
        listed = Commitment.axes.through.objects.filter(commitment=OuterRef("pk"), axis=value)
        return queryset.filter(Exists(listed))

    def by_lateness(self, queryset: QuerySet[Commitment], name: str, value: str) -> QuerySet[Commitment]:
        is_late = Q(late_since__lte=self.on)
        return queryset.filter(is_late) if value == "1" else queryset.exclude(is_late)

    def taking_part(self, queryset: QuerySet[Commitment], name: str, value: Any) -> QuerySet[Commitment]:
        """Actor, role and department speak of one and the same participation: it is enough to ask once."""
        given = self.form.cleaned_data
        conditions = {
            "actor": given["actor"],
            "role": given["role"],
            "actor__department_code": given["department"],
        }
        wanted = {key: value for key, value in conditions.items() if value}
        first = next(key for key in ("actor", "role", "department") if given[key])
        if name != first:
            return queryset
        return queryset.filter(Exists(Participation.objects.filter(commitment=OuterRef("pk"), **wanted)))

    def on_side(self, queryset: QuerySet[Commitment], name: str, value: str) -> QuerySet[Commitment]:
        """Those an actor of that side answers for."""
        of_side = Q(side=value) | Q(side="", actor__side=value)
        in_charge = Participation.objects.filter(of_side, commitment=OuterRef("pk"), role__in=WRITING_PARTICIPATIONS)
        return queryset.filter(Exists(in_charge))

    def ordered(self, queryset: QuerySet[Commitment], name: str, value: str) -> QuerySet[Commitment]:
        field = F(value.removeprefix("-"))
        order = field.desc(nulls_last=True) if value.startswith("-") else field.asc(nulls_last=True)
        return queryset.order_by(ADJACENT_LAST, order, "code")


class LineFilter(filters.FilterSet):
    """Lines of a campaign, on its board."""

    state = filters.ChoiceFilter(choices=CampaignLine.State.choices, label=_("État"), empty_label=_("tous"))
    axis = filters.ModelChoiceFilter(
        queryset=Axis.objects.all(),
        to_field_name="code",
        field_name="commitment__main_axis",
        label=_("Axe"),
        empty_label=_("tous"),
    )
    side = filters.ChoiceFilter(choices=Side.choices, label=_("Côté"), method="answered_by", empty_label=_("tous"))
    actor = filters.ModelChoiceFilter(
        queryset=Actor.objects.filter(participations__role__in=WRITING_PARTICIPATIONS).distinct(),
        to_field_name="slug",
        label=_("Acteur"),
        method="answered_by",
        empty_label=_("tous"),
    )

    class Meta:
        model = CampaignLine
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "form-select"

    def answered_by(self, queryset: QuerySet[CampaignLine], name: str, value: Any) -> QuerySet[CampaignLine]:
        """The actor, or an actor of the side, is in charge of the commitment."""
        wanted = {"actor": value} if name == "actor" else {"actor__side": value}
        in_charge = Participation.objects.filter(
            commitment=OuterRef("commitment"), role__in=WRITING_PARTICIPATIONS, **wanted
        )
        return queryset.filter(Exists(in_charge))


@dataclass(frozen=True)
class Chosen:
    """A filter in force, as shown in a removable badge or on the cover of a report."""

    name: str
    label: str
    value: str


def chosen(filterset: CommitmentFilter) -> list[Chosen]:
    """The filters in force, in the order of the form. Meaningful only on a valid filter set."""
    badges = []
    for name, value in filterset.form.cleaned_data.items():
        if not value or name == "ordering":
            continue
        field = filterset.form.fields[name]
        badges.append(Chosen(name, str(field.label), _in_words(field, value)))
    return badges


def _in_words(field: Field, value: Any) -> str:
    if isinstance(field, ModelChoiceField):
        return str(field.null_label) if value == TRANSVERSAL else str(value)
    return (
        str(dict(cast(Iterable[tuple[Any, Any]], field.choices))[value])
        if isinstance(field, ChoiceField)
        else str(value)
    )


@dataclass(frozen=True)
class Found:
    """What a query asked for. With errors, (name of the filter, message), no commitment is found."""

    commitments: QuerySet[Commitment] | None  # None: nothing was asked, the whole list answers
    errors: list[tuple[str, str]]
    chosen: list[Chosen]


def find(query: Mapping[str, Any], commitments: QuerySet[Commitment], *, on: date) -> Found:
    """The commitments a query string asks for, in the order it asks for; adjacent actions always come last."""
    if not any(query.get(name) for name in CommitmentFilter.base_filters):
        return Found(None, [], [])
    filterset = CommitmentFilter(query, commitments, on=on)
    if filterset.form.is_valid():
        return Found(filterset.qs, [], chosen(filterset))
    return Found(commitments.none(), filter_errors(filterset, query), [])


def filter_errors(filterset: filters.FilterSet, query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names the filter, what was read and what was expected."""
    found = []
    for name, messages in filterset.form.errors.items():
        field = filterset.form.fields[name]
        message = " ".join(str(each) for each in messages)
        if isinstance(field, ModelChoiceField):
            message = gettext("« %(value)s » : ce code n’existe pas.") % {"value": query[name]}
        elif isinstance(field, ChoiceField):
            known = [str(code) for code, _label in cast(Iterable[tuple[Any, Any]], field.choices) if code]
            names = {"value": query[name], "expected": ", ".join(known)}
            message = gettext("« %(value)s » n’est pas une valeur connue. Attendu : %(expected)s.") % names
        found.append((name, message))
    return found


def canonical_scope(query: Mapping[str, Any]) -> str:
    """The filters that say which commitments, in alphabetical order, as a query string: two reports on the same
    scope have the same. Order and page say nothing of which."""
    names = sorted(set(CommitmentFilter.base_filters) - {"ordering"})
    return urlencode([(name, query[name]) for name in names if query.get(name)])


def in_scope(scope: str, queryset: QuerySet[Commitment], *, on: date) -> CommitmentFilter:
    """The filter set of a canonical scope; check `.form.is_valid()` before `.qs`."""
    return CommitmentFilter(QueryDict(scope), queryset, on=on)
