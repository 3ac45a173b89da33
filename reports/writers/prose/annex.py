"""The annex: the definitions frozen with the report, its thresholds, and how each mean is found again from the rows."""

from django.utils.translation import gettext as _

from reports.dataset import Dataset, Json
from roadmap_portal.templatetags.portal import in_english


def annex(dataset: Dataset) -> list[Json]:
    return [*dataset["definitions"]["en" if in_english() else "fr"], _calculations(dataset["formulas"])]


def _calculations(formulas: Json) -> Json:
    terms = [
        (_("Version des formules de ce rapport"), str(formulas["version"])),
        (
            _("Seuils de retard"),
            _(
                "Jalon dépassé de plus de %(grace)s jours\u202f; avancement inférieur de plus de %(gap)s points à "
                "l’attendu."
            )
            % {"grace": formulas["late_milestone_grace_days"], "gap": formulas["late_progress_gap_points"]},
        ),
        (
            _("Seuil de couverture"),
            _("Une moyenne est dite «\u00a0partielle\u00a0» sous %(share)s\u00a0%% d’engagements mesurés.")
            % {"share": formulas["partial_coverage_percent"]},
        ),
        (
            _("Retrouver une moyenne"),
            _(
                "Prendre les lignes du groupe dont le statut n’est pas «\u00a0abandonné\u00a0» et dont l’avancement "
                "est mesuré\u202f; additionner poids × avancement, diviser par la somme des poids, arrondir au "
                "centième. L’attendu se calcule sur les mêmes lignes. Chaque bloc d’engagement donne ces valeurs et "
                "son poids."
            ),
        ),
        (
            _("Retrouver un nombre"),
            _(
                "Chaque nombre de la synthèse est celui des lignes d’engagement qui portent la valeur\u00a0: les "
                "sommes par statut, par météo et par réponse égalent toutes le nombre d’engagements suivis."
            ),
        ),
    ]
    return {
        "title": _("Seuils et calcul des moyennes"),
        "terms": [{"term": term, "text": text} for term, text in terms],
    }
