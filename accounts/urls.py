from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import Login

app_name = "accounts"
urlpatterns = [
    path("connexion/", Login.as_view(), name="login"),
    path("deconnexion/", LogoutView.as_view(), name="logout"),
]
