"""The DCAT-AP 3.0 catalogue, as data.gouv.fr harvests it (requirement O6).

`dct:identifier` keeps a data set the same between two harvests, `dcat:downloadURL` a file: both are for good. Every
resource that is referred to says what it is, since shapes ask for its class. No blank node: the same data give the same
graph.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from commitments.models import Roadmap
from reports.models import SealedReport
from reports.open_data.fields import DataSet, absolute
from reports.open_data.origin import LICENCE_URL, NAME, publisher
from reports.open_data.schemas import FORMATS, TITLE
from roadmap_portal.templatetags.portal import quarter

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
QUARTERLY = URIRef(f"{AUTHORITY}/frequency/QUARTERLY")
FRENCH = URIRef(f"{AUTHORITY}/language/FRA")
GOVERNMENT = URIRef(f"{AUTHORITY}/data-theme/GOVE")
LICENCE = URIRef(LICENCE_URL)
REGION = URIRef("http://data.europa.eu/nuts/code/FRK")
# Harvesters that draw a map read a polygon, not a code: the box around the region.
BOX = Literal("POLYGON((2.06 44.11, 7.19 44.11, 7.19 46.81, 2.06 46.81, 2.06 44.11))", datatype=GEO.wktLiteral)
ABOUT = _("Les données de suivi de la feuille de route, telles que chacun peut les voir, et les trimestres scellés.")


@dataclass(frozen=True)
class File:
    """A distribution: of the day, or of a sealed quarter."""

    address: str
    kind: str
    title: str
    modified: date | None


def files_of(data_set: DataSet, updated: date | None, quarters: Iterable[SealedReport]) -> list[File]:
    title, slug = str(data_set.title), data_set.slug
    found = [File(absolute(f"open_data:{kind}", slug), kind, f"{title} ({kind.upper()})", updated) for kind in FORMATS]
    for sealed in quarters if data_set.frozen is not None else ():
        published_on = localdate(sealed.published_at) if sealed.published_at else None
        for kind in FORMATS:
            address = absolute(f"open_data:quarter_{kind}", sealed.campaign.slug, slug)
            of_quarter = f"{title} – {quarter(sealed.campaign)} ({kind.upper()})"
            found.append(File(address, kind, of_quarter, published_on))
    return found


def catalogue(data_sets: Iterable[DataSet], quarters: Sequence[SealedReport], on: date) -> Graph:
    """`quarters`: published, whose files stand beside those of the day."""
    writing = _Writing(on)
    home = absolute("reports:data_catalogue")
    node = writing.described(f"{home}#catalogue", DCAT.Catalog, TITLE, ABOUT)
    writing.refer(node, FOAF.homepage, home, FOAF.Document)
    days = []
    for data_set in data_sets:
        updated = data_set.updated()
        days.append(updated)
        writing.graph.add((node, DCAT.dataset, writing.data_set(data_set, updated, quarters)))
    writing.dated(node, DCTERMS.modified, max((day for day in days if day), default=None))
    return writing.graph


class _Writing:
    """A graph that is being written, as of a day: what is dated later is not said, harvesters refuse it."""

    def __init__(self, on: date) -> None:
        self.on, self.graph = on, Graph()
        for prefix, space in {"dcat": DCAT, "dct": DCTERMS, "vcard": VCARD, "geo": GEO}.items():
            self.graph.bind(prefix, space)
        self.publisher = publisher()
        self.roadmap = Roadmap.objects.order_by("pk").first()
        self.graph.add((REGION, DCAT.bbox, BOX))
        self.graph.add((GOVERNMENT, SKOS.prefLabel, Literal("Gouvernement et secteur public", lang="fr")))

    def data_set(self, data_set: DataSet, updated: date | None, quarters: Sequence[SealedReport]) -> URIRef:
        page, schema = absolute("reports:data_set", data_set.slug), schema_of(data_set)
        node = self.described(f"{page}#jeu", DCAT.Dataset, data_set.title, data_set.description)
        self.graph.add((node, DCTERMS.identifier, Literal(f"{NAME}-{data_set.slug}")))
        for keyword in data_set.keywords:
            self.graph.add((node, DCAT.keyword, Literal(keyword, lang="fr")))
        self.refer(node, DCAT.landingPage, page, FOAF.Document)
        self.refer(node, DCAT.theme, GOVERNMENT, SKOS.Concept)
        self.refer(node, DCTERMS.accrualPeriodicity, QUARTERLY, DCTERMS.Frequency)
        self.refer(node, DCTERMS.conformsTo, schema, DCTERMS.Standard)
        self._contact(node)
        self._period(node)
        published = [localdate(sealed.published_at) for sealed in quarters if sealed.published_at]
        self.dated(node, DCTERMS.issued, min(published, default=None))
        self.dated(node, DCTERMS.modified, updated)
        for file in files_of(data_set, updated, quarters):
            self.graph.add((node, DCAT.distribution, self._file(file, schema)))
        return node

    def _file(self, file: File, schema: str) -> URIRef:
        node = URIRef(f"{file.address}#fichier")
        self.graph.add((node, RDF.type, DCAT.Distribution))
        self.graph.add((node, DCTERMS.title, Literal(file.title, lang="fr")))
        self.refer(node, DCAT.downloadURL, file.address, RDFS.Resource)
        self.refer(node, DCAT.accessURL, file.address, RDFS.Resource)
        self.refer(node, DCAT.mediaType, f"{MEDIA_TYPES}/{FORMATS[file.kind]}", DCTERMS.MediaType)
        self.refer(node, DCTERMS["format"], f"{AUTHORITY}/file-type/{file.kind.upper()}", DCTERMS.MediaTypeOrExtent)
        self.refer(node, DCTERMS.license, LICENCE, DCTERMS.LicenseDocument)
        self.refer(node, DCTERMS.conformsTo, schema, DCTERMS.Standard)
        self.dated(node, DCTERMS.modified, file.modified)
        return node

    def described(self, address: str, kind: URIRef, title: Any, description: Any) -> URIRef:
        """What catalogue and data sets have alike. `title`, `description`: lazy, told in both languages."""
        node = URIRef(address)
        self.graph.add((node, RDF.type, kind))
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                self.graph.add((node, DCTERMS.title, Literal(str(title), lang=language)))
                self.graph.add((node, DCTERMS.description, Literal(str(description), lang=language)))
        self.refer(node, DCTERMS.publisher, f"{self.publisher.url}/#editeur", FOAF.Agent)
        self.graph.add((URIRef(f"{self.publisher.url}/#editeur"), FOAF.name, Literal(self.publisher.name, lang="fr")))
        self.refer(node, DCTERMS.license, LICENCE, DCTERMS.LicenseDocument)
        self.refer(node, DCTERMS.language, FRENCH, DCTERMS.LinguisticSystem)
        self.refer(node, DCTERMS.spatial, REGION, DCTERMS.Location)
        return node

    def _contact(self, node: URIRef) -> None:
        contact = URIRef(f"{self.publisher.url}/#contact")
        self.refer(node, DCAT.contactPoint, contact, VCARD.Kind)
        self.graph.add((contact, RDF.type, VCARD.Organization))
        self.graph.add((contact, VCARD.fn, Literal(self.publisher.name, lang="fr")))
        self.graph.add((contact, VCARD.hasURL, URIRef(self.publisher.url)))
        # data.gouv.fr drops a contact without an address to write to.
        self.graph.add((contact, VCARD.hasEmail, URIRef(f"mailto:{quote(settings.LEGAL.contact_email)}")))

    def _period(self, node: URIRef) -> None:
        """What the roadmap covers, from its signature on."""
        starts_on = self.roadmap and (self.roadmap.signed_on or self.roadmap.starts_on)
        if self.roadmap is None or starts_on is None:
            return
        period = URIRef(f"{self.publisher.url}/#periode")
        self.refer(node, DCTERMS.temporal, period, DCTERMS.PeriodOfTime)
        self.graph.add((period, DCAT.startDate, Literal(starts_on, datatype=XSD.date)))
        if self.roadmap.ends_on is not None:
            self.graph.add((period, DCAT.endDate, Literal(self.roadmap.ends_on, datatype=XSD.date)))

    def refer(self, node: URIRef, link: URIRef, address: str, kind: URIRef) -> None:
        self.graph.add((node, link, URIRef(address)))
        self.graph.add((URIRef(address), RDF.type, kind))

    def dated(self, node: URIRef, link: URIRef, day: date | None) -> None:
        if day is not None and day <= self.on:
            self.graph.add((node, link, Literal(day, datatype=XSD.date)))


def schema_of(data_set: DataSet) -> str:
    return data_set.standard_url or absolute("open_data:schema", data_set.slug)
