"""No text of one line begins as a formula, whoever writes it: a form, the admin, an import, a line of SQL (S9)."""

from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.urls import reverse

from actors.models import Actor, Source
from commitments.models import Commitment, Evidence
from roadmap_portal.history.tracking import change_models, is_link, tracked_model
from roadmap_portal.one_line import OneLine
from tests.factories import make_actor, make_commitment

pytestmark = pytest.mark.django_db
SIGNS = ["=", "+", "-", "@", "\t", "\r"]
TEXT = "SOMME(A1)"
HONEST = ["« Plan »", "Événement", "“AI”", "’t is", "(bis)", "3IA", "–", "…", " =1"]
OTHERWISE = {
    # Written by the portal, or with a form of its own.
    "Actor.siret", "Envelope.stated_precision", "Evidence.media_type", "Evidence.sha256", "GrantBeneficiary.rna",
    "GrantBeneficiary.siret", "Invitation.siret", "ProgressUpdate.text_hash", "User.password", "Visa.text_hash",
    # What a file is called loses these signs when it is sent (tests/commitments/test_uploads.py).
    "Evidence.file_name",
    # In no table that is handed out: who logs in, the banner of the pages, the audit.
    "AccessibilityAudit.auditor", "AccessibilityAudit.rgaa_version", "Identity.idp_id", "Identity.organization",
    "Identity.siret", "Identity.sub", "Roadmap.banner", "Roadmap.banner_en", "User.name",
    # As the State publishes it, in no table of ours either.
    "Award.beneficiary", "Award.department_code", "Award.key", "Award.nomenclature", "Award.nomenclature_code",
    "Award.operator", "Award.procedure", "Award.project", "Award.regions", "Award.siret", "Award.strategy",
    "Award.typology", "AwardImport.file_name", "AwardImport.sha256",
}  # fmt: skip


def models_followed():
    return [model for changes in change_models() if not is_link(changes) for model in [tracked_model(changes)]]


def fields_of_one_line():
    return [
        pytest.param(model, field, id=f"{model.__name__}.{field.name}")
        for model in models_followed()
        for field in model._meta.local_fields
        if isinstance(field, OneLine)
    ]


@pytest.mark.parametrize("sign", SIGNS)
def test_the_database_refuses_each_sign(sign):
    commitment = make_commitment()
    with pytest.raises(IntegrityError, match="commitment_no_formula"), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(title=sign + TEXT)
    with pytest.raises(IntegrityError, match="commitment_no_formula"), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(title_en=sign + TEXT)


def test_the_database_keeps_no_null_character():
    commitment = make_commitment()
    with pytest.raises((DataError, ValueError), match="NUL"), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(title=f"\0{TEXT}")


@pytest.mark.parametrize(("model", "field"), fields_of_one_line())
def test_the_database_has_the_rule_of_each_field(model, field):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND conname LIKE %s",
            [model._meta.db_table, "%no_formula"],
        )
        ((rule,),) = cursor.fetchall()
    assert f"({field.column})::text ~" in rule


def test_every_text_of_one_line_has_the_rule_or_is_known_not_to():
    """A new column is one or the other; `OTHERWISE` says which are not, and why."""
    plain = {
        f"{model.__name__}.{field.name}"
        for model in models_followed()
        for field in model._meta.local_fields
        if type(field) is models.CharField and field.choices is None
    }
    assert plain == OTHERWISE


@pytest.mark.parametrize("sign", SIGNS)
def test_the_model_says_which_field_and_what_is_expected(sign):
    with pytest.raises(ValidationError) as refused:
        Actor(slug="x", name=sign + TEXT, kind="other", confidence="sourced").full_clean()
    ((name, (message,)),) = refused.value.message_dict.items()
    assert name == "name"
    assert "Attendu pour « nom »" in message
    assert "une lettre, un chiffre" in message


@pytest.mark.parametrize("text", HONEST)
def test_quotes_accents_and_dashes_are_no_formula(text):
    actor = make_actor()
    actor.name = text
    actor.full_clean()
    actor.save()
    assert Actor.objects.get(pk=actor.pk).name == text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\0"])
def test_a_form_refuses_it_and_says_why(client, commitment, paula, sign):
    """A form takes spaces away first: a tabulation alone is none of what it sends."""
    client.force_login(paula)
    answer = client.post(
        f"/espace/engagements/{commitment.code}/pieces/",
        {"kind": "deliberation", "title": sign + TEXT, "url": "https://example.org/"},
    )
    page = unescape(answer.content.decode())
    assert ("Le caractère nul n’est pas" if sign == "\0" else "Attendu pour « intitulé »") in page
    assert not Evidence.objects.exists()


def test_the_admin_refuses_it(client, amina):
    client.force_login(amina)
    source = Source.objects.create(code="dreets", url="https://example.org/", publisher="Préfecture")
    address = reverse("admin:actors_source_change", args=[source.pk])
    answer = client.post(address, {"code": "dreets", "url": source.url, "publisher": "@SUM(1)"})
    assert "Attendu pour « éditeur »" in unescape(answer.content.decode())
    source.refresh_from_db()
    assert source.publisher == "Préfecture"


def test_a_long_text_may_begin_with_a_dash_or_a_plus():
    make_commitment(summary="- premier point\n- second point", note="+ 12 % en un an").full_clean()
