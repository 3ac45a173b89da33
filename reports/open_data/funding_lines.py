"""Lignes de financement: one row a line, with the sum of its ledger by kind. AE or AP and CP stand in columns of their
own and are never added."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment
from commitments.queries import commitments_for
from funding.models import Envelope, FundingEvent, FundingLine
from reports.dataset import Dataset
from reports.dataset.surroundings import Money
from reports.open_data.changes import last_change
from reports.open_data.fields import DataSet, Field, Row, coded, main_axis, number, text, truth


def euros(name: str, title: str, meaning: str) -> Field:
    return number(name, f"{title} (€)", f"{meaning} Vide : montant inconnu, ce qui n’est pas zéro.", "120000.00")


FIELDS = (
    text("commitment", "Code de l’engagement", "Clé vers le jeu « engagements ».", "eng-03-recherche-appliquee",
         required=True),
    text("commitment_title", "Engagement", "Intitulé de l’engagement.", "Soutenir la recherche", required=True),
    truth("is_adjacent", "Action voisine", "Vrai : la ligne finance une action voisine, hors totaux.", "false",
          required=True),
    text("axis", "Code de l’axe principal", "Vide : l’engagement concerne tous les axes.", "research"),
    text("axis_title", "Axe principal", "Intitulé de l’axe principal.", "Recherche et transfert", main_axis),
    text("envelope", "Code de l’enveloppe", "Les enveloppes sont emboîtées : leurs montants ne s’ajoutent pas.",
         "france-2030-regionalise", required=True),
    text("envelope_title", "Enveloppe", "Intitulé de l’enveloppe ou du dispositif.", "France 2030 régionalisé",
         required=True),
    *coded("reach", "Portée", "À qui est l’argent ; le national et l’européen sont du contexte, hors totaux régionaux.",
           ("regional", "dans la région"), "reach"),
    text("funder", "Financeur", "Organisme ; vide : tous les financeurs de l’enveloppe ensemble.", "Région"),
    text("beneficiary", "Bénéficiaire", "Organisme.", "Université Grenoble Alpes"),
    text("instrument", "Instrument", "Subvention, appel à projets, marché…", "subvention"),
    *coded("authorisation", "Nature de l’autorisation", "AE de l’État, AP ou AE de la Région.",
           ("AE", "autorisation d’engagement (AE)"), "authorisation"),
    text("agreement_reference", "Référence de la convention", "Telle que le financeur l’écrit.", "2026-1234"),
    euros("planned", "Programmé", "Montant programmé."),
    euros("authorised", "Autorisé", "Autorisations d’engagement ou de programme."),
    euros("appropriated", "Crédits ouverts", "Crédits de paiement ouverts, tous exercices."),
    euros("contracted", "Engagé", "Montant engagé juridiquement."),
    euros("ordered", "Ordonnancé ou mandaté", "Montant ordonnancé par l’État ou mandaté par la Région."),
    euros("paid", "Payé", "Montant payé."),
    euros("decommitted", "Désengagé", "Montant désengagé."),
    euros("recovered", "Reversé", "Montant reversé."),
    euros("net_contracted", "Engagé net", "Engagé moins désengagé."),
    euros("net_paid", "Payé net", "Payé moins reversé."),
    text("added", "Natures additionnées", "Natures de montant de cette ligne qui entrent dans les totaux, séparées "
         "par une barre verticale ; les autres sont déjà comptées par une autre ligne.", "planned|paid"),
    truth("is_fictional", "Fictive", "Vrai : la ligne est un exemple de la démonstration.", "false",
          required=True),
)  # fmt: skip


def public_commitments() -> QuerySet[Commitment]:
    return commitments_for(AnonymousUser())


def current(on: date) -> Iterable[Row]:
    return Money(public_commitments(), on).rows()


def frozen(dataset: Dataset) -> Iterable[Row]:
    rows: Iterable[Row] = dataset["funding_lines"]
    return rows


FUNDING_LINES = DataSet(
    slug="lignes-de-financement",
    title=_("Lignes de financement des engagements"),
    description=_(
        "Ce qui finance chaque engagement, par enveloppe et financeur, du programmé au payé. Montants en euros ; AE ou"
        " AP et CP ne s’ajoutent jamais."
    ),
    keywords=("intelligence artificielle", "feuille de route", "financement", "budget", "dépense publique"),
    key=(),
    fields=FIELDS,
    current=current,
    size=lambda: FundingLine.objects.filter(commitment__in=public_commitments()).count(),
    updated=lambda: last_change(FundingLine, FundingEvent, Envelope),
    frozen=frozen,
)
