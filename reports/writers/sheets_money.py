"""The columns that tell of money and indicators."""

from django.utils.translation import gettext_lazy as _

from reports.writers.columns import Column, joined, labelled, last, last_label, no_yes, urls, yes_no

ENVELOPE = (
    Column(_("Code"), "text", "code", _("Identifiant stable de l’enveloppe"), 30),
    Column(_("Enveloppe"), "long", "title", _("Intitulé")),
    Column(_("Niveau"), "integer", "level", _("0\u00a0: ne fait partie d’aucune autre. Ne jamais additionner")),
    Column(_("Portée"), "text", labelled("reach", "reach"), _("Le national et l’européen sont un contexte"), 20),
    Column(_("Périmètre"), "text", "geographic_scope", _("Périmètre géographique"), 24),
    Column(_("Montant"), "euros", "amount", _("Vide\u00a0: aucun montant publié")),
    Column(_("Montant annuel"), "text", yes_no("is_yearly"), _("Le montant vaut pour une année"), 10),
    Column(_("Base"), "text", labelled("amount_basis", "amount_basis"), _("Publié ou calculé"), 30),
    Column(_("Période"), "text", "period", "", 16),
    Column(_("Financeurs"), "text", joined("funders"), "", 34),
    Column(_("Fiabilité"), "text", labelled("confidence", "confidence"), "", 22),
    Column(_("Adresses des sources"), "url", urls, _("Séparées par une espace")),
)

FUNDING = (
    Column(_("Engagement"), "text", "commitment", _("Code de l’engagement"), 30),
    Column(_("Compté"), "text", no_yes("is_adjacent"), _("non\u00a0: action voisine"), 10),
    Column(_("Enveloppe"), "text", "envelope_title", _("Enveloppe dont vient l’argent"), 44),
    Column(_("Portée"), "text", labelled("reach", "reach"), _("Le national et l’européen sont un contexte"), 20),
    Column(_("Financeur"), "text", "funder", _("Vide\u00a0: parts non publiées"), 34),
    Column(_("Bénéficiaire"), "text", "beneficiary", "", 34),
    Column(_("Instrument"), "text", "instrument", "", 24),
    Column(_("Programmé"), "euros", "planned", _("Vide\u00a0: montant inconnu, ce qui n’est pas zéro")),
    Column(_("Autorisé"), "euros", "authorised", _("AE ou AP ouvertes\u00a0; ne s’ajoute pas aux paiements")),
    Column(_("Engagé net"), "euros", "net_contracted", _("Engagé moins désengagé")),
    Column(_("Payé net"), "euros", "net_paid", _("Payé moins reversé")),
    Column(
        _("Additionné"),
        "text",
        yes_no("is_added"),
        _("non\u00a0: sans montant, ou déjà compris dans une ligne plus précise du même engagement"),
        12,
    ),
    Column(_("Ligne fictive"), "text", yes_no("is_fictional"), _("oui\u00a0: donnée de démonstration"), 12),
)

EVENT = (
    Column(_("Engagement"), "text", "commitment", _("Code de l’engagement"), 30),
    Column(_("Enveloppe"), "text", "envelope_title", _("Enveloppe dont vient l’argent"), 44),
    Column(_("Financeur"), "text", "funder", _("Vide\u00a0: parts non publiées"), 34),
    Column(_("Nature"), "text", labelled("funding_event", "kind"), _("Étape de l’argent"), 26),
    Column(_("Date"), "date", "on", ""),
    Column(_("Exercice"), "text", lambda row, words: str(row["fiscal_year"]), _("Exercice budgétaire"), 10),
    Column(_("Montant"), "euros", "amount", ""),
    Column(_("Document"), "text", "document", _("D’où vient le montant"), 44),
    Column(_("Adresse du document"), "url", "document_url", ""),
    Column(_("Motif"), "long", "reason", _("D’une baisse ou d’une correction")),
    Column(_("Correction"), "text", yes_no("is_correction"), _("oui\u00a0: remplace une autre écriture"), 11),
    Column(_("Additionné"), "text", yes_no("is_added"), _("oui\u00a0: entre dans les totaux de la région"), 12),
)

MONEY = (
    Column(_("Coupe"), "text", "cut", _("Chaque coupe fait le même total"), 16),
    Column(_("Intitulé"), "text", "title", "", 44),
    Column(_("Programmé"), "euros", "planned", _("Argent de la région, actions voisines exclues")),
    Column(_("Autorisé"), "euros", "authorised", _("AE ou AP ouvertes\u00a0; ne s’ajoute pas aux paiements")),
    Column(_("Engagé net"), "euros", "net_contracted", _("Engagé moins désengagé")),
    Column(_("Payé net"), "euros", "net_paid", _("Payé moins reversé")),
    Column(
        _("Taux d’engagement"),
        "percent",
        "contracted_rate",
        _("Engagé net ÷ programmé, sur les lignes où les deux sont connus"),
    ),
    Column(
        _("Taux de paiement"), "percent", "paid_rate", _("Payé net ÷ programmé, sur les lignes où les deux sont connus")
    ),
)

INDICATOR = (
    Column(_("Code"), "text", "code", _("Identifiant stable de l’indicateur"), 30),
    Column(_("Indicateur"), "long", "title", _("Intitulé")),
    Column(_("Définition"), "long", "definition", ""),
    Column(_("Unité"), "text", labelled("unit", "unit"), "", 16),
    Column(_("Périmètre"), "text", "geographic_scope", _("Périmètre géographique"), 24),
    Column(_("Valeur initiale"), "decimal", "baseline", ""),
    Column(_("Initiale au"), "date", "baseline_on", ""),
    Column(_("Dernier relevé"), "decimal", last("readings", "value"), _("Connu à la date de référence")),
    Column(_("Relevé au"), "date", last("readings", "on"), _("Date de référence du relevé")),
    Column(
        _("Nuance"),
        "text",
        last("readings", "qualifier"),
        _("«\u00a0plus de\u00a0», «\u00a0environ\u00a0»\u00a0: mot de la source"),
        14,
    ),
    Column(
        _("Qualité"), "text", last_label("quality", "readings", "quality"), _("Estimée, provisoire, définitive"), 14
    ),
    Column(_("Cible"), "decimal", last("targets", "value"), _("Dernière cible")),
    Column(_("Pour le"), "date", last("targets", "on"), _("Vide\u00a0: cible sans date")),
    Column(
        _("Chemin parcouru"), "percent", "progress", _("De la valeur initiale à la cible\u202f; vide\u00a0: non mesuré")
    ),
    Column(_("Producteur"), "text", "producer", "", 26),
    Column(_("Limites"), "long", "limits", ""),
    Column(_("Adresses des sources"), "url", urls, _("Séparées par une espace")),
)
