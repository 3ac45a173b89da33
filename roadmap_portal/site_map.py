"""The public pages: for people as a plan of the site, for search engines as sitemap.xml. One list, which a test
compares with the addresses there are."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.models import Axis, Indicator
from commitments.queries import commitments_for
from reports.queries import sealed_for

# Name of the address → what the page is.
PAGES = {
    "home": _("Vue d’ensemble"),
    "commitments:list": _("Engagements"),
    "commitments:axis_list": _("Axes"),
    "commitments:calendar": _("Calendrier"),
    "funding:list": _("Financements"),
    "funding:envelopes": _("Enveloppes et sources"),
    "funding:parity": _("Parité État – Région"),
    "funding:award_list": _("Lauréats France 2030"),
    "commitments:indicator_list": _("Indicateurs"),
    "actors:list": _("Acteurs"),
    "map": _("Carte"),
    "reports:list": _("Rapports"),
    "reports:comparison": _("Comparer deux trimestres"),
    "reports:verification": _("Vérifier un fichier"),
    "reports:data_catalogue": _("Données ouvertes"),
    "funding:grant_data": _("Subventions, données ouvertes"),
    "api_docs": _("API de lecture"),
    "search": _("Recherche"),
    "commitments:subscribe": _("Courriel de la semaine"),
    "accessibility": _("Accessibilité"),
    "legal_notice": _("Mentions légales"),
    "privacy": _("Données personnelles"),
    "site_map": _("Plan du site"),
}


class EveryLanguage(Sitemap):
    """Each page in French and in English, each naming the other."""

    i18n = alternates = x_default = True
    changefreq = "weekly"


class StaticPages(EveryLanguage):
    def items(self) -> list[str]:
        return list(PAGES)

    def location(self, item: Any) -> str:
        return reverse(item)


class Objects(EveryLanguage):
    """Those of one kind that everybody may see."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def items(self) -> Iterable[Any]:
        return self.found()


SITEMAPS = {
    "pages": StaticPages,
    "axes": Objects(lambda: Axis.objects.order_by("order", "code")),
    "commitments": Objects(lambda: commitments_for(AnonymousUser()).order_by("code")),
    "indicators": Objects(lambda: Indicator.objects.order_by("code")),
    "actors": Objects(lambda: Actor.objects.order_by("slug")),
    "reports": Objects(lambda: sealed_for(AnonymousUser()).order_by("number")),
}
