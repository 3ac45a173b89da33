from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Comptes")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - once the applications are loaded

        from accounts import session_store  # noqa: PLC0415

        # By whatever door someone comes in.
        user_logged_in.connect(session_store.begin, dispatch_uid="session-begins")
