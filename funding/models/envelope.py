"""Envelopes: nested, so never added together."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Confidence, Source
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class Envelope(Versioned):
    class Reach(models.TextChoices):
        """Whose money: only the regional kind concerns the region alone; the others are context."""

        REGIONAL = "regional", _("dans la région")
        NATIONAL = "national", _("contexte national")
        EUROPEAN = "european", _("contexte européen")

    class AmountBasis(models.TextChoices):
        PUBLISHED = "published", _("montant publié")
        COMPUTED = "computed", _("montant calculé à partir des parts publiées par financeur")

    code = models.SlugField(_("code"), max_length=80, unique=True)
    title = OneLine(_("intitulé"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    note = models.TextField(_("note"), blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("fait partie de"),
    )
    reach = models.CharField(_("portée"), max_length=8, choices=Reach.choices)
    geographic_scope = OneLine(_("périmètre géographique"), max_length=120, blank=True)
    # Missing is not zero: some envelopes were announced without any figure.
    amount = models.DecimalField(
        _("montant"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    is_yearly = models.BooleanField(_("montant annuel"), default=False)
    amount_basis = models.CharField(_("base du montant"), max_length=9, choices=AmountBasis.choices, blank=True)
    period = OneLine(_("période"), max_length=80, blank=True)
    stated_on = models.DateField(_("chiffre au"), null=True, blank=True)
    stated_precision = models.CharField(_("précision"), max_length=5, blank=True)
    figures = models.JSONField(_("chiffres cités par les sources"), default=list, blank=True)
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    # « 1 € de l’État pour 1 € de la Région »: how far the two may part before the panel turns amber. None: not asked.
    parity_tolerance = models.DecimalField(
        _("écart toléré à la parité (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("En pourcentage de la plus grande des deux parts. Vide : la parité n’est pas demandée."),
    )
    # Of the fund, for the region's zone (regulation 2021/1060): the highest share of a cost it may pay.
    rate_cap = models.DecimalField(
        _("taux de cofinancement maximal (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    funders = models.ManyToManyField(Actor, related_name="envelopes", blank=True, verbose_name=_("financeurs"))
    sources = models.ManyToManyField(Source, related_name="envelopes", blank=True, verbose_name=_("sources"))

    class Meta(Versioned.Meta):
        verbose_name = _("enveloppe")
        verbose_name_plural = _("enveloppes")
        ordering = ["code"]
        constraints = [
            no_formula("envelope", "title", "geographic_scope", "period"),
            models.CheckConstraint(
                name="envelope_amount_is_not_negative",
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                violation_error_message=_("Un montant ne peut pas être négatif."),
            ),
            models.CheckConstraint(
                name="envelope_amount_states_its_basis",
                condition=Q(amount__isnull=True, amount_basis="") | Q(amount__isnull=False) & ~Q(amount_basis=""),
                violation_error_message=_("Un montant dit s’il est publié ou calculé."),
            ),
            models.CheckConstraint(
                name="envelope_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("Une enveloppe ne peut pas faire partie d’elle-même."),
            ),
            models.CheckConstraint(
                name="envelope_percentages_are_percentages",
                condition=(Q(parity_tolerance__isnull=True) | Q(parity_tolerance__range=(0, 100)))
                & (Q(rate_cap__isnull=True) | Q(rate_cap__range=(0, 100))),
                violation_error_message=_("Un pourcentage est compris entre 0 et 100."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
