from django.contrib import admin

from actors.models import Actor, Source


@admin.register(Actor)
class ActorAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "side", "city"]
    list_filter = ["kind", "side"]
    search_fields = ["name", "full_name", "slug"]
    autocomplete_fields = ["parent", "sources"]


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["publisher", "url", "published_on"]
    search_fields = ["publisher", "url", "code"]
