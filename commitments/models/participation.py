"""Who takes part in a commitment, and as what."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Side
from commitments.models.commitment import Commitment
from roadmap_portal.history.tracking import tracked
from roadmap_portal.versioned import Versioned


@tracked()
class Participation(Versioned):
    class Role(models.TextChoices):
        LEAD = "lead", _("chef de file")
        CO_LEAD = "co_lead", _("co-porteur")
        OPERATOR = "operator", _("opérateur")
        PARTNER = "partner", _("partenaire")
        FUNDER = "funder", _("financeur")
        BENEFICIARY = "beneficiary", _("bénéficiaire")

    commitment = models.ForeignKey(
        Commitment, on_delete=models.CASCADE, related_name="participations", verbose_name=_("engagement")
    )
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="participations", verbose_name=_("acteur"))
    role = models.CharField(_("rôle"), max_length=11, choices=Role.choices)
    side = models.CharField(_("pour le côté"), max_length=6, choices=Side.choices, blank=True)
    # Read in the facts file: the next load takes it back when the file does. Those typed by staff stay.
    from_facts = models.BooleanField(_("lue dans les faits publics"), default=False, editable=False)

    class Meta(Versioned.Meta):
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["commitment", "role", "actor__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "actor", "role"],
                name="participation_once",
                violation_error_message=_("Cet acteur tient déjà ce rôle dans l’engagement."),
            ),
            models.UniqueConstraint(
                fields=["commitment", "side"],
                condition=Q(role="lead"),
                name="participation_one_lead_a_side",
                violation_error_message=_("L’engagement a déjà un chef de file de ce côté."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} · {self.get_role_display()}"
