"""Sealed reports as JSON: which there are, and what proves that they have not moved."""

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from reports import queries
from reports.models import ReportFile, SealedReport
from roadmap_portal.api.resource import ResourceList


class FileSerializer(serializers.Serializer[ReportFile]):
    format = serializers.CharField()
    language = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: ReportFile) -> str:
        quarter = file.report.campaign.slug
        return str(self.context["request"].build_absolute_uri(reverse("reports:file", args=[quarter, file.name])))


class ReportSerializer(serializers.Serializer[SealedReport]):
    quarter = serializers.CharField(source="campaign.slug")
    number = serializers.IntegerField()
    # From 2 on a correction, which says what it corrects and why.
    version = serializers.IntegerField()
    reason = serializers.CharField()
    sealed_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField()
    previous_sha256 = serializers.CharField()
    files = FileSerializer(many=True, source="layout.ready_files")
    url = serializers.SerializerMethodField()

    def get_url(self, sealed: SealedReport) -> str:
        return str(self.context["request"].build_absolute_uri(sealed.get_absolute_url()))


@extend_schema(
    summary=_("Rapports scellés"),
    description=_("Les rapports trimestriels publiés, leurs fichiers et leurs empreintes."),
)
class ReportList(ResourceList):
    serializer_class = ReportSerializer

    def get_queryset(self) -> QuerySet[SealedReport]:
        files = ReportFile.objects.filter(state=ReportFile.State.READY).order_by("pk")
        files = files.select_related("report__campaign").defer("report__content")
        ready = Prefetch("layout__files", files, to_attr="ready_files")
        found = queries.sealed_for(self.request.user).select_related("layout").defer("layout__content", "content")
        return found.prefetch_related(ready).order_by("number")
