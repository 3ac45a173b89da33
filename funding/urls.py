from django.urls import path

from funding.views import awards, parity, public

app_name = "funding"
urlpatterns = [
    path("financements/", public.funding_list, name="list"),
    path("financements/enveloppes/", public.envelope_list, name="envelopes"),
    path("financements/parite/", parity.parity, name="parity"),
    path("financements/laureats/", awards.award_list, name="award_list"),
    path("espace/laureats/", awards.award_import, name="award_import"),
]
