"""English where somebody wrote it, French where nobody did, and the page says which."""

import pytest

from commitments.models import Roadmap
from tests.factories import make_axis, make_commitment, make_milestone

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio(roadmap):
    Roadmap.objects.update(ambition="Faire mieux.", ambition_en="Doing better.")
    axis = make_axis("research", title="Recherche", title_en="Research", description="Chercher.")
    done = make_commitment(code="eng-1", title="Former", title_en="Training & more", main_axis=axis)
    make_commitment(code="eng-2", title="Soutenir", main_axis=axis)
    make_milestone(done, title="Bilan", title_en="Review")


def page(client, address):
    return client.get(address).content.decode()


def test_a_translation_says_that_it_is_one_and_what_lacks_it_stays_french(client, portfolio):
    listed = page(client, "/en/engagements/")
    assert 'lang="fr"><span lang="en">Training &amp; more</span></a>' in listed
    assert 'lang="fr">Soutenir</a>' in listed
    home = page(client, "/en/")
    assert '<span lang="en">Doing better.</span>' in home
    assert '<span lang="en">Research</span>' in home


def test_titles_of_pages_and_of_choices_are_plain_text(client, portfolio):
    detail = page(client, "/en/engagements/eng-1/")
    assert "<title>Training &amp; more – " in detail
    assert '<span lang="en">Review</span>' in detail
    axis = page(client, "/en/axes/research/")
    assert "<title>Research – " in axis
    assert "Chercher." in axis
    assert ">Research</option>" in page(client, "/en/engagements/")


def test_french_pages_know_nothing_of_it(client, portfolio):
    for address in ("/", "/engagements/", "/engagements/eng-1/", "/axes/", "/axes/research/", "/calendrier/"):
        text = page(client, address)
        assert "Research" not in text
        assert "Training" not in text
