from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import Login, delegations, end, end_snooze, preferences

app_name = "accounts"
urlpatterns = [
    path("connexion/", Login.as_view(), name="login"),
    path("deconnexion/", LogoutView.as_view(), name="logout"),
    path("espace/preferences/", preferences, name="preferences"),
    path("espace/preferences/rappels/", end_snooze, name="end_snooze"),
    path("espace/absences/", delegations, name="delegations"),
    path("espace/absences/<int:deputy>/arreter/", end, name="end_delegation"),
]
