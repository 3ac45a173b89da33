from django.urls import path

from funding import views

app_name = "funding"
urlpatterns = [path("financements/", views.funding_list, name="list")]
