"""Every public and staff page, wide and narrow, empty, full and with errors: no fault that axe can see."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import User
from commitments.models import Campaign, Commitment, Indicator, Measurement, ProgressUpdate
from commitments.transitions import move_campaign
from reports.models import Report
from tests.browser.driving import faults, faults_at, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE, LATE, RETURNED = "eng-06-former", "eng-25-f2030-idemo", "eng-28-diagnostics"
FINANCED = "eng-03-recherche-appliquee"
PROVEN = "eng-16-ccsti"  # completed, on a piece that is not public
WIDTHS = [1280, 360]


def public_addresses() -> list[str]:
    adjacent = Commitment.objects.filter(provenance="adjacent").order_by("code").values_list("code", flat=True)[0]
    indicators = Indicator.objects.filter(code__in=["ind-entreprises-ia", "ind-osez-tpe", "demo-filieres-couvertes"])
    return [
        "/", "/engagements/", "/engagements/?axis=research&status=in_progress", "/engagements/?status=rien",
        "/engagements/?q=zzzz", f"/engagements/{CODE}/", f"/engagements/{adjacent}/", f"/engagements/{LATE}/",
        f"/engagements/{PROVEN}/", f"/engagements/{LATE}/historique/", f"/en/engagements/{LATE}/historique/",
        "/axes/", "/axes/research/", "/acteurs/", "/acteurs/region-aura/", "/financements/", "/en/financements/",
        "/financements/enveloppes/", "/financements/parite/", "/financements/laureats/", "/donnees/subventions/",
        f"/engagements/{FINANCED}/", "/chiffres/feuille-de-route/", "/chiffres/financement/",
        "/indicateurs/", "/indicateurs/?state=rien", "/en/indicateurs/",
        *[indicator.get_absolute_url() for indicator in indicators],
        "/donnees/", "/donnees/engagements/", "/en/donnees/indicateurs/",
        "/carte/", "/carte/?show=actors", "/carte/?show=rien", "/en/carte/", "/recherche/", "/recherche/?q=ecole",
        "/recherche/?q=inteligence", "/recherche/?q=zzzz&kind=rien", "/en/recherche/?q=formation", "/abonnement/",
        "/en/abonnement/", "/abonnement/quitter/rien/", "/accessibilite/", "/en/accessibilite/", "/mentions-legales/",
        "/donnees-personnelles/", "/plan-du-site/", "/api/v1/docs/", "/en/api/v1/docs/",
        "/integrer/feuille-de-route/ensemble/", f"/en/integrer/engagements/{LATE}/",
        "/calendrier/?axis=research", "/calendrier/?axis=rien", "/en/axes/research/",
        "/calendrier/", "/rapports/", "/connexion/", "/en/", "/en/engagements/", f"/en/engagements/{CODE}/",
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_no_public_page_has_an_accessibility_fault(portal, browser, width):
    call_command("build_report", "2026-T3", verbosity=0)
    page = browser.new_page(viewport={"width": width, "height": 800})
    found = [fault for address in public_addresses() for fault in faults_at(page, portal + address)]
    # Versions of one long page, whose colours are those of the first.
    first, *others = report_addresses()
    found += faults_at(page, portal + first)
    assert found + [fault for each in others for fault in faults_at(page, portal + each, in_the_dark=False)] == []


def report_addresses() -> list[str]:
    """A sealed quarter whose files are built, one whose files are on their way; a rectification; no and odd answers."""
    compared = "/rapports/comparaison/?de=2026-T2&a=2026-T3"
    return [
        "/rapports/2026-T3/", "/en/rapports/2026-T3/", "/rapports/2026-T3/v1/", "/rapports/2026-T2/",
        "/rapports/verification/", "/en/rapports/verification/", "/rapports/verification/?empreinte=rien",
        "/rapports/comparaison/", compared, f"/en{compared}", "/rapports/comparaison/?de=2026-T2&a=rien",
    ]  # fmt: skip


def staff_addresses() -> list[str]:
    submitted = ProgressUpdate.objects.filter(state="submitted").order_by("pk").values_list("pk", flat=True)[0]
    campaign = Campaign.objects.get(state=Campaign.State.OPEN).pk
    reading = Measurement.objects.filter(indicator__code="demo-pme-accompagnees").first()
    corrected = f"/espace/indicateurs/demo-pme-accompagnees/mesure/{reading.pk}/corriger/"
    return [
        "/espace/", "/espace/mon-trimestre/grille/", "/espace/mon-trimestre/tableur/", "/espace/alertes/",
        f"/espace/engagements/{FINANCED}/financement/",
        f"/espace/engagements/{FINANCED}/plan-de-financement/", "/espace/financements/coller/", "/espace/laureats/",
        "/espace/subventions/", "/espace/subventions/nouvelle/", "/espace/subventions/controle/",
        f"/espace/engagements/{CODE}/point/", f"/espace/engagements/{RETURNED}/point/",
        f"/espace/engagements/{LATE}/point/", f"/espace/engagements/{LATE}/report-echeance/",
        "/espace/visas/", f"/espace/visas/{submitted}/", "/espace/campagnes/", "/espace/campagnes/2026-T4/",
        "/espace/campagnes/2026-T4/?par=acteur", "/espace/campagnes/2026-T4/?state=rien",
        "/espace/campagnes/nouvelle/", "/espace/campagnes/2026-T4/dates/", "/espace/rapports/",
        f"/espace/engagements/{PROVEN}/pieces/", "/espace/comites/", "/espace/comites/nouveau/",
        "/espace/comites/2026-09-22/", "/espace/comites/2026-12-08/", "/espace/preferences/",
        f"/espace/engagements/{LATE}/historique/", f"/espace/historique/commitments.campaign/{campaign}/",
        "/espace/indicateurs/", "/espace/indicateurs/demo-personnes-formees/mesure/", corrected,
        "/en/espace/indicateurs/",
        "/espace/campagnes/calendrier/", f"/espace/engagements/{CODE}/fusion/", "/espace/rapports/sceller/2026-T4/",
        "/espace/rapports/rectifier/2026-T3/", *[report.get_absolute_url() for report in Report.objects.all()],
        "/en/espace/campagnes/calendrier/", "/en/espace/rapports/rectifier/2026-T3/",
        "/en/espace/", "/en/espace/campagnes/2026-T4/", f"/en/espace/visas/{submitted}/",
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_no_staff_page_has_an_accessibility_fault(portal, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    log_in(page, portal, "administration")
    assert [fault for address in staff_addresses() for fault in faults_at(page, portal + address)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_of_one_who_approves_has_an_accessibility_fault(portal, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    log_in(page, portal, "valideur-region")
    found = [fault for address in ["/espace/", "/espace/visas/"] for fault in faults_at(page, portal + address)]
    page.locator("ol.rows a.title").first.click()
    found += faults(page)
    page.get_by_role("button", name="Demander des corrections").click()
    expect(page.get_by_role("alert")).to_contain_text("Dites quelles corrections")
    assert found + faults(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_errors_are_accessible_too(portal, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    log_in(page, portal, "administration")
    page.goto(f"{portal}/espace/engagements/eng-02-visibilite/point/")
    page.get_by_label("Texte public").fill("")
    page.get_by_role("button", name="Soumettre au visa").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est publié")
    found = faults(page)
    page.goto(f"{portal}/espace/indicateurs/demo-personnes-formees/mesure/")
    page.get_by_label("Date de référence").fill("2026-06-30")
    page.get_by_label("Valeur").fill("9 000")
    page.get_by_label("Commentaire").fill("Nouveau périmètre.")
    page.get_by_role("button", name="Enregistrer la mesure").click()
    expect(page.get_by_label("Je confirme")).to_be_visible()
    found += faults(page)
    page.goto(f"{portal}/espace/campagnes/nouvelle/")
    page.get_by_label("Ouverture").fill("2026-11-01")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".has-error").first).to_be_visible()
    assert found + faults(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_sealing_is_accessible_with_what_it_refuses(portal, browser, width):
    """A text that misses a visa is in the way; the quarter is mistyped, then the box left empty, then it is sealed."""
    administrator = User.objects.get(email="administration@demo.example")
    move_campaign(Campaign.objects.get(state=Campaign.State.OPEN), Campaign.State.REVIEW, by=administrator)
    page = browser.new_page(viewport={"width": width, "height": 800})
    log_in(page, portal, "administration")
    page.goto(f"{portal}/espace/rapports/sceller/2026-T4/")
    found = faults(page)
    page.get_by_label("Recopiez le trimestre à sceller").fill("T3 2026")
    page.get_by_role("button", name="Sceller pour toujours").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est scellé")
    found += faults(page)
    page.get_by_label("Recopiez le trimestre à sceller").fill("T4 2026")
    page.get_by_role("button", name="Sceller pour toujours").click()
    expect(page.get_by_role("alert")).to_contain_text("Il manque un visa")
    found += faults(page)
    for box in page.locator("input[name=unapproved]").all():
        box.check()
    page.get_by_label("Recopiez le trimestre à sceller").fill("t4-2026")
    page.get_by_role("button", name="Sceller pour toujours").click()
    expect(page.locator("main")).to_contain_text("est scellé")
    page.goto(f"{portal}/rapports/2026-T4/")
    expect(page.locator("main")).to_contain_text("non visé")
    assert found + faults(page) == []
