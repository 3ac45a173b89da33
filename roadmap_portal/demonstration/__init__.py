"""Demonstration activity: fictional, and said so on every page (Roadmap.is_demonstration)."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from commitments.models import (
    Campaign,
    CampaignLine,
    Commitment,
    Decision,
    Milestone,
    Postponement,
    ProgressUpdate,
    Roadmap,
)
from commitments.progress import refresh_standing
from funding.models import FundingLine
from reports import transitions as report_transitions
from reports.models import Report
from reports.services import produce
from roadmap_portal.demonstration.awards import award
from roadmap_portal.demonstration.english import translate
from roadmap_portal.demonstration.grants import grant
from roadmap_portal.demonstration.indicators import measure
from roadmap_portal.demonstration.money import fund
from roadmap_portal.demonstration.plans import finance
from roadmap_portal.demonstration.play import play
from roadmap_portal.demonstration.stage import PASSWORD, SeedRefused, Stage, plan, set_stage
from roadmap_portal.loader.frame import ROADMAP_CODE
from roadmap_portal.scenario import Calendar, read_scenario

__all__ = ["PASSWORD", "Made", "SeedRefused", "seed", "show_reports"]

SCENARIO_FILE = Path(__file__).parent.parent / "data" / "demonstration.yaml"


@dataclass(frozen=True)
class Made:
    """What was made, and what a reader of the terminal will want to know."""

    accounts: list[User]
    campaigns: list[Campaign]
    counts: dict[str, int]


@transaction.atomic
def seed(today: date) -> Made | None:
    """Makes the activity of the last three quarters; None when it is there already."""
    if not settings.DEBUG:
        raise SeedRefused("DEBUG est désactivé : aucune donnée fictive sur un portail en service.")
    roadmap = Roadmap.objects.select_for_update(of=("self",)).filter(code=ROADMAP_CODE).first()
    if roadmap is None:
        raise SeedRefused("La feuille de route n’est pas chargée : lancez d’abord load_roadmap.")
    if roadmap.is_demonstration:
        return None
    if Campaign.objects.exists() or ProgressUpdate.objects.exists():
        raise SeedRefused("La feuille de route porte déjà une activité, qui n’est pas fictive : rien ne s’y ajoute.")
    scenario = read_scenario(SCENARIO_FILE)
    stage = set_stage(roadmap, scenario, Calendar(today))
    for story in scenario.stories:
        plan(stage, story)
        fund(stage, story)
    measure(stage, roadmap)
    refresh_standing(stage.commitments[story.code].pk for story in scenario.stories)
    # Before anything is sealed: what is frozen says that it is fictional.
    roadmap.is_demonstration = True
    roadmap.save(update_fields=["is_demonstration"])
    translate(roadmap)
    play(stage, scenario)
    award(stage)
    finance(stage)
    grant(stage)
    return _made(stage)


def _made(stage: Stage) -> Made:
    updates = ProgressUpdate.objects.filter(commitment__in=list(stage.commitments.values()))
    states = ProgressUpdate.State
    plan = Milestone.objects.filter(origin=Milestone.Origin.PLAN)
    late = Commitment.objects.counted().late(stage.calendar.today)
    counts = {
        "points publiés": updates.filter(state__in=[states.PUBLISHED, states.SUPERSEDED]).count(),
        "points soumis, en attente de visa": updates.filter(state=states.SUBMITTED).count(),
        "points à corriger": updates.filter(state=states.RETURNED).count(),
        "réponses « sans changement »": CampaignLine.objects.filter(confirmed_at__isnull=False).count(),
        "brouillons": updates.filter(state=states.DRAFT).count(),
        "jalons": plan.count(),
        "jalons atteints": plan.filter(status=Milestone.Status.ACHIEVED).count(),
        "reports d’échéance": Postponement.objects.filter(commitment__in=list(stage.commitments.values())).count(),
        "décisions du comité encore à suivre": Decision.objects.filter(state=Decision.State.OPEN).count(),
        "lignes de financement fictives": FundingLine.objects.filter(is_fictional=True).count(),
        "engagements en retard (calendrier initial)": late.count(),
    }
    campaigns = list(Campaign.objects.order_by("reference_on"))
    return Made(list(stage.users.values()), campaigns, counts)


def show_reports(made: Made) -> None:
    """The files of the sealed reports, built here: the page of reports has something to show."""
    for queued in Report.objects.filter(campaign__in=made.campaigns, state=Report.State.QUEUED).order_by("pk"):
        report = report_transitions.start(queued.pk)
        if report is not None:
            produce(report)
