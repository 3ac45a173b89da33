import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("funding", "0006_planned_amounts_into_the_ledger")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="fundingline",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="fundingline",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="fundingline",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="fundingline",
            name="funding_line_amount_is_not_negative",
        ),
        migrations.RemoveField(
            model_name="fundingline",
            name="planned_amount",
        ),
        migrations.RemoveField(
            model_name="fundinglinechange",
            name="planned_amount",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="fundingline",
            trigger=pgtrigger.compiler.Trigger(
                name="authorisation_of_the_state",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"authorisation_kind\" = 'AP')",
                    func="\n        IF EXISTS (SELECT 1 FROM actors_actor a WHERE a.id = NEW.funder_id AND a.side = 'state')\n        THEN RAISE EXCEPTION 'L’État ouvre des autorisations d’engagement (AE), jamais des autorisations de programme (AP).' USING ERRCODE = 'restrict_violation';\n        END IF;\n        RETURN NEW;\n    ",
                    hash="c1ba6640bc40e45245dff7c6d9cea441ecd840d4",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_authorisation_of_the_state_66fa6",
                    table="funding_fundingline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="fundingline",
            trigger=pgtrigger.compiler.Trigger(
                name="line_with_events_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF (NEW.commitment_id, NEW.envelope_id, NEW.funder_id)\n                IS DISTINCT FROM (OLD.commitment_id, OLD.envelope_id, OLD.funder_id)\n            OR (OLD.authorisation_kind <> '' AND NEW.authorisation_kind IS DISTINCT FROM OLD.authorisation_kind)\n        THEN\n            IF EXISTS (SELECT 1 FROM funding_fundingevent e WHERE e.line_id = NEW.id)\n            THEN RAISE EXCEPTION 'Cette ligne porte des écritures\xa0: engagement, enveloppe, financeur et nature sont figés.' USING ERRCODE = 'restrict_violation';\n            END IF;\n        END IF;\n        RETURN NEW;\n    ",
                    hash="98397da42295a5f7c6163fa3628dbe5ceed5b7f7",
                    operation="UPDATE",
                    pgid="pgtrigger_line_with_events_kept_18abd",
                    table="funding_fundingline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="fundingline",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "funding_fundinglinechange" ("agreement_reference", "authorisation_kind", "beneficiary_id", "commitment_id", "envelope_id", "from_facts", "funder_id", "id", "instrument", "is_fictional", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."agreement_reference", NEW."authorisation_kind", NEW."beneficiary_id", NEW."commitment_id", NEW."envelope_id", NEW."from_facts", NEW."funder_id", NEW."id", NEW."instrument", NEW."is_fictional", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="d5bbafa96bdfdef94464a5c1586290bb0993470f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f3ee5",
                    table="funding_fundingline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="fundingline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."agreement_reference" IS DISTINCT FROM (NEW."agreement_reference") OR OLD."authorisation_kind" IS DISTINCT FROM (NEW."authorisation_kind") OR OLD."beneficiary_id" IS DISTINCT FROM (NEW."beneficiary_id") OR OLD."commitment_id" IS DISTINCT FROM (NEW."commitment_id") OR OLD."envelope_id" IS DISTINCT FROM (NEW."envelope_id") OR OLD."from_facts" IS DISTINCT FROM (NEW."from_facts") OR OLD."funder_id" IS DISTINCT FROM (NEW."funder_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."instrument" IS DISTINCT FROM (NEW."instrument") OR OLD."is_fictional" IS DISTINCT FROM (NEW."is_fictional") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                    func='INSERT INTO "funding_fundinglinechange" ("agreement_reference", "authorisation_kind", "beneficiary_id", "commitment_id", "envelope_id", "from_facts", "funder_id", "id", "instrument", "is_fictional", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."agreement_reference", NEW."authorisation_kind", NEW."beneficiary_id", NEW."commitment_id", NEW."envelope_id", NEW."from_facts", NEW."funder_id", NEW."id", NEW."instrument", NEW."is_fictional", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id"); RETURN NULL;',
                    hash="4f38fbc14864988ba7fe819c73f568a474aa0919",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_75452",
                    table="funding_fundingline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="fundingline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "funding_fundinglinechange" ("agreement_reference", "authorisation_kind", "beneficiary_id", "commitment_id", "envelope_id", "from_facts", "funder_id", "id", "instrument", "is_fictional", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."agreement_reference", OLD."authorisation_kind", OLD."beneficiary_id", OLD."commitment_id", OLD."envelope_id", OLD."from_facts", OLD."funder_id", OLD."id", OLD."instrument", OLD."is_fictional", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="2f81d8db8a85a13f15fa385d257213cd509eddc8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0b7c6",
                    table="funding_fundingline",
                    when="AFTER",
                ),
            ),
        ),
    ]
