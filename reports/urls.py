from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("rapports/", views.report_list, name="list"),
    path("rapports/<slug:quarter>/", views.report_detail, name="detail"),
    path("rapports/<slug:quarter>/<str:name>", views.public_file, name="file"),
    path("espace/rapports/", views.staff_list, name="staff_list"),
    path("espace/rapports/<int:pk>/", views.staff_detail, name="staff_detail"),
    path("espace/rapports/<int:pk>/etat/", views.staff_state, name="staff_state"),
    path("espace/rapports/<int:pk>/action/", views.staff_act, name="staff_act"),
    path("espace/rapports/<int:pk>/<str:name>", views.staff_file, name="staff_file"),
]
