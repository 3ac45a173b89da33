"""Whose data these are, and under which licence: said on the pages, in the packages and in the catalogue."""

from dataclasses import dataclass

from django.conf import settings

from commitments.models import Roadmap

LICENCE_TITLE = "Licence Ouverte 2.0"
# As data.gouv.fr knows it; the text itself is behind.
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
# Data sets and packages of the portal carry it: stable whatever the address of the portal.
NAME = "feuille-route-ia"


@dataclass(frozen=True)
class Publisher:
    name: str
    url: str


def publisher() -> Publisher:
    """The signatories together, or the roadmap where none is known."""
    roadmap = Roadmap.objects.prefetch_related("signatories").order_by("pk").first()
    if roadmap is None:
        return Publisher(NAME, settings.PUBLIC_URL)
    names = [actor.name for actor in roadmap.signatories.all()]
    return Publisher(" et ".join(names) or roadmap.title, settings.PUBLIC_URL)
