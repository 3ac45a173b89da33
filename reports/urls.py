from django.urls import path

from reports.views import comparison, open_data, public, sealing, staff, verification

app_name = "reports"
urlpatterns = [
    path("donnees/", open_data.catalogue_page, name="data_catalogue"),
    path("donnees/<slug:slug>/", open_data.data_set_page, name="data_set"),
    path("rapports/", public.report_list, name="list"),
    path("rapports/verification/", verification.verification, name="verification"),
    path("rapports/comparaison/", comparison.comparison, name="comparison"),
    path("rapports/<slug:quarter>/", public.report_detail, name="detail"),
    path("rapports/<slug:quarter>/v<int:version>/", public.report_detail, name="version"),
    path("rapports/<slug:quarter>/<str:name>", public.public_file, name="file"),
    path("espace/rapports/", staff.staff_list, name="staff_list"),
    path("espace/rapports/sceller/<slug:slug>/", sealing.seal_quarter, name="seal"),
    path("espace/rapports/rectifier/<slug:slug>/", sealing.rectify_quarter, name="rectify"),
    path("espace/rapports/publier/<slug:slug>/v<int:version>/", sealing.publish_quarter, name="publish"),
    path("espace/rapports/<int:pk>/", staff.staff_detail, name="staff_detail"),
    path("espace/rapports/<int:pk>/etat/", staff.staff_state, name="staff_state"),
    path("espace/rapports/<int:pk>/action/", staff.staff_act, name="staff_act"),
    path("espace/rapports/<int:pk>/<str:name>", staff.staff_file, name="staff_file"),
]

# For machines: one address whatever the language, and for good.
files = [
    path("catalogue.<str:ending>", open_data.dcat_file, name="dcat"),
    path("donnees/datapackage.json", open_data.package, name="package"),
    path("donnees/<slug:slug>.csv", open_data.data_file, {"kind": "csv"}, name="csv"),
    path("donnees/<slug:slug>.json", open_data.data_file, {"kind": "json"}, name="json"),
    path("donnees/<slug:slug>.schema.json", open_data.schema, name="schema"),
    path("donnees/<slug:quarter>/datapackage.json", open_data.package, name="quarter_package"),
    path("donnees/<slug:quarter>/<slug:slug>.csv", open_data.quarter_file, {"kind": "csv"}, name="quarter_csv"),
    path("donnees/<slug:quarter>/<slug:slug>.json", open_data.quarter_file, {"kind": "json"}, name="quarter_json"),
]
