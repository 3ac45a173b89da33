"""Who takes part: SIRET, order of the names, pages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from actors.models import Actor, Source, validate_siret
from actors.queries import actors_by_kind
from tests.factories import make_actor, make_commitment

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("siret", ["73282932000074", "35600000000048"])  # the second: La Poste's own sum
def test_a_right_siret_is_taken(siret):
    validate_siret(siret)


@pytest.mark.parametrize("siret", ["73282932000075", "7328293200007", "abcdefghijklmn", "1"])
def test_a_wrong_siret_is_told(siret):
    with pytest.raises(ValidationError, match="14 chiffres"):
        validate_siret(siret)


def test_the_database_refuses_a_siret_of_thirteen_digits():
    actor = make_actor()
    with pytest.raises(IntegrityError, match="fourteen_digits"), transaction.atomic():
        Actor.objects.filter(pk=actor.pk).update(siret="7328293200007")


def test_accents_do_not_send_a_name_to_the_end():
    for name in ("Zoé", "École", "Ens"):
        make_actor(name.lower()[:2], name=name)
    ((_, actors),) = actors_by_kind()
    assert [actor.name for actor in actors] == ["École", "Ens", "Zoé"]


def test_a_source_dated_without_precision_is_refused():
    with pytest.raises(IntegrityError, match="with_precision"), transaction.atomic():
        Source.objects.create(code="s", url="https://s.example/", publisher="S", published_on="2026-01-01")


def test_the_page_of_an_actor_lists_its_commitments_by_role(client, region):
    make_commitment(title="Menée par la Région", lead=region)
    page = client.get("/acteurs/region/").content.decode()
    assert page.index("Chef de file") < page.index("Menée par la Région")
