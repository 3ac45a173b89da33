from django.urls import path

from actors import views

app_name = "actors"
urlpatterns = [
    path("acteurs/", views.actor_list, name="list"),
    path("acteurs/<slug:slug>/", views.actor_detail, name="detail"),
]
