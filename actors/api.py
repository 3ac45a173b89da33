"""Actors as JSON: the organisations, never a person."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from actors.models import Actor
from roadmap_portal.api.resource import Label, ResourceList, SourceSerializer


class ActorSerializer(serializers.Serializer[Actor]):
    slug = serializers.CharField()
    name = serializers.CharField()
    full_name = serializers.CharField()
    kind = serializers.CharField()
    kind_label = Label("kind")
    side = serializers.CharField(allow_blank=True)
    parent = serializers.CharField(source="parent.slug", default=None, allow_null=True)
    description = serializers.CharField()
    siret = serializers.CharField()
    website = serializers.CharField()
    city = serializers.CharField()
    department_code = serializers.CharField()
    sources = SourceSerializer(many=True)
    url = serializers.SerializerMethodField()

    def get_url(self, actor: Actor) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("actors:detail", args=[actor.slug])))


@extend_schema(
    summary=_("Acteurs"), description=_("Les organisations qui portent, financent ou accompagnent la feuille de route.")
)
class ActorList(ResourceList):
    serializer_class = ActorSerializer

    def get_queryset(self) -> QuerySet[Actor]:
        return Actor.objects.select_related("parent").prefetch_related("sources").order_by("slug")
