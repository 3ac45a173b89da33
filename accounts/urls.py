from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.Login.as_view(), name="login"),
    path("deconnexion/", LogoutView.as_view(), name="logout"),
    path("espace/preferences/", views.preferences, name="preferences"),
    path("espace/preferences/rappels/", views.end_snooze, name="end_snooze"),
    path("espace/absences/", views.delegations, name="delegations"),
    path("espace/absences/<int:deputy>/arreter/", views.end, name="end_delegation"),
    path("espace/administration/", views.administration, name="administration"),
    path("espace/administration/personnes/", views.people, name="people"),
    path("espace/administration/personnes/<int:pk>/", views.person, name="person"),
    path("espace/administration/personnes/<int:pk>/rouvrir/", views.enable, name="enable"),
    path("espace/administration/personnes/<int:pk>/depart/", views.departure, name="departure"),
    path(
        "espace/administration/personnes/<int:pk>/habilitations/<int:membership>/terminer/",
        views.end_membership,
        name="end_membership",
    ),
]
