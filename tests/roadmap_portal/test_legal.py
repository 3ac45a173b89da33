"""What the law has a public site say: exactly, from every page, and never with a gap once it is in production."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import NoReverseMatch, reverse

from roadmap_portal.accessibility import expires_on, standing
from roadmap_portal.legal import legal_from, missing
from roadmap_portal.models import AccessibilityAudit
from roadmap_portal.site_map import PAGES
from tests.factories import make_axis, make_commitment
from tests.test_addresses import EVERYONE, RULES

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)
PARTS = ["Engagement", "Périmètre", "État de conformité", "Résultats des tests", "Contenus non accessibles",
         "Établissement de cette déclaration", "Retour d’information et contact", "Voies de recours"]  # fmt: skip


def audit(met, applicable, on=date(2026, 1, 10), **fields):
    fields = {"auditor": "Cabinet d’essai", "criteria_met": met, "criteria_applicable": applicable} | fields
    return AccessibilityAudit.objects.create(audited_on=on, **fields)


@pytest.mark.parametrize(
    ("given", "mention"),
    [
        (None, "non conforme"),
        ((52, 105), "non conforme"),  # 49.5 %
        ((35, 70), "partiellement conforme"),
        ((69, 70), "partiellement conforme"),
        ((70, 70), "totalement conforme"),
    ],
)
def test_the_mention_is_computed_from_the_criteria(given, mention):
    if given is not None:
        audit(*given)
    assert standing(TODAY).mention == f"Accessibilité\u00a0: {mention}"


def test_an_audit_counts_for_three_years_and_the_newest_one_counts():
    audit(70, 70, on=date(2024, 2, 29))
    assert standing(date(2027, 2, 28)).conformity == "whole"
    expired = standing(date(2027, 3, 1))
    assert (expired.conformity, expired.is_expired) == ("none", True)
    assert expires_on(date(2026, 1, 10)) == date(2029, 1, 10)
    audit(40, 70, on=date(2026, 1, 10))
    audit(70, 70, on=date(2026, 11, 27))  # tomorrow's
    assert standing(TODAY).conformity == "partial"


def test_an_audit_that_cannot_be_is_refused_by_form_and_database():
    with pytest.raises(ValidationError, match="parmi ceux qui s’appliquent"):
        AccessibilityAudit(audited_on=TODAY, auditor="X", criteria_met=71, criteria_applicable=70).full_clean()
    with pytest.raises(IntegrityError):
        audit(1, 107)


def test_every_public_page_leads_to_the_legal_ones_and_sets_no_cookie(client, roadmap):
    audit(35, 70)
    paths = {name: reverse(name) for name in PAGES}
    for name, path in paths.items():
        for language in ("", "/en"):
            page = client.get(f"{language}{path}")
            text = page.content.decode()
            assert page.status_code == 200, name
            assert ">Accessibilité\u00a0: partiellement conforme</a>" in text, name
            for legal in ("accessibility", "legal_notice", "privacy", "site_map"):
                assert f'href="{language}{paths[legal]}"' in text, name
    assert not client.cookies


def test_the_declaration_has_its_eight_parts_in_order(client, roadmap):
    audit(35, 70, not_met="Deux images sans texte.", pages="Accueil, liste")
    page = client.get(reverse("accessibility")).content.decode()
    assert re.findall(r"<h2>([^<]+)</h2>", page) == PARTS
    for said in ("50,0\u00a0%", "Deux images sans texte.", "Libre réponse 71120", "9 janvier 2029"):
        assert said in page.replace("\u202f", "\u00a0")


def test_the_plan_of_the_site_names_every_public_page_that_stands_alone(client, roadmap):
    axis = make_axis("research")
    page = client.get(reverse("site_map")).content.decode()
    assert axis.get_absolute_url() in page
    assert all(f'href="{reverse(name)}"' in page for name in PAGES)
    assert [path for path in _public_pages() if f'href="{path}"' not in page] == []


def _public_pages():
    """Those that everybody opens without an argument; formats for machines and the way in of the staff left out."""
    other = re.compile(r"_txt|sitemap$|csv|schema|_ics|_atom|^api:|^open_data|healthz|styleguide|login|forgotten")
    for name, (looking, _acting) in RULES.items():
        if looking == EVERYONE and not other.search(name):
            with suppress(NoReverseMatch):
                yield reverse(name)


def test_search_engines_read_every_public_page_in_both_languages(client, roadmap):
    make_commitment(code="eng-1")
    make_commitment(code="eng-2", visibility="internal")
    page = client.get("/sitemap.xml").content.decode()
    assert "/engagements/eng-1/</loc>" in page
    assert 'hreflang="en" href="http://testserver/en/engagements/eng-1/"' in page
    assert "eng-2" not in page
    assert "Sitemap: " in client.get("/robots.txt").content.decode()


def test_who_finds_a_flaw_knows_whom_to_tell(client, settings):
    settings.LEGAL = replace(settings.LEGAL, security_contact="mailto:securite@exemple.fr")
    page = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in page.content.decode().splitlines())
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:securite@exemple.fr"
    expires = datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00"))
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=366)
    assert fields["Preferred-Languages"] == "fr, en"


def test_production_is_told_of_each_gap_and_of_none_once_they_are_filled(settings):
    class Env:
        def __init__(self, given):
            self.given = given

        def str(self, name, default):
            return self.given.get(name, default)

    settings.LEGAL = legal_from(Env({"PUBLISHER_NAME": "Région"}))
    told = [error for error in run_checks(include_deployment_checks=True) if error.id == "portal.E001"]
    assert len(told) == 12
    assert not any("PUBLISHER_NAME" in error.msg for error in told)
    assert settings.LEGAL.dpo_email == missing("DPO_EMAIL")
    everything = {name: "exemple" for name in settings.LEGAL.placeholders} | {"PUBLISHER_NAME": "Région"}
    settings.LEGAL = legal_from(Env(everything))
    assert not [error for error in run_checks(include_deployment_checks=True) if error.id == "portal.E001"]
