"""`seed_demo [--today AAAA-MM-JJ]`: fictional activity on the roadmap that load_roadmap loaded. Never in production."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from commitments.transitions import TransitionRefused
from reports.models import SealedReport
from roadmap_portal.demonstration import PASSWORD, Made, SeedRefused, seed, show_reports
from roadmap_portal.history.recording import RecordedCommand


class Command(RecordedCommand):
    help = "Ajoute une activité fictive à la feuille de route chargée (refusé quand DEBUG est désactivé)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="jour de la démonstration (AAAA-MM-JJ)")
        parser.add_argument("--report", action="store_true", help="construit aussi les fichiers des rapports scellés")

    def handle(self, *args: Any, **options: Any) -> None:
        today = options["today"] or timezone.localdate()
        try:
            made = seed(today)
        except SeedRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except TransitionRefused as refusal:
            raise CommandError(f"La démonstration contredit une règle : {refusal.message}") from refusal
        if made is None:
            self.stdout.write("L’activité de démonstration est déjà en place : rien à faire.")
            return
        self.report(made)
        if options["report"]:
            show_reports(made)
            for sealed in SealedReport.objects.filter(campaign__in=made.campaigns):
                self.stdout.write(f"  {sealed} : scellé et publié, {sealed.sha256}")

    def report(self, made: Made) -> None:
        self.stdout.write("Activité fictive de démonstration :")
        for campaign in made.campaigns:
            self.stdout.write(f"  campagne {campaign} : {campaign.get_state_display()}")
        for label, count in made.counts.items():
            self.stdout.write(f"  {label} : {count}")
        self.stdout.write(f"Comptes (mot de passe « {PASSWORD} ») :")
        for user in made.accounts:
            self.stdout.write(f"  {user.email} ({user.name})")
