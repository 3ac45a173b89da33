"""Financing plans: the shares make the cost, to the cent; what the law lets pass is explained."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from accounts.models import Membership
from commitments.transitions import TransitionRefused
from funding.models import FinancingPlan, PlanShare
from funding.plans import Share, errors
from funding.transitions.plans import NewShare, adopt_plan
from roadmap_portal.templatetags.portal import euros, percent
from tests.factories import make_actor, make_commitment, make_user
from tests.reports.situations import make_envelope

STATED = {
    "nature": "investment", "tax_basis": "excluded", "total_cost": Decimal(100), "eligible_cost": Decimal(80),
    "adopted_on": date(2026, 1, 5), "document": "Convention", "alert_reason": "",
}  # fmt: skip


@pytest.fixture
def rachel(db):
    return make_user("rachel", Membership.Role.VALIDATOR, make_actor("region", kind="region"))


@pytest.fixture
def commitment(db):
    return make_commitment(code="eng-1")


def adopt(commitment, rachel, *shares, seen=None, **stated):
    return adopt_plan(commitment, STATED | stated, shares, seen=seen, by=rachel)


def public(amount, slug="prefecture", **fields):
    return NewShare("public", Decimal(amount), make_actor(slug), **fields)


def own(amount, slug="region"):
    return NewShare("own", Decimal(amount), make_actor(slug))


@pytest.mark.parametrize(
    ("missing", "said"), [("-0.01", "il manque 0,01\u00a0€"), ("0.01", "il y a 0,01\u00a0€ de trop")]
)
def test_a_cent_too_few_or_too_many_is_told(commitment, rachel, missing, said):
    with pytest.raises(TransitionRefused, match=said) as refusal:
        adopt(commitment, rachel, public(50), own(Decimal(50) + Decimal(missing)))
    assert refusal.value.field == "total_cost"
    assert not FinancingPlan.objects.exists()
    assert adopt(commitment, rachel, public(50), own(50)).shares.count() == 2


def test_public_aid_stays_within_what_is_eligible(commitment, rachel):
    with pytest.raises(TransitionRefused, match="décret 2018-514"):
        adopt(commitment, rachel, public("80.01"), own("19.99"), alert_reason="Avenant")
    with pytest.raises(IntegrityError, match="dépassent la dépense éligible"), transaction.atomic():
        written(commitment, [("public", Decimal("80.01"), "prefecture"), ("own", Decimal("19.99"), "region")])


def test_a_low_own_share_is_explained(commitment, rachel):
    with pytest.raises(TransitionRefused, match="moins de 20,00") as refusal:
        adopt(commitment, rachel, public(80), own("19.99"), NewShare("private", Decimal("0.01"), label="Mécénat"))
    assert refusal.value.field == "alert_reason"
    assert adopt(commitment, rachel, public(80), own(20)).pk


def test_a_fund_over_its_cap_is_explained(commitment, rachel):
    fund = make_envelope("feder", reach="european", rate_cap=Decimal(40))
    shares = [public("32.01", "europe", envelope=fund), NewShare("private", Decimal("67.99"), label="Entreprises")]
    with pytest.raises(TransitionRefused, match="plafond de 40,00"):
        adopt(commitment, rachel, *shares)
    assert adopt(commitment, rachel, *shares, alert_reason="Zone en transition").alert_reason


def test_in_kind_is_shown_apart(commitment, rachel):
    in_kind = NewShare("private", Decimal(30), label="Locaux", is_in_kind=True)
    assert adopt(commitment, rachel, public(80), own(20), in_kind).pk


def test_a_plan_replaces_the_one_that_was_seen(commitment, rachel):
    first = adopt(commitment, rachel, public(80), own(20))
    with pytest.raises(TransitionRefused, match="entre-temps"):
        adopt(commitment, rachel, public(70), own(30))
    second = adopt(commitment, rachel, public(70), own(30), seen=first.pk)
    assert second.supersedes == first
    with pytest.raises(IntegrityError, match="un autre le remplace"), transaction.atomic():
        FinancingPlan.objects.update(total_cost=1)


# --- The database judges alike -------------------------------------------------------------------


def written(commitment, shares, nature="investment", total=Decimal(100), eligible=Decimal(80)):
    """Straight into the tables; raises what the end of the transaction says."""
    plan = FinancingPlan.objects.create(
        commitment=commitment, **STATED | {"nature": nature, "total_cost": total, "eligible_cost": eligible}
    )
    PlanShare.objects.bulk_create(
        PlanShare(plan=plan, resource=resource, amount=amount, funder=make_actor(slug), is_in_kind=in_kind)
        for resource, amount, slug, in_kind in ((*share, False)[:4] for share in shares)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


SHARES = st.lists(
    st.tuples(
        st.sampled_from(["public", "own", "private"]),
        st.sampled_from([Decimal(20), Decimal(30), Decimal(50), Decimal(80)]),
        st.sampled_from(["prefecture", "region", "europe"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(shares=SHARES, nature=st.sampled_from(["investment", "operating"]), total=st.sampled_from([50, 80, 100]))
def test_python_and_the_database_judge_alike(commitment, rachel, shares, nature, total):
    total, eligible = Decimal(total), Decimal(50)
    sides = {"prefecture": "state", "region": "region", "europe": ""}
    rules = [Share(resource, amount, in_kind, sides[slug]) for resource, amount, slug, in_kind in shares]
    refused = False
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            written(commitment, shares, nature, total, eligible)
            raise KeyboardInterrupt
    except IntegrityError:
        refused = True
    except KeyboardInterrupt:
        pass
    assert refused == bool(errors(total, eligible, nature, rules))


# --- Pages ---------------------------------------------------------------------------------------


@pytest.fixture
def sent(rachel):
    shares = [("public", make_actor("prefecture").pk, "80"), ("own", rachel.memberships.get().actor.pk, "20")]
    rows = {
        f"parts-{n}-{name}": value
        for n, row in enumerate(shares)
        for name, value in zip(("resource", "funder", "amount"), row, strict=True)
    }
    return {**{k: str(v) for k, v in STATED.items()}, "parts-TOTAL_FORMS": "4", "parts-INITIAL_FORMS": "0", **rows}


def test_a_plan_is_adopted_on_its_page_and_read_on_the_commitment(client, rachel, commitment, sent):
    client.force_login(rachel)
    address = reverse("funding:plan", args=["eng-1"])
    more = client.post(address, {**sent, "more": "1"})
    assert len(more.context["shares"].forms) == 7
    assert 'value="Convention"' in more.text
    assert "il manque 0,01\u00a0€" in client.post(address, {**sent, "total_cost": "100.01"}).text
    assert client.post(address, sent).status_code == 302
    root = html.fromstring(client.get(commitment.get_absolute_url()).text)
    rows = [
        [cell.text_content() for cell in row.xpath("td")][1:]
        for row in root.xpath('//table[@id="plan-parts"]/tbody/tr')
    ]
    assert rows == [
        [euros(80), percent(Decimal(80), 1), percent(Decimal(100), 1)],
        [euros(20), percent(Decimal(20), 1), percent(25, 1)],
    ]
    drawn = "".join(root.xpath('//*[local-name()="svg"]//text()'))
    assert all(row[0] in drawn for row in rows)
    assert "entre-temps" in client.post(address, sent).text
