from django.urls import path

from reports.views import comparison, public, staff

app_name = "reports"
urlpatterns = [
    path("rapports/", public.report_list, name="list"),
    path("rapports/comparaison/", comparison.comparison, name="comparison"),
    path("rapports/<slug:quarter>/", public.report_detail, name="detail"),
    path("rapports/<slug:quarter>/<str:name>", public.public_file, name="file"),
    path("espace/rapports/", staff.staff_list, name="staff_list"),
    path("espace/rapports/<int:pk>/", staff.staff_detail, name="staff_detail"),
    path("espace/rapports/<int:pk>/etat/", staff.staff_state, name="staff_state"),
    path("espace/rapports/<int:pk>/action/", staff.staff_act, name="staff_act"),
    path("espace/rapports/<int:pk>/<str:name>", staff.staff_file, name="staff_file"),
]
