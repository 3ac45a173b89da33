"""Addresses. French paths at the root; the same under /en/ in English."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from actors.api import ActorList
from commitments.api.axes import AxisList
from commitments.api.commitments import CommitmentDetail, CommitmentList, MilestoneList
from commitments.api.indicators import IndicatorList
from funding.api import EnvelopeList, LineList
from reports import urls as reports
from reports.api import ReportList
from roadmap_portal import figure_pages, legal_pages, sharing, views
from roadmap_portal.api import docs
from roadmap_portal.history import views as history
from roadmap_portal.observability import views as health
from roadmap_portal.search.views import search_page
from roadmap_portal.site_map import SITEMAPS
from roadmap_portal.styleguide import styleguide
from roadmap_portal.territory import map_page

admin.site.site_header = admin.site.site_title = "Feuille de route IA"

# The API speaks for machines: one address whatever the language.
api = [
    path("commitments/", CommitmentList.as_view(), name="commitments"),
    # Whatever is asked for, the answer is JSON.
    re_path(r"^commitments/(?P<code>[\s\S]+)/$", CommitmentDetail.as_view(), name="commitment"),
    path("milestones/", MilestoneList.as_view(), name="milestones"),
    path("axes/", AxisList.as_view(), name="axes"),
    path("actors/", ActorList.as_view(), name="actors"),
    path("indicators/", IndicatorList.as_view(), name="indicators"),
    path("envelopes/", EnvelopeList.as_view(), name="envelopes"),
    path("funding-lines/", LineList.as_view(), name="funding_lines"),
    path("reports/", ReportList.as_view(), name="reports"),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
]

urlpatterns = [
    path(".well-known/security.txt", legal_pages.security_txt, name="security_txt"),
    path("oembed/", sharing.oembed, name="oembed"),
    path("robots.txt", legal_pages.robots_txt, name="robots_txt"),
    path("sitemap.xml", login_not_required(require_safe(sitemap)), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("healthz/", health.healthz, name="healthz"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", include((api, "api"))),
    path("connexion/proconnect/", include("accounts.proconnect.urls")),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("recherche/", search_page, name="search"),
        path("carte/", map_page, name="map"),
        path("integrer/<slug:kind>/<slug:code>/", sharing.embed, name="embed"),
        path("partage/<slug:kind>/<slug:code>.png", sharing.picture, name="picture"),
        path("accessibilite/", legal_pages.accessibility, name="accessibility"),
        path("mentions-legales/", legal_pages.legal_notice, name="legal_notice"),
        path("donnees-personnelles/", legal_pages.privacy, name="privacy"),
        path("plan-du-site/", legal_pages.site_map, name="site_map"),
        path("api/v1/docs/", docs.docs, name="api_docs"),
        path("chiffres/<path:key>/donnees.json", figure_pages.figures_data, name="figures_data"),
        path("chiffres/<path:key>/", figure_pages.figures_page, name="figures"),
        path("engagements/<slug:code>/historique/", history.public_history, name="public_history"),
        path("espace/engagements/<slug:code>/historique/", history.commitment_history, name="history_of_commitment"),
        path("espace/historique/<str:kind>/<int:pk>/", history.object_history, name="history"),
        path("", include("commitments.urls")),
        path("", include("actors.urls")),
        path("", include("funding.urls")),
        path("", include("reports.urls")),
        path("", include("accounts.urls")),
        # The admin has no door of its own: lock-out and second factor are at ours, and so is the password.
        path("admin/login/", views.admin_login, name="admin_login"),
        path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:password"), name="admin_password"),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
    # After the pages: the file and the schema of grants are those of `funding`.
    path("", include((reports.files, "open_data"))),
]
handler500 = "roadmap_portal.outage.server_error"
if settings.DEBUG:
    urlpatterns.insert(0, path("styleguide/", styleguide, name="styleguide"))
