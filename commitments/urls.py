from django.urls import path

from commitments.views import campaigns, public, quarter, reminders, updates, visas

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
    path("espace/campagnes/", campaigns.campaign_list, name="campaign_list"),
    path("espace/campagnes/nouvelle/", campaigns.campaign_plan, name="campaign_plan"),
    path("espace/campagnes/<str:quarter>/", campaigns.campaign_board, name="campaign_board"),
    path("espace/campagnes/<str:quarter>/dates/", campaigns.campaign_reschedule, name="campaign_reschedule"),
    path("espace/campagnes/<str:quarter>/relancer/", campaigns.campaign_remind, name="campaign_remind"),
    path("espace/campagnes/<str:quarter>/etat/", campaigns.campaign_move, name="campaign_move"),
    path("rappels/pause/<str:token>/", reminders.pause, name="pause"),
    path("espace/visas/", visas.visa_list, name="visa_list"),
    path("espace/visas/<int:pk>/", visas.visa_detail, name="visa_detail"),
]
