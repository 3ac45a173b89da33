"""People: what is deleted when, who loses their name and where, what one may have of oneself."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Identity, Membership, SecurityEvent, Session, User
from accounts.tasks import forget
from commitments.models import Commitment, ProgressUpdate, Subscription
from roadmap_portal.history.tracking import change_models
from roadmap_portal.persons.export import references
from tests.factories import make_commitment, make_update

pytestmark = pytest.mark.django_db


def told(command, *arguments, **options):
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def ago(**span):
    return timezone.now() - timedelta(**span)


def test_what_is_past_its_term_goes_and_a_dry_run_says_how_much(roadmap, paula):
    for days in (10, 364, 366, 500):
        SecurityEvent.objects.create(kind="login", happened_at=ago(days=days))
    Session.objects.create(session_key="a", session_data="", expire_date=ago(hours=1), user=paula)
    Subscription.objects.create(email="a@b.example", asked_at=ago(days=8))
    Subscription.objects.create(email="c@d.example", asked_at=ago(days=8), confirmed_at=ago(days=7))
    commitment = make_commitment()
    said = told("purge", dry_run=True)
    assert ("security events: 2" in said, SecurityEvent.objects.count()) == (True, 4)
    assert told("purge") == said
    assert not Session.objects.exists()
    assert Subscription.objects.get().email == "c@d.example"
    assert Commitment.objects.get() == commitment
    purged = SecurityEvent.objects.get(kind="purged")
    assert (purged.details["counts"]["security events"], SecurityEvent.objects.count()) == (2, 3)
    assert told("purge").count(": 0") == said.count(":")


def left(user, days):
    Membership.objects.filter(user=user).update(ends_on=ago(days=days).date())
    User.objects.filter(pk=user.pk).update(is_active=False, created_at=ago(days=900))


def everywhere(words):
    """The tables that hold one of these words, whole rows read as text."""
    found = set()
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        rows = json.dumps(list(map(str, model._default_manager.values())), ensure_ascii=False)
        if any(word in rows for word in words):
            found.add(model._meta.label)
    return found


def test_who_left_long_ago_loses_their_name_everywhere(roadmap, paula, region):
    update = make_update(make_commitment(lead=region), paula)
    User.objects.filter(pk=paula.pk).update(name="Paula Dupré")
    Identity.objects.create(user=paula, issuer="https://p.example", sub="sub-de-paula", siret="20005376700014")
    left(paula, 366)
    assert {"accounts.User", "accounts.UserChange"} <= everywhere(["Paula", "paula@"])
    assert told("pseudonymise", dry_run=True) == "paula@example.org\n"
    assert "accounts.User" in everywhere(["Paula"])
    forget()
    assert everywhere(["Paula", "paula@", "sub-de-paula"]) == set()
    gone = User.objects.get(pk=paula.pk)
    assert (gone.name, gone.has_usable_password()) == (f"Compte n°\u00a0{paula.pk}", False)
    assert ProgressUpdate.objects.get(pk=update.pk).author == gone
    assert told("pseudonymise") == ""


def test_only_names_pass_the_guard_of_the_history(paula):
    left(paula, 400)
    changes = next(each for each in change_models() if each.__name__ == "UserChange")
    forget()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        changes.objects.filter(pgh_obj_id=paula.pk).update(language="en")


@pytest.mark.parametrize("days", [100, 364])
def test_who_left_lately_keeps_theirs(paula, days):
    left(paula, days)
    forget()
    assert User.objects.get(pk=paula.pk).name == "Paula"


def test_an_open_account_is_closed_first(paula):
    with pytest.raises(CommandError, match="close it first"):
        told("pseudonymise", user="Paula@Example.org")
    with pytest.raises(CommandError, match="no such account"):
        told("pseudonymise", user="nobody@example.org")
    left(paula, 1)
    told("pseudonymise", user="paula@example.org")
    assert User.objects.get(pk=paula.pk).email == f"compte-{paula.pk}@efface.invalid"


def test_one_s_own_data_hold_what_one_wrote_and_no_secret(client, paula, louis, region):
    make_update(make_commitment(lead=region), paula, text_public="Le centre est ouvert.")
    paula.set_password("une phrase de passe")
    paula.save()
    Subscription.objects.create(email="PAULA@example.org")
    client.force_login(paula)
    answer = client.post(reverse("accounts:my_data"))
    assert answer["Content-Disposition"].startswith("attachment")
    found = answer.json()
    assert found["commitments.progressupdate.author"][0]["text_public"] == "Le centre est ouvert."
    assert found["accounts.membership.user"][0]["role"] == "contributor"
    assert found["commitments.subscription.email"][0]["email"] == "PAULA@example.org"
    assert "louis" not in answer.content.decode()
    assert "argon2" not in answer.content.decode()
    assert client.session.session_key not in answer.content.decode()
    assert SecurityEvent.objects.get(kind="exported").user == paula
    assert json.loads(told("export_person", "paula@example.org")).keys() >= found.keys()


def test_every_model_that_points_to_a_person_has_its_section():
    """Asked of the tables: the exporter asks Django."""
    pointing = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model not in set(change_models()) and not model._meta.proxy
        for field in model._meta.local_fields
        if field.related_model is User and not model._meta.auto_created
    }
    assert pointing - {f"{model._meta.label_lower}.{name}" for model, name in references()} == set()
    assert len(pointing) > 15
