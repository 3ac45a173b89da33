"""Public pages are kept; the next answer after a publication is fresh; staff and forms are never kept."""

import gzip
import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import Membership, User
from actors.models import Actor
from commitments.models import Commitment, ProgressUpdate
from roadmap_portal.publication import publication_number
from tests.factories import make_actor, make_axis, make_commitment, make_update, make_user
from tests.web import read, running_web

HOME = "/"


@pytest.fixture
def kept(settings):
    settings.PAGE_CACHE = True
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def number():
    return publication_number()[0]


# --- The publication number ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_changes_what_is_public_raises_the_number_once_and_another_does_not():
    actor = make_actor("region", name="Région")
    user = make_user("paula", Membership.Role.CONTRIBUTOR, actor)
    commitment = make_commitment(lead=actor)
    before = number()
    with transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(title="Soutenir")
        Actor.objects.filter(pk=actor.pk).update(city="Lyon")
    assert number() == before + 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE commitments_commitment SET title = 'Par SQL' WHERE id = %s", [commitment.pk])
    assert number() == before + 2
    User.objects.filter(pk=user.pk).update(name="Paula P.")
    draft = make_update(commitment, user)
    ProgressUpdate.objects.filter(pk=draft.pk).update(text_public="En cours d’écriture")
    assert number() == before + 2
    with transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(title="Jamais")
        transaction.set_rollback(True)
    assert number() == before + 2


@pytest.mark.django_db(transaction=True)
def test_two_writers_who_end_together_do_not_wait_for_each_other():
    first, second = make_actor("a"), make_actor("b")
    before = number()
    held, may_end = threading.Event(), threading.Event()

    def write_and_hold():
        with transaction.atomic():
            Actor.objects.filter(pk=first.pk).update(city="Lyon")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the end of the transaction does
            held.set()
            may_end.wait(10)
        connection.close()

    other = threading.Thread(target=write_and_hold)
    other.start()
    assert held.wait(10)
    Actor.objects.filter(pk=second.pk).update(city="Grenoble")
    assert number() == before + 1  # done, while the other still holds its row
    may_end.set()
    other.join()
    assert number() == before + 2


# --- What is kept --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_page_is_made_once_then_answered_with_one_query_until_something_is_published(
    client, kept, roadmap, django_assert_num_queries
):
    make_commitment(code="eng-1", title="Former")
    fresh = client.get("/engagements/")
    with django_assert_num_queries(1):
        again = client.get("/engagements/")
    assert again.content == fresh.content
    # Each request has its own number.
    assert {**again.headers, "X-Request-ID": ""} == {**fresh.headers, "X-Request-ID": ""}
    Commitment.objects.update(title="Former tout le monde")
    assert "Former tout le monde" in client.get("/engagements/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_who_has_the_page_is_told_so(client, kept, roadmap):
    page = client.get(HOME)
    assert page["Cache-Control"] == "public, no-cache"
    assert page["Vary"] == "Cookie, Accept-Encoding"
    assert not page.cookies
    assert client.get(HOME, headers={"If-None-Match": page["ETag"]}).status_code == 304
    assert client.get(HOME, headers={"If-Modified-Since": page["Last-Modified"]}).status_code == 304
    Commitment.objects.create(roadmap=roadmap, code="eng-9", title="Neuf", provenance="named", visibility="public")
    assert client.get(HOME, headers={"If-None-Match": page["ETag"]}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_page_travels_packed_to_whoever_reads_gzip(client, kept, roadmap):
    plain = client.get(HOME)
    packed = client.get(HOME, headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert client.head(HOME)["Content-Length"] == plain["Content-Length"]
    assert client.head(HOME).content == b""


@pytest.mark.django_db(transaction=True)
def test_each_address_and_each_language_has_its_own(client, kept, roadmap):
    make_axis("recherche")
    assert 'lang="fr"' in client.get(HOME).content.decode()
    assert 'lang="en"' in client.get("/en/").content.decode()
    assert client.get("/engagements/?q=a").content != client.get("/engagements/?q=b").content
    assert 'lang="fr"' in client.get(HOME).content.decode()


@pytest.mark.django_db(transaction=True)
def test_staff_are_never_answered_from_it_nor_kept_in_it(client, kept, roadmap, paula):
    public = client.get(HOME).content
    client.force_login(paula)
    own = client.get(HOME)
    assert paula.name in own.content.decode()
    assert own["Cache-Control"] == "private, no-store"
    client.logout()
    client.cookies.clear()
    assert client.get(HOME).content == public


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/connexion/", "/nulle-part/", "/healthz/", "/espace/"])
def test_a_form_an_error_and_what_says_no_are_not_kept(client, kept, roadmap, address):
    client.get(address)
    assert len(caches["pages"]._cache) == 0


@pytest.mark.django_db(transaction=True)
def test_the_day_after_lateness_is_told_anew(client, kept, roadmap):
    make_commitment(code="eng-1", status="in_progress", initial_due_on=date(2026, 5, 2), due_on=date(2026, 5, 2))
    shown = []
    for day in (2, 3):
        with time_machine.travel(datetime(2026, 5, day, 12, tzinfo=UTC), tick=False):
            shown.append(client.get(HOME).content)
    assert shown[0] != shown[1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_web_processes_both_show_a_publication_at_once(settings):
    make_commitment(code="eng-1", title="Avant")
    with running_web() as one, running_web() as other:
        path = reverse("commitments:detail", args=["eng-1"])
        for round_ in range(1, 4):
            for address in (one, other, one, other):
                shown = read(address + path)
                assert ("Avant" if round_ == 1 else f"Titre {round_ - 1}") in shown
            Commitment.objects.filter(code="eng-1").update(title=f"Titre {round_}")
