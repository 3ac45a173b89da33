"""The columns that tell what stands behind the figures: postponements, evidence, decisions, missing visas, mergers."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.dataset import Json
from reports.writers.columns import Column, Path, Words, in_words, joined, labelled, labels_of


def side(row: Json, words: Words) -> str:
    return words("side", row["side_code"], row["side"])


def title_of_piece(row: Json, words: Words) -> str:
    return str(row["title"]) if row["is_public"] else gettext("pièce non publique")


def if_public(path: str | Path) -> Path:
    """Of a piece that is not public, only that there is one."""

    def shown(row: Json, words: Words) -> object:
        if not row["is_public"]:
            return None
        return row[path] if isinstance(path, str) else path(row, words)

    return shown


POSTPONEMENT = (
    Column(_("Engagement"), "text", "commitment", _("Code de l’engagement"), 30),
    Column(_("Titre"), "long", "commitment_title", _("Intitulé de l’engagement")),
    Column(_("Jalon"), "long", "milestone", _("Vide\u00a0: l’échéance de l’engagement lui-même")),
    Column(_("De"), "date", "from_on", _("Ancienne échéance")),
    Column(_("À"), "date", "to_on", _("Nouvelle échéance")),
    Column(_("Jours"), "integer", "days", _("Écart")),
    Column(_("Nature du motif"), "text", labelled("postponement_reason", "reason_kind"), "", 20),
    Column(_("Motif"), "long", "reason", _("Motif écrit")),
    Column(_("Côté"), "text", side, _("État ou Région"), 10),
    Column(_("Pour le compte de"), "text", "actor", _("Organisme de l’auteur\u202f; jamais un nom de personne"), 34),
    Column(_("Décidé le"), "date", "made_on", _("Jour du report")),
    Column(_("Décision n°"), "integer", "decision_number", _("Décision du comité de pilotage que le report applique")),
    Column(
        _("Comité du"), "date", "decision_meeting_on", _("Vide\u00a0: le report n’applique aucune décision du comité")
    ),
)

EVIDENCE = (
    Column(_("Engagement"), "text", "commitment", _("Code de l’engagement"), 30),
    Column(_("Pièce"), "long", title_of_piece, _("Intitulé\u202f; d’une pièce non publique, seulement qu’elle existe")),
    Column(_("Publique"), "text", lambda row, words: in_words(row["is_public"]), "", 10),
    Column(_("Nature"), "text", if_public(labelled("evidence", "kind")), "", 24),
    Column(_("Jalon"), "long", if_public("milestone"), _("Vide\u00a0: l’engagement lui-même")),
    Column(_("Adresse"), "url", if_public("url"), _("Vide\u00a0: un fichier")),
    Column(_("Fichier"), "text", if_public("file_name"), _("Vide\u00a0: une adresse"), 34),
    Column(_("Empreinte SHA-256 du fichier"), "text", if_public("sha256"), "", 66),
    Column(_("Versée le"), "date", if_public("added_on"), ""),
    Column(_("Versée par"), "text", if_public("actor"), _("Organisme\u202f; jamais un nom de personne"), 34),
)

DECISION = (
    Column(_("Comité du"), "date", "meeting_on", _("Jour du comité de pilotage")),
    Column(_("Décision n°"), "integer", "number", _("Numéro dans ce comité\u202f; son texte est au comité")),
    Column(_("Responsable"), "text", "owner", _("Organisme chargé de l’exécuter"), 34),
    Column(_("Échéance"), "date", "due_on", _("Jour pour lequel elle est à exécuter")),
    Column(_("État"), "text", labelled("decision", "state"), _("Connu à la date de référence"), 16),
    Column(_("Close le"), "date", "closed_on", _("Vide\u00a0: encore à exécuter")),
    Column(_("Engagements"), "text", joined("commitments"), _("Codes des engagements concernés"), 44),
)

UNAPPROVED = (
    Column(_("Engagement"), "text", "commitment", _("Code de l’engagement"), 30),
    Column(_("Titre"), "long", "title", _("Intitulé de l’engagement")),
    Column(
        _("Soumis le"),
        "date",
        "submitted_on",
        _("Jour où le texte non visé a été soumis\u202f; le texte n’est pas dit"),
    ),
    Column(_("Visas donnés"), "text", labels_of("side", "approved_sides"), _("Côtés qui l’ont visé"), 20),
    Column(_("Visas manquants"), "text", labels_of("side", "missing_sides"), _("Côtés qui ne l’ont pas visé"), 20),
)

MERGED = (
    Column(_("Code"), "text", "code", _("Identifiant de l’engagement fusionné"), 30),
    Column(_("Titre"), "long", "title", _("Intitulé de l’engagement fusionné")),
    Column(_("Fusionné dans"), "text", "into", _("Code de l’engagement qui l’a repris"), 30),
    Column(_("Fusionné le"), "date", "merged_on", ""),
    Column(_("Motif"), "long", "reason", _("Motif écrit")),
)
