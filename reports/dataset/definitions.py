"""What the words and figures of a report mean, in words. Kept in the dataset: a printed figure keeps its formula."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from actors.models import Confidence
from commitments.formulas import FORMULA_VERSION, thresholds
from commitments.models import STATUS_MEANINGS, WEATHER_MEANINGS, Commitment, Status, Weather
from funding.models import Envelope
from reports.dataset.values import Json


def limits() -> Json:
    found = thresholds()
    return {
        "late_milestone_grace_days": found.grace_days,
        "late_progress_gap_points": str(found.gap_points),
        "partial_coverage_percent": settings.PARTIAL_COVERAGE_PERCENT,
    }


def in_both_languages() -> Json:
    """By language: groups of (term, text), in the order of the annex."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = _definitions()
    return found


def _definitions() -> list[Json]:
    return [
        {"title": _("Ce qui est compté"), "terms": _what_is_counted()},
        {"title": _("Avancement et retard"), "terms": _formulas()},
        {"title": _("Statuts"), "terms": [_term(str(s.label), str(STATUS_MEANINGS[s])) for s in Status]},
        {"title": _("Météo"), "terms": [_term(str(w.label), str(WEATHER_MEANINGS[w])) for w in Weather]},
        {"title": _("Argent"), "terms": _money()},
    ]


def _term(term: str, text: str) -> Json:
    return {"term": term, "text": text}


def _what_is_counted() -> list[Json]:
    provenances = [_term(_("Provenance"), "\u202f; ".join(str(p.label) for p in Commitment.Provenance) + ".")]
    return [
        _term(
            _("Engagement compté"),
            _("Engagement nommé par les textes publics de la feuille de route, ou qui en découle directement."),
        ),
        _term(
            _("Action voisine"),
            _("Action que sa source ne rattache pas à la feuille de route. Présentée à part, dans aucun chiffre clé."),
        ),
        *provenances,
        _term(_("Fiabilité"), "\u202f; ".join(str(c.label) for c in Confidence) + "."),
        _term(
            _("Situation à la date de référence"),
            _(
                "Statut, météo et textes viennent du dernier point d’avancement publié pour ce trimestre ou un "
                "trimestre antérieur. Les jalons atteints et les échéances reportées ensuite ne comptent pas."
            ),
        ),
        *_answers(),
    ]


def _answers() -> list[Json]:
    return [
        _term(
            _("Réponse du trimestre"),
            _(
                "« point publié » : un texte nouveau a été publié pour ce trimestre. « confirmé sans "
                "changement » : les responsables ont dit, ce jour-là, que le texte précédent vaut toujours ; rien "
                "de nouveau n’est publié. « non renseigné » : ni l’un ni l’autre ; le texte affiché, s’il y en a "
                "un, est celui d’un trimestre antérieur, à sa date. « réponse attendue » : la campagne du "
                "trimestre n’est pas close. « rien d’attendu » : l’engagement était réalisé ou abandonné avant la "
                "campagne, ou fusionné dans un autre avant d’avoir répondu."
            ),
        ),
        _term(
            _("Sans réponse ce trimestre"), _("Engagement « non renseigné », ou dont la réponse est encore attendue.")
        ),
    ]


def _formulas() -> list[Json]:
    found = limits()
    return [
        _term(
            _("Avancement d’un engagement"),
            _(
                "Selon sa méthode : poids des jalons atteints rapporté au poids des jalons non annulés ; ou moyenne de "
                "ses indicateurs, chacun égal à (valeur − valeur initiale) ÷ (cible − valeur initiale), borné de 0 à "
                "100 % ; ou taux déclaré par le porteur. Sans jalon ni déclaration, il est « non mesuré », et non nul."
            ),
        ),
        _term(
            _("Avancement moyen"),
            _(
                "Moyenne pondérée par le poids de chaque engagement, sur ceux qui sont mesurés, abandonnés exclus. "
                "Toujours suivie du nombre d’engagements mesurés. Sous %(share)s %% de mesurés, elle est dite "
                "« partielle »."
            )
            % {"share": found["partial_coverage_percent"]},
        ),
        _term(
            _("Avancement attendu"),
            _(
                "Part du poids des jalons dus à la date ; sans jalon, proportion du temps écoulé entre le début et "
                "l’échéance. Calculé sur le calendrier initial et, à part, sur le calendrier révisé."
            ),
        ),
        _term(
            _("En retard"),
            _(
                "Engagement ni réalisé ni abandonné dont l’échéance est passée, ou dont un jalon est dépassé de plus "
                "de %(grace)s jours, ou dont l’avancement est inférieur de plus de %(gap)s points à l’attendu. "
                "Mesuré sur le calendrier initial, ce qui avait été promis, et à part sur le calendrier révisé."
            )
            % {"grace": found["late_milestone_grace_days"], "gap": found["late_progress_gap_points"]},
        ),
        _term(
            _("Glissement"),
            _("Nombre de jours entre l’échéance initiale et l’échéance actuelle, avec le nombre de reports."),
        ),
        _term(_("Version des formules"), FORMULA_VERSION),
    ]


def _money() -> list[Json]:
    return [
        _term(_("Portée d’une enveloppe"), "\u202f; ".join(str(r.label) for r in Envelope.Reach) + "."),
        _term(
            _("Enveloppes"),
            _(
                "Emboîtées : une enveloppe peut faire partie d’une autre. Leurs montants ne s’additionnent donc "
                "jamais. Les enveloppes nationales et européennes sont un contexte, pas une dépense dans la région."
            ),
        ),
        _term(
            _("Montant programmé d’un engagement"),
            _(
                "Somme de ses lignes de financement, l’argent de la région, de l’État au plan national et de l’Europe "
                "restant trois sommes distinctes. D’une ligne portant sur une enveloppe et d’une ligne portant sur une "
                "partie de celle-ci, seule la plus précise est retenue ; de même la ligne de tous les financeurs "
                "ensemble comprend celles de chacun sur la même enveloppe. "
                "Une ligne sans montant est comptée comme telle, jamais comme zéro."
            ),
        ),
        _term(_("Arrondis"), _("Les montants sont exacts, au centime ; l’arrondi ne se fait qu’à l’affichage.")),
    ]
