"""`python -m bench.editors FILE`: twenty people with a session, each of whom writes on one commitment of the
demonstration or beside it, and a report asked for; `python -m bench.editors FILE --check` says what their drafts
hold."""

import json
import os
import secrets
import sys
from datetime import date
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Membership, User  # noqa: E402
from commitments.models import Campaign, CampaignLine, Commitment, Participation, ProgressUpdate  # noqa: E402
from commitments.queries import current_campaign  # noqa: E402
from reports import transitions  # noqa: E402
from reports.models import Report  # noqa: E402
from reports.tasks import build_report  # noqa: E402

EDITORS = 20


def prepare(file: Path) -> None:
    campaign = current_campaign()
    assert campaign is not None
    being_written = (ProgressUpdate.State.DRAFT, ProgressUpdate.State.RETURNED)
    told = ProgressUpdate.objects.filter(campaign=campaign).exclude(state__in=being_written).values("commitment")
    led = Participation.objects.filter(role=Participation.Role.LEAD, commitment__merged_into=None)
    free = led.exclude(commitment__in=told).select_related("commitment", "actor").order_by("commitment__code")
    by_code = {led.commitment.code: led.actor for led in free}
    for n in range(EDITORS - len(by_code)):
        added = _commitment(campaign, n)
        by_code[added.commitment.code] = added.actor
    editors = [_editor(code, actor) for code, actor in list(by_code.items())[:EDITORS]]
    file.write_text(json.dumps(editors))
    administrator = User.objects.get(email="administration@demo.example")
    build_report.delay(transitions.request_report(campaign, by=administrator).pk)


def _commitment(campaign: Campaign, n: int) -> Participation:
    """Who leads one more: the demonstration leaves fewer than twenty to write on."""
    like = Participation.objects.filter(role=Participation.Role.LEAD, commitment__main_axis__isnull=False).first()
    assert like is not None
    commitment = Commitment.objects.create(
        roadmap=campaign.roadmap,
        code=f"bench-{n}",
        title=f"Engagement d’essai {n}",
        main_axis=like.commitment.main_axis,
        provenance=Commitment.Provenance.NAMED,
        confidence="sourced",
        progress_method=Commitment.ProgressMethod.DECLARED,
    )
    CampaignLine.objects.create(campaign=campaign, commitment=commitment)
    return Participation.objects.create(commitment=commitment, actor=like.actor, side=like.side, role=like.role)


def _editor(code: str, actor: object) -> dict[str, str]:
    user = User.objects.create(email=f"{code}@bench.example", name=code)
    Membership.objects.create(user=user, actor=actor, role=Membership.Role.CONTRIBUTOR, starts_on=date(2020, 1, 1))
    # As long as Django wants its token to be.
    client, token = Client(), secrets.token_hex(16)
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    return {"code": code, "cookies": cookies, "token": token}


def check() -> None:
    drafts = ProgressUpdate.objects.filter(campaign=current_campaign()).select_related("commitment")
    texts = {update.commitment.code: update.text_public for update in drafts}
    json.dump({"texts": texts, "reports": list(Report.objects.values_list("state", flat=True))}, sys.stdout)


if __name__ == "__main__":
    check() if "--check" in sys.argv else prepare(Path(sys.argv[1]))
