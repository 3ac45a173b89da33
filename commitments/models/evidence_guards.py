"""What the database itself refuses about pieces of evidence."""

# ruff: noqa: S608 - SQL written here from constants of this module; nothing a user typed comes near it.

import pgtrigger

from commitments.models.guards import refusal

GIVEN = (
    "NEW.commitment_id, NEW.milestone_id, NEW.kind, NEW.title, NEW.is_public, NEW.url, NEW.file, NEW.file_name,"
    " NEW.media_type, NEW.size, NEW.sha256, NEW.added_by_id, NEW.added_at"
)
WITHDRAWAL = "NEW.withdrawn_by_id, NEW.withdrawn_at"

EVIDENCE_KEPT = pgtrigger.Trigger(
    name="evidence_kept",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    func=f"""
        IF TG_OP = 'DELETE'
        THEN {refusal("Une pièce justificative ne se supprime pas : elle se retire.")}
        END IF;
        IF ({GIVEN}) IS DISTINCT FROM ({GIVEN.replace("NEW.", "OLD.")})
        THEN {refusal("Une pièce justificative ne se modifie pas : retirez-la, puis ajoutez-en une autre.")}
        END IF;
        -- What waits is not let go of either: with nothing said of it, anyone would open it.
        IF OLD.scan IS DISTINCT FROM NEW.scan AND (OLD.scan <> 'waiting' OR NEW.scan = '')
        THEN {refusal("Ce que l’antivirus a dit d’un fichier ne change plus.")}
        END IF;
        IF OLD.withdrawn_at IS NOT NULL AND ({WITHDRAWAL}) IS DISTINCT FROM ({WITHDRAWAL.replace("NEW.", "OLD.")})
        THEN {refusal("Une pièce retirée le reste.")}
        END IF;
        -- A draft is thrown away: its pieces, which nobody has approved, must not become the public commitment's.
        IF NEW.update_id IS DISTINCT FROM OLD.update_id AND (NEW.update_id IS NOT NULL OR NEW.withdrawn_at IS NULL)
        THEN {refusal("Une pièce reste à son point d’avancement, ou se retire avec lui.")}
        END IF;
        RETURN NEW;
    """,
)
SUBMITTED_EVIDENCE_KEPT = pgtrigger.Trigger(
    name="submitted_evidence_kept",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__update__isnull=False),
    func=f"""
        IF (TG_OP = 'INSERT' OR NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) AND EXISTS (
            SELECT 1 FROM commitments_progressupdate u
            WHERE u.id = NEW.update_id AND u.state IN ('submitted', 'approved')
        )
        THEN {refusal("Les pièces d’un point soumis ne changent plus : reprenez-le d’abord.")}
        END IF;
        RETURN NEW;
    """,
)
# A piece counts once its update is published and anyone may open it.
OTHERS = """
    SELECT 1 FROM commitments_evidence e LEFT JOIN commitments_progressupdate u ON u.id = e.update_id
    WHERE e.id <> NEW.id AND e.withdrawn_at IS NULL AND e.scan NOT IN ('waiting', 'infected')
        AND (u.id IS NULL OR u.state IN ('published', 'superseded'))
"""
LAST_PIECE_KEPT = pgtrigger.Trigger(
    name="last_piece_kept",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__withdrawn_at__isnull=False, old__withdrawn_at__isnull=True),
    declare=[("stage", "text")],
    func=f"""
        -- Locked, so that two last pieces are not withdrawn at once, each in sight of the other.
        SELECT status INTO stage FROM commitments_commitment WHERE id = NEW.commitment_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM commitments_progressupdate u
            WHERE u.id = NEW.update_id AND u.state NOT IN ('published', 'superseded')
        )
        THEN RETURN NEW;
        END IF;
        IF stage = 'completed' AND NOT EXISTS ({OTHERS} AND e.commitment_id = NEW.commitment_id)
        THEN {refusal("Un engagement réalisé garde au moins une pièce justificative.")}
        END IF;
        IF NOT EXISTS ({OTHERS} AND e.milestone_id = NEW.milestone_id) AND EXISTS (
            SELECT 1 FROM commitments_milestone m
            WHERE m.id = NEW.milestone_id AND m.evidence_required AND m.status = 'achieved'
        )
        THEN {refusal("Un jalon atteint qui demande une pièce justificative en garde au moins une.")}
        END IF;
        RETURN NEW;
    """,
)
ACHIEVED_WITH_EVIDENCE = pgtrigger.Trigger(
    name="achieved_with_evidence",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__evidence_required=True, new__status="achieved") & ~pgtrigger.Q(old__status="achieved"),
    func=f"""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_evidence e
            WHERE e.milestone_id = NEW.id AND e.withdrawn_at IS NULL AND e.scan <> 'infected'
        )
        THEN {refusal("Ce jalon demande une pièce justificative.")}
        END IF;
        RETURN NEW;
    """,
)
