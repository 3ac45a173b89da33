"""Lines: a commitment × an envelope × a funder. How much is written in the ledger (`event`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from commitments.models import Commitment
from funding.models.envelope import Envelope
from funding.models.guards import AUTHORISATION_OF_THE_STATE, LINE_WITH_EVENTS_KEPT
from roadmap_portal.history.tracking import tracked
from roadmap_portal.one_line import OneLine, no_formula
from roadmap_portal.versioned import Versioned


@tracked()
class FundingLine(Versioned):
    """What a funder pays of a commitment, out of an envelope. Its amounts are those of its events: `with_amounts`."""

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
    instrument = OneLine(_("instrument"), max_length=120, blank=True)
    authorisation_kind = models.CharField(
        _("nature de l’autorisation"), max_length=2, choices=AuthorisationKind.choices, blank=True
    )
    agreement_reference = OneLine(_("référence de la convention"), max_length=120, blank=True)
    is_fictional = models.BooleanField(_("fictive"), default=False, editable=False)
    # Read in the facts file: the next load brings it up to date. Those typed by staff stay as they are.
    from_facts = models.BooleanField(_("lue dans les faits publics"), default=False, editable=False)
    note = models.TextField(_("note"), blank=True)

    class Meta(Versioned.Meta):
        verbose_name = _("ligne de financement")
        verbose_name_plural = _("lignes de financement")
        ordering = ["commitment", "envelope", "pk"]
        constraints = [
            no_formula("funding_line", "instrument", "agreement_reference"),
            models.UniqueConstraint(
                fields=["commitment", "envelope", "funder"],
                name="funding_line_once",
                nulls_distinct=False,
                violation_error_message=_("Cette ligne de financement existe déjà."),
            ),
        ]
        triggers = [*Versioned.Meta.triggers, AUTHORISATION_OF_THE_STATE, LINE_WITH_EVENTS_KEPT]

    def __str__(self) -> str:
        return f"{self.commitment.code} · {self.envelope}"
