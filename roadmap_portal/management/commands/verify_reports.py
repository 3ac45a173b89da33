"""Checks that every sealed report is still what was sealed: `manage.py verify_reports`, 0 when all is well."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from commitments.models import Roadmap
from reports.verification import Verdict, verdicts


class Command(BaseCommand):
    help = (
        "Computes again the fingerprints, the chain and the files of the sealed reports. Exits with 1 on a difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="print a JSON array, a report an object"
        )
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="lay every file out again from the sealed data, and compare: told of a portal of the same release",
        )

    def handle(self, *args: object, as_json: bool, rebuild: bool, **options: object) -> None:
        found, wrong = [], 0
        for roadmap, verdict in self.verdicts(rebuild):
            wrong += bool(verdict.findings)
            if as_json:
                found.append(as_object(roadmap, verdict))
            else:
                self.stdout.write(f"{roadmap}  {verdict.name}: {'; '.join(map(str, verdict.findings)) or 'ok'}")
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        if wrong:
            raise CommandError(f"Not as sealed: {wrong}.")

    def verdicts(self, rebuild: bool) -> Iterator[tuple[str, Verdict]]:
        for roadmap in Roadmap.objects.order_by("pk"):
            for verdict in verdicts(roadmap, files=True, rebuild=rebuild):
                yield roadmap.code, verdict


def as_object(roadmap: str, verdict: Verdict) -> dict[str, object]:
    return {
        "roadmap": roadmap,
        "report": verdict.name,
        "number": verdict.number or None,
        "quarter": verdict.slug,
        "version": verdict.version or None,
        "sha256": verdict.sha256,
        "ok": not verdict.findings,
        "findings": [{"fault": str(f.fault), "detail": f.detail, "text": str(f)} for f in verdict.findings],
    }
