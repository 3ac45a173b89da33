"""What slipped, and who said something this quarter: the same figures in the dataset, the four formats, the page and
the rows of the ledger; a text of an earlier quarter is never passed off as new."""

import csv
import io
import re
from datetime import date
from html import unescape

import openpyxl
import pytest
from django.utils import translation
from odfdo import Document
from pypdf import PdfReader

from accounts.models import Membership
from commitments.models import Campaign, CampaignLine, Decision, Postponement, SteeringMeeting
from reports.dataset import Dataset, build_dataset, canonical_json, readable, sha256_of
from reports.dataset.older import UNKNOWN_ROW
from reports.models import Report
from reports.writers import WRITERS, Format, ledger
from tests.factories import make_actor, make_campaign, make_commitment, make_milestone, make_roadmap, make_user
from tests.reports.situations import at, draw_quarter, make_report, publish

pytestmark = pytest.mark.django_db
State = CampaignLine.State


@pytest.fixture
def agent(db):
    return make_user("agent", Membership.Role.CONTRIBUTOR, make_actor("region", name="Région", side="region"))


@pytest.fixture
def quarter(db):
    return make_campaign(2026, 3, state=Campaign.State.REVIEW)


def line(campaign, commitment, confirmed_at=None, by=None, **fields):
    return CampaignLine.objects.create(
        campaign=campaign, commitment=commitment, confirmed_at=confirmed_at, confirmed_by=by, **fields
    )


def move(commitment, to_on, made_at, by, milestone=None, **fields):
    """A postponement made on that day, and what it leaves."""
    target = milestone or commitment
    reasons = {"reason_kind": "budget", "reason": "Crédits reportés."} | fields
    Postponement.objects.create(
        commitment=commitment, milestone=milestone, from_on=target.due_on, to_on=to_on, postponed_by=by,
        postponed_at=made_at, **reasons,
    )  # fmt: skip
    target.due_on = to_on
    target.save(update_fields=["due_on"])


def build(campaign):
    return build_dataset(Report(campaign=campaign, started_at=at(2026, 10, 20)))


def row_of(dataset, code="eng-1"):
    return next(row for row in [*dataset["commitments"], *dataset["adjacent"]] if row["code"] == code)


def answer_of(campaign, code="eng-1"):
    row = row_of(build(campaign), code)
    return row["answer"], row["answer_label"], row["confirmed_on"]


# --- The ledger -----------------------------------------------------------------------------------


@pytest.fixture
def slipped(quarter, agent):
    """Slipped by nine months, twice; its milestone once; and again after the quarter."""
    meeting = SteeringMeeting.objects.create(roadmap=make_roadmap(), held_on=date(2026, 9, 12))
    decision = Decision.objects.create(
        meeting=meeting, number=3, text="À huis clos.", owner=make_actor("region"), due_on=date(2026, 12, 1)
    )
    commitment = make_commitment(code="eng-1", initial_due_on=date(2026, 3, 31), due_on=date(2026, 3, 31))
    decision.commitments.add(commitment)
    SteeringMeeting.objects.filter(pk=meeting.pk).update(state="held", frozen_on=meeting.held_on)
    milestone = make_milestone(commitment, due_on=date(2026, 2, 28), title="Marché notifié")
    make_milestone(commitment, due_on=date(2026, 1, 31), title="Sans report")
    move(commitment, date(2026, 6, 30), at(2026, 5, 4), agent)
    scope = {"reason_kind": "scope", "reason": "Périmètre élargi."}
    move(commitment, date(2026, 12, 31), at(2026, 9, 15), agent, decision=decision, **scope)
    move(commitment, date(2026, 4, 30), at(2026, 7, 2), agent, milestone, reason_kind="procurement", reason="Relance.")
    move(commitment, date(2027, 6, 30), at(2026, 10, 2), agent)
    move(commitment, date(2026, 11, 30), at(2026, 11, 2), agent, milestone)
    return commitment


def test_how_far_and_how_often_each_due_date_moved_as_of_the_quarter(quarter, slipped):
    row = row_of(build(quarter))
    assert (row["initial_due_on"], row["due_on"], row["slippage_days"]) == ("2026-03-31", "2026-12-31", 275)
    assert (row["postponement_count"], row["milestone_postponement_count"]) == (2, 1)
    told = {m["title"]: (m["due_on"], m["slippage_days"], m["postponement_count"]) for m in row["milestones"]}
    assert told == {"Marché notifié": ("2026-04-30", 61, 1), "Sans report": ("2026-01-31", 0, 0)}
    assert (row["slippage_days"], row["postponement_count"]) == (
        sum(p["days"] for p in row["postponements"] if not p["milestone"]),
        sum(not p["milestone"] for p in row["postponements"]),
    )


def test_the_postponements_of_the_quarter_are_listed_with_the_decision_they_carry_out(quarter, slipped):
    dataset = build(quarter)
    told = [
        (p["milestone"], p["from_on"], p["to_on"], p["days"], p["reason_kind"], p["reason"], p["made_on"])
        for p in dataset["postponements"]
    ]
    rows = Postponement.objects.filter(postponed_at__gte=at(2026, 7, 1), postponed_at__lt=at(2026, 10, 1))
    assert told == [
        (p.milestone.title if p.milestone else "", f"{p.from_on}", f"{p.to_on}", p.days, p.reason_kind, p.reason,
         f"{p.postponed_at:%Y-%m-%d}")
        for p in rows.order_by("postponed_at")
    ]  # fmt: skip
    assert [(p["decision_number"], p["decision_meeting_on"]) for p in dataset["postponements"]] == [
        (None, None),
        (3, "2026-09-12"),
    ]
    assert "huis clos" not in canonical_json(dataset).decode()


@pytest.mark.parametrize(
    ("days", "count", "words"),
    [(0, 0, ""), (275, 2, "+275 jours, 2 reports"), (1, 1, "+1 jour, 1 report"), (-30, 1, "−30 jours, 1 report"),
     (0, 2, "0 jour, 2 reports"), (10, 0, "+10 jours")],
)  # fmt: skip
def test_slippage_in_words(days, count, words):
    told = ledger.slippage({"slippage_days": days, "postponement_count": count})
    assert told.replace("\u00a0", " ") == words


# --- What was answered ----------------------------------------------------------------------------


def test_a_text_of_the_quarter_is_a_new_text(quarter):
    commitment = make_commitment(code="eng-1")
    line(quarter, commitment)
    publish(commitment, quarter, "in_progress", at(2026, 9, 20))
    assert answer_of(quarter) == ("approved", "point publié", None)


def test_confirmed_unchanged_says_when_and_keeps_the_day_of_the_text(quarter, agent):
    commitment = make_commitment(code="eng-1")
    publish(commitment, make_campaign(2026, 2, state="sealed"), "in_progress", at(2026, 6, 20))
    line(quarter, commitment, at(2026, 10, 12), agent)
    assert answer_of(quarter) == ("confirmed", "confirmé sans changement le 12 octobre 2026", "2026-10-12")
    row = row_of(build(quarter))
    assert row["updated_on"] == "2026-06-20"
    assert build(quarter)["summary"]["not_answered"] == 0


@pytest.mark.parametrize(
    ("state", "code", "label"),
    [
        (Campaign.State.OPEN, "to_answer", "réponse attendue"),
        (Campaign.State.REVIEW, "not_answered", "non renseigné au T3\u00a02026"),
        (Campaign.State.SEALED, "not_answered", "non renseigné au T3\u00a02026"),
    ],
)
@pytest.mark.parametrize("waiting", [None, "draft", "submitted", "returned"])
def test_silence_and_a_text_nobody_has_approved_are_no_answer(agent, state, code, label, waiting):
    campaign = make_campaign(2026, 3, state=state)
    commitment = make_commitment(code="eng-1")
    publish(commitment, make_campaign(2026, 2, state="sealed"), "in_progress", at(2026, 6, 20))
    line(campaign, commitment)
    if waiting:
        commitment.updates.create(campaign=campaign, state=waiting, status="in_progress", author=agent)
    assert answer_of(campaign) == (code, label, None)
    assert build(campaign)["summary"]["not_answered"] == 1


def test_nothing_was_awaited_of_what_was_finished_before(quarter):
    commitment = make_commitment(code="eng-1")
    publish(commitment, make_campaign(2026, 2, state="sealed"), "abandoned", at(2026, 6, 20), reason="Sans objet.")
    line(quarter, commitment, was_finished=True)
    assert answer_of(quarter) == ("nothing_due", "rien d’attendu", None)
    assert build(quarter)["summary"]["not_answered"] == 0


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("in_progress", Campaign.State.REVIEW, "not_answered"),
        ("in_progress", Campaign.State.PLANNED, "to_answer"),
        ("abandoned", Campaign.State.REVIEW, "nothing_due"),
    ],
)
def test_a_quarter_that_had_no_lines_is_read_from_its_texts(status, state, code):
    campaign = make_campaign(2026, 3, state=state)
    publish(make_commitment(code="eng-1"), make_campaign(2026, 2, state="sealed"), status, at(2026, 6, 20), reason="R.")
    assert answer_of(campaign)[0] == code


def test_what_was_said_later_is_no_answer_to_the_quarter(quarter, agent):
    commitment = make_commitment(code="eng-1")
    publish(commitment, make_campaign(2026, 2, state="sealed"), "in_progress", at(2026, 6, 20))
    line(quarter, commitment)
    later = make_campaign(2026, 4).lines.filter(commitment=commitment)
    later.update(confirmed_at=at(2026, 11, 12), confirmed_by=agent)
    assert answer_of(quarter)[0] == "not_answered"


def test_every_commitment_is_in_one_answer_of_the_summary(every_answer):
    dataset = build(every_answer)
    counts = {item["code"]: item["count"] for item in dataset["summary"]["answers"]}
    assert counts == {"approved": 4, "confirmed": 1, "to_answer": 0, "not_answered": 2, "nothing_due": 1}
    assert sum(counts.values()) == dataset["summary"]["counted"]
    assert dataset["summary"]["not_answered"] == counts["not_answered"] + counts["to_answer"]
    for code, count in counts.items():
        assert sum(row["answer"] == code for row in dataset["commitments"]) == count
        assert sum(i["count"] for axis in dataset["axes"] for i in axis["answers"] if i["code"] == code) == count


# --- The same in each format ----------------------------------------------------------------------


@pytest.fixture
def every_answer(agent):
    """A quarter with every answer but one still awaited, around the texts of `draw_quarter`."""
    campaign = draw_quarter()
    before = make_campaign(2026, 2, state="sealed")
    for code, status, fields in [
        ("eng-confirme", "in_progress", {"confirmed_at": at(2026, 10, 12), "by": agent}),
        ("eng-silence", "in_progress", {}),
        ("eng-fini", "abandoned", {"was_finished": True}),
    ]:
        commitment = make_commitment(code=code, title=code.capitalize())
        publish(commitment, before, status, at(2026, 6, 20), reason="R.", text_public=f"Texte ancien de {code}.")
        line(campaign, commitment, **fields)
    return campaign


@pytest.fixture
def full(every_answer, slipped_in):
    slipped_in(every_answer)
    return build(every_answer)


@pytest.fixture
def slipped_in(agent):
    def slip(campaign):
        meeting = SteeringMeeting.objects.create(roadmap=campaign.roadmap, held_on=date(2026, 9, 12))
        decision = Decision.objects.create(
            meeting=meeting, number=3, text="Reporter.", owner=make_actor("region"), due_on=date(2026, 12, 1)
        )
        commitment = campaign.roadmap.commitments.get(code="eng-silence")
        commitment.initial_due_on = commitment.due_on = date(2026, 3, 31)
        commitment.save()
        decision.commitments.add(commitment)
        milestone = make_milestone(commitment, due_on=date(2026, 2, 28), title="Marché notifié")
        move(commitment, date(2026, 6, 30), at(2026, 5, 4), agent)
        move(commitment, date(2026, 12, 31), at(2026, 9, 15), agent, decision=decision)
        move(commitment, date(2026, 4, 30), at(2026, 7, 2), agent, milestone, reason_kind="procurement")

    return slip


def written(dataset, format_, folder):
    path = folder / f"rapport{WRITERS[format_].ending}"
    with translation.override("fr"):
        WRITERS[format_].write(Dataset.of(dataset), path, "fr")
    return path


def table_of(path, name):
    if path.suffix == ".xlsx":
        head, *rows = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
    else:
        head, *rows = Document(path).body.get_table(name=name).get_values()
    return [dict(zip(head, row, strict=True)) for row in rows if any(value is not None for value in row)]


def day(value):
    return value and f"{value:%Y-%m-%d}"


def plain(text):
    return " ".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_workbooks_say_what_the_dataset_says(full, tmp_path, format_):
    path = written(full, format_, tmp_path)
    whole = table_of(path, "Synthèse")[0]
    for item in full["summary"]["answers"]:
        assert whole[f"Réponse : {item['label']}"] == item["count"]
    assert whole["Sans réponse ce trimestre"] == full["summary"]["not_answered"]
    told = {row["Code"]: row for row in table_of(path, "Engagements")}
    for row in full["commitments"]:
        cells = told[row["code"]]
        assert (day(cells["Échéance initiale"]), day(cells["Échéance"])) == (row["initial_due_on"], row["due_on"])
        assert (cells["Glissement (jours)"], cells["Reports"], cells["Reports de jalons"]) == (
            row["slippage_days"], row["postponement_count"], row["milestone_postponement_count"],
        )  # fmt: skip
        assert (cells["Réponse du trimestre"], day(cells["Confirmé le"])) == (row["answer_label"], row["confirmed_on"])
        assert day(cells["Dernier point publié"]) == row["updated_on"]
    milestones = [m for row in full["commitments"] for m in row["milestones"]]
    assert [(m["Jalon"], m["Glissement (jours)"], m["Reports"]) for m in table_of(path, "Jalons")] == [
        (m["title"], m["slippage_days"], m["postponement_count"]) for m in milestones
    ]
    assert [
        (p["Jalon"] or "", day(p["De"]), day(p["À"]), p["Jours"], p["Nature du motif"], p["Motif"],
         day(p["Décidé le"]), p["Décision n°"], day(p["Comité du"]))
        for p in table_of(path, "Reports d’échéance")
    ] == [
        (p["milestone"], p["from_on"], p["to_on"], p["days"], p["reason_label"], p["reason"], p["made_on"],
         p["decision_number"], p["decision_meeting_on"])
        for p in full["postponements"]
    ]  # fmt: skip


def test_the_csv_says_what_the_dataset_says(full, tmp_path):
    text = written(full, Format.CSV_EXCEL, tmp_path).read_text("utf-8-sig")
    told = {row["Code"]: row for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")}
    for row in [*full["commitments"], *full["adjacent"]]:
        cells = told[row["code"]]
        assert cells["Réponse du trimestre"] == row["answer_label"]
        assert cells["Glissement (jours)"] == ("" if row["slippage_days"] is None else str(row["slippage_days"]))
        assert cells["Reports"] == str(row["postponement_count"])
    slipped = told["eng-silence"]
    assert (slipped["Échéance initiale"], slipped["Échéance"]) == ("31/03/2026", "31/12/2026")
    assert plain(slipped["Jalons"]) == (
        "Marché notifié : initialement le 28/02/2026, 30/04/2026 (+61 jours, 1 report), prévu"
    )
    assert [plain(moved) for moved in slipped["Reports du trimestre"].split("\n")] == [
        "Marché notifié : 28/02/2026 → 30/04/2026 (+61 jours), commande publique – Crédits reportés."
        " (décidé le 02/07/2026)",
        "Échéance de l’engagement : 30/06/2026 → 31/12/2026 (+184 jours), budgétaire – Crédits reportés."
        " (décidé le 15/09/2026, décision n° 3 du comité de pilotage du 12 septembre 2026)",
    ]


SAID = [
    "+275 jours, 2 reports",
    "décision n° 3 du comité de pilotage du 12 septembre 2026",
    "confirmé sans changement le 12 octobre 2026",
    "Texte du 20 juin 2026, confirmé sans changement le 12 octobre 2026",
    "Dernier texte publié, le 20 juin 2026",
    "rien d’attendu",
    "décidé le 15 septembre 2026",
]


def test_the_pdf_says_what_the_dataset_says(full, tmp_path):
    text = plain("\n".join(page.extract_text() for page in PdfReader(written(full, Format.PDF, tmp_path)).pages))
    for words in [*SAID, "Réponse du trimestre : non renseigné au T3 2026", "+61 jours, 1 report"]:
        assert words in text
    assert (
        "Réponses au T3 2026 : point publié 4, confirmé sans changement 1, réponse attendue 0, non renseigné 2,"
        " rien d’attendu 1." in text
    )
    _before, _, table = text.partition("Réponses du trimestre, en nombre d’engagements")
    for group in full["axes"]:
        assert f"{group['title']} {' '.join(str(item['count']) for item in group['answers'])}" in table
    assert "Ensemble 4 1 0 2 1" in table
    _before, _, ledger_table = text.partition("Échéances déplacées")
    for p in full["postponements"]:
        assert f"{plain(ledger.moved(p['days']))}" in ledger_table


@pytest.fixture
def online(full, every_answer):
    return make_report(every_answer, **frozen(full))


def frozen(dataset):
    dates = {"finished_at": at(2026, 10, 20), "published_at": at(2026, 10, 20)}
    return {
        "content": canonical_json(dataset).decode(),
        "dataset_sha256": sha256_of(dataset),
        "state": "ready",
        **dates,
    }


def page_of(client):
    response = client.get("/rapports/2026-T3/")
    assert response.status_code == 200
    return plain(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def test_the_page_says_what_the_dataset_says(client, online, full):
    page = page_of(client)
    for words in [*SAID, "Réponse du trimestre non renseigné au T3 2026", "+61 jours, 1 report"]:
        assert words in page
    _before, _, table = page.partition("Engagements par réponse du trimestre")
    for item in full["summary"]["answers"]:
        assert re.search(rf"{item['label']} {item['count']} \d+ %", table)
    _before, _, table = page.partition("Réponses du trimestre, en nombre d’engagements")
    for group in full["axes"]:
        assert f"{group['title']} {' '.join(str(item['count']) for item in group['answers'])}" in table
    assert "Ensemble 4 1 0 2 1" in table
    assert f"{full['summary']['not_answered']} sans réponse ce trimestre ni point publié, ni confirmation" in page


def test_a_report_frozen_in_the_earlier_form_is_still_read(client, every_answer, full):
    old = as_in_form_1(full)
    report = make_report(every_answer, **frozen(old))
    page = page_of(client)
    assert "(initialement le 31 mars 2026, +275 jours, 2 reports)" in page
    assert "+61 jours, 1 report" in page
    assert "Réponse du trimestre aucun point publié ce trimestre" in page
    assert "Réponse du trimestre point publié" in page
    assert "Engagements par réponse du trimestre" not in page
    assert "ni confirmation" not in page
    report.refresh_from_db()
    assert report.dataset == old
    assert sha256_of(readable(full)) == sha256_of(full)


def as_in_form_1(dataset):
    """What version 1 of the dataset held: no answers, one count of postponements, no decision."""

    def without(row, *keys):
        return {key: value for key, value in row.items() if key not in keys}

    def postponements(rows):
        return [without(p, "decision_number", "decision_meeting_on") for p in rows]

    def commitments(rows):
        return [
            {
                **without(row, "answer", "answer_label", "confirmed_on", "milestone_postponement_count", *UNKNOWN_ROW),
                "has_answered": row["answer"] == "approved",
                "postponement_count": len(row["postponements"]),
                "postponements": postponements(row["postponements"]),
                "milestones": [without(m, "postponement_count") for m in row["milestones"]],
            }
            for row in rows
        ]

    words = dataset["labels"]["fr"]
    return {
        **without(
            dataset, "labels", "seal", "extract", "period", "evidence", "decisions", "unapproved", "merged", "actors"
        ),
        "schema": "1",
        "definitions": dataset["definitions"]["fr"],
        "meanings": {"status": words["status_meaning"], "weather": words["weather_meaning"]},
        "summary": without(dataset["summary"], "answers"),
        "axes": [without(axis, "answers") for axis in dataset["axes"]],
        "commitments": commitments(dataset["commitments"]),
        "adjacent": commitments(dataset["adjacent"]),
        "postponements": postponements(dataset["postponements"]),
    }
