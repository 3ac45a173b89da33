from django.urls import path

from funding.views import public

app_name = "funding"
urlpatterns = [path("financements/", public.funding_list, name="list")]
