"""What the words and figures of a report mean, in words. Kept in the dataset: a printed figure keeps its formula."""

from django.conf import settings

from actors.models import Confidence
from commitments.models import STATUS_MEANINGS, WEATHER_MEANINGS, Commitment, Status, Weather
from commitments.progress import FORMULA_VERSION, thresholds
from funding.models import Envelope
from reports.dataset.values import Json


def limits() -> Json:
    found = thresholds()
    return {
        "late_milestone_grace_days": found.grace_days,
        "late_progress_gap_points": str(found.gap_points),
        "partial_coverage_percent": settings.PARTIAL_COVERAGE_PERCENT,
    }


def meaning_of_status(status: str) -> str:
    return str(STATUS_MEANINGS[Status(status)])


def meaning_of_weather(weather: str) -> str:
    return str(WEATHER_MEANINGS[Weather(weather)])


def definitions() -> list[Json]:
    """Groups of (term, text), in the order of the annex."""
    return [
        {"title": "Ce qui est compté", "terms": _what_is_counted()},
        {"title": "Avancement et retard", "terms": _formulas()},
        {"title": "Statuts", "terms": [_term(str(s.label), str(STATUS_MEANINGS[s])) for s in Status]},
        {"title": "Météo", "terms": [_term(str(w.label), str(WEATHER_MEANINGS[w])) for w in Weather]},
        {"title": "Argent", "terms": _money()},
    ]


def _term(term: str, text: str) -> Json:
    return {"term": term, "text": text}


def _what_is_counted() -> list[Json]:
    provenances = [_term("Provenance", "\u202f; ".join(str(p.label) for p in Commitment.Provenance) + ".")]
    return [
        _term(
            "Engagement compté",
            "Engagement nommé par les textes publics de la feuille de route, ou qui en découle directement.",
        ),
        _term(
            "Action voisine",
            "Action que sa source ne rattache pas à la feuille de route. Présentée à part, dans aucun chiffre clé.",
        ),
        *provenances,
        _term("Fiabilité", "\u202f; ".join(str(c.label) for c in Confidence) + "."),
        _term(
            "Situation à la date de référence",
            "Statut, météo et textes viennent du dernier point d’avancement publié pour ce trimestre ou un "
            "trimestre antérieur. Les jalons atteints et les échéances reportées ensuite ne comptent pas.",
        ),
        *_answers(),
    ]


def _answers() -> list[Json]:
    return [
        _term(
            "Réponse du trimestre",
            "« point publié » : un texte nouveau a été publié pour ce trimestre. « confirmé sans changement » : les "
            "responsables ont dit, ce jour-là, que le texte précédent vaut toujours ; rien de nouveau n’est publié. "
            "« non renseigné » : ni l’un ni l’autre ; le texte affiché, s’il y en a un, est celui d’un trimestre "
            "antérieur, à sa date. « réponse attendue » : la campagne du trimestre n’est pas close. "
            "« rien d’attendu » : l’engagement était réalisé ou abandonné avant la campagne.",
        ),
        _term("Sans réponse ce trimestre", "Engagement « non renseigné », ou dont la réponse est encore attendue."),
    ]


def _formulas() -> list[Json]:
    found = limits()
    return [
        _term(
            "Avancement d’un engagement",
            "Selon sa méthode : poids des jalons atteints rapporté au poids des jalons non annulés ; ou moyenne de "
            "ses indicateurs, chacun égal à (valeur − valeur initiale) ÷ (cible − valeur initiale), borné de 0 à "
            "100 % ; ou taux déclaré par le porteur. Sans jalon ni déclaration, il est « non mesuré », et non nul.",
        ),
        _term(
            "Avancement moyen",
            (
                "Moyenne pondérée par le poids de chaque engagement, sur ceux qui sont mesurés, abandonnés exclus. "
                "Toujours suivie du nombre d’engagements mesurés. Sous %(share)s % de mesurés, elle est dite "
                "« partielle »."
            ).replace("%(share)s", str(found["partial_coverage_percent"])),
        ),
        _term(
            "Avancement attendu",
            "Part du poids des jalons dus à la date ; sans jalon, proportion du temps écoulé entre le début et "
            "l’échéance. Calculé sur le calendrier initial et, à part, sur le calendrier révisé.",
        ),
        _term(
            "En retard",
            "Engagement ni réalisé ni abandonné dont l’échéance est passée, ou dont un jalon est dépassé de plus de "
            f"{found['late_milestone_grace_days']} jours, ou dont l’avancement est inférieur de plus de "
            f"{found['late_progress_gap_points']} points à l’attendu. "
            "Mesuré sur le calendrier initial, ce qui avait été promis, et à part sur le calendrier révisé.",
        ),
        _term(
            "Glissement",
            "Nombre de jours entre l’échéance initiale et l’échéance actuelle, avec le nombre de reports.",
        ),
        _term("Version des formules", FORMULA_VERSION),
    ]


def _money() -> list[Json]:
    return [
        _term("Portée d’une enveloppe", "\u202f; ".join(str(r.label) for r in Envelope.Reach) + "."),
        _term(
            "Enveloppes",
            "Emboîtées : une enveloppe peut faire partie d’une autre. Leurs montants ne s’additionnent donc jamais. "
            "Les enveloppes nationales et européennes sont un contexte, pas une dépense dans la région.",
        ),
        _term(
            "Montant programmé d’un engagement",
            "Somme de ses lignes de financement, l’argent de la région, de l’État au plan national et de l’Europe "
            "restant trois sommes distinctes. D’une ligne portant sur une enveloppe et d’une ligne portant sur une "
            "partie de celle-ci, seule la plus précise est retenue ; de même la ligne de tous les financeurs "
            "ensemble comprend celles de chacun sur la même enveloppe. "
            "Une ligne sans montant est comptée comme telle, jamais comme zéro.",
        ),
        _term("Arrondis", "Les montants sont exacts, au centime ; l’arrondi ne se fait qu’à l’affichage."),
    ]
