from django.urls import path

from commitments.views import evidence, public, quarter, updates, visas

app_name = "commitments"
urlpatterns = [
    path("engagements/", public.commitment_list, name="list"),
    path("engagements/<slug:code>/", public.commitment_detail, name="detail"),
    path("axes/", public.axis_list, name="axis_list"),
    path("axes/<slug:code>/", public.axis_detail, name="axis_detail"),
    path("indicateurs/", public.indicator_list, name="indicator_list"),
    path("indicateurs/<slug:code>/", public.indicator_detail, name="indicator_detail"),
    path("calendrier/", public.calendar, name="calendar"),
    path("espace/", quarter.my_quarter, name="my_quarter"),
    path("espace/engagements/<slug:code>/sans-changement/", quarter.confirm_unchanged, name="confirm_unchanged"),
    path("espace/engagements/<slug:code>/report-echeance/", quarter.postpone, name="postpone"),
    path("espace/engagements/<slug:code>/point/", updates.update_write, name="update"),
    path("espace/engagements/<slug:code>/point/brouillon/", updates.update_autosave, name="update_autosave"),
    path("espace/engagements/<slug:code>/point/reprendre/", updates.update_take_back, name="update_take_back"),
    path("espace/engagements/<slug:code>/point/abandonner/", updates.update_discard, name="update_discard"),
    path("espace/engagements/<slug:code>/pieces/", evidence.evidence, name="evidence"),
    path(
        "espace/engagements/<slug:code>/pieces/<int:pk>/retirer/", evidence.evidence_withdraw, name="evidence_withdraw"
    ),
    path("pieces/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("espace/visas/", visas.visa_list, name="visa_list"),
    path("espace/visas/<int:pk>/", visas.visa_detail, name="visa_detail"),
]
