"""One address whatever the language: it is registered at ProConnect, to the letter."""

from django.urls import path

from accounts.proconnect.views import Begin, Callback, left

app_name = "proconnect"
urlpatterns = [
    path("", Begin.as_view(), name="begin"),
    path("retour/", Callback.as_view(), name="callback"),
    path("sortie/", left, name="left"),
]
