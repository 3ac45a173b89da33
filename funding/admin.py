from django.contrib import admin

from funding.models import Envelope, FundingLine
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.merging_admin import Merging


@admin.register(Envelope)
class EnvelopeAdmin(Merging, WithHistory):
    list_display = ["title", "reach", "amount", "parent"]
    list_filter = ["reach"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["parent", "funders", "sources"]


@admin.register(FundingLine)
class FundingLineAdmin(Merging, WithHistory):
    list_display = ["commitment", "envelope", "funder", "authorisation_kind"]
    search_fields = ["commitment__title", "envelope__title"]
    autocomplete_fields = ["commitment", "envelope", "funder", "beneficiary"]
