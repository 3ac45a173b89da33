"""A quarter from its opening to its closing, played by four people in four browsers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Session, User
from commitments.models import Campaign, CampaignLine, ProgressUpdate
from commitments.queries import missing_sides
from commitments.transitions import give_visa, move_campaign, plan_campaign
from tests.browser.conftest import TODAY
from tests.browser.driving import fill_in_login, log_in, mail_to
from tests.worker import running_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE, SILENT = "eng-24-f2030-innov", "eng-23-campus"
FIRST = "L’évaluation du dispositif est confiée à un cabinet, choisi ce mois-ci."
CORRECTED = "L’évaluation du dispositif est confiée à un cabinet, choisi le 12 novembre après mise en concurrence."


@pytest.fixture
def seen_by(browser, portal):
    def log_in_as(who: str) -> Page:
        page = browser.new_context().new_page()
        log_in(page, portal, who)
        return page

    return log_in_as


def close_answers(page: Page, portal: str, quarter: str) -> None:
    page.goto(f"{portal}/espace/campagnes/{quarter}/")
    page.get_by_text("Clore les réponses", exact=True).click()
    page.get_by_role("button", name="Clore les réponses et passer en relecture").click()
    expect(page.get_by_role("status").first).to_contain_text("en relecture")


def plan_and_open(page: Page, portal: str) -> None:
    page.goto(f"{portal}/espace/campagnes/")
    page.get_by_role("link", name="Prévoir une campagne").click()
    page.get_by_label("Trimestre").select_option("2027-T1")
    for label, day in [("Ouverture", "2027-03-01"), ("Réponse attendue le", "2027-04-09"), ("Clôture", "2027-04-14")]:
        page.get_by_label(label).fill(day)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("button", name="Ouvrir la campagne").click()
    expect(page.get_by_role("status").first).to_contain_text("ouverte")


def decide(page: Page, portal: str, button: re.Pattern[str], comment: str = "") -> None:
    page.goto(f"{portal}/espace/visas/")
    page.get_by_role("link", name=re.compile("Financer l’innovation des PME")).click()
    page.get_by_label("Commentaire").fill(comment)
    page.get_by_role("button", name=button).click()


def test_a_whole_quarter_with_four_people(portal, browser, seen_by, tmp_path):
    administrator = seen_by("administration")
    visitor = browser.new_context().new_page()
    close_answers(administrator, portal, "2026-T4")
    plan_and_open(administrator, portal)
    remind(administrator, tmp_path)
    contributor = seen_by("contributeur")
    draft_and_lose_the_session(contributor, portal)
    region, state = seen_by("valideur-region"), seen_by("valideur-etat")
    decide(region, portal, re.compile("^Demander des corrections"), "À quelle date, et comment ?")
    correct(contributor, portal)
    decide(state, portal, re.compile("^Donner le visa"))
    visitor.goto(f"{portal}/engagements/{CODE}/")
    expect(visitor.locator("#contenu")).not_to_contain_text(CORRECTED)
    decide(region, portal, re.compile("^Donner le visa"))
    visitor.goto(f"{portal}/engagements/{CODE}/")
    expect(visitor.locator("#contenu")).to_contain_text(CORRECTED)
    expect(visitor.locator("#contenu")).not_to_contain_text("Sacha Peyrard")
    confirmed = confirm_first(seen_by("redaction-region"), portal)
    close_answers(seen_by("administration"), portal, "2027-T1")
    for code, said in [(confirmed, "confirmé sans changement"), (SILENT, "non renseigné")]:
        visitor.goto(f"{portal}/engagements/{code}/")
        expect(visitor.locator("dl.facts").first).to_contain_text(said)


def remind(administrator: Page, folder: Path) -> None:
    """In one click; a worker sends, and the mail leads straight to the form."""
    with running_worker(EMAIL_URL=f"filemail:///{folder}"):
        administrator.get_by_role("button", name=re.compile("^Relancer ceux")).click()
        expect(administrator.get_by_role("status").first).to_contain_text("rappel")
        assert f"/espace/engagements/{CODE}/point/" in mail_to("contributeur", folder)


def draft_and_lose_the_session(page: Page, portal: str) -> None:
    """The draft is saved while typing; the session ends, and after the login the text is back."""
    page.goto(f"{portal}/espace/engagements/{CODE}/point/")
    text = page.get_by_label("Texte public")
    text.fill("L’évaluation")
    expect(page.locator("#enregistre")).to_contain_text("Brouillon enregistré")
    Session.objects.all().delete()
    text.fill(FIRST)
    expect(page.locator("#enregistre")).to_contain_text("La session a expiré")
    page.get_by_role("button", name="Soumettre au visa").click()
    fill_in_login(page, "contributeur")
    expect(page.get_by_label("Texte public")).to_have_value(FIRST)
    page.get_by_role("button", name="Soumettre au visa").click()
    expect(page.get_by_role("status").first).to_contain_text("Soumis")


def correct(page: Page, portal: str) -> None:
    """The author sees what is asked for, corrects, sends again."""
    page.goto(f"{portal}/espace/")
    row = page.locator(f"#{CODE}")
    expect(row).to_contain_text("à corriger")
    row.get_by_role("link", name="Corriger le point").click()
    expect(page.locator("#contenu")).to_contain_text("À quelle date, et comment ?")
    page.get_by_label("Texte public").fill(CORRECTED)
    page.get_by_role("button", name="Soumettre au visa").click()
    expect(page.get_by_role("status").first).to_contain_text("Soumis")


UNCHANGED = re.compile("^Sans changement")


def confirm_first(page: Page, portal: str) -> str:
    """Confirms the first commitment that can be, and comes back with its code."""
    page.goto(f"{portal}/espace/")
    row = page.locator("ol.duties > li").filter(has=page.get_by_role("button", name=UNCHANGED)).first
    code = row.get_attribute("id")
    assert code is not None
    row.get_by_role("button", name=UNCHANGED).click()
    expect(page.get_by_role("status").first).to_contain_text(f"{code} : confirmé sans changement")
    return code


class Counted:
    """Clicks of the mouse, and the most fields that a page asked for when it came."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.most_fields = page, 0, 0

    def click(self, where: Locator) -> None:
        where.click()
        self.clicks += 1

    def open(self, where: Locator) -> None:
        self.click(where)
        shown = self.page.locator("#contenu").locator(FIELDS).filter(visible=True)
        self.most_fields = max(self.most_fields, shown.count())


FIELDS = "input:not([type=hidden]), select, textarea"


def test_five_commitments_are_answered_in_under_25_clicks(portal, browser, seen_by):
    """Two texts, three confirmations, from the login page on; and no page asks for more than three fields at first."""
    open_next_quarter()
    page = browser.new_context().new_page()
    counted = Counted(page)
    page.goto(f"{portal}/connexion/")
    page.get_by_label("Adresse électronique").fill("contributeur@demo.example")
    page.get_by_label("Mot de passe").fill("demonstration")
    counted.click(page.get_by_role("button", name="Se connecter"))
    for _ in range(3):
        counted.click(page.get_by_role("button", name=UNCHANGED).first)
    for code in unanswered_by_the_contributor(page)[:2]:
        counted.open(page.locator(f"[id='{code}']").get_by_role("link", name=WRITE))
        page.get_by_label("Texte public").fill("Le travail suit son cours ; une première étape est franchie.")
        choose_a_status(counted, page)
        counted.click(page.get_by_role("button", name="Soumettre au visa"))
    campaign = Campaign.objects.get(state=Campaign.State.OPEN)
    assert CampaignLine.objects.filter(campaign=campaign, confirmed_at__isnull=False).count() == 3
    # A correction still answers the quarter it was asked for in.
    assert ProgressUpdate.objects.filter(state="submitted").count() == 2
    assert counted.clicks < 25
    assert 1 <= counted.most_fields <= 3


VALIDATORS = {"state": "etat", "region": "region"}
WRITE = re.compile("^(Écrire un point|Corriger le point|Reprendre le brouillon)")


def open_next_quarter() -> None:
    """What waits for a visa gets it, then all is to answer again."""
    for update in ProgressUpdate.objects.filter(state="submitted"):
        for side in missing_sides(update):
            validator = User.objects.get(email=f"valideur-{VALIDATORS[side]}@demo.example")
            give_visa(update, side=side, decision="approved", by=validator, seen_hash=update.text_hash)
    administrator = User.objects.get(email="administration@demo.example")
    move_campaign(Campaign.objects.get(state=Campaign.State.OPEN), Campaign.State.REVIEW, by=administrator)
    following = Campaign.objects.latest("closes_on")
    days = {name: following.closes_on.replace(year=2027, month=month, day=day) for name, month, day in
            [("opens_on", 3, 1), ("due_on", 4, 9), ("closes_on", 4, 14)]}  # fmt: skip
    campaign = plan_campaign(following.roadmap, year=2027, quarter=1, by=administrator, **days)
    move_campaign(campaign, Campaign.State.OPEN, by=administrator, on=TODAY)


def unanswered_by_the_contributor(page: Page) -> list[str]:
    rows = page.locator("ol.duties > li").filter(has_text=re.compile("à répondre|à corriger|en cours"))
    return [
        code for row in rows.all() if (code := row.get_attribute("id")) and row.get_by_role("link", name=WRITE).count()
    ]


def choose_a_status(counted: Counted, page: Page) -> None:
    """Only where nothing was ever said: the status is then still to be given."""
    status = page.locator("select[name=status]")
    if status.input_value() == "not_provided":
        counted.click(page.get_by_text("Changer le statut", exact=False))
        status.select_option("in_progress")


def test_two_people_write_the_same_text_and_none_of_it_is_lost(portal, seen_by):
    """The second sees both side by side and chooses; what was typed in other fields is kept without asking."""
    address = f"{portal}/espace/engagements/{CODE}/point/"
    first, second = seen_by("contributeur"), seen_by("redaction-region")
    first.goto(address)
    second.goto(address)
    first.get_by_label("Texte public").fill("La version de Camille.")
    first.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(first.get_by_role("status").first).to_contain_text("Brouillon enregistré")
    second.get_by_text("Changer le statut", exact=False).click()
    second.get_by_label("Prochaines étapes").fill("L’étape d’Andrea.")
    second.get_by_label("Texte public").fill("La version d’Andrea.")
    expect(second.locator("#enregistre")).to_contain_text("Modifié aussi par quelqu’un d’autre")
    second.get_by_role("button", name="Enregistrer le brouillon").click()
    both = second.get_by_role("group", name=re.compile("deux textes"))
    expect(both).to_contain_text("La version de Camille.")
    expect(both).to_contain_text("La version d’Andrea.")
    both.get_by_label("Prendre celui qui est enregistré").check()
    second.get_by_role("button", name="Enregistrer le brouillon").click()
    update = ProgressUpdate.objects.get(commitment__code=CODE, state="draft")
    assert (update.text_public, update.next_steps) == ("La version de Camille.", "L’étape d’Andrea.")
