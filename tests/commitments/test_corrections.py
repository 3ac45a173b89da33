"""A text of a sealed quarter is corrected for its rectification, with its visas, while it is still the last word."""

import pytest
from django.urls import reverse

from commitments.models import Campaign, ProgressUpdate
from commitments.transitions import TransitionRefused, save_draft, submit_update
from tests.commitments.test_staff_pages import ADDRESS, form, page_of
from tests.factories import make_campaign, make_update

pytestmark = pytest.mark.django_db
FALSE, TRUE = "Trois laboratoires ont répondu.", "Deux laboratoires ont répondu."


@pytest.fixture
def sealed(commitment, rachel):
    """T3, in which a false text was published."""
    campaign = make_campaign(2026, 3)
    make_update(commitment, rachel, publish=True, campaign=campaign, text_public=FALSE)
    Campaign.objects.filter(pk=campaign.pk).update(state="sealed")
    campaign.refresh_from_db()
    return campaign


@pytest.fixture
def following(sealed):
    return make_campaign(2026, 4)


def corrected_by(user, commitment, campaign):
    return save_draft(commitment, {"status": "in_progress", "text_public": TRUE}, by=user, campaign=campaign)


def test_rachel_corrects_the_text_and_it_answers_the_sealed_quarter(client, commitment, sealed, following, rachel):
    client.force_login(rachel)
    address = f"{ADDRESS}?campagne=2026-T3"
    page = page_of(client.get(address))
    assert "Vous corrigez le texte du T3\u00a02026, qui est scellé." in page
    assert f"{reverse('commitments:update_autosave', args=[commitment.code])}?campagne=2026-T3" in page
    client.post(address, form(client, address, text_public=TRUE, action="publish"))
    update = ProgressUpdate.objects.get(state="published")
    assert (update.campaign, update.text_public) == (sealed, TRUE)


def test_whoever_goes_on_writing_goes_on_correcting_that_quarter(client, commitment, sealed, following, rachel, paula):
    corrected_by(rachel, commitment, sealed)
    client.force_login(paula)
    assert "Vous corrigez le texte du T3" in page_of(client.get(ADDRESS))
    client.post(ADDRESS, form(client, text_public=f"{TRUE} Enfin.", action="submit"))
    update = ProgressUpdate.objects.get(state="submitted")
    assert (update.campaign, update.text_public) == (sealed, f"{TRUE} Enfin.")


def test_it_is_saved_for_that_quarter_while_one_types(client, commitment, sealed, following, amina):
    client.force_login(amina)
    address = f"{ADDRESS}?campagne=2026-T3"
    sent = form(client, address, text_public=TRUE)
    client.post(reverse("commitments:update_autosave", args=[commitment.code]) + "?campagne=2026-T3", sent)
    assert ProgressUpdate.objects.get(state="draft").campaign == sealed


def test_a_contributor_does_not_start_one(commitment, sealed, paula):
    with pytest.raises(TransitionRefused, match="Seuls les valideurs et l’administration"):
        corrected_by(paula, commitment, sealed)
    assert not ProgressUpdate.objects.filter(state="draft").exists()


def test_once_the_next_quarter_has_its_text_that_one_corrects(commitment, sealed, following, rachel):
    make_update(commitment, rachel, publish=True, campaign=following, text_public="Au T4.")
    with pytest.raises(TransitionRefused, match="Un texte plus récent que le T3"):
        corrected_by(rachel, commitment, sealed)


def test_a_text_being_written_for_the_next_quarter_is_not_taken_over(commitment, sealed, following, paula, rachel):
    make_update(commitment, paula, campaign=following, text_public="Au T4.")
    with pytest.raises(TransitionRefused, match="pour un autre trimestre"):
        corrected_by(rachel, commitment, sealed)


def test_the_address_of_an_open_quarter_is_the_usual_form(client, commitment, following, paula):
    client.force_login(paula)
    assert "Vous corrigez" not in page_of(client.get(f"{ADDRESS}?campagne=2026-T4"))
    assert client.get(f"{ADDRESS}?campagne=jamais").status_code == 404


def test_sent_back_it_still_answers_the_sealed_quarter(commitment, sealed, following, rachel, stephane):
    update = submit_update(corrected_by(rachel, commitment, sealed), by=rachel)
    ProgressUpdate.objects.filter(pk=update.pk).update(state="returned")
    again = save_draft(commitment, {"text_public": "Autre."}, by=stephane, campaign=following)
    assert (again.pk, again.campaign) == (update.pk, sealed)
