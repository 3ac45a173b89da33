"""What was signed: until the roadmap is in force it may be corrected; afterwards the database itself holds it."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from commitments.models import Commitment, Milestone, Roadmap
from commitments.transitions import move_campaign, postpone
from tests.factories import TODAY, make_campaign, make_commitment, make_roadmap

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 31)


@pytest.fixture
def promised(region):
    return make_commitment("..", code="eng-promis", lead=region, official_text="Le texte signé.",
                           initial_due_on=DUE, due_on=DUE)  # fmt: skip


@pytest.fixture
def in_force(promised, amina):
    campaign = make_campaign(state="planned")
    move_campaign(campaign, campaign.State.OPEN, by=amina, on=TODAY)
    promised.refresh_from_db()
    return promised


COMMITMENT_CHANGES = [
    ({"official_text": "Autre chose."}, "figés"),
    ({"code": "eng-autre"}, "figés"),
    ({"initial_due_on": date(2027, 12, 31), "due_on": date(2027, 12, 31)}, "figés"),
    ({"due_on": date(2027, 12, 31)}, "report motivé"),
    ({"due_on": None, "initial_due_on": None}, "figés"),
]


@pytest.mark.parametrize(("changes", "said"), COMMITMENT_CHANGES)
def test_nothing_promised_changes_by_any_other_way(changes, said, in_force):
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        Commitment.objects.filter(pk=in_force.pk).update(**changes)


@pytest.mark.parametrize(("changes", "said"), COMMITMENT_CHANGES)
def test_before_the_first_campaign_it_may_still_be_corrected(changes, said, promised):
    assert Commitment.objects.filter(pk=promised.pk).update(**changes) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"initial_due_on": date(2027, 1, 1)}, "figés"), ({"due_on": date(2027, 1, 1)}, "report motivé")],
)
def test_a_milestone_is_held_like_its_commitment(changes, said, in_force):
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        Milestone.objects.filter(commitment=in_force).update(**changes)


def test_sql_typed_by_hand_is_refused_too(in_force):
    with pytest.raises(IntegrityError, match="report motivé"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE commitments_commitment SET due_on = '2028-01-01'")


@pytest.mark.parametrize("thing", [Milestone, Commitment])
def test_nothing_promised_is_deleted(thing, in_force):
    with pytest.raises(IntegrityError, match="ne se supprime"), transaction.atomic():
        thing.objects.all()._raw_delete("default")


def test_a_postponement_moves_the_date_and_keeps_the_first(in_force, paula):
    for year in (2027, 2028):
        postpone(in_force, to_on=date(year, 12, 31), reason_kind="budget", reason="Crédits reportés.", by=paula)
    in_force.refresh_from_db()
    assert (in_force.initial_due_on, in_force.due_on) == (DUE, date(2028, 12, 31))
    assert in_force.slippage_days == 731
    assert in_force.postponements.count() == 2


def test_an_old_postponement_moves_nothing_again(in_force, paula):
    """The ledger's last line decides: going back to a date it once named takes a line of its own."""
    postpone(in_force, to_on=date(2027, 12, 31), reason_kind="budget", reason="Crédits reportés.", by=paula)
    postpone(in_force, to_on=DUE, reason_kind="budget", reason="Crédits retrouvés.", by=paula)
    with pytest.raises(IntegrityError, match="report motivé"), transaction.atomic():
        Commitment.objects.filter(pk=in_force.pk).update(due_on=date(2027, 12, 31))


def test_a_first_date_may_be_given_where_none_was_promised(in_force, region):
    dateless = make_commitment(lead=region)
    assert Commitment.objects.filter(pk=dateless.pk).update(initial_due_on=DUE, due_on=DUE) == 1


def test_the_page_shows_the_first_date_the_present_one_the_days_and_the_number(client, in_force, paula):
    postpone(in_force, to_on=date(2027, 12, 31), reason_kind="budget", reason="Crédits reportés.", by=paula)
    page = " ".join(client.get("/engagements/eng-promis/").text.replace("\u202f", " ").replace("\u00a0", " ").split())
    for said in ("31 décembre 2026", "31 décembre 2027", "+365 jours", "1 report", "Crédits reportés."):
        assert said in page


def test_the_roadmap_is_in_force_from_the_first_opening_on(in_force):
    assert Roadmap.objects.get().in_force_since == TODAY
    assert make_roadmap().in_force_since == TODAY


# --- In the admin --------------------------------------------------------------------------------


def admin_form(client, commitment):
    """What a browser would send back of the page, unchanged."""
    page = client.get(f"/admin/commitments/commitment/{commitment.pk}/change/")
    sent = {}
    for form in [
        page.context["adminform"].form,
        *[f for fs in page.context["inline_admin_formsets"] for f in fs.formset],
    ]:
        for field in form:
            value = field.value()
            if value not in (None, "", False):
                sent[field.html_name] = value
    for formsets in page.context["inline_admin_formsets"]:
        sent |= {field.html_name: field.value() for field in formsets.formset.management_form}
    return page, sent


def test_the_admin_offers_nothing_of_what_was_promised(client, in_force, amina):
    client.force_login(amina)
    page, sent = admin_form(client, in_force)
    names = set(page.context["adminform"].form.fields)
    assert names.isdisjoint({"code", "official_text", "roadmap", "initial_due_on", "due_on"})
    assert "milestones-0-DELETE" not in page.text
    sent |= {"milestones-0-due_on": "2027-01-01", "milestones-0-DELETE": "on", "title": "Autre titre"}
    assert client.post(f"/admin/commitments/commitment/{in_force.pk}/change/", sent).status_code == 302
    before = list(in_force.milestones.values_list("due_on"))
    in_force.refresh_from_db()
    assert (in_force.title, list(in_force.milestones.values_list("due_on"))) == ("Autre titre", before)


def test_a_commitment_entered_while_a_campaign_is_open_has_its_line(client, in_force, amina):
    client.force_login(amina)
    newcomer = make_commitment(code="eng-venu")
    _page, sent = admin_form(client, newcomer)
    assert client.post(f"/admin/commitments/commitment/{newcomer.pk}/change/", sent).status_code == 302
    assert newcomer.campaign_lines.count() == 1
