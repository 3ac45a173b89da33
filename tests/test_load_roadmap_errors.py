"""Lucie makes mistakes in the facts file. Each is named, all at once, and nothing is written."""

import json

import pytest
from django.core.management import CommandError

from actors.models import Source
from commitments.models import Event, Roadmap
from tests.test_load_roadmap import CARRIED, differing, edited, entry, load, put, snapshot

__all__ = ["edited"]  # A fixture.
pytestmark = pytest.mark.django_db


def drop(identifier, key):
    def change(document):
        del entry(document, identifier)[key]

    return change


def repeat(identifier, key):
    def change(document):
        entry(document, identifier)[key] *= 2

    return change


def duplicate(identifier):
    def change(document):
        document["facts"].append(entry(document, identifier))

    return change


def put_source(code, key, value):
    def change(document):
        document["sources"][code][key] = value

    return change


def clear(key, value):
    def change(document):
        document[key] = value

    return change


MISTAKES = [
    # Entries
    (put("eng-06-former", "id", None), "fait n°", "id : lu null, attendu un code"),
    (put("eng-06-former", "id", "é"), "fait n°", "id : lu « é », attendu un code"),
    (put("eng-06-former", "kind", "engagement"), "eng-06-former", "kind : lu « engagement », attendu l’une des"),
    (duplicate("eng-06-former"), "eng-06-former", "id : lu 2 fois, attendu une fois"),
    (put("axe-training", "code", "research"), "axe-training", "code : lu 2 fois « research »"),
    (clear("facts", None), "facts", "lu null, attendu la liste des faits"),
    (clear("sources", []), "sources", "lu « [] », attendu la table des sources"),
    (clear("facts", ["texte"]), "fait n° 1", "lu « texte », attendu un bloc de champs"),
    # Texts
    (drop("eng-06-former", "title"), "eng-06-former", "title : lu rien (clé absente), attendu un texte non vide"),
    (put("eng-06-former", "title", ""), "eng-06-former", "title : lu «  », attendu un texte non vide"),
    (put("eng-06-former", "title", 12), "eng-06-former", "title : lu « 12 », attendu un texte"),
    (put("eng-06-former", "title", "=1+1"), "eng-06-former", "caractères qui commence par une lettre, un chiffre"),
    (put("eng-06-former", "title", "x" * 301), "eng-06-former", "attendu un texte non vide d’au plus 300 caractères"),
    (put("eng-06-former", "title", "a\0b"), "eng-06-former", "title : lu"),
    (put("eng-06-former", "titel", "Former"), "eng-06-former", "titel : lu « Former », attendu une clé connue"),
    (put("minalogic", "website", "minalogic"), "minalogic", "website : lu « minalogic », attendu une adresse web"),
    (put("minalogic", "siren", "123456789"), "minalogic", "siren : lu « 123456789 », attendu null"),
    (put_source("actuia", "url", "nulle part"), "sources, actuia", "url : lu « nulle part », attendu une adresse web"),
    # Choices
    (put("eng-06-former", "confidence", "sure"), "eng-06-former", "confidence : lu « sure », attendu l’une des"),
    (put("eng-06-former", "link_to_roadmap", "near"), "eng-06-former", "attendu l’une des valeurs named, implied"),
    (put("minalogic", "actor_type", ["pole"]), "minalogic", "actor_type : lu « ['pole'] », attendu l’une des"),
    (put("ind-poles", "unit", "kg"), "ind-poles", "unit : lu « kg », attendu l’une des valeurs count, count/year"),
    (put("fin-snia-1", "unit", "USD"), "fin-snia-1", "unit : lu « USD », attendu l’une des valeurs EUR, EUR/year"),
    (put("evt-2025-osez", "event_type", "party"), "evt-2025-osez", "event_type : lu « party »"),
    (put("eng-15-chips-act", "milestones", 0, "nature", "x"), "eng-15-chips-act", "milestones[0].nature : lu « x »"),
    (put("fin-snia-1", "geographic_scope", "Corse"), "fin-snia-1", "geographic_scope : lu « Corse », attendu"),
    # A status only comes through a published update
    (put("eng-06-former", "status", "completed"), "eng-06-former", "status : lu « completed », attendu null"),
    (put("eng-06-former", "progress", 50), "eng-06-former", "progress : lu « 50 », attendu null"),
    # Dates
    (put("eng-06-former", "date", "2022-13-01"), "eng-06-former", "date : lu « 2022-13-01 », attendu une date"),
    (put("eng-06-former", "date", "2022-02-30"), "eng-06-former", "date : lu « 2022-02-30 », attendu une date"),
    (put("eng-06-former", "date", "hier"), "eng-06-former", "date : lu « hier », attendu une date AAAA-MM-JJ"),
    (put("eng-15-chips-act", "milestones", 0, "date", None), "eng-15-chips-act", "milestones[0].date : lu null"),
    (put("ind-poles", "series", 0, "date_precision", "year"), "ind-poles", "series[0].date_precision : lu « year »"),
    (put("ind-poles", "baseline", "date", None), "ind-poles", "baseline.date : lu null, attendu la date"),
    (put("evt-2025-osez", "end_date", "2025-06-01"), "evt-2025-osez", "end_date : lu « 2025-06-01 », attendu une date"),
    # Numbers
    (put("fin-snia-1", "amount", "1,5 Md€"), "fin-snia-1", "amount : lu « 1,5 Md€ », attendu un nombre positif"),
    (put("fin-snia-1", "amount", -1), "fin-snia-1", "amount : lu « -1 », attendu un nombre positif"),
    (put("fin-snia-1", "amount", 10**13), "fin-snia-1", "amount : lu « 10000000000000 », attendu"),
    (put("fin-snia-1", "amount", True), "fin-snia-1", "amount : lu « True », attendu un nombre"),
    (put("fin-snia-1", "amount", None), "fin-snia-1", "amount_basis : lu « published », attendu une base"),
    (put("ind-poles", "series", 0, "value", None), "ind-poles", "series[0].value : lu null, attendu un nombre"),
    # References
    (put("eng-06-former", "lead_actor", "personne"), "eng-06-former", "lead_actor : lu « personne », attendu"),
    (put("eng-06-former", "suggested_lead", "x"), "eng-06-former", "suggested_lead : lu « x », attendu l’identifiant"),
    (put("eng-06-former", "partners", ["x"]), "eng-06-former", "partners : lu « x », attendu l’identifiant"),
    (put("eng-06-former", "partners", None), "eng-06-former", "partners : lu null, attendu une liste"),
    (put("eng-06-former", "axes", ["x"]), "eng-06-former", "axes : lu « x », attendu le code d’un axe"),
    (put("eng-18-miai", "funding", 0, "funding_line", "x"), "eng-18-miai", "funding[0].funding_line : lu « x »"),
    (put("eng-18-miai", "sources", 0, "source_id", "x"), "eng-18-miai", "sources[0].source_id : lu « x », attendu"),
    (put("ind-poles", "series", 0, "source", "x"), "ind-poles", "series[0].source : lu « x », attendu une clé"),
    (put("fin-snia-1", "parent", "x"), "fin-snia-1", "parent : lu « x », attendu l’identifiant d’une enveloppe"),
    (put("fin-france-2030", "parent", "fin-ia-cluster"), "fin-france-2030", "parent : lu fin-france-2030 → fin-ia"),
    (put("fin-snia-1", "parent", "fin-snia-1"), "fin-snia-1", "parent : lu fin-snia-1 → fin-snia-1"),
    (put("eng-18-miai", "sources", 0, "publisher", "x"), "eng-18-miai", "sources[0].publisher : lu « x »"),
    (put("evt-2022-signature", "event_type", "milestone"), "event_type signature", "lu aucun, attendu un seul repère"),
    # Doubles inside an entry
    (repeat("eng-15-chips-act", "milestones"), "eng-15-chips-act", "milestones[1].title : lu deux fois"),
    (repeat("eng-18-miai", "funding"), "eng-18-miai", "funding[1].funding_line : lu deux fois"),
    (repeat("ind-poles", "series"), "ind-poles", "series[1].date : lu deux fois"),
    (repeat("eng-06-former", "partners"), "eng-06-former", "partners : lu deux fois « prefecture-region-aura »"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "name", "said"), MISTAKES, ids=[f"{m[1]} {m[2][:30]}" for m in MISTAKES])
def test_each_mistake_is_named(edited, mistake, name, said):
    with pytest.raises(CommandError) as refusal:
        load(edited(mistake))
    lines = str(refusal.value).replace("\u00a0", " ").splitlines()
    assert any(line.startswith(f"- {name}") and said in line for line in lines), lines
    assert not Source.objects.exists()


def test_all_mistakes_are_said_at_once(edited):
    with pytest.raises(CommandError) as refusal:
        load(
            edited(
                put("eng-06-former", "title", ""),
                put("fin-snia-1", "amount", -1),
                put("minalogic", "actor_type", "club"),
            )
        )
    assert str(refusal.value).startswith("3 erreurs, rien n’a été écrit")


def test_one_mistake_leaves_what_was_there(edited):
    load()
    before = snapshot()
    with pytest.raises(CommandError):
        load(edited(put("eng-01-articulation", "title", "Un titre"), put("eng-40-soitec", "title", "")))
    assert differing(before, snapshot()) == set()


def test_a_refusal_of_the_database_undoes_all(edited):
    """What no check foresaw: the last guard is the transaction."""
    load()
    # The code of an event is unique whatever its roadmap.
    Event.objects.update(roadmap=Roadmap.objects.create(code="autre", title="Une autre"))
    before = snapshot()
    with pytest.raises(CommandError, match="La base de données refuse, rien n’a été écrit"):
        load(edited(put("eng-06-former", "title", "Former")))
    assert differing(before, snapshot()) == set()


BROKEN = [
    (b"facts: [\n  {id: a", "ligne 3, colonne 1 : YAML mal formé (did not"),
    (b"facts:\n- id: a\n  id: b\n", "ligne 3, colonne 3 : YAML mal formé (clé en double : id)"),
    (b"facts: \xff", "attendu un texte en UTF-8"),
    (b"", "lu null, attendu les clés"),
    (b"- une liste", "attendu les clés"),
    (b"facts: !!python/object:os.system {}", "ligne 1, colonne 8 : YAML mal formé"),
    (b"[" * 20_000, "YAML mal formé"),
]


@pytest.mark.parametrize(("content", "said"), BROKEN, ids=[said for _content, said in BROKEN])
def test_a_broken_file_gives_one_clear_line(tmp_path, content, said):
    path = tmp_path / "facts.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        load(path)
    first, *problems = str(refusal.value).replace("\u00a0", " ").splitlines()
    assert first == "1 erreur, rien n’a été écrit :"
    assert len(problems) == 1
    assert said in problems[0]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"absent.yaml.*introuvable"):
        load(tmp_path / "absent.yaml")


def test_dates_may_be_written_without_quotes(tmp_path):
    """YAML then reads 2022-08-30 as a date and 2030 as a number."""
    path = tmp_path / "facts.yaml"
    text = json.dumps(json.loads(CARRIED), ensure_ascii=False)
    path.write_text(text.replace('"2022-08-30"', "2022-08-30").replace('"2030"', "2030"))
    load()
    assert "0 créé, 0 modifié, 0 retiré" in load(path)
