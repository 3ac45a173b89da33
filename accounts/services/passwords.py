"""A forgotten password: a link by mail to the one who has it, and what ends with it."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.letters import letter
from roadmap_portal.rates import is_beyond
from roadmap_portal.templatetags.portal import plural


def link_of(user: User) -> list[str]:
    """What the address where a password is chosen is made of: it serves once, for PASSWORD_RESET_TIMEOUT seconds."""
    return [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]


def send_link(user: User, *, is_demonstration: bool = False) -> None:
    """Nothing to a disabled account, to one without a password here (ProConnect), nor too often to the same mailbox."""
    if not user.is_active or not user.has_usable_password() or is_beyond("password_mail", f"user-{user.pk}"):
        return
    with translation.override(user.language):
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        context = {
            "address": settings.PUBLIC_URL + reverse("accounts:choose_password", args=link_of(user)),
            "user": user,
            "valid_for": plural("%(n)s heure", "%(n)s heures", hours) % {"n": hours},
        }
        subject = _("Choisir un nouveau mot de passe")
        letter(user.email, subject, "mail/password.html", context, is_demonstration=is_demonstration).send()
