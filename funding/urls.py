from django.urls import path

from funding.views import awards, public

app_name = "funding"
urlpatterns = [
    path("financements/", public.funding_list, name="list"),
    path("financements/laureats/", awards.award_list, name="award_list"),
    path("espace/laureats/", awards.award_import, name="award_import"),
]
