"""Amina and Bruno open the same page of the admin: nothing that one of them writes is lost unseen."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from accounts.models import Membership, User
from actors.models import Actor, Confidence
from commitments.models import Commitment, Indicator, IndicatorTarget, Milestone, Participation
from funding.models import Envelope, FundingLine
from roadmap_portal.history.recording import recorded
from tests.factories import make_actor, make_axis, make_commitment, make_milestone, make_roadmap, make_user

pytestmark = pytest.mark.django_db
SAVED, SHOWN_AGAIN = 302, 200


def change_page(thing):
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])


def is_tick(form, name):
    return any(box.get("type") in {"checkbox", "radio", "submit"} for box in form.xpath(f".//input[@name='{name}']"))


class Tab:
    """A page of the admin as its reader sees it, and what they change in it."""

    def __init__(self, user, thing):
        self.client = Client()
        self.client.force_login(user)
        self.address = change_page(thing)
        self.read(self.client.get(self.address))

    def read(self, response):
        self.text = response.content.decode()
        [form] = [form for form in html.fromstring(self.text).forms if form.get("id", "").endswith("_form")]
        self.sent = {}
        # An empty box is sent too, which lxml leaves out.
        empty = [(box.name, "") for box in form.inputs if box.name and box.tag == "input" and box.value is None]
        for name, value in [*form.form_values(), *(pair for pair in empty if not is_tick(form, pair[0]))]:
            self.sent.setdefault(name, []).append(value)

    def type(self, **values):
        for name, value in values.items():
            self.sent[name] = [str(each) for each in value] if isinstance(value, list) else [value]
        return self

    def save(self):
        response = self.client.post(self.address, self.sent)
        if response.status_code == SHOWN_AGAIN:
            self.read(response)
        return response.status_code


@pytest.fixture
def bruno(state):
    return make_user("bruno", Membership.Role.ADMINISTRATOR, state)


@pytest.fixture
def both(commitment, amina, bruno):
    """Both have the page open."""
    return Tab(amina, commitment), Tab(bruno, commitment)


def test_different_fields_are_both_kept(both, commitment):
    a, b = both
    assert a.type(summary="D’Amina").save() == SAVED
    assert b.type(note="De Bruno").save() == SAVED
    commitment.refresh_from_db()
    assert (commitment.summary, commitment.note) == ("D’Amina", "De Bruno")


def test_the_same_field_shows_both_texts(both, commitment):
    a, b = both
    a.type(summary="D’Amina").save()
    assert b.type(summary="De Bruno", note="Autre chose").save() == SHOWN_AGAIN
    commitment.refresh_from_db()
    assert (commitment.summary, commitment.note) == ("D’Amina", "")
    assert "Garder le mien\u00a0: De Bruno" in b.text
    assert "Prendre celui qui est enregistré\u00a0: D’Amina" in b.text


@pytest.mark.parametrize(("choice", "kept"), [("mine", "De Bruno"), ("theirs", "D’Amina")])
def test_the_second_chooses(choice, kept, both, commitment):
    a, b = both
    a.type(summary="D’Amina").save()
    b.type(summary="De Bruno", note="Autre chose").save()
    assert b.sent["keep_summary"] == ["mine"]
    assert b.type(keep_summary=choice).save() == SAVED
    commitment.refresh_from_db()
    assert (commitment.summary, commitment.note) == (kept, "Autre chose")


def test_what_is_written_while_one_chooses_is_put_to_them_again(both, commitment):
    a, b = both
    a.type(summary="D’Amina").save()
    b.type(summary="De Bruno").save()
    Commitment.objects.filter(pk=commitment.pk).update(summary="D’un tiers")
    assert b.save() == SHOWN_AGAIN
    assert "D’un tiers" in b.text
    assert b.save() == SAVED


def test_the_same_text_twice_is_no_conflict(both, commitment):
    a, b = both
    a.type(summary="Pareil").save()
    assert b.type(summary="Pareil").save() == SAVED


def test_saving_untouched_takes_nothing_back(both, commitment):
    a, b = both
    a.type(title="Nouveau titre", provenance="adjacent", starts_on="02/01/2026").save()
    version = Commitment.objects.get(pk=commitment.pk).row_version
    assert b.save() == SAVED
    commitment.refresh_from_db()
    assert (commitment.title, commitment.provenance, commitment.starts_on, commitment.row_version) == (
        "Nouveau titre",
        "adjacent",
        date(2026, 1, 2),
        version,
    )


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("provenance", "implied", "adjacent"),
        ("starts_on", "02/01/2026", "03/01/2026"),
        ("weight", "2", "3"),
        ("figures", '[{"value": 1}]', '[{"value": 2}]'),
    ],
)
def test_every_kind_of_field_is_merged(field, first, second, both):
    a, b = both
    a.type(**{field: first}).save()
    assert b.type(**{field: second}).save() == SHOWN_AGAIN
    assert b.type(**{f"keep_{field}": "theirs"}).save() == SAVED


def test_links_are_merged_as_a_whole(both, commitment):
    a, b = both
    research, training, health = (make_axis(code) for code in ("research", "training", "health"))
    a.type(axes=[research.pk]).save()
    assert b.type(summary="De Bruno").save() == SAVED
    assert list(commitment.axes.all()) == [research]
    c = Tab(a.client.get("/").wsgi_request.user, commitment)
    b.read(b.client.get(b.address))
    b.type(axes=[training.pk]).save()
    assert c.type(axes=[health.pk], main_axis=str(health.pk)).save() == SHOWN_AGAIN
    assert "Axe training" in c.text
    assert list(commitment.axes.all()) == [training]
    assert c.save() == SAVED
    assert list(commitment.axes.all()) == [health]


def test_a_form_with_fewer_fields_leaves_the_others_alone(both, commitment):
    """Only what was changed is written: a transition that comes in between keeps its own columns."""
    a, _b = both
    Commitment.objects.filter(pk=commitment.pk).update(status="in_progress", weather="secured")
    before = Commitment.pgh_event_model.objects.filter(pgh_obj=commitment.pk).count()
    a.type(summary="D’Amina").save()
    commitment.refresh_from_db()
    assert (commitment.status, commitment.weather, commitment.summary) == ("in_progress", "secured", "D’Amina")
    assert Commitment.pgh_event_model.objects.filter(pgh_obj=commitment.pk).count() == before + 1


def test_an_optional_field_that_was_not_sent_stays(amina, commitment):
    Commitment.objects.filter(pk=commitment.pk).update(summary="Écrit avant", note="Aussi")
    tab = Tab(amina, commitment)
    for name in ("summary", "initial-summary"):
        del tab.sent[name]
    assert tab.type(note="Changé").save() == SAVED
    commitment.refresh_from_db()
    assert (commitment.summary, commitment.note) == ("Écrit avant", "Changé")


def test_a_fault_elsewhere_loses_nothing(both, commitment):
    a, b = both
    a.type(summary="D’Amina").save()
    assert b.type(note="De Bruno", title="").save() == SHOWN_AGAIN
    assert b.type(title="Un titre").save() == SAVED
    commitment.refresh_from_db()
    assert (commitment.summary, commitment.note, commitment.title) == ("D’Amina", "De Bruno", "Un titre")


# --- Every admin page, and the rows below ---------------------------------------------------------


def draw(kind, region):
    """An object of that kind, and a text of it."""
    commitment, roadmap = make_commitment(code="eng-1"), make_roadmap()
    roadmap.signatories.add(region)
    sourced = {"confidence": Confidence.SOURCED}
    envelope = Envelope.objects.create(code="env", title="Fonds", reach="regional", **sourced)
    indicator = Indicator.objects.create(roadmap=roadmap, code="ind", title="Formés", unit="count", **sourced)
    return {
        "commitment": (commitment, "summary"),
        "roadmap": (roadmap, "ambition"),
        "axis": (make_axis(), "description"),
        "actor": (make_actor("pole", name="Pôle"), "description"),
        "indicator": (indicator, "description"),
        "envelope": (envelope, "description"),
        "funding line": (FundingLine.objects.create(commitment=commitment, envelope=envelope), "note"),
    }[kind]


KINDS = ["commitment", "roadmap", "axis", "actor", "indicator", "envelope", "funding line"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_puts_the_same_field_to_the_second(kind, region, amina, bruno):
    thing, field = draw(kind, region)
    a, b = Tab(amina, thing), Tab(bruno, thing)
    assert a.type(**{field: "D’Amina"}).save() == SAVED
    assert b.type(**{field: "De Bruno"}).save() == SHOWN_AGAIN
    thing.refresh_from_db()
    assert getattr(thing, field) == "D’Amina"
    assert b.save() == SAVED
    thing.refresh_from_db()
    assert getattr(thing, field) == "De Bruno"


def test_accounts_merge_and_their_password_stays_out_of_the_page(amina, bruno, paula):
    paula.set_password("une phrase de passe")
    paula.save()
    a, b = Tab(amina, paula), Tab(bruno, paula)
    assert paula.password not in a.text.replace("&#x27;", "'")
    assert "initial-password" not in a.sent
    a.type(name="Paula Martin").save()
    assert b.type(email="paula.martin@example.org").save() == SAVED
    paula.refresh_from_db()
    assert (paula.name, paula.email) == ("Paula Martin", "paula.martin@example.org")
    assert paula.check_password("une phrase de passe")


def test_a_box_is_merged(amina, bruno, paula):
    User.objects.filter(pk=paula.pk).update(is_superuser=True)
    paula.refresh_from_db()
    a, b = Tab(amina, paula), Tab(bruno, paula)
    del a.sent["is_superuser"]
    a.save()
    assert b.type(name="Paula Martin").save() == SAVED
    paula.refresh_from_db()
    assert (paula.is_superuser, paula.name) == (False, "Paula Martin")


def test_rows_below_merge_field_by_field(amina, bruno):
    commitment = make_commitment(".")
    a, b = Tab(amina, commitment), Tab(bruno, commitment)
    a.type(**{"milestones-0-title": "D’Amina"}).save()
    assert b.type(**{"milestones-0-weight": "3"}).save() == SAVED
    milestone = commitment.milestones.get()
    assert (milestone.title, milestone.weight) == ("D’Amina", 3)


def test_a_row_changed_meanwhile_is_said_before_it_is_overwritten(amina, bruno):
    commitment = make_commitment(".")
    a, b = Tab(amina, commitment), Tab(bruno, commitment)
    a.type(**{"milestones-0-title": "D’Amina"}).save()
    assert b.type(**{"milestones-0-title": "De Bruno"}).save() == SHOWN_AGAIN
    assert "Enregistré entre-temps" in b.text
    assert "D’Amina" in b.text
    assert commitment.milestones.get().title == "D’Amina"
    assert b.save() == SAVED
    assert commitment.milestones.get().title == "De Bruno"


def test_a_row_changed_meanwhile_is_not_deleted_unseen(amina, bruno):
    commitment = make_commitment(".")
    a, b = Tab(amina, commitment), Tab(bruno, commitment)
    a.type(**{"milestones-0-title": "D’Amina"}).save()
    assert b.type(**{"milestones-0-DELETE": "on"}).save() == SHOWN_AGAIN
    assert "a été modifié entre-temps" in b.text
    assert commitment.milestones.exists()
    assert b.type(**{"milestones-0-DELETE": "on"}).save() == SAVED
    assert not commitment.milestones.exists()


def test_a_row_added_or_deleted_by_another_disturbs_nobody(amina, bruno, region):
    commitment = make_commitment("..")
    a, b = Tab(amina, commitment), Tab(bruno, commitment)
    a.type(**{"milestones-1-DELETE": "on"}).save()
    make_milestone(commitment, title="Ajouté")
    assert b.type(summary="De Bruno").save() == SHOWN_AGAIN
    assert Milestone.objects.filter(commitment=commitment).count() == 2


def test_a_new_row_is_added_as_before(amina, commitment, state):
    tab = Tab(amina, commitment)
    at = tab.sent["participations-TOTAL_FORMS"][0]
    tab.type(**{
        "participations-TOTAL_FORMS": str(int(at) + 1),
        f"participations-{at}-actor": str(state.pk),
        f"participations-{at}-role": "co_lead",
        f"participations-{at}-side": "state",
    })  # fmt: skip
    assert tab.save() == SAVED
    assert Participation.objects.filter(commitment=commitment, actor=state).exists()


def test_targets_of_an_indicator_merge_too(amina, bruno, region):
    indicator, _field = draw("indicator", region)
    IndicatorTarget.objects.create(indicator=indicator, value=10, due_on=date(2027, 12, 31), precision="day")
    a, b = Tab(amina, indicator), Tab(bruno, indicator)
    a.type(**{"targets-0-value": "20"}).save()
    assert b.type(**{"targets-0-qualifier": "environ"}).save() == SAVED
    assert (indicator.targets.get().value, indicator.targets.get().qualifier) == (20, "environ")


def test_a_new_object_is_made_as_before(client, amina):
    client.force_login(amina)
    page = html.fromstring(client.get(reverse("admin:actors_actor_add")).content.decode())
    [form] = [form for form in page.forms if form.get("id") == "actor_form"]
    sent = dict(form.form_values()) | {"slug": "pole", "name": "Pôle", "kind": "other", "confidence": "sourced"}
    assert client.post(reverse("admin:actors_actor_add"), sent).status_code == SAVED
    assert Actor.objects.get(slug="pole").name == "Pôle"


def test_the_button_of_the_admin_leads_to_the_whole_history(client, amina, region):
    client.force_login(amina)
    with recorded(user=amina.pk, method="POST", path="/admin/"):
        Actor.objects.filter(pk=region.pk).update(name="Conseil régional")
    response = client.get(reverse("admin:actors_actor_history", args=[region.pk]), follow=True)
    assert next(e.by for e in response.context["entries"]) == "Amina"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment(amina, bruno, commitment):
    tabs = [Tab(amina, commitment).type(summary="D’Amina"), Tab(bruno, commitment).type(summary="De Bruno")]
    barrier, answers = Barrier(2), []

    def save(tab):
        try:
            barrier.wait(10)
            answers.append(tab.save())
        finally:
            connection.close()

    threads = [Thread(target=save, args=[tab]) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [SHOWN_AGAIN, SAVED]


# --- Whatever both change -------------------------------------------------------------------------

TEXTS = ["title", "title_en", "summary", "summary_en", "note", "official_text"]
VALUES = {
    **{name: st.sampled_from(["un", "deux", "trois\nlignes"]) for name in TEXTS},
    "code": st.sampled_from(["eng-a", "eng-b"]),
    "provenance": st.sampled_from(Commitment.Provenance.values),
    "confidence": st.sampled_from(Confidence.values),
    "visibility": st.sampled_from(Commitment.Visibility.values),
    "weight": st.sampled_from(["1", "2", "3"]),
    "starts_on": st.sampled_from(["", "01/02/2026", "02/02/2026"]),
    "initial_due_on": st.sampled_from(["", "01/06/2027", "02/06/2027"]),
    "due_on": st.sampled_from(["", "01/06/2027", "02/06/2027"]),
    "date_precision": st.sampled_from(["day", "month", "year"]),
    "progress_method": st.sampled_from(Commitment.ProgressMethod.values),
    "figures": st.sampled_from(["[]", '[{"value": 1}]', '[{"value": 2}]']),
    "main_axis": st.sampled_from(["", "research", "training"]),
    "suggested_lead": st.sampled_from(["", "pole"]),
    "axes": st.sets(st.sampled_from(["research", "training"])),
    "sources": st.just(set()),
    "roadmap": st.just("ia"),
}
changes = st.fixed_dictionaries({}, optional=VALUES)


@pytest.fixture
def keys(region):
    """What the values name, by their key."""
    found = {code: str(make_axis(code).pk) for code in ("research", "training")}
    return found | {"pole": str(make_actor("pole").pk), "ia": str(make_roadmap().pk)}


def typed(values, keys):
    one = {name: keys.get(value, value) for name, value in values.items() if not isinstance(value, set)}
    return one | {name: [keys[v] for v in value] for name, value in values.items() if isinstance(value, set)}


def held(tab):
    """What the page shows stored of every field, as texts."""
    return {name: sorted(tab.sent.get(f"initial-{name}", [""])) for name in VALUES}


def test_the_property_speaks_of_every_editable_field(amina, commitment):
    tab = Tab(amina, commitment)
    names = {n.removeprefix("initial-") for n in tab.sent if n.startswith("initial-") and "-" not in n[8:]}
    assert names | {"axes", "sources", "suggested_lead", "main_axis"} == set(VALUES)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=changes, second=changes)
def test_nothing_is_lost_unseen(first, second, amina, bruno, commitment, keys):
    with transaction.atomic():
        a, b = Tab(amina, commitment), Tab(bruno, commitment)
        before = held(a)
        if a.type(**typed(first, keys)).save() == SAVED:
            after_a = held(Tab(amina, commitment))
            answer = b.type(**typed(second, keys)).save()
            after_b = held(Tab(amina, commitment))
            if answer == SHOWN_AGAIN:
                assert after_b == after_a
            else:
                for name in VALUES:
                    if after_a[name] != before[name]:
                        assert after_b[name] == after_a[name], f"{name} of the first was overwritten unseen"
        transaction.set_rollback(True)
