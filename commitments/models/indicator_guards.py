"""What the database itself refuses about readings."""

# ruff: noqa: S608 - SQL written here from constants of this module; nothing a user typed comes near it.

import pgtrigger

from commitments.models.guards import append_only, refusal

MEASUREMENT_APPEND_ONLY = append_only(
    "measurement_append_only", "Une mesure ne se modifie ni ne se supprime : une correction la remplace."
)
# That a reading is corrected once is a unique column. The facts file may quote two sources for one date, and a year
# that is not over; people say which reading they correct.
MEASUREMENT_SOUND = pgtrigger.Trigger(
    name="measurement_sound",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func=f"""
        IF date_trunc(NEW.precision, NEW.reference_on::timestamp) > NEW.recorded_at AT TIME ZONE 'Europe/Paris'
        THEN {refusal("Une mesure porte une date passée.")}
        END IF;
        IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM commitments_measurement m
            WHERE m.id = NEW.supersedes_id AND m.indicator_id = NEW.indicator_id
        )
        THEN {refusal("Une correction remplace une mesure du même indicateur.")}
        END IF;
        IF NEW.recorded_by_id IS NULL
        THEN RETURN NEW;
        END IF;
        IF NEW.supersedes_id IS NOT NULL AND NEW.comment = ''
        THEN {refusal("Une correction dit pourquoi.")}
        END IF;
        -- Locked, so that two readings of one date are not written at once, each unaware of the other.
        PERFORM 1 FROM commitments_indicator WHERE id = NEW.indicator_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM commitments_measurement m
            WHERE m.indicator_id = NEW.indicator_id AND m.reference_on = NEW.reference_on
                AND m.id IS DISTINCT FROM NEW.supersedes_id
                AND NOT EXISTS (SELECT 1 FROM commitments_measurement s WHERE s.supersedes_id = m.id)
        )
        THEN {refusal("Une mesure est déjà datée de ce jour : elle se corrige.")}
        END IF;
        RETURN NEW;
    """,
)
