"""`load_roadmap [FILE]`: the public facts of the roadmap into the database; run again, it changes only what changed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from roadmap_portal.facts import FactsRefused, read_facts
from roadmap_portal.history.recording import RecordedCommand
from roadmap_portal.loader import Loaded, LoadRefused, load_facts

CARRIED_FILE = settings.BASE_DIR / "roadmap_portal" / "data" / "roadmap-facts.yaml"


class Command(RecordedCommand):
    help = (
        "Charge les faits publics de la feuille de route (sans doublon : relancée, elle n’écrit que ce qui a changé)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=CARRIED_FILE, help="fichier YAML des faits")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        self.stdout.write(f"Lecture de {path.name}…")
        try:
            facts = read_facts(path)
            self.stdout.write("Fichier contrôlé. Écriture en une transaction…")
            loaded = load_facts(facts)
        except (FactsRefused, LoadRefused) as refusal:
            count = len(refusal.problems)
            plural = "s" if count > 1 else ""
            lines = "\n".join(f"- {problem}" for problem in refusal.problems)
            raise CommandError(f"{count} erreur{plural}, rien n’a été écrit :\n{lines}") from refusal
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"La base de données refuse, rien n’a été écrit : {reason}") from error
        self.report(loaded)

    def report(self, loaded: Loaded) -> None:
        self.stdout.write(f"{'':28}{'fichier':>9}{'créé':>9}{'modifié':>9}{'retiré':>9}")
        for tally in loaded.tallies:
            counts = [tally.read, len(tally.created), len(tally.modified), len(tally.removed)]
            self.stdout.write(f"{tally.label:28}" + "".join(f"{count:>9}" for count in counts))
        kept = [f"{tally.label} ({', '.join(sorted(tally.kept))})" for tally in loaded.tallies if tally.kept]
        if kept:
            self.stderr.write(self.style.WARNING(f"Gardés en base, absents du fichier : {' ; '.join(kept)}."))
        self.stdout.write(f"Avancement et retards recalculés : {loaded.refreshed} engagements.")
        self.stdout.write(
            f"Total : {said(loaded, 'created', 'créé')}, {said(loaded, 'modified', 'modifié')}, "
            f"{said(loaded, 'removed', 'retiré')}."
        )


def said(loaded: Loaded, what: str, word: str) -> str:
    count = loaded.total(what)
    return f"{count} {word}{'s' if count > 1 else ''}"
