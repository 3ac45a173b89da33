"""The pages of what changed: staff read who, what, from what to what, through what; the public no name and no draft."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, User
from actors.models import Actor, Confidence, Source
from commitments.models import Commitment, Milestone, Participation, Roadmap
from commitments.transitions import give_visa, postpone
from funding.models import Envelope, FundingLine
from roadmap_portal.history.publication import told_in_public
from roadmap_portal.history.recording import recorded
from roadmap_portal.history.tracking import change_models, is_link, tracked_model
from roadmap_portal.history.wording import label_of
from tests.factories import (
    TODAY,
    make_actor,
    make_axis,
    make_commitment,
    make_evidence,
    make_milestone,
    make_roadmap,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db
Role = Membership.Role


def staff_page(commitment):
    return reverse("history_of_commitment", args=[commitment.code])


def public_page(commitment):
    return reverse("public_history", args=[commitment.code])


def page_of(thing):
    return reverse("history", args=[thing._meta.label_lower, thing.pk])


def text_of(response):
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def told_of(response, kind):
    return [e for e in response.context["entries"] if e.what == kind]


def signed(user, path="/espace/"):
    return recorded(user=user.pk, method="POST", path=path)


# --- For staff ----------------------------------------------------------------------------------


def test_staff_read_who_what_from_what_to_what_and_through_what(client, commitment, paula, louis):
    client.force_login(paula)
    address = reverse("commitments:update", args=[commitment.code])
    key = client.get(address).context["form"]["form_key"].value()
    sent = {"form_key": key, "status": "in_progress", "weather": "secured", "text_public": "La convention est signée."}
    request_id = client.post(address, sent)["X-Request-ID"]
    client.force_login(louis)
    text = text_of(client.get(staff_page(commitment)))
    for said in [
        "Ajout : point d’avancement",
        "Paula",
        f"Point d’avancement ({address})",
        request_id,
        "La convention est signée.",
        "objectifs sécurisés",
    ]:
        assert said in text


def test_a_value_is_read_as_a_person_reads_it(client, commitment, amina, louis):
    axis = make_axis(title="Recherche")
    with signed(amina, f"/admin/commitments/commitment/{commitment.pk}/change/"):
        Commitment.objects.filter(pk=commitment.pk).update(
            provenance="implied", starts_on="2026-03-01", main_axis=axis, summary="Un résumé court."
        )
        Commitment.objects.filter(pk=commitment.pk).update(summary="Un résumé long.", weight=3)
    client.force_login(louis)
    newest, before, *_rest = told_of(client.get(staff_page(commitment)), "engagement")
    moved = {field.label: (field.before, field.after) for field in before.fields}
    assert moved["provenance"][1] == "conséquence directe de la feuille de route"
    assert moved["début"] == ("–", "01/03/2026")
    assert moved["axe principal"] == ("–", "Recherche")
    assert {f.label: f.after for f in newest.fields}["poids"] == "3"
    assert [p.text.strip() for p in newest.fields[0].pieces if p.kind == "added"] == ["long."]
    assert (newest.by, newest.through.split(" ")[0]) == ("Amina", "Administration")


def test_every_field_has_a_name_in_words():
    """Otherwise: give the field its verbose_name, or say it in LABELS."""
    fields = [field for changes in change_models() for field in tracked_model(changes)._meta.fields]
    unnamed = {str(field) for field in fields if field._verbose_name is None and field.related_model is None}
    named = {str(field) for field in fields if label_of(field) != field.verbose_name}
    counters = {str(field) for field in fields if field.name == "id"}
    assert unnamed - named - counters == set()


def test_figures_that_move_by_themselves_are_folded(client, louis):
    commitment = make_commitment("..")
    Milestone.objects.filter(commitment=commitment).update(weight=2)
    commitment.milestones.first().delete()
    Commitment.objects.filter(pk=commitment.pk).update(progress=12)
    client.force_login(louis)
    entry = told_of(client.get(staff_page(commitment)), "engagement")[0]
    assert (entry.fields, [f.label for f in entry.folded]) == ([], ["avancement"])


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ({"task": "reports.tasks.build_report"}, "tâche reports.tasks.build_report"),
        ({"command": "load_roadmap"}, "commande load_roadmap"),
    ],
)
def test_a_job_and_a_command_are_told(cause, said, client, commitment, louis):
    with recorded(**cause):
        make_milestone(commitment)
    client.force_login(louis)
    entry = told_of(client.get(staff_page(commitment)), "jalon")[0]
    assert (entry.by, entry.through) == ("", said)


def test_sql_typed_by_hand_is_told_as_such(client, commitment, louis):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE commitments_commitment SET title = 'Par SQL' WHERE id = %s", [commitment.pk])
    client.force_login(louis)
    entry = told_of(client.get(staff_page(commitment)), "engagement")[0]
    assert (entry.act, entry.through) == ("Modification", "hors du portail (SQL)")


def test_what_hangs_below_is_there(client, region, state, paula, stephane, rachel, louis):
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    commitment = make_commitment(".", lead=region)
    other = make_commitment()
    make_milestone(other, title="D’un autre engagement")
    postpone(
        commitment,
        by=rachel,
        milestone=commitment.milestones.get(),
        to_on=TODAY + timedelta(days=90),
        reason_kind="budget",
        reason="Crédits votés plus tard",
    )
    update = make_update(commitment, paula, submitted=True)
    give_visa(update, side="state", by=stephane, decision="approved", seen_hash=update.text_hash)
    make_evidence(commitment, paula, title="Convention")
    envelope = Envelope.objects.create(code="env", title="Fonds", reach="regional", confidence=Confidence.SOURCED)
    FundingLine.objects.create(commitment=commitment, envelope=envelope)
    commitment.axes.add(make_axis())
    client.force_login(louis)
    response = client.get(staff_page(commitment))
    kinds = {entry.what for entry in response.context["entries"]}
    assert {
        "engagement", "jalon", "participation", "report d’échéance", "point d’avancement", "visa", "rédacteurs",
        "pièce justificative", "ligne de financement", "axes",
    } <= kinds  # fmt: skip
    assert "D’un autre engagement" not in text_of(response)


def test_what_was_deleted_or_moved_away_is_still_told(client, commitment, louis):
    make_milestone(commitment, title="Ouvrir le guichet").delete()
    envelope = Envelope.objects.create(code="env", title="Fonds", reach="regional", confidence=Confidence.SOURCED)
    line = FundingLine.objects.create(commitment=commitment, envelope=envelope)
    FundingLine.objects.filter(pk=line.pk).update(commitment=make_commitment())
    client.force_login(louis)
    response = client.get(staff_page(commitment))
    assert [e.act for e in told_of(response, "jalon")] == ["Suppression", "Ajout"]
    assert [e.act for e in told_of(response, "ligne de financement")] == ["Modification", "Ajout"]


def test_the_newest_comes_first_a_page_at_a_time(client, commitment, louis):
    for number in range(60):
        make_milestone(commitment, title=f"Jalon {number}")
    client.force_login(louis)
    first = client.get(staff_page(commitment))
    assert first.context["entries"][0].which == "Jalon 59"
    assert len(first.context["entries"]) == 50
    second = client.get(staff_page(commitment), {"page": 2})
    assert told_of(second, "jalon")[-1].which == "Jalon 0"
    assert client.get(staff_page(commitment), {"page": "x"}).context["page"].number == 1


def test_a_page_costs_the_same_whatever_it_tells(client, commitment, paula, louis):
    def play(times):
        for _time in range(times):
            with signed(paula):
                make_milestone(commitment, title=f"Jalon {Milestone.objects.count()}")
                make_evidence(commitment, paula)
                actor = make_actor(f"actor-{Actor.objects.count()}")
                Participation.objects.create(commitment=commitment, actor=actor, role="partner")

    def cost():
        for address in (staff_page(commitment), public_page(commitment)):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            yield len(queries)

    client.force_login(louis)
    play(1)
    small = list(cost())
    play(12)
    assert list(cost()) == small
    assert max(small) <= 16


def test_someone_renamed_or_gone_is_still_named(client, commitment, paula, louis):
    other = make_user("partant", Role.CONTRIBUTOR)
    with signed(paula):
        make_milestone(commitment, title="Un")
    with signed(other):
        make_milestone(commitment, title="Deux")
    paula.name, paula.is_active = "Paula Martin", False
    paula.save()
    pk = other.pk
    other.delete()
    client.force_login(louis)
    by = {e.which: e.by for e in told_of(client.get(staff_page(commitment)), "jalon")}
    assert by == {"Un": "Paula Martin", "Deux": f"compte supprimé n°\u00a0{pk}"}


def test_it_is_for_staff(client, commitment):
    assert client.get(staff_page(commitment)).status_code == 302
    client.force_login(make_user("dehors"))
    assert client.get(staff_page(commitment)).status_code == 404


def test_the_page_of_a_commitment_leads_there(client, commitment, louis):
    detail = reverse("commitments:detail", args=[commitment.code])
    assert staff_page(commitment) not in client.get(detail).content.decode()
    assert public_page(commitment) in client.get(detail).content.decode()
    client.force_login(louis)
    assert f'href="{staff_page(commitment)}">Historique complet' in client.get(detail).content.decode()


# --- In public ----------------------------------------------------------------------------------


@pytest.fixture
def eventful(region, state, paula, stephane, rachel, amina):
    """A commitment on which everyone wrote, with all that must stay inside."""
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    commitment = make_commitment(".", code="eng-recherche", lead=region)
    with signed(amina):
        Commitment.objects.filter(pk=commitment.pk).update(suggested_lead=make_actor("secret", name="Chef pressenti"))
        Commitment.objects.filter(pk=commitment.pk).update(title="Soutenir la recherche en IA")
    with signed(paula):
        make_evidence(commitment, paula, title="Pièce confidentielle", is_public=False)
        update = make_update(
            commitment,
            paula,
            submitted=True,
            weather="secured",
            text_public="La convention est signée.",
            text_internal="À ne pas dire.",
        )
    with signed(stephane):
        give_visa(update, side="state", by=stephane, decision="approved", seen_hash=update.text_hash)
    with signed(rachel):
        give_visa(update, side="region", by=rachel, decision="approved", seen_hash=update.text_hash)
    with signed(rachel):
        postpone(
            commitment,
            by=rachel,
            milestone=commitment.milestones.get(),
            to_on=TODAY + timedelta(days=90),
            reason_kind="budget",
            reason="Crédits votés plus tard",
        )
    with signed(paula):
        make_update(
            commitment, paula, weather="compromised", weather_reason="Rien ne va.", text_public="Brouillon en cours."
        )
    return commitment


def test_the_public_reads_what_changed_by_side_and_role(client, eventful):
    text = text_of(client.get(public_page(eventful)))
    for said in [
        "Soutenir la recherche en IA",
        "La convention est signée.",
        "Crédits votés plus tard",
        "côté Région, validation",
        "côté Région, administration",
        "le portail",
    ]:
        assert said in text


TEXTS = ["À ne pas dire", "Chef pressenti", "Pièce confidentielle", "Rien ne va", "Brouillon en cours"]
INTERNAL = [*TEXTS, "Demande", "POST", "@"]


@pytest.mark.parametrize("who", [None, "louis", "amina"])
def test_the_public_page_names_nobody_and_says_nothing_internal(who, client, eventful, request):
    if who is not None:
        client.force_login(request.getfixturevalue(who))
    response = client.get(public_page(eventful))
    main = re.search(r"<main.*</main>", response.content.decode(), re.S).group()
    said = unescape(main)
    for user in User.objects.all():
        assert user.name not in said
        assert user.email not in said
    for text in INTERNAL:
        assert text not in said


def test_a_weather_typed_but_not_published_is_not_told(client, eventful):
    published = told_of(client.get(public_page(eventful)), "point d’avancement")
    assert [entry.act for entry in published] == ["Publication"]
    assert {f.label: f.after for f in published[0].fields}["météo"] == "objectifs sécurisés"


def test_a_change_of_what_is_not_public_leaves_no_line(client, commitment, amina):
    before = client.get(public_page(commitment)).context["page"].paginator.count
    Commitment.objects.filter(pk=commitment.pk).update(suggested_lead=make_actor("secret"))
    Commitment.objects.filter(pk=commitment.pk).update(weight=4)
    assert client.get(public_page(commitment)).context["page"].paginator.count == before


def test_what_was_written_while_internal_stays_inside(client, commitment):
    Commitment.objects.filter(pk=commitment.pk).update(visibility="internal", summary="Encore secret")
    make_milestone(commitment, title="Jalon secret")
    assert client.get(public_page(commitment)).status_code == 404
    Commitment.objects.filter(pk=commitment.pk).update(summary="Montrable")
    Milestone.objects.update(title="Jalon montrable")
    Commitment.objects.filter(pk=commitment.pk).update(visibility="public")
    text = text_of(client.get(public_page(commitment)))
    assert "Montrable" in text
    assert "secret" not in text


def test_an_internal_commitment_has_no_public_history_even_for_staff(client, amina):
    commitment = make_commitment(visibility="internal")
    client.force_login(amina)
    assert client.get(public_page(commitment)).status_code == 404
    assert client.get(staff_page(commitment)).status_code == 200


def test_the_role_is_the_one_held_on_that_day(client, commitment, paula, state):
    with signed(paula):
        make_milestone(commitment, title="Premier")
    membership = paula.memberships.get()
    membership.role, membership.actor = Role.VALIDATOR, state
    membership.save()
    with signed(paula):
        make_milestone(commitment, title="Second")
    membership.delete()
    with signed(paula):
        make_milestone(commitment, title="Troisième")
    by = {e.which: e.by for e in told_of(client.get(public_page(commitment)), "jalon")}
    assert by == {
        "Premier": "côté Région, contribution",
        "Second": "côté État, validation",
        "Troisième": "un compte habilité",
    }


def test_only_what_is_listed_leaves_the_database(commitment):
    """A field added to a model is silent in public until someone lists it."""
    for told in told_in_public(commitment):
        assert told.fields
        kept = {field.name for field in told.columns}
        assert not kept & {"text_internal", "suggested_lead", "author", "postponed_by", "visibility"}


# --- Of any object, for administrators -----------------------------------------------------------


def test_an_administrator_reads_the_history_of_any_object(client, amina, region, paula):
    with signed(amina):
        Actor.objects.filter(pk=region.pk).update(name="Conseil régional")
        source = Source.objects.create(code="src", url="https://example.org", publisher="Journal")
        region.sources.add(source)
    client.force_login(amina)
    response = client.get(page_of(region))
    assert {e.what for e in response.context["entries"]} >= {"acteur", "sources"}
    assert "Conseil régional" in text_of(response)
    assert [e.what for e in client.get(page_of(paula)).context["entries"]] == ["habilitation", "utilisateur"]


@pytest.mark.parametrize("label", sorted(tracked_model(c)._meta.label_lower for c in change_models() if not is_link(c)))
def test_every_kind_of_object_has_its_page(label, client, amina):
    client.force_login(amina)
    assert client.get(reverse("history", args=[label, 999999])).status_code == 404


def test_what_was_deleted_still_has_its_page(client, amina):
    actor = make_actor("pole", name="Pôle")
    address = page_of(actor)
    actor.delete()
    client.force_login(amina)
    assert "Suppression" in text_of(client.get(address))


def test_the_history_of_a_commitment_is_its_own_page(client, amina, commitment):
    client.force_login(amina)
    assert client.get(page_of(commitment)).url == staff_page(commitment)


@pytest.mark.parametrize("who", ["louis", "rachel", "paula"])
def test_the_staff_reads_that_of_things_from_their_page_and_not_that_of_accounts(who, client, region, request):
    reader = request.getfixturevalue(who)
    client.force_login(reader)
    assert page_of(region) in client.get(region.get_absolute_url()).text
    assert client.get(page_of(region)).status_code == 200
    for account in (reader, reader.memberships.get()):
        assert client.get(page_of(account)).status_code == 404


def test_a_visitor_is_shown_no_way_there(client, region):
    assert "historique" not in client.get(region.get_absolute_url()).text
    assert client.get(page_of(region)).url.startswith("/connexion/")


@pytest.mark.parametrize(
    "kind", ["actors.nothing", "actors", "auth.group", "sessions.session", "commitments.commitmentaxes"]
)
def test_an_unknown_kind_is_not_found(kind, client, amina):
    client.force_login(amina)
    assert client.get(f"/espace/historique/{kind}/1/").status_code == 404
