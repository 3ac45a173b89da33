"""Addresses. French paths at the root; the same under /en/ in English."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from commitments import api as commitments
from reports import urls as reports
from roadmap_portal import figure_pages, views
from roadmap_portal.history import views as history

admin.site.site_header = admin.site.site_title = "Feuille de route IA"

# The API speaks for machines: one address whatever the language.
api = [
    path("commitments/", commitments.CommitmentList.as_view(), name="commitments"),
    path("commitments/<slug:code>/", commitments.CommitmentDetail.as_view(), name="commitment"),
    path("milestones/", commitments.MilestoneList.as_view(), name="milestones"),
]

urlpatterns = [
    path("healthz/", views.healthz, name="healthz"),
    path("healthz/ready", views.ready, name="ready"),
    path("api/v1/", include((api, "api"))),
    *i18n_patterns(
        path("", views.home, name="home"),
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
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
    # After the pages: the file and the schema of grants are those of `funding`.
    path("", include((reports.files, "open_data"))),
]
