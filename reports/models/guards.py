"""What the database itself refuses: a sealed report does not change, whoever writes."""

# ruff: noqa: S608 - SQL written here from constants of this module; nothing a user typed comes near it.

import pgtrigger

from commitments.models.guards import refusal

SEALED = (
    "NEW.id, NEW.roadmap_id, NEW.campaign_id, NEW.number, NEW.version, NEW.rectifies_id, NEW.reason, NEW.content,"
    " NEW.sha256, NEW.previous_sha256, NEW.sealed_at, NEW.sealed_by_id"
)
SEALED_KEPT = pgtrigger.Trigger(
    name="sealed_kept",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    func=f"""
        IF TG_OP = 'DELETE'
        THEN {refusal("Un rapport scellé ne se supprime pas.")}
        END IF;
        IF ({SEALED}) IS DISTINCT FROM ({SEALED.replace("NEW.", "OLD.")})
        THEN {refusal("Un rapport scellé ne change plus : seul un rectificatif le corrige.")}
        END IF;
        IF OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at
        THEN {refusal("Un rapport scellé et publié le reste, à sa date.")}
        END IF;
        RETURN NEW;
    """,
)
# The fingerprint is computed here once more: what does not match its content is not let in.
CHAINED = pgtrigger.Trigger(
    name="chained",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    declare=[("before", "record")],
    func=f"""
        IF NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex')
        THEN {refusal("L’empreinte n’est pas celle des données.")}
        END IF;
        SELECT number, sha256 INTO before FROM reports_sealedreport
            WHERE roadmap_id = NEW.roadmap_id ORDER BY number DESC LIMIT 1;
        IF NEW.number <> COALESCE(before.number, 0) + 1 OR NEW.previous_sha256 <> COALESCE(before.sha256, '')
        THEN {refusal("Un rapport scellé suit le précédent : numéro et empreinte.")}
        END IF;
        RETURN NEW;
    """,
)
OF_A_SEAL = "EXISTS (SELECT 1 FROM reports_report WHERE id = OLD.report_id AND sealed_id IS NOT NULL)"
SEALED_FILE_KEPT = pgtrigger.Trigger(
    name="sealed_file_kept",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(old__state="ready"),
    func=f"""
        IF {OF_A_SEAL}
        THEN {refusal("Le fichier d’un rapport scellé ne change plus.")}
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """,
)
LAYOUT_OF_A_SEAL_KEPT = pgtrigger.Trigger(
    name="layout_of_a_seal_kept",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(old__sealed__isnull=False),
    func=f"""
        IF TG_OP = 'DELETE' OR (NEW.sealed_id, NEW.campaign_id, NEW.scope, NEW.period)
            IS DISTINCT FROM (OLD.sealed_id, OLD.campaign_id, OLD.scope, OLD.period)
        THEN {refusal("Les fichiers d’un rapport scellé restent avec lui.")}
        END IF;
        RETURN NEW;
    """,
)
