"""Sessions, each with its user: so that they are listed, and ended with the account (ASVS 7.4.2)."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Session(AbstractBaseSession):
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="sessions", verbose_name=_("utilisateur")
    )
    address = models.GenericIPAddressField(_("adresse IP"), null=True)
    agent = models.CharField(_("navigateur"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("ouverte le"), default=timezone.now)
    seen_at = models.DateTimeField(_("vue le"), default=timezone.now)

    class Meta(AbstractBaseSession.Meta):
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        # The store names this model: it is found by its setting.
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store
