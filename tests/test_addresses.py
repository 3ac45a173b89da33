"""Every address of the portal, asked by every role. An address that is added without a line here fails."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Membership
from commitments.models import Commitment, Decision, Roadmap, SteeringMeeting
from commitments.transitions import snooze_token
from reports.models import Report, ReportFile
from tests.factories import (
    make_actor,
    make_axis,
    make_campaign,
    make_commitment,
    make_evidence,
    make_indicator,
    make_roadmap,
    make_update,
    make_user,
)
from tests.reports.situations import make_envelope, make_event, make_grant, make_line

pytestmark = pytest.mark.django_db
Role = Membership.Role
# Name → role, actor. The commitment of every sample address is led by the Region, and internal.
PEOPLE = {
    "visitor": None,
    "former member": (),
    "reader": (Role.READER, "prefecture"),
    "auditor": (Role.AUDITOR, "prefecture"),
    "contributor": (Role.CONTRIBUTOR, "region"),
    "foreign contributor": (Role.CONTRIBUTOR, "autre"),
    "state validator": (Role.VALIDATOR, "prefecture"),
    "region validator": (Role.VALIDATOR, "region"),
    "administrator": (Role.ADMINISTRATOR, "region"),
    "actor's administrator": (Role.ADMINISTRATOR, "autre"),
}
EVERYONE = set(PEOPLE)
STAFF = EVERYONE - {"visitor", "former member"}
WRITERS = {"contributor", "state validator", "region validator", "administrator"}
MEASURING = WRITERS | {"foreign contributor"}
VALIDATING = {"state validator", "region validator", "administrator"}
ADMINISTRATOR = {"administrator"}
ASKING = {"administrator", "actor's administrator"}
LOGGED_IN = EVERYONE - {"visitor"}

# Address → who may look (GET), who may act (POST). None: the method is not offered.
RULES: dict[str, tuple[set[str] | None, set[str] | None]] = {
    "healthz": (EVERYONE, None),
    "api:commitments": (EVERYONE, None),
    "api:commitment": (STAFF, None),
    "api:milestones": (EVERYONE, None),
    "api:axes": (EVERYONE, None),
    "api:actors": (EVERYONE, None),
    "api:indicators": (EVERYONE, None),
    "api:envelopes": (EVERYONE, None),
    "api:funding_lines": (EVERYONE, None),
    "api:reports": (EVERYONE, None),
    "api:schema": (EVERYONE, None),
    "api_docs": (EVERYONE, None),
    "search": (EVERYONE, None),
    "map": (EVERYONE, None),
    "embed": (EVERYONE, None),  # of an axis; never of what is internal: tests/roadmap_portal/test_sharing.py
    "picture": (EVERYONE, None),
    "oembed": (set(), None),  # without the address of a page there is nothing to tell
    "accessibility": (EVERYONE, None),
    "legal_notice": (EVERYONE, None),
    "privacy": (EVERYONE, None),
    "site_map": (EVERYONE, None),
    "security_txt": (EVERYONE, None),
    "robots_txt": (EVERYONE, None),
    "sitemap": (EVERYONE, None),
    "home": (EVERYONE, None),
    "figures": (EVERYONE, None),
    "figures_data": (EVERYONE, None),
    "public_history": (set(), None),  # of an internal commitment: nobody's
    "history_of_commitment": (STAFF, None),
    "history": (STAFF, None),  # of a campaign; that of an account: tests/roadmap_portal/test_history_pages.py
    "commitments:list": (EVERYONE, None),
    "commitments:detail": (STAFF, None),
    "commitments:axis_list": (EVERYONE, None),
    "commitments:axis_detail": (EVERYONE, None),
    "commitments:indicator_list": (EVERYONE, None),
    "commitments:calendar": (EVERYONE, None),
    "commitments:milestones_ics": (EVERYONE, None),
    "commitments:news_atom": (EVERYONE, None),
    "commitments:subscribe": (EVERYONE, EVERYONE),
    "commitments:my_quarter": (STAFF, None),
    "commitments:alerts": (STAFF, None),
    "commitments:grid": (MEASURING, MEASURING),
    "commitments:sheets": (MEASURING, MEASURING),
    "commitments:sheet_export": (None, MEASURING),
    "commitments:confirm_unchanged": (None, WRITERS),
    "commitments:postpone": (WRITERS, WRITERS),
    "commitments:merge": (ADMINISTRATOR, ADMINISTRATOR),
    "commitments:undo_merger": (None, ADMINISTRATOR),
    "commitments:update": (WRITERS, WRITERS),
    "commitments:update_autosave": (None, WRITERS),
    "commitments:update_take_back": (None, WRITERS),
    "commitments:update_discard": (None, WRITERS),
    "commitments:campaign_list": (STAFF, None),
    "commitments:campaign_calendar": (ADMINISTRATOR, None),
    "commitments:campaign_plan": (ADMINISTRATOR, ADMINISTRATOR),
    "commitments:campaign_board": (STAFF, None),
    "commitments:campaign_reschedule": (ADMINISTRATOR, ADMINISTRATOR),
    "commitments:campaign_remind": (None, ADMINISTRATOR),
    "commitments:campaign_move": (None, ADMINISTRATOR),
    "commitments:pause": (EVERYONE, EVERYONE),
    "commitments:evidence": (WRITERS, WRITERS),
    "commitments:evidence_withdraw": (None, WRITERS),
    "commitments:evidence_file": (STAFF, None),
    "commitments:measurable_list": (MEASURING, None),
    "commitments:measure": (WRITERS, WRITERS),
    "commitments:measure_correct": (WRITERS, WRITERS),
    "commitments:visa_list": (VALIDATING, None),
    "commitments:visa_detail": (VALIDATING, VALIDATING),
    "commitments:meeting_list": (STAFF, None),
    "commitments:meeting_plan": (VALIDATING, VALIDATING),
    "commitments:meeting": (STAFF, VALIDATING),
    "commitments:meeting_edit": (VALIDATING, VALIDATING),
    "commitments:meeting_hold": (None, VALIDATING),
    "commitments:decision": (STAFF, VALIDATING),
    "commitments:decision_correct": (VALIDATING, VALIDATING),
    "actors:list": (EVERYONE, None),
    "actors:detail": (EVERYONE, None),
    "funding:list": (EVERYONE, None),
    "funding:envelopes": (EVERYONE, None),
    "funding:parity": (EVERYONE, None),
    "funding:award_list": (EVERYONE, None),
    "funding:award_import": (VALIDATING, VALIDATING),
    "funding:ledger": (WRITERS, WRITERS),
    "funding:line_add": (None, WRITERS),
    "funding:line_authorisation": (None, WRITERS),
    "funding:event_correct": (WRITERS, WRITERS),
    "funding:paste": (WRITERS | {"foreign contributor"}, WRITERS | {"foreign contributor"}),
    "funding:paste_template": (WRITERS | {"foreign contributor"}, None),
    "funding:plan": (WRITERS, WRITERS),
    "funding:grant_data": (EVERYONE, None),
    "funding:grant_csv": (EVERYONE, None),
    "funding:grant_schema": (EVERYONE, None),
    "funding:grant_list": (VALIDATING, None),
    "funding:grant_add": (VALIDATING, VALIDATING),
    "funding:grant_check": (VALIDATING, VALIDATING),
    "funding:grant_edit": (VALIDATING, VALIDATING),
    "funding:grant_publish": (None, VALIDATING),
    "reports:data_catalogue": (EVERYONE, None),
    "reports:data_set": (EVERYONE, None),
    "open_data:dcat": (EVERYONE, None),
    "open_data:package": (EVERYONE, None),
    "open_data:csv": (EVERYONE, None),
    "open_data:json": (EVERYONE, None),
    "open_data:schema": (EVERYONE, None),
    "reports:list": (EVERYONE, None),
    "reports:comparison": (EVERYONE, None),
    "reports:verification": (EVERYONE, None),
    "reports:seal": (ADMINISTRATOR, ADMINISTRATOR),
    "reports:staff_list": (ASKING, ASKING),
    # Of a report on the whole roadmap; on that of their actor: tests/reports/test_asking.py.
    "reports:staff_detail": (ADMINISTRATOR, None),
    "reports:staff_state": (ADMINISTRATOR, None),
    "reports:staff_act": (None, ADMINISTRATOR),
    "reports:staff_file": (ADMINISTRATOR, None),
    "accounts:login": (EVERYONE, EVERYONE),
    "accounts:logout": (None, EVERYONE),  # whoever has no session has nothing to end
    "accounts:preferences": (STAFF, STAFF),
    "accounts:delegations": (STAFF, STAFF),
    "accounts:end_delegation": (None, STAFF),
    "accounts:administration": (ADMINISTRATOR, None),
    "accounts:people": (ADMINISTRATOR, None),
    "accounts:person": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts:enable": (None, ADMINISTRATOR),
    "accounts:departure": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts:end_membership": (None, ADMINISTRATOR),
    "accounts:invite": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts:invite_again": (None, ADMINISTRATOR),
    "accounts:untie": (None, ADMINISTRATOR),
    "accounts:forget_second_factor": (None, ADMINISTRATOR),
    "accounts:password": (LOGGED_IN, LOGGED_IN),
    "accounts:second_factor": (LOGGED_IN, LOGGED_IN),
    "accounts:forgotten": (EVERYONE, EVERYONE),
    "accounts:welcome": (EVERYONE, EVERYONE),
    "accounts:choose_password": (EVERYONE, EVERYONE),
    "accounts:sessions": (LOGGED_IN, None),
    "accounts:my_data": (None, LOGGED_IN),
    "accounts:end_session": (None, LOGGED_IN),
    **{f"proconnect:{name}": (set(), None) for name in ("begin", "callback", "left")},  # off: test_proconnect.py
    "accounts:end_snooze": (None, STAFF),
}
# Asked for in tests of their own: a worker or a token is needed, or what they show must be online.
# An import is its author's alone: tests/commitments/test_round_trip.py.
ELSEWHERE = {"ready", "metrics", "admin_login", "admin_password", "accounts:login_code",
             "accounts:second_factor_picture", "commitments:sheet_import", "commitments:sheet_annotated",
             "commitments:subscription_confirm", "commitments:unsubscribe",
             "commitments:indicator_detail", "reports:detail", "reports:version", "reports:file",
             "reports:rectify", "reports:publish",
             *(f"open_data:quarter_{name}" for name in ("package", "csv", "json"))}  # fmt: skip
CASES = [(name, method, who) for name, rule in RULES.items() for method, may in zip(("get", "post"), rule, strict=True)
         if may is not None for who in PEOPLE]  # fmt: skip


def names(resolver=None, space=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from names(pattern, pattern.namespace or space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}:{pattern.name}" if space else str(pattern.name)


def test_each_address_has_its_rule():
    assert {*names()} == {*RULES, *ELSEWHERE}


@pytest.fixture
def addresses(region, state, amina, rachel):
    """One of each, about an internal commitment of the Region."""
    make_actor("autre")
    make_axis("research")
    make_roadmap(visa_policy=Roadmap.VisaPolicy.BOTH)
    author = make_user("auteur", Role.CONTRIBUTOR, region)
    commitment = make_commitment("..", code="eng-1", lead=region, visibility=Commitment.Visibility.INTERNAL)
    campaign = make_campaign()
    update = make_update(commitment, author, submitted=True, campaign=campaign)
    with_file = make_evidence(commitment, author, url="", file=ContentFile(b"%PDF-", "p.pdf"), file_name="p.pdf",
                              sha256="0" * 64, size=5, media_type="application/pdf")  # fmt: skip
    meeting = SteeringMeeting.objects.create(roadmap=make_roadmap(), held_on=date(2026, 11, 1))
    decision = Decision.objects.create(meeting=meeting, number=1, text="Décidé.", owner=region, due_on=date(2027, 1, 1))
    indicator = make_indicator(commitment=commitment)
    reading = indicator.measurements.get()
    report = Report.objects.create(campaign=campaign, requested_by=amina)
    file = ReportFile.objects.create(report=report, format="pdf", file=ContentFile(b"%PDF-", "r.pdf"), size=5,
                                     sha256="0" * 64, name="r.pdf", state="ready")  # fmt: skip
    money = make_event(make_line(commitment, make_envelope("a"), funder="region"), "planned", Decimal(5))
    grant = make_grant(region)
    of_commitment = ("api:commitment", "detail", "confirm_unchanged", "postpone", "merge", "undo_merger", "update",
                     "update_autosave", "update_take_back", "update_discard", "evidence")  # fmt: skip
    arguments = {
        **{name: [commitment.code] for name in of_commitment},
        **{f"campaign_{act}": [campaign.slug] for act in ("board", "reschedule", "remind", "move")},
        **{name: [meeting.held_on] for name in ("meeting", "meeting_edit", "meeting_hold")},
        **{name: [decision.pk] for name in ("decision", "decision_correct")},
        **{f"reports:staff_{name}": [report.pk] for name in ("detail", "state", "act")},
        **{name: [commitment.code] for name in ("public_history", "history_of_commitment")},
        "measure": [indicator.code],
        "measure_correct": [indicator.code, reading.pk],
        "history": ["commitments.campaign", campaign.pk],
        "axis_detail": ["research"],
        **{name: ["axes", "research"] for name in ("embed", "picture")},
        **{name: ["axe/research"] for name in ("figures", "figures_data")},
        "evidence_withdraw": [commitment.code, with_file.pk],
        "evidence_file": [with_file.pk],
        "visa_detail": [update.pk],
        "pause": [snooze_token(author)],
        **{
            f"accounts:{name}": [author.pk]
            for name in (
                "end_delegation",
                "person",
                "enable",
                "departure",
                "invite_again",
                "untie",
                "forget_second_factor",
            )
        },
        **{f"accounts:{name}": ["x", "y"] for name in ("welcome", "choose_password")},
        "accounts:end_membership": [author.pk, author.memberships.get().pk],
        "actors:detail": ["region"],
        "reports:seal": [campaign.slug],
        **{f"open_data:{name}": ["engagements"] for name in ("csv", "json", "schema")},
        "open_data:dcat": ["ttl"],
        "reports:data_set": ["engagements"],
        **{f"funding:{name}": [commitment.code] for name in ("ledger", "line_add", "plan")},
        "funding:line_authorisation": [commitment.code, money.line.pk],
        "funding:event_correct": [commitment.code, money.pk],
        **{f"funding:grant_{name}": [grant.pk] for name in ("edit", "publish")},
        "reports:staff_file": [report.pk, file.name],
    }
    return lambda name: reverse(name, args=arguments.get(name) or arguments.get(name.removeprefix("commitments:"), []))


def log_in(client, who):
    person = PEOPLE[who]
    if person is None:
        return
    role, actor = person or (None, None)
    client.force_login(make_user("quelquun", role, make_actor(actor) if actor else None))


@pytest.mark.parametrize(("name", "method", "who"), CASES)
def test_an_address_opens_to_those_its_rule_names_and_to_nobody_else(client, addresses, name, method, who):
    """A missing right answers like a missing page; a visitor is asked who they are."""
    log_in(client, who)
    address = addresses(name)
    response = getattr(client, method)(address)
    response.close()
    may = RULES[name][0 if method == "get" else 1]
    if who in may:
        assert response.status_code in {200, 302}, address
        assert not response.headers.get("Location", "").startswith("/connexion/")
    elif who == "visitor" and response.status_code != 404:
        assert response.status_code == 401 or response.headers["Location"].startswith("/connexion/")
    else:
        assert response.status_code == 404, address


@pytest.mark.parametrize(("name", "rule"), RULES.items())
def test_a_method_that_is_not_offered_is_refused_to_everyone(client, addresses, name, rule, amina):
    client.force_login(amina)
    for method, may in zip(("get", "post"), rule, strict=True):
        if may is None:
            assert getattr(client, method)(addresses(name)).status_code == 405


@pytest.mark.parametrize("who", sorted(EVERYONE - ADMINISTRATOR))
def test_the_admin_opens_to_administrators_alone(client, region, who):
    make_actor("prefecture")
    make_actor("autre")
    log_in(client, who)
    for address in ("/admin/", "/admin/commitments/commitment/", "/admin/accounts/user/"):
        assert client.get(address).status_code in {302, 404}


@pytest.mark.parametrize("who", ["visitor", "administrator"])
def test_every_answer_carries_the_headers_of_a_strict_site(client, addresses, who):
    """Refusals, files and the admin too; what staff reads is stored nowhere."""
    log_in(client, who)
    without_sample = {name for name in ELSEWHERE if name.startswith(("reports:", "commitments:", "open_data:quarter"))}
    pages = [addresses(name) for name in sorted({*RULES, *ELSEWHERE} - without_sample)]
    answers = []
    for address in [*pages, "/rien/", reverse("admin:index"), reverse("admin:accounts_user_changelist")]:
        response = client.get(address)
        headers = response.headers
        answers.append(response)
        assert "default-src 'none'" in headers["Content-Security-Policy"], address
        assert "unsafe" not in headers["Content-Security-Policy"], address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        has_token = "/bienvenue/" in address or "/mot-de-passe/x" in address
        referrer = "same-origin" if has_token else "strict-origin-when-cross-origin"
        assert headers["Referrer-Policy"] == referrer, address
        assert "camera=()" in headers["Permissions-Policy"], address
        assert headers["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}, address
        is_framed = "/integrer/" in address and response.status_code == 200
        assert (headers.get("X-Frame-Options") == "DENY") != is_framed, address
        if who == "administrator":
            assert "no-store" in headers["Cache-Control"], address
    # Not before: closing an answer closes the connection of the test.
    for response in answers:
        response.close()
