from django.urls import path

from funding.views import awards, ledger, parity, plans, public

app_name = "funding"
urlpatterns = [
    path("financements/", public.funding_list, name="list"),
    path("financements/enveloppes/", public.envelope_list, name="envelopes"),
    path("financements/parite/", parity.parity, name="parity"),
    path("financements/laureats/", awards.award_list, name="award_list"),
    path("espace/engagements/<slug:code>/financement/", ledger.ledger, name="ledger"),
    path("espace/engagements/<slug:code>/financement/ligne/", ledger.line_add, name="line_add"),
    path(
        "espace/engagements/<slug:code>/financement/ligne/<int:pk>/",
        ledger.line_authorisation,
        name="line_authorisation",
    ),
    path("espace/engagements/<slug:code>/financement/<int:pk>/", ledger.event_correct, name="event_correct"),
    path("espace/engagements/<slug:code>/plan-de-financement/", plans.plan, name="plan"),
    path("espace/financements/coller/", ledger.paste, name="paste"),
    path("espace/financements/modele.csv", ledger.paste_template, name="paste_template"),
    path("espace/laureats/", awards.award_import, name="award_import"),
]
