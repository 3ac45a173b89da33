from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from actors.models import Actor, Source
from roadmap_portal.history.admin import WithHistory
from roadmap_portal.merging_admin import Merging

# An address typed without its scheme.
SECURE_ADDRESSES: dict[type[models.Field], dict[str, str]] = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Actor)
class ActorAdmin(Merging, WithHistory):
    list_display = ["name", "kind", "side", "city"]
    list_filter = ["kind", "side"]
    search_fields = ["name", "full_name", "slug"]
    autocomplete_fields = ["parent", "sources"]
    formfield_overrides = SECURE_ADDRESSES

    def get_readonly_fields(self, request: HttpRequest, obj: Actor | None = None) -> list[str]:
        """Who owns the roadmap goes on owning it, once people give visas or administer the portal in its name."""
        return ["side"] if obj is not None and obj.side and obj.memberships.exists() else []


@admin.register(Source)
class SourceAdmin(Merging, WithHistory):
    list_display = ["publisher", "url", "published_on"]
    search_fields = ["publisher", "url", "code"]
    formfield_overrides = SECURE_ADDRESSES
