"""What the database refuses of money, whoever writes (requirement F3; the same rules as funding/ledger.py in Python,
which words the refusals: a test has both judge the same ledgers)."""

# ruff: noqa: S608 - SQL written here from constants of this module; nothing a user typed comes near it.

import pgtrigger

from commitments.models.guards import refusal

# F1: the State votes « autorisations d’engagement » alone; the Region both.
AUTHORISATION_OF_THE_STATE = pgtrigger.Trigger(
    name="authorisation_of_the_state",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__authorisation_kind="AP"),
    func=f"""
        IF EXISTS (SELECT 1 FROM actors_actor a WHERE a.id = NEW.funder_id AND a.side = 'state')
        THEN {refusal("L’État ouvre des autorisations d’engagement (AE), jamais des autorisations de programme (AP).")}
        END IF;
        RETURN NEW;
    """,
)

# Whose money was written stays so. Only the kind of authorisation may still be said where it was not.
LINE_WITH_EVENTS_KEPT = pgtrigger.Trigger(
    name="line_with_events_kept",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func=f"""
        IF (NEW.commitment_id, NEW.envelope_id, NEW.funder_id)
                IS DISTINCT FROM (OLD.commitment_id, OLD.envelope_id, OLD.funder_id)
            OR (OLD.authorisation_kind <> '' AND NEW.authorisation_kind IS DISTINCT FROM OLD.authorisation_kind)
        THEN
            IF EXISTS (SELECT 1 FROM funding_fundingevent e WHERE e.line_id = NEW.id)
            THEN {refusal("Cette ligne porte des écritures : engagement, enveloppe, financeur et nature sont figés.")}
            END IF;
        END IF;
        RETURN NEW;
    """,
)

# Locks the line: two people who pay at once are judged one after the other.
EVENT_FITS_ITS_LINE = pgtrigger.Trigger(
    name="funding_event_fits_its_line",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    declare=[("authorisation", "text"), ("corrected", "record")],
    func=f"""
        SELECT l.authorisation_kind INTO authorisation FROM funding_fundingline l
            WHERE l.id = NEW.line_id FOR UPDATE;
        IF NEW.kind = 'authorised' AND authorisation = ''
        THEN {refusal("Dites d’abord si la ligne porte des AE ou des AP.")}
        END IF;
        IF NEW.occurred_on > (NEW.recorded_at AT TIME ZONE 'Europe/Paris')::date
        THEN {refusal("Une écriture porte une date passée : ce qui est à venir n’a pas encore eu lieu.")}
        END IF;
        IF NEW.supersedes_id IS NOT NULL THEN
            SELECT e.line_id, e.kind INTO corrected FROM funding_fundingevent e WHERE e.id = NEW.supersedes_id;
            IF (corrected.line_id, corrected.kind) IS DISTINCT FROM (NEW.line_id, NEW.kind::varchar)
            THEN {refusal("Une correction remplace une écriture de la même ligne et de même nature.")}
            END IF;
        END IF;
        IF NEW.kind = 'paid' AND NEW.amount > 0 AND EXISTS (
            SELECT 1 FROM funding_grant g WHERE g.line_id = NEW.line_id AND g.signed_on > NEW.occurred_on
        )
        THEN {refusal("Un paiement ne précède pas la signature de la convention.")}
        END IF;
        RETURN NEW;
    """,
)

# At the end of the transaction: rows pasted together are judged together.
LEDGER_ADDS_UP = pgtrigger.Trigger(
    name="ledger_adds_up",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    declare=[("fault", "text")],
    func="""
        WITH effective AS (
            SELECT e.kind, e.amount, e.occurred_on, e.fiscal_year FROM funding_fundingevent e
            WHERE e.line_id = NEW.line_id AND e.amount > 0
                AND NOT EXISTS (SELECT 1 FROM funding_fundingevent s WHERE s.supersedes_id = e.id)
        ), flags AS (
            SELECT COALESCE(bool_or(kind = 'authorised'), false) OR EXISTS (
                    SELECT 1 FROM funding_fundingline l JOIN actors_actor a ON a.id = l.funder_id
                    WHERE l.id = NEW.line_id AND a.side <> ''
                ) AS capped,
                COALESCE(bool_or(kind = 'ordered'), false) AS has_ordered,
                COALESCE(bool_or(kind = 'appropriated'), false) AS has_credits
            FROM effective
        ), days AS (
            SELECT occurred_on,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'authorised'), 0) AS authorised,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'appropriated'), 0) AS credits,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'contracted'), 0) AS contracted,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'decommitted'), 0) AS decommitted,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'ordered'), 0) AS ordered,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'paid'), 0) AS paid,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'recovered'), 0) AS recovered
            FROM effective GROUP BY occurred_on
        ), running AS (
            SELECT SUM(authorised) OVER w AS authorised, SUM(credits) OVER w AS credits,
                SUM(contracted) OVER w AS contracted, SUM(decommitted) OVER w AS decommitted,
                SUM(ordered) OVER w AS ordered, SUM(paid) OVER w AS paid, SUM(recovered) OVER w AS recovered
            FROM days WINDOW w AS (ORDER BY occurred_on)
        ), years AS (
            SELECT fiscal_year, occurred_on,
                COALESCE(SUM(amount) FILTER (WHERE kind = 'appropriated'), 0) AS credits,
                COALESCE(SUM(amount) FILTER (WHERE kind = CASE WHEN has_ordered THEN 'ordered' ELSE 'paid' END), 0)
                    AS outlay
            FROM effective, flags GROUP BY fiscal_year, occurred_on
        ), running_years AS (
            SELECT SUM(credits) OVER w AS credits, SUM(outlay) OVER w AS outlay
            FROM years WINDOW w AS (PARTITION BY fiscal_year ORDER BY occurred_on)
        )
        SELECT found.message INTO fault FROM (
            SELECT 'L’engagé dépasse l’autorisation ouverte sur la ligne.' AS message
                FROM running, flags WHERE capped AND contracted - decommitted > authorised
            UNION ALL SELECT 'Le désengagé dépasse l’engagé.' FROM running WHERE decommitted > contracted
            UNION ALL SELECT 'Le reversé dépasse le payé.' FROM running WHERE recovered > paid
            UNION ALL SELECT 'Le payé dépasse l’ordonnancé ou le mandaté.'
                FROM running, flags WHERE has_ordered AND paid > ordered
            UNION ALL SELECT 'Le payé, l’ordonnancé ou le mandaté dépasse l’engagé.' FROM running, flags
                WHERE CASE WHEN has_ordered THEN ordered ELSE paid END - recovered > contracted - decommitted
            UNION ALL SELECT 'Les crédits de paiement dépassent l’autorisation.'
                FROM running, flags WHERE capped AND credits > authorised
            UNION ALL SELECT 'Les paiements de l’exercice dépassent ses crédits de paiement.'
                FROM running_years, flags WHERE has_credits AND outlay > credits
        ) AS found LIMIT 1;
        IF fault IS NOT NULL THEN RAISE EXCEPTION '%', fault USING ERRCODE = 'restrict_violation'; END IF;
        RETURN NULL;
    """,
)


def plan_adds_up(column: str) -> pgtrigger.Trigger:
    """F3.6 and F3.7, at the end of the transaction that wrote the plan and its shares.

    `column`: where the written row names its plan. What is contributed in kind is shown apart, never added (F3.13).
    """
    return pgtrigger.Trigger(
        name="plan_adds_up",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        declare=[("plan", "record"), ("shares", "record")],
        func=f"""
            SELECT p.* INTO plan FROM funding_financingplan p WHERE p.id = NEW.{column};
            SELECT COALESCE(SUM(s.amount) FILTER (WHERE NOT s.is_in_kind), 0) AS total,
                COALESCE(SUM(s.amount) FILTER (WHERE NOT s.is_in_kind AND s.resource = 'public'), 0) AS public_aid,
                COALESCE(bool_or(s.resource = 'public' AND a.side = 'state'), false) AS of_the_state
            INTO shares
            FROM funding_planshare s LEFT JOIN actors_actor a ON a.id = s.funder_id WHERE s.plan_id = plan.id;
            IF shares.total <> plan.total_cost
            THEN {refusal("Le plan de financement n’est pas égal au coût total, au centime près.")}
            END IF;
            IF plan.nature = 'investment' AND shares.of_the_state AND shares.public_aid > plan.eligible_cost
            THEN {refusal("Les aides publiques dépassent la dépense éligible (décret 2018-514, art. 10).")}
            END IF;
            RETURN NULL;
        """,
    )


def shares_add_up(column: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """F3.11: the beneficiaries of a grant share the whole of it. Looked at when the transaction ends."""
    return pgtrigger.Trigger(
        name="shares_add_up",
        operation=operation,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        declare=[("owner", "bigint")],
        func=f"""
            owner := CASE WHEN TG_OP = 'DELETE' THEN OLD.{column} ELSE NEW.{column} END;
            IF EXISTS (SELECT 1 FROM funding_grant g WHERE g.id = owner) AND (
                SELECT COALESCE(SUM(b.share), 0) FROM funding_grantbeneficiary b WHERE b.grant_id = owner
            ) <> 1
            THEN {refusal("Les parts des bénéficiaires d’une subvention font 1,00 au total.")}
            END IF;
            RETURN NULL;
        """,
    )


# F3.10: decision, then agreement, then first payment.
GRANT_SIGNED_BEFORE_PAYMENTS = pgtrigger.Trigger(
    name="grant_signed_before_payments",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__line__isnull=False),
    func=f"""
        IF EXISTS (
            SELECT 1 FROM funding_fundingevent e
            WHERE e.line_id = NEW.line_id AND e.kind = 'paid' AND e.amount > 0 AND e.occurred_on < NEW.signed_on
                AND NOT EXISTS (SELECT 1 FROM funding_fundingevent s WHERE s.supersedes_id = e.id)
        )
        THEN {refusal("Un paiement de la ligne précède la signature de cette convention.")}
        END IF;
        RETURN NEW;
    """,
)

# What was published stays public: taking it back, or off, is no correction (code du patrimoine, L212-2).
PUBLISHED_GRANT_KEPT = pgtrigger.Trigger(
    name="published_grant_kept",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(old__published_on__isnull=False),
    func=f"""
        IF TG_OP = 'DELETE' OR NEW.published_on IS DISTINCT FROM OLD.published_on
        THEN {refusal("Une subvention publiée ne se retire ni ne se supprime : corrigez-la.")}
        END IF;
        RETURN NEW;
    """,
)
