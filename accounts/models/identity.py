"""Who was invited, and the identity at ProConnect that an account is tied to."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from actors.models import validate_siret
from roadmap_portal.history.tracking import tracked


@tracked(publishes=False)
class Invitation(models.Model):
    """The account of the invited person waits for the first login, which must come from this organisation."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="invitation", verbose_name=_("personne invitée")
    )
    siret = models.CharField(
        _("SIRET de son organisme"), max_length=14, validators=[validate_siret], help_text=_("Quatorze chiffres.")
    )
    invited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("invitée par")
    )
    sent_at = models.DateTimeField(_("envoyée le"), default=timezone.now)
    expires_on = models.DateField(_("valable jusqu’au"))

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="invitation_siret_has_14_digits",
                condition=Q(siret__regex=r"^[0-9]{14}$"),
                violation_error_message=_("Un SIRET compte quatorze chiffres."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


@tracked(publishes=False)
class Identity(models.Model):
    """`sub` is ProConnect's name for one person as known by one identity provider: who changes of provider is bound
    anew, after an administrator has untied them."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="identity", verbose_name=_("utilisateur"))
    issuer = models.URLField(_("émetteur"))
    sub = models.CharField(_("identifiant"), max_length=255)
    siret = models.CharField(_("SIRET"), max_length=14)
    idp_id = models.CharField(_("fournisseur d’identité"), max_length=100, blank=True)
    organization = models.CharField(_("organisme"), max_length=300, blank=True)
    bound_at = models.DateTimeField(_("rattachée le"), default=timezone.now)

    class Meta:
        verbose_name = _("identité ProConnect")
        verbose_name_plural = _("identités ProConnect")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "sub"],
                name="identity_once",
                violation_error_message=_("Cette identité est déjà rattachée à un compte."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization or self.siret}"
