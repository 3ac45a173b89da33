from django.urls import path

from funding.views import awards, grants, ledger, parity, plans, public

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
    path("donnees/subventions/", grants.grant_data, name="grant_data"),
    path("donnees/subventions.csv", grants.grant_csv, name="grant_csv"),
    path("donnees/subventions.schema.json", grants.grant_schema, name="grant_schema"),
    path("espace/subventions/", grants.grant_list, name="grant_list"),
    path("espace/subventions/nouvelle/", grants.grant_add, name="grant_add"),
    path("espace/subventions/controle/", grants.grant_check, name="grant_check"),
    path("espace/subventions/<int:pk>/", grants.grant_edit, name="grant_edit"),
    path("espace/subventions/<int:pk>/publication/", grants.grant_publish, name="grant_publish"),
    path("espace/laureats/", awards.award_import, name="award_import"),
]
