from datetime import date

from django.urls import path, register_converter

from commitments.views import (
    alerts,
    campaigns,
    evidence,
    feeds,
    grid,
    indicators,
    mergers,
    public,
    quarter,
    reminders,
    round_trip,
    steering,
    subscriptions,
    updates,
    visas,
)


class DayConverter:
    """2026-10-12. A day that the calendar does not have is no address."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "commitments"
urlpatterns = [
    path("engagements/", public.commitment_list, name="list"),
    path("engagements/<slug:code>/", public.commitment_detail, name="detail"),
    path("axes/", public.axis_list, name="axis_list"),
    path("axes/<slug:code>/", public.axis_detail, name="axis_detail"),
    path("indicateurs/", indicators.indicator_list, name="indicator_list"),
    path("indicateurs/<slug:code>/", indicators.indicator_detail, name="indicator_detail"),
    path("calendrier/", public.calendar, name="calendar"),
    path("jalons.ics", feeds.milestones_ics, name="milestones_ics"),
    path("actualites.atom", feeds.news_atom, name="news_atom"),
    path("abonnement/", subscriptions.subscribe, name="subscribe"),
    path("abonnement/confirmer/<str:token>/", subscriptions.subscription_confirm, name="subscription_confirm"),
    path("abonnement/quitter/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("espace/alertes/", alerts.alert_list, name="alerts"),
    path("espace/", quarter.my_quarter, name="my_quarter"),
    path("espace/mon-trimestre/grille/", grid.grid, name="grid"),
    path("espace/mon-trimestre/tableur/", round_trip.sheets, name="sheets"),
    path("espace/mon-trimestre/tableur/exporter/", round_trip.sheet_export, name="sheet_export"),
    path("espace/mon-trimestre/tableur/<uuid:pk>/", round_trip.sheet_import, name="sheet_import"),
    path("espace/mon-trimestre/tableur/<uuid:pk>/annote/", round_trip.sheet_annotated, name="sheet_annotated"),
    path("espace/engagements/<slug:code>/sans-changement/", quarter.confirm_unchanged, name="confirm_unchanged"),
    path("espace/engagements/<slug:code>/report-echeance/", quarter.postpone, name="postpone"),
    path("espace/engagements/<slug:code>/point/", updates.update_write, name="update"),
    path("espace/engagements/<slug:code>/point/brouillon/", updates.update_autosave, name="update_autosave"),
    path("espace/engagements/<slug:code>/point/reprendre/", updates.update_take_back, name="update_take_back"),
    path("espace/engagements/<slug:code>/point/abandonner/", updates.update_discard, name="update_discard"),
    path("espace/campagnes/", campaigns.campaign_list, name="campaign_list"),
    path("espace/campagnes/nouvelle/", campaigns.campaign_plan, name="campaign_plan"),
    path("espace/campagnes/calendrier/", campaigns.campaign_calendar, name="campaign_calendar"),
    path("espace/campagnes/<str:quarter>/", campaigns.campaign_board, name="campaign_board"),
    path("espace/campagnes/<str:quarter>/dates/", campaigns.campaign_reschedule, name="campaign_reschedule"),
    path("espace/campagnes/<str:quarter>/relancer/", campaigns.campaign_remind, name="campaign_remind"),
    path("espace/campagnes/<str:quarter>/etat/", campaigns.campaign_move, name="campaign_move"),
    path("rappels/pause/<str:token>/", reminders.pause, name="pause"),
    path("espace/engagements/<slug:code>/fusion/", mergers.merge, name="merge"),
    path("espace/engagements/<slug:code>/fusion/annuler/", mergers.undo_merger, name="undo_merger"),
    path("espace/engagements/<slug:code>/pieces/", evidence.evidence, name="evidence"),
    path(
        "espace/engagements/<slug:code>/pieces/<int:pk>/retirer/", evidence.evidence_withdraw, name="evidence_withdraw"
    ),
    path("pieces/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("espace/indicateurs/", indicators.measurable_list, name="measurable_list"),
    path("espace/indicateurs/<slug:code>/mesure/", indicators.measure, name="measure"),
    path(
        "espace/indicateurs/<slug:code>/mesure/<int:pk>/corriger/", indicators.measure_correct, name="measure_correct"
    ),
    path("espace/visas/", visas.visa_list, name="visa_list"),
    path("espace/visas/<int:pk>/", visas.visa_detail, name="visa_detail"),
    path("espace/comites/", steering.meeting_list, name="meeting_list"),
    path("espace/comites/nouveau/", steering.meeting_plan, name="meeting_plan"),
    path("espace/comites/<day:day>/", steering.meeting_detail, name="meeting"),
    path("espace/comites/<day:day>/modifier/", steering.meeting_edit, name="meeting_edit"),
    path("espace/comites/<day:day>/tenue/", steering.meeting_hold, name="meeting_hold"),
    path("espace/comites/decisions/<int:pk>/", steering.decision_detail, name="decision"),
    path("espace/comites/decisions/<int:pk>/corriger/", steering.decision_correct, name="decision_correct"),
]
