from django.contrib import admin

from funding.models import Envelope, FundingLine


@admin.register(Envelope)
class EnvelopeAdmin(admin.ModelAdmin):
    list_display = ["title", "reach", "amount", "parent"]
    list_filter = ["reach"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["parent", "funders", "sources"]


@admin.register(FundingLine)
class FundingLineAdmin(admin.ModelAdmin):
    list_display = ["commitment", "envelope", "funder", "planned_amount"]
    search_fields = ["commitment__title", "envelope__title"]
    autocomplete_fields = ["commitment", "envelope", "funder", "beneficiary"]
