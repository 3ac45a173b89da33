from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.Login.as_view(), name="login"),
    path("connexion/code/", views.login_code, name="login_code"),
    path("connexion/oubli/", views.forgotten, name="forgotten"),
    path("connexion/bienvenue/<uidb64>/<token>/", views.ChoosePassword.as_view(), name="welcome"),
    path("connexion/mot-de-passe/<uidb64>/<token>/", views.ChoosePassword.as_view(), name="choose_password"),
    path("deconnexion/", views.logout, name="logout"),
    path("espace/securite/mot-de-passe/", views.password, name="password"),
    path("espace/securite/second-facteur/", views.second_factor, name="second_factor"),
    path("espace/securite/second-facteur/code.svg", views.second_factor_picture, name="second_factor_picture"),
    path("espace/mes-donnees/", views.my_data, name="my_data"),
    path("espace/securite/sessions/", views.sessions, name="sessions"),
    path("espace/securite/sessions/fermer/", views.end_session, name="end_session"),
    path("espace/preferences/", views.preferences, name="preferences"),
    path("espace/preferences/rappels/", views.end_snooze, name="end_snooze"),
    path("espace/absences/", views.delegations, name="delegations"),
    path("espace/absences/<int:deputy>/arreter/", views.end, name="end_delegation"),
    path("espace/administration/", views.administration, name="administration"),
    path("espace/administration/personnes/", views.people, name="people"),
    path("espace/administration/personnes/inviter/", views.invite, name="invite"),
    path("espace/administration/personnes/<int:pk>/inviter/", views.invite_again, name="invite_again"),
    path("espace/administration/personnes/<int:pk>/delier/", views.untie, name="untie"),
    path(
        "espace/administration/personnes/<int:pk>/second-facteur/retirer/",
        views.forget_second_factor,
        name="forget_second_factor",
    ),
    path("espace/administration/personnes/<int:pk>/", views.person, name="person"),
    path("espace/administration/personnes/<int:pk>/rouvrir/", views.enable, name="enable"),
    path("espace/administration/personnes/<int:pk>/depart/", views.departure, name="departure"),
    path(
        "espace/administration/personnes/<int:pk>/habilitations/<int:membership>/terminer/",
        views.end_membership,
        name="end_membership",
    ),
]
