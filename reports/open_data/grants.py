"""Subventions: the rows and the schema are SCDL’s, as `funding` writes them. They are of the day only: a report freezes
no grant."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from funding import scdl
from funding.models import GrantBeneficiary
from funding.queries.grants import file_rows, published_grants, published_summary
from reports.open_data.fields import DataSet, Field, Path, Type

YES = "oui"


def as_open_data(field: scdl.Field) -> Field:
    """SCDL writes « oui » and « non »: as a value, a boolean."""
    path: str | Path = is_yes(field.name) if field.kind == "boolean" else field.name
    return Field(cast(Type, field.kind), field.name, field.name, field.meaning, "", path, field.required)


def is_yes(name: str) -> Path:
    return lambda row, labels: row[name] == YES


GRANTS = DataSet(
    slug="subventions",
    title=_("Subventions : données essentielles des conventions"),
    description=_(
        "Les conventions de subvention publiées (décret 2017-779), au schéma SCDL « subventions » 2.1.1 : une ligne par"
        " bénéficiaire. Une subvention dont un bénéficiaire est une personne physique n’y figure pas."
    ),
    # « subvention »: the word under which the decree asks for these data to be found.
    keywords=("subvention", "subventions", "convention", "aide publique", "intelligence artificielle"),
    key=(),
    fields=tuple(as_open_data(field) for field in scdl.FIELDS),
    current=lambda on: file_rows(),
    size=lambda: GrantBeneficiary.objects.filter(grant__in=published_grants()).count(),
    updated=lambda: published_summary().last_on,
    standard=scdl.table_schema,
    standard_url=scdl.URI,
)
