"""What the database itself refuses: rules that hold whoever writes, an import or a line of SQL included."""

# ruff: noqa: S608 - SQL written here from constants of this module; nothing a user typed comes near it.

import pgtrigger

IN_FORCE = "EXISTS (SELECT 1 FROM commitments_roadmap WHERE id = {roadmap} AND in_force_since IS NOT NULL)"
OF_COMMITMENT = IN_FORCE.format(roadmap="NEW.roadmap_id")
OF_MILESTONE = IN_FORCE.format(roadmap="(SELECT roadmap_id FROM commitments_commitment WHERE id = {row}.commitment_id)")


def refusal(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"


def append_only(name: str, message: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name, operation=pgtrigger.Update | pgtrigger.Delete, when=pgtrigger.Before, func=refusal(message)
    )


def baseline_kept(columns: str, in_force: str) -> pgtrigger.Trigger:
    """What was signed does not change once the roadmap is in force. `columns`: compared as rows, « NEW.a, NEW.b ».

    A first due date may still be given where none was promised.
    """
    return pgtrigger.Trigger(
        name="baseline_kept",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF (({columns}) IS DISTINCT FROM ({columns.replace("NEW.", "OLD.")})
                OR (OLD.initial_due_on IS NOT NULL AND NEW.initial_due_on IS DISTINCT FROM OLD.initial_due_on))
                AND {in_force}
            THEN {refusal("Feuille de route en vigueur : texte officiel, code et échéances initiales sont figés.")}
            END IF;
            RETURN NEW;
        """,
    )


def due_date_through_the_ledger(own: str, in_force: str) -> pgtrigger.Trigger:
    """A due date moves only as the last postponement says. `own`: the condition that finds those of the row."""
    return pgtrigger.Trigger(
        name="due_date_through_ledger",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF OLD.due_on IS NOT NULL AND NEW.due_on IS DISTINCT FROM OLD.due_on AND {in_force}
                AND NOT EXISTS (
                    SELECT 1 FROM (
                        SELECT p.from_on, p.to_on FROM commitments_postponement p WHERE {own} ORDER BY p.id DESC LIMIT 1
                    ) AS latest WHERE latest.from_on = OLD.due_on AND latest.to_on = NEW.due_on
                )
            THEN {refusal("Une échéance ne change que par un report motivé.")}
            END IF;
            RETURN NEW;
        """,
    )


def not_deleted_in_force(in_force: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="kept_in_force",
        operation=pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            IF {in_force}
            THEN {refusal("La feuille de route est en vigueur : rien de ce qui fut promis ne se supprime.")}
            END IF;
            RETURN OLD;
        """,
    )


COMPLETED_WITH_EVIDENCE = pgtrigger.Trigger(
    name="completed_with_evidence",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__status="completed") & ~pgtrigger.Q(old__status="completed"),
    func=f"""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_evidence e
            WHERE e.commitment_id = NEW.id AND e.withdrawn_at IS NULL AND e.scan <> 'infected'
        )
        THEN {refusal("Un engagement réalisé porte au moins une pièce justificative.")}
        END IF;
        IF EXISTS (
            SELECT 1 FROM commitments_milestone m
            WHERE m.commitment_id = NEW.id AND m.origin = 'plan' AND m.status = 'planned'
        )
        THEN {refusal("Un engagement réalisé a tous ses jalons atteints.")}
        END IF;
        RETURN NEW;
    """,
)

CONFIRMED_WHILE_OPEN = pgtrigger.Trigger(
    name="confirmed_while_open",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func=f"""
        IF NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at AND (
            SELECT state FROM commitments_campaign WHERE id = NEW.campaign_id
        ) <> 'open'
        THEN {refusal("La campagne n’est pas ouverte : sa ligne ne change plus.")}
        END IF;
        RETURN NEW;
    """,
)
STATED = (
    "NEW.status, NEW.weather, NEW.weather_reason, NEW.progress, NEW.reason, NEW.text_public, NEW.text_internal,"
    " NEW.next_steps, NEW.text_hash"
)
SUBMITTED_TEXT_KEPT = pgtrigger.Trigger(
    name="submitted_text_kept",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(old__state__in=["submitted", "approved", "published", "superseded"]),
    func=f"""
        IF ({STATED}) IS DISTINCT FROM ({STATED.replace("NEW.", "OLD.")})
        THEN {refusal("Un point soumis ne se modifie plus : reprenez-le d’abord.")}
        END IF;
        RETURN NEW;
    """,
)
# Whatever the code believes, nothing is published that the two owners have not seen as it is.
PUBLISHED_WITH_ITS_VISAS = pgtrigger.Trigger(
    name="published_with_visas",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__state="published") & ~pgtrigger.Q(old__state="published"),
    declare=[("policy", "text")],
    func=f"""
        SELECT r.visa_policy INTO policy FROM commitments_roadmap r
            JOIN commitments_commitment c ON c.roadmap_id = r.id WHERE c.id = NEW.commitment_id;
        IF EXISTS (
            SELECT 1 FROM (VALUES ('state'), ('region')) AS needed(side)
            WHERE policy IN (needed.side, 'both') AND COALESCE((
                SELECT v.decision IN ('approved', 'tacit') AND v.text_hash = NEW.text_hash
                FROM commitments_visa v WHERE v.update_id = NEW.id AND v.side = needed.side ORDER BY v.id DESC LIMIT 1
            ), false) = false
        )
        THEN {refusal("Il manque un visa : la publication suit le dernier.")}
        END IF;
        RETURN NEW;
    """,
)
NOT_ONE_S_OWN = pgtrigger.Trigger(
    name="not_ones_own",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__decision="approved"),
    func=f"""
        IF EXISTS (
            SELECT 1 FROM commitments_progressupdate_writers w
            WHERE w.progressupdate_id = NEW.update_id AND w.user_id = NEW.by_id
        )
        THEN {refusal("On n’approuve pas un point que l’on a écrit.")}
        END IF;
        RETURN NEW;
    """,
)

# What the committee saw and decided stays as it was on that day.
IS_HELD = "EXISTS (SELECT 1 FROM commitments_steeringmeeting WHERE state = 'held' AND id IN ({ids}))"
RETURN_THE_ROW = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
MEETING_KEPT = pgtrigger.Trigger(
    name="meeting_kept",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(old__state="held"),
    func=f"""
        IF TG_OP = 'DELETE' OR (NEW.roadmap_id, NEW.held_on, NEW.state, NEW.frozen_on)
            IS DISTINCT FROM (OLD.roadmap_id, OLD.held_on, OLD.state, OLD.frozen_on)
        THEN {refusal("La réunion s’est tenue : elle reste, et sa date ne change plus.")}
        END IF;
        RETURN NEW;
    """,
)
AGENDA_KEPT = pgtrigger.Trigger(
    name="agenda_kept",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    func=f"""
        IF {IS_HELD.format(ids="NEW.meeting_id, OLD.meeting_id")}
        THEN {refusal("La réunion s’est tenue : son ordre du jour ne change plus.")}
        END IF;
        {RETURN_THE_ROW}
    """,
)
DECIDED = "NEW.meeting_id, NEW.number, NEW.text, NEW.due_on"
CLOSED = "NEW.state, NEW.closed_on, NEW.outcome"
DECISION_KEPT = pgtrigger.Trigger(
    name="decision_kept",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    func=f"""
        IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND ({DECIDED}) IS DISTINCT FROM ({DECIDED.replace("NEW.", "OLD.")})
        THEN
            IF {IS_HELD.format(ids="OLD.meeting_id")}
            THEN {refusal("Une décision reste telle qu’elle fut prise : texte, numéro, réunion et date.")}
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.state <> 'open' AND ({CLOSED}) IS DISTINCT FROM ({CLOSED.replace("NEW.", "OLD.")})
        THEN {refusal("Une décision close ne se rouvre pas.")}
        END IF;
        IF NEW.due_on < (SELECT held_on FROM commitments_steeringmeeting WHERE id = NEW.meeting_id)
        THEN {refusal("Une décision est à exécuter au plus tôt le jour de la réunion.")}
        END IF;
        {RETURN_THE_ROW}
    """,
)
POSTPONED_BY_ITS_OWN_DECISION = pgtrigger.Trigger(
    name="its_own_decision",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__decision__isnull=False),
    func=f"""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_decision_commitments c
            WHERE c.decision_id = NEW.decision_id AND c.commitment_id = NEW.commitment_id
        )
        THEN {refusal("Cette décision ne porte pas sur cet engagement.")}
        END IF;
        RETURN NEW;
    """,
)
