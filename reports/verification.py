"""Whether what is sealed is still what was sealed: fingerprints, chain and files, computed again from what is stored.

It believes no trigger: whoever may write in the database may have set them aside. One report at a time is in memory.
What it cannot tell is that the last report of a chain was removed with every trace of it, or written anew with all its
files: the fingerprints that others keep (the page, the files they hold) tell that.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from django.db.models import Prefetch, TextChoices
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from commitments.models import Campaign, Roadmap
from reports.dataset import Dataset, canonical_json
from reports.models import Report, ReportFile, SealedReport
from reports.writers import WRITERS, Format, file_name


class Fault(TextChoices):
    CONTENT = "content_changed", _("les données ne sont plus celles de l’empreinte")
    UNREADABLE = "content_unreadable", _("les données ne se lisent plus")
    NOT_CANONICAL = "content_not_canonical", _("les données ne sont pas écrites sous leur forme canonique")
    SEAL = "seal_differs", _("les données et la table ne disent pas la même chose du scellement")
    MISSING_BEFORE = "report_missing_before", _("il manque un rapport avant celui-ci")
    CHAIN = "chain_broken", _("l’empreinte du rapport précédent n’est pas la sienne")
    LOST = "report_lost", _("ce trimestre est scellé, mais son rapport n’est plus là")
    LAYOUT = "layout_differs", _("les fichiers ne se rattachent plus à ces données")
    FILES_LOST = "files_lost", _("les fichiers ne sont plus là")
    FILE_MISSING = "file_missing", _("fichier absent")
    FILE_CHANGED = "file_changed", _("fichier différent de son empreinte")
    JSON = "json_differs", _("le fichier JSON n’est pas ce que l’empreinte couvre")
    REBUILT = "rebuilt_differs", _("reconstruit, le fichier diffère")


@dataclass(frozen=True)
class Finding:
    fault: Fault
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.fault.label} ({self.detail})" if self.detail else str(self.fault.label)


@dataclass(frozen=True)
class Verdict:
    """Of one sealed report; of a quarter that has lost its own, with 0 as number and version."""

    year: int
    quarter: int
    findings: tuple[Finding, ...]
    pk: int = 0
    number: int = 0
    version: int = 0
    sealed_at: datetime | None = None
    published_at: datetime | None = None
    sha256: str = ""
    previous_sha256: str = ""

    @property
    def slug(self) -> str:
        return f"{self.year}-T{self.quarter}"

    @property
    def name(self) -> str:
        return f"n° {self.number}, {self.slug} v{self.version}" if self.number else self.slug


def verdicts(roadmap: Roadmap, *, files: bool = False, rebuild: bool = False) -> Iterator[Verdict]:
    """Of each sealed report in the order of the chain, then of the quarters that have lost theirs. In a constant number
    of queries. `files`: their bytes too; `rebuild`: lays each one out again from the data, and compares."""
    layouts = _layouts(roadmap)
    campaigns = Campaign.objects.filter(roadmap=roadmap).in_bulk()
    seen: dict[int, Told] = {}
    before: Told | None = None
    # One row at a time comes from the server: each may weigh megabytes.
    for sealed in SealedReport.objects.filter(roadmap=roadmap).order_by("number").iterator(chunk_size=1):
        campaign, layout = campaigns[sealed.campaign_id], layouts.get(sealed.pk)
        here = Told(sealed.number, sealed.sha256, campaign.pk)
        findings = [*_of_data(sealed, campaign, seen.get(sealed.rectifies_id or 0)), *_of_chain(sealed, before)]
        findings += _of_layout(sealed, layout)
        if files and layout is not None:
            findings += _of_files(sealed, layout)
        if rebuild and layout is not None:
            findings += _of_rebuilt(sealed, layout)
        yield _verdict(sealed, campaign, findings)
        seen[sealed.pk] = before = here
    orphans = {layout.campaign_id for pk, layout in layouts.items() if pk not in seen}
    silent = {c.pk for c in campaigns.values() if c.state == Campaign.State.SEALED} - {
        s.campaign for s in seen.values()
    }
    for pk in sorted(orphans | silent):
        yield Verdict(campaigns[pk].year, campaigns[pk].quarter, (Finding(Fault.LOST),))


def findings_in_files(sealed: SealedReport) -> list[Finding]:
    """Of the files of one report, for whoever asks about it."""
    layout = _layouts(sealed.roadmap).get(sealed.pk)
    return [Finding(Fault.LAYOUT)] if layout is None else list(_of_files(sealed, layout))


class Told(NamedTuple):
    """What the rest of the chain needs to know of a report."""

    number: int
    sha256: str
    campaign: int


def _layouts(roadmap: Roadmap) -> dict[int, Report]:
    """By sealed report, with the files that are ready. One whose sealed report is gone is there too."""
    ready = Prefetch("files", ReportFile.objects.filter(state=ReportFile.State.READY).order_by("pk"))
    found = Report.objects.filter(campaign__roadmap=roadmap, sealed_id__isnull=False).defer("content")
    return {layout.sealed_id: layout for layout in found.prefetch_related(ready) if layout.sealed_id is not None}


def _verdict(sealed: SealedReport, campaign: Campaign, findings: list[Finding]) -> Verdict:
    return Verdict(
        campaign.year,
        campaign.quarter,
        tuple(findings),
        sealed.pk,
        sealed.number,
        sealed.version,
        sealed.sealed_at,
        sealed.published_at,
        sealed.sha256,
        sealed.previous_sha256,
    )


# --- Data and chain -------------------------------------------------------------------------------


def _of_data(sealed: SealedReport, campaign: Campaign, rectified: Told | None) -> Iterator[Finding]:
    if hashlib.sha256(sealed.content.encode()).hexdigest() != sealed.sha256:
        yield Finding(Fault.CONTENT)
    try:
        data = json.loads(sealed.content)
        is_canonical = canonical_json(data).decode() == sealed.content
        told = {**data["seal"], "quarter": data["quarter"]["slug"]}
    except (ValueError, TypeError, KeyError):
        yield Finding(Fault.UNREADABLE)
        return
    if not is_canonical:
        yield Finding(Fault.NOT_CANONICAL)
    expected = _seal_of(sealed, campaign, rectified)
    if differing := [name for name, value in expected.items() if told.get(name) != value]:
        yield Finding(Fault.SEAL, ", ".join(differing))


def _seal_of(sealed: SealedReport, campaign: Campaign, rectified: Told | None) -> dict[str, Any]:
    """What the columns say of the sealing, as the dataset writes it."""
    return {
        "number": sealed.number,
        "version": sealed.version,
        "previous_sha256": sealed.previous_sha256,
        "reason": sealed.reason,
        "rectifies": None if rectified is None else {"number": rectified.number, "sha256": rectified.sha256},
        "sealed_at": timezone.localtime(sealed.sealed_at).replace(microsecond=0).isoformat(),
        "quarter": campaign.slug,
    }


def _of_chain(sealed: SealedReport, before: Told | None) -> Iterator[Finding]:
    follows, sha256 = (1, "") if before is None else (before.number + 1, before.sha256)
    if sealed.number != follows:
        missing = ", ".join(f"n°\u00a0{number}" for number in range(follows, sealed.number))
        yield Finding(Fault.MISSING_BEFORE, missing)
    elif sealed.previous_sha256 != sha256:
        yield Finding(Fault.CHAIN)


# --- Files ----------------------------------------------------------------------------------------


def _of_layout(sealed: SealedReport, layout: Report | None) -> Iterator[Finding]:
    if layout is None or layout.dataset_sha256 != sealed.sha256 or layout.campaign_id != sealed.campaign_id:
        yield Finding(Fault.LAYOUT)
    elif layout.state == Report.State.READY and not layout.files.all():
        yield Finding(Fault.FILES_LOST)


def _of_files(sealed: SealedReport, layout: Report) -> Iterator[Finding]:
    for file in layout.files.all():
        if not file.file.storage.exists(str(file.file.name)):
            yield Finding(Fault.FILE_MISSING, file.name)
            continue
        with file.file.open("rb") as stored:
            size, sha256 = _measured(stored.chunks())
        if (size, sha256) != (file.size, file.sha256):
            yield Finding(Fault.FILE_CHANGED, file.name)
        if file.format == Format.JSON and file.sha256 != sealed.sha256:
            yield Finding(Fault.JSON, file.name)


def _of_rebuilt(sealed: SealedReport, layout: Report) -> Iterator[Finding]:
    """Laid out by today's portal: a later one may lay out otherwise, and a file in a format it no longer makes is left
    out."""
    try:
        dataset = Dataset.read(sealed.content)
    except (ValueError, TypeError, KeyError):
        return  # told already
    for file in layout.files.all():
        if (format_ := Format(file.format)) not in WRITERS:
            continue
        with TemporaryDirectory(prefix="rebuilt-") as folder, translation.override(file.language or "fr"):
            path = Path(folder) / file_name(dataset, format_, file.language)
            WRITERS[format_].write(dataset, path, file.language)
            with path.open("rb") as written:
                sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        if sha256 != file.sha256:
            yield Finding(Fault.REBUILT, file.name)


def _measured(chunks: Iterable[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()
