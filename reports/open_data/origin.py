"""Whose data these are, and under which licence: said on the pages, in the packages and in the catalogue."""

from dataclasses import dataclass

from django.conf import settings

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
    """Who answers for the portal, as its legal notice says."""
    return Publisher(settings.LEGAL.publisher_name, settings.PUBLIC_URL)
