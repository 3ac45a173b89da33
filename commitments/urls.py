from django.urls import path

from commitments.views import public, staff

app_name = "commitments"
urlpatterns = [
    path("engagements/", public.commitment_list, name="list"),
    path("engagements/<slug:code>/", public.commitment_detail, name="detail"),
    path("axes/", public.axis_list, name="axis_list"),
    path("axes/<slug:code>/", public.axis_detail, name="axis_detail"),
    path("indicateurs/", public.indicator_list, name="indicator_list"),
    path("indicateurs/<slug:code>/", public.indicator_detail, name="indicator_detail"),
    path("calendrier/", public.calendar, name="calendar"),
    path("espace/", staff.my_quarter, name="my_quarter"),
    path("espace/engagements/<slug:code>/point/", staff.update_write, name="update"),
    path("espace/engagements/<slug:code>/report-echeance/", staff.postpone, name="postpone"),
    path("espace/points/", staff.review_list, name="review_list"),
    path("espace/points/<int:pk>/", staff.update_review, name="review"),
]
