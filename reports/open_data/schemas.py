"""Table Schema of each data set, and the Data Package that holds them all (frictionlessdata.io)."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from reports.dataset import Json
from reports.models import SealedReport
from reports.open_data.fields import DataSet, absolute
from reports.open_data.origin import LICENCE_TITLE, LICENCE_URL, NAME, publisher
from roadmap_portal.templatetags.portal import quarter

# Grows when a column is added (minor) or leaves, or changes its meaning (major).
VERSION = "1.0.0"
TITLE = _("Feuille de route IA Auvergne-Rhône-Alpes : données ouvertes")
FORMATS = {"csv": "text/csv", "json": "application/json"}


def table_schema(data_set: DataSet) -> Json:
    if data_set.standard is not None:
        return data_set.standard()
    key: Json = {"primaryKey": list(data_set.key)} if data_set.key else {}
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": f"{NAME}-{data_set.slug}",
        "title": str(data_set.title),
        "description": str(data_set.description),
        "version": VERSION,
        "path": absolute("open_data:schema", data_set.slug),
        "homepage": absolute("reports:data_set", data_set.slug),
        "fields": [field.described() for field in data_set.fields],
        "missingValues": [""],
        **key,
    }


def data_package(data_sets: Iterable[DataSet], sealed: SealedReport | None) -> Json:
    """`sealed`: the quarter whose files are named; None for those of the day. Paths are relative, so that the package
    and its files may be read from any folder."""
    of = publisher()
    suffix = "" if sealed is None else f" – {quarter(sealed.campaign)}"
    return {
        "name": NAME if sealed is None else f"{NAME}-{sealed.campaign.slug.lower()}",
        "title": f"{TITLE}{suffix}",
        "homepage": absolute("reports:data_catalogue"),
        "version": VERSION,
        "licenses": [{"name": "etalab-2.0", "title": LICENCE_TITLE, "path": LICENCE_URL}],
        "contributors": [{"title": of.name, "path": of.url, "role": "publisher"}],
        "resources": [_resource(data_set) for data_set in data_sets],
    }


def _resource(data_set: DataSet) -> Json:
    return {
        "name": data_set.slug,
        "profile": "tabular-data-resource",
        "path": f"{data_set.slug}.csv",
        "title": str(data_set.title),
        "description": str(data_set.description),
        "format": "csv",
        "mediatype": FORMATS["csv"],
        "encoding": "utf-8",
        "schema": table_schema(data_set),
    }
