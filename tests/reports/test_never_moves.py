"""A sealed report never moves again, whatever becomes of what it tells: the same files, the same page, to the byte."""

import hashlib
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from actors.models import Actor
from commitments.models import Campaign, Commitment, Milestone, Participation, Status
from funding.models import FundingEvent
from reports import dataset, services, transitions
from tests.factories import make_campaign
from tests.reports.situations import at, draw_quarter, make_event, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
QUARTER = "/rapports/2026-T3/"


def downloaded(client, sealed):
    found = {}
    for file in sealed.layout.files.all():
        found[file.name] = b"".join(client.get(f"{QUARTER}{file.name}").streaming_content)
    return found


def read(client, address):
    return client.get(address).content.decode()


def life_goes_on(paula, monkeypatch):
    """What the quarters after a sealing bring."""
    Actor.objects.filter(slug="region").update(name="Conseil régional renommé")
    Status.IN_PROGRESS._label_ = "engagé autrement"
    monkeypatch.setattr(dataset, "FORMULA_VERSION", "2099.1")
    commitment = Commitment.objects.get(code="eng-retard")
    Commitment.objects.filter(code="eng-declare").update(title="Titre corrigé", official_text="Autre texte")
    planned = Milestone.objects.filter(commitment=commitment, status="planned")
    planned.filter(title="Jalon 2").update(title="Jalon renommé")
    planned.update(status="cancelled")
    for event in FundingEvent.objects.filter(line__commitment=commitment):
        make_event(event.line, event.kind, 0, event.occurred_on, supersedes=event, reason="Erreur")
    Participation.objects.filter(commitment=commitment).delete()
    following = make_campaign(2026, 4, state=Campaign.State.REVIEW)
    publish(commitment, following, "suspended", at(2026, 12, 5), author=paula, text_public="Tout est arrêté.")


def test_a_sealed_report_never_moves_again(client, amina, paula, monkeypatch):
    sealed = transitions.seal(draw_quarter(), by=amina, at=at(2026, 10, 20))
    services.produce(transitions.start(sealed.layout.pk))
    before, page = downloaded(client, sealed), read(client, f"{QUARTER}v1/")
    label = Status.IN_PROGRESS._label_
    try:
        life_goes_on(paula, monkeypatch)
        with time_machine.travel(at(2027, 3, 3), tick=False):
            following = transitions.seal(Campaign.objects.get(quarter=4), by=amina, at=at(2027, 3, 3))
            assert "Conseil régional renommé" in following.content or "2099.1" in following.content
            assert downloaded(client, sealed) == before
            call_command("verify_reports", "--rebuild", stdout=StringIO())
    finally:
        Status.IN_PROGRESS._label_ = label
    assert before
    for file in sealed.layout.files.all():
        assert hashlib.sha256(before[file.name]).hexdigest() == file.sha256
    assert read(client, f"{QUARTER}v1/") == page

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_sealedreport DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE reports_sealedreport SET content = overlay(content PLACING 'X' FROM 500 FOR 1) WHERE number = 1"
        )
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("verify_reports", stdout=out)
    assert refused.value.returncode == 1
    assert "n° 1, 2026-T3 v1: les données ne sont plus celles de l’empreinte" in out.getvalue()
