"""Every change of every field of the domain: by whom, when, through which request, whatever wrote it."""

import uuid
from datetime import date

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Membership, SecurityEvent, User
from actors.models import Actor
from commitments.models import Campaign, Commitment, Milestone, ProgressUpdate
from reports.tasks import follow_calendar
from roadmap_portal.history.recording import RecordingMiddleware, recorded
from roadmap_portal.history.snapshot import snapshot_of
from roadmap_portal.history.tracking import change_models, is_link, tracked_model
from tests.factories import make_actor, make_axis, make_campaign, make_milestone, make_update

pytestmark = pytest.mark.django_db

OF_THE_DOMAIN = ["actors", "accounts", "commitments", "funding"]
# What is sent to whom is a means, not something the roadmap says.
# An address that someone takes away must be gone.
# The log of security is itself what only grows.
# A spreadsheet on its way is no statement: what is applied of it is tracked where it is written.
NOT_TRACKED = {
    "accounts.SecurityEvent",
    "accounts.Session",
    "commitments.Delivery",
    "commitments.ReminderRequest",
    "commitments.SheetExport",
    "commitments.SheetImport",
    "commitments.Snooze",
    "commitments.Subscription",
}
# A secret, and what each login moves; the counter of changes is not one of them.
NOT_KEPT = {"row_version", "password", "last_login"}


def changes_of(thing):
    return thing.pgh_event_model.objects.filter(pgh_obj=thing.pk).order_by("pgh_id")


def last_cause(thing):
    change = changes_of(thing).last()
    return change.pgh_context, change.pgh_context_id


def told():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pghistory.context_metadata', true)")
        return cursor.fetchone()[0] or ""


def names_told(metadata_of):
    """A view that writes down what the database was told when it ran."""
    seen = []

    def view(request):
        seen.append(told())
        metadata_of(request)
        return HttpResponse()

    return view, seen


def request_by(user, method="post", path="/espace/", **headers):
    request = getattr(RequestFactory(), method)(path, headers=headers)
    request.user, request.request_id = user, str(uuid.uuid4())
    return request


# --- What is kept -------------------------------------------------------------------------------


def test_every_model_of_the_domain_has_its_history():
    """Otherwise: put @tracked() above the new model, or say here why it has none."""
    followed = {tracked_model(changes)._meta.label for changes in change_models()}
    models = [m for label in OF_THE_DOMAIN for m in apps.get_app_config(label).get_models()]
    own = {m._meta.label for m in models if not issubclass(m, pghistory.models.Event) and not m._meta.proxy}
    assert own - followed == NOT_TRACKED


def test_every_link_to_several_has_its_history():
    tables = {tracked_model(changes)._meta.db_table for changes in change_models() if is_link(changes)}
    links = [
        field.remote_field.through._meta.db_table
        for label in OF_THE_DOMAIN
        for model in apps.get_app_config(label).get_models()
        if not model._meta.proxy
        for field in model._meta.local_many_to_many
    ]
    assert set(links) == tables


def test_every_field_is_kept():
    missing = {}
    for changes in change_models():
        kept = {field.name for field in changes._meta.fields}
        if gone := {field.name for field in tracked_model(changes)._meta.fields} - kept - NOT_KEPT:
            missing[changes.__name__] = gone
    assert missing == {}


def test_a_change_a_bulk_write_and_sql_are_all_caught(commitment):
    changes = changes_of(commitment)
    before = changes.count()
    commitment.title = "Soutenir"
    commitment.save()
    Commitment.objects.filter(pk=commitment.pk).update(title="Soutenir encore")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE commitments_commitment SET title = 'Par SQL' WHERE id = %s", [commitment.pk])
    assert [c.title for c in changes[before:]] == ["Soutenir", "Soutenir encore", "Par SQL"]
    assert {c.pgh_label for c in changes[before:]} == {"update"}
    assert last_cause(commitment) == (None, None)


def test_writing_the_same_again_is_no_change(commitment):
    before = changes_of(commitment).count()
    commitment.save()
    assert changes_of(commitment).count() == before


def test_a_link_made_and_undone_leaves_both(commitment):
    axis = make_axis()
    commitment.axes.add(axis)
    commitment.axes.remove(axis)
    links = apps.get_model("commitments", "CommitmentAxesChange").objects.filter(commitment=commitment)
    assert [(link.axis_id, link.pgh_label) for link in links.order_by("pgh_id")] == [
        (axis.pk, "insert"),
        (axis.pk, "delete"),
    ]


def test_what_is_deleted_is_still_told(commitment):
    milestone = make_milestone(commitment, title="Ouvrir le guichet")
    pk = milestone.pk
    milestone.delete()
    last = Milestone.pgh_event_model.objects.filter(pgh_obj=pk).latest("pgh_id")
    assert (last.pgh_label, last.title) == ("delete", "Ouvrir le guichet")


def test_a_password_and_a_login_are_not_history(client, paula):
    before = changes_of(paula).count()
    paula.set_password("une phrase de passe")
    paula.save()
    client.force_login(paula)
    assert changes_of(paula).count() == before
    assert not any("password" in field.name for field in User.pgh_event_model._meta.fields)


@pytest.mark.parametrize("changes", list(change_models()), ids=lambda model: model.__name__)
def test_the_database_refuses_to_rewrite_history(changes):
    triggers = {trigger.name for trigger in changes._meta.triggers}
    assert "append_only" in triggers


@pytest.mark.parametrize("act", ["UPDATE {} SET title = ''", "DELETE FROM {}"])
def test_a_kept_change_is_neither_changed_nor_deleted(act, commitment):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format("commitments_commitmentchange"))


def test_changes_of_one_transaction_keep_their_order(commitment, paula, rachel):
    make_update(commitment, paula)
    make_update(commitment, rachel, publish=True)
    update = ProgressUpdate.objects.get()
    states = list(changes_of(update).order_by("pgh_created_at").values_list("state", flat=True))
    assert (states[0], states[-1]) == ("draft", "published")


# --- By whom, through what ----------------------------------------------------------------------


def test_a_request_signs_what_it_writes(client, commitment, paula, settings):
    settings.PROXIES = 1
    client.force_login(paula)
    address = reverse("commitments:update", args=[commitment.code])
    key = uuid.uuid4()
    page = client.get(address).context["form"]
    data = {"form_key": page["form_key"].value(), "status": "in_progress", "weather": "secured", "text_public": "Oui."}
    answer = client.post(address, data, headers={"X-Request-ID": str(key)})
    update = ProgressUpdate.objects.get()
    assert last_cause(update) == ({"user": paula.pk, "method": "POST", "path": address}, key)
    assert answer["X-Request-ID"] == str(key)
    assert told() == ""


def test_nobody_is_named_after_the_request(paula):
    view, seen = names_told(lambda request: None)
    RecordingMiddleware(view)(request_by(paula))
    assert f'"user": {paula.pk}' in seen[0]
    assert told() == ""


def test_two_requests_in_turn_on_one_connection_do_not_mix(paula, rachel):
    actor = make_actor("pole")
    for user in (paula, rachel):

        def rename(request):
            Actor.objects.filter(pk=actor.pk).update(name=str(request.user))
            return HttpResponse()

        RecordingMiddleware(rename)(request_by(user))
    Actor.objects.filter(pk=actor.pk).update(name="par personne")
    causes = [c.pgh_context and c.pgh_context["user"] for c in changes_of(actor)]
    assert causes == [None, paula.pk, rachel.pk, None]


def test_an_error_in_the_view_leaves_no_name(paula):
    def fail(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        RecordingMiddleware(fail)(request_by(paula))
    assert told() == ""


def test_a_refused_statement_leaves_no_name(paula):
    def fail(request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError), transaction.atomic():
        RecordingMiddleware(fail)(request_by(paula))
    assert told() == ""


def test_a_rolled_back_block_loses_its_writes_and_not_the_author(paula):
    actor = make_actor("pole")

    def half(request):
        try:
            with transaction.atomic():
                Actor.objects.filter(pk=actor.pk).update(name="perdu")
                raise ValueError
        except ValueError:
            Actor.objects.filter(pk=actor.pk).update(name="gardé")
        return HttpResponse()

    RecordingMiddleware(half)(request_by(paula))
    assert [(c.name, (c.pgh_context or {}).get("user")) for c in changes_of(actor)][1:] == [("gardé", paula.pk)]
    assert told() == ""


@pytest.mark.django_db(transaction=True)
def test_the_same_without_a_transaction_around(paula):
    """As in production: the connection is in no transaction when the request comes in, nor when it leaves."""
    actor = make_actor("pole")

    def half(request):
        with transaction.atomic():
            Actor.objects.filter(pk=actor.pk).update(name="perdu")
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        RecordingMiddleware(half)(request_by(paula))
    assert told() == ""
    Actor.objects.filter(pk=actor.pk).update(name="par personne")
    assert [c.pgh_context for c in changes_of(actor)] == [None, None]


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_on_the_way_hides_no_error(paula):
    def lose(request):
        connection.close()
        return HttpResponse()

    assert RecordingMiddleware(lose)(request_by(paula)).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_safe_request_costs_no_query(method, paula, django_assert_num_queries):
    with django_assert_num_queries(0):
        RecordingMiddleware(lambda request: HttpResponse())(request_by(paula, method))


def test_one_who_is_not_logged_in_is_nobody():
    view, seen = names_told(lambda request: None)
    RecordingMiddleware(view)(request_by(AnonymousUser()))
    assert '"user": null' in seen[0]


def test_a_path_no_json_can_hold_breaks_nothing():
    request = request_by(AnonymousUser())
    request.path = "/\0" + "x" * 1000
    RecordingMiddleware(lambda request: make_actor("pole") and HttpResponse())(request)
    assert len(last_cause(Actor.objects.get())[0]["path"]) == 500


def test_a_job_signs_what_it_writes(roadmap):
    campaign = make_campaign(state=Campaign.State.OPEN)
    Campaign.objects.update(opens_on=date(2026, 1, 1), due_on=date(2026, 1, 2), closes_on=date(2026, 1, 3))
    assert follow_calendar.apply(throw=True).successful()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.REVIEW
    assert last_cause(campaign)[0] == {"task": "reports.tasks.follow_calendar"}
    assert told() == ""


def test_a_command_signs_what_it_writes(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "une phrase de passe")
    call_command("createsuperuser", "--noinput", email="secours@example.org", name="Secours", verbosity=0)
    made = User.objects.get()
    assert last_cause(made)[0] == {"command": "createsuperuser"}
    told = SecurityEvent.objects.get(kind="rights_changed")
    assert (told.user, told.details) == (made, {"changed": ["created"], "is_superuser": True})


def test_a_command_run_by_a_request_gives_the_name_back(paula):
    with recorded(user=paula.pk):
        with recorded(command="load_roadmap"):
            make_actor("pole")
        make_actor("cluster")
    assert last_cause(Actor.objects.get(slug="pole"))[0] == {"command": "load_roadmap"}
    assert last_cause(Actor.objects.get(slug="cluster"))[0] == {"user": paula.pk}


def test_memberships_are_history_too(paula):
    membership = paula.memberships.get()
    membership.role = Membership.Role.READER
    membership.save()
    assert [c.role for c in changes_of(membership)] == ["contributor", "reader"]


def test_what_was_there_before_has_a_first_line(commitment, region):
    """What a portal already in use goes through when it is brought up to date."""
    with recorded(command="migrate"), connection.schema_editor() as editor:
        for label in OF_THE_DOMAIN:
            snapshot_of(label)(apps, editor)
    last = changes_of(commitment).last()
    assert (last.pgh_label, last.title, last.pgh_obj_id) == ("snapshot", commitment.title, commitment.pk)
    assert changes_of(commitment.participations.get()).last().actor_id == region.pk
    links = apps.get_model("commitments", "CommitmentAxesChange").objects
    assert links.count() == commitment.axes.count()
