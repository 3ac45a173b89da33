"""Money: envelopes (nested, so never added together) and the lines that tie a commitment to them."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Confidence, Source
from commitments.models import Commitment
from roadmap_portal.history.tracking import tracked
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
    title = models.CharField(_("intitulé"), max_length=300)
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
    geographic_scope = models.CharField(_("périmètre géographique"), max_length=120, blank=True)
    # Missing is not zero: some envelopes were announced without any figure.
    amount = models.DecimalField(
        _("montant"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    is_yearly = models.BooleanField(_("montant annuel"), default=False)
    amount_basis = models.CharField(_("base du montant"), max_length=9, choices=AmountBasis.choices, blank=True)
    period = models.CharField(_("période"), max_length=80, blank=True)
    stated_on = models.DateField(_("chiffre au"), null=True, blank=True)
    stated_precision = models.CharField(_("précision"), max_length=5, blank=True)
    figures = models.JSONField(_("chiffres cités par les sources"), default=list, blank=True)
    confidence = models.CharField(_("fiabilité"), max_length=8, choices=Confidence.choices)
    funders = models.ManyToManyField(Actor, related_name="envelopes", blank=True, verbose_name=_("financeurs"))
    sources = models.ManyToManyField(Source, related_name="envelopes", blank=True, verbose_name=_("sources"))

    class Meta(Versioned.Meta):
        verbose_name = _("enveloppe")
        verbose_name_plural = _("enveloppes")
        ordering = ["code"]
        constraints = [
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
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class FundingLine(Versioned):
    class AuthorisationKind(models.TextChoices):
        AE = "AE", _("autorisation d’engagement")
        AP = "AP", _("autorisation de programme")

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="funding_lines", verbose_name=_("engagement")
    )
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="lines", verbose_name=_("enveloppe"))
    # Empty: the envelope's funders together; their shares were not published.
    funder = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="funding_lines",
        verbose_name=_("financeur"),
    )
    beneficiary = models.ForeignKey(
        Actor, on_delete=models.PROTECT, null=True, blank=True, related_name="grants", verbose_name=_("bénéficiaire")
    )
    instrument = models.CharField(_("instrument"), max_length=120, blank=True)
    authorisation_kind = models.CharField(
        _("nature de l’autorisation"), max_length=2, choices=AuthorisationKind.choices, blank=True
    )
    agreement_reference = models.CharField(_("référence de la convention"), max_length=120, blank=True)
    planned_amount = models.DecimalField(
        _("montant programmé"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    is_fictional = models.BooleanField(_("fictive"), default=False, editable=False)
    # Read in the facts file: the next load brings it up to date. Those typed by staff stay as they are.
    from_facts = models.BooleanField(_("lue dans les faits publics"), default=False, editable=False)
    note = models.TextField(_("note"), blank=True)

    class Meta(Versioned.Meta):
        verbose_name = _("ligne de financement")
        verbose_name_plural = _("lignes de financement")
        ordering = ["commitment", "envelope", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "envelope", "funder"],
                name="funding_line_once",
                nulls_distinct=False,
                violation_error_message=_("Cette ligne de financement existe déjà."),
            ),
            models.CheckConstraint(
                name="funding_line_amount_is_not_negative",
                condition=Q(planned_amount__isnull=True) | Q(planned_amount__gte=0),
                violation_error_message=_("Un montant ne peut pas être négatif."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.code} · {self.envelope}"
