"""The grid without scripts: one button saves all rows, each on its own; nothing typed is lost."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import ProgressUpdate, Status
from commitments.transitions import save_draft, submit_update
from tests.factories import make_campaign, make_commitment

pytestmark = pytest.mark.django_db
ADDRESS = "/espace/mon-trimestre/grille/"


@pytest.fixture
def trio(client, region, paula):
    found = [make_commitment(code=f"eng-{letter}", lead=region, status=Status.IN_PROGRESS) for letter in "abc"]
    make_campaign()
    client.force_login(paula)
    return found


def shown(client):
    """What a browser would send, as the page stands."""
    response = client.get(ADDRESS)
    values = {}
    for form in response.context["forms"]:
        values[form.add_prefix("form_key")] = str(form["form_key"].value())
        for _name, field in form.cells:
            if field is not None:
                values[field.html_name] = values[field.html_initial_name] = (
                    "" if field.value() is None else str(field.value())
                )
    assert {*values} <= {*re.findall(r'name="([^"]+)"', response.content.decode())}
    return values


def texts():
    return {update.commitment.code: update.text_public for update in ProgressUpdate.objects.all()}


def test_one_button_saves_the_rows_that_changed(client, trio, paula):
    a, b, _c = (f"c{commitment.pk}" for commitment in trio)
    sent = {**shown(client), f"{a}-text_public": "Un.", f"{a}-progress": "45,5\u00a0%", f"{b}-text_public": "=Deux."}
    response = client.post(ADDRESS, sent, follow=True)
    assert "2 engagements enregistrés" in unescape(response.content.decode())
    assert texts() == {"eng-a": "Un.", "eng-b": "=Deux."}
    update = ProgressUpdate.objects.get(commitment=trio[0])
    assert (update.progress, update.state, update.author, update.campaign.slug) == (45.5, "draft", paula, "2026-T4")
    client.post(ADDRESS, shown(client))
    assert ProgressUpdate.objects.count() == 2


def test_what_is_wrong_is_told_beside_its_cell_and_the_rest_is_saved(client, trio, rachel):
    a, b, c = (f"c{commitment.pk}" for commitment in trio)
    sent = {**shown(client), f"{a}-progress": "beaucoup", f"{a}-text_public": "Un.", f"{b}-text_public": "Le mien.",
            f"{b}-next_steps": "Ensuite.", f"{c}-text_public": "Trop tard."}  # fmt: skip
    save_draft(trio[1], {"text_public": "Celui de Rachel."}, by=rachel)
    submit_update(save_draft(trio[2], {"text_public": "Soumis."}, by=rachel), by=rachel)
    response = client.post(ADDRESS, sent)
    page = unescape(response.content.decode())
    assert texts() == {"eng-a": "Un.", "eng-b": "Celui de Rachel.", "eng-c": "Soumis."}
    assert ProgressUpdate.objects.get(commitment=trio[1]).next_steps == "Ensuite."
    assert all(text in page for text in ("beaucoup", "un nombre de 0 à 100", "Celui de Rachel.", "Le mien.",
                                         "Trop tard.", "Un point est déjà soumis"))  # fmt: skip
    # Sent again as it is shown: what was typed is kept, knowingly.
    form = next(form for form in response.context["forms"] if form.commitment == trio[1])
    again = {name: form.data[name] for name in form.data if name.removeprefix("initial-").startswith(f"{b}-")}
    client.post(ADDRESS, again)
    assert texts()["eng-b"] == "Le mien."


def test_the_same_queries_whatever_the_number_of_rows(client, trio, region):
    def counted():
        with CaptureQueriesContext(connection) as queries:
            rows = len(client.get(ADDRESS).context["forms"])
            return rows, len(queries.captured_queries)

    rows, few = counted()
    line = trio[0].campaign_lines.get()
    for _n in range(6):
        make_commitment(".", lead=region).campaign_lines.create(campaign=line.campaign)
    assert counted() == (rows + 6, few)
