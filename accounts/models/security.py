"""Who came in, who was refused, who was given which right: kept for as long as it may be of use, then purged."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# CNIL, recommendation of 2021 on logs: six months at the least, a year as a rule. Below it the database refuses.
LEAST_DAYS_KEPT = 180


class SecurityEvent(models.Model):
    """One thing that happened. Written by accounts.security_log alone."""

    class Kind(models.TextChoices):
        LOGIN = "login", _("connexion")
        LOGIN_REFUSED = "login_refused", _("connexion refusée")
        LOCKED_OUT = "locked_out", _("trop d’essais")
        LOGOUT = "logout", _("déconnexion")
        SESSION_ENDED = "session_ended", _("session fermée")
        PASSWORD_CHANGED = "password_changed", _("mot de passe changé")
        PASSWORD_FORGOTTEN = "password_forgotten", _("mot de passe oublié")
        SECOND_FACTOR_CHANGED = "second_factor_changed", _("second facteur changé")
        INVITED = "invited", _("invitation")
        IDENTITY_BOUND = "identity_bound", _("identité rattachée")
        RIGHTS_CHANGED = "rights_changed", _("droits changés")
        DELEGATED = "delegated", _("délégation")
        ACCOUNT_DISABLED = "account_disabled", _("compte désactivé")
        RATE_EXCEEDED = "rate_exceeded", _("cadence dépassée")
        UPLOAD_REFUSED = "upload_refused", _("fichier refusé")
        IMPORTED = "imported", _("import")
        EXPORTED = "exported", _("export de données personnelles")
        PURGED = "purged", _("purge")

    happened_at = models.DateTimeField(_("le"), default=timezone.now, db_index=True)
    kind = models.CharField(_("événement"), max_length=32, choices=Kind.choices)
    # No constraint: a line of the log outlives what it speaks of, and is never changed to follow it.
    user = models.ForeignKey(
        "accounts.User",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("utilisateur"),
    )
    address = models.GenericIPAddressField(_("adresse IP"), null=True, blank=True)
    request_id = models.CharField(_("requête"), max_length=64, blank=True)
    details = models.JSONField(_("détails"), default=dict, blank=True)

    class Meta:
        verbose_name = _("événement de sécurité")
        verbose_name_plural = _("journal de sécurité")
        ordering = ["-happened_at", "-pk"]
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="security_event_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF TG_OP = 'DELETE' AND OLD.happened_at < now() - interval '{LEAST_DAYS_KEPT} days' THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'Le journal de sécurité ne se modifie pas, et ne se purge qu’après six mois.'
                        USING ERRCODE = 'restrict_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.happened_at:%Y-%m-%dT%H:%M:%S} {self.kind}"
