"""What the pages read of actors."""

from itertools import groupby

from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404

from actors.models import Actor


def actors() -> QuerySet[Actor]:
    return Actor.objects.order_by("name")


def actors_by_kind() -> list[tuple[Actor.Kind, list[Actor]]]:
    """In the order of the kinds, then by name."""
    order = list(Actor.Kind)
    everyone = sorted(
        actors().annotate(roles=Count("participations", distinct=True)), key=lambda a: order.index(Actor.Kind(a.kind))
    )
    return [(Actor.Kind(kind), list(group)) for kind, group in groupby(everyone, key=lambda a: a.kind)]


def actor_for(slug: str) -> Actor:
    children = Prefetch("children", Actor.objects.order_by("name"))
    actor = Actor.objects.select_related("parent").prefetch_related("sources", children).filter(slug=slug).first()
    if actor is None:
        raise Http404
    return actor
