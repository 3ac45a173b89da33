"""Who is invited has an account that waits, with its first right; the mail says how to come in. Its text is ours alone
(an invitation is a favourite way of phishing)."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, User
from accounts.security_log import Kind, record
from accounts.services.letters import letter
from accounts.services.passwords import link_of
from accounts.services.rights import give

VALID_FOR = timedelta(days=30)


@transaction.atomic
def invite(
    user: User,
    membership: Membership,
    siret: str,
    *,
    by: User,
    is_demonstration: bool = False,
    request: HttpRequest | None = None,
) -> User:
    """`user`: new. `siret`: fourteen digits, empty where ProConnect is off. Raises ValidationError for what the
    database would refuse; then nothing is written, and no mail leaves."""
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    membership.user = user
    give(membership, request=request)
    if siret:
        expires_on = localdate() + VALID_FOR
        Invitation.objects.create(user=user, siret=siret, invited_by=by, expires_on=expires_on)
    record(Kind.INVITED, request, user=user)
    transaction.on_commit(lambda: _written(user, is_demonstration=is_demonstration).send())
    return user


def _written(user: User, *, is_demonstration: bool) -> EmailMultiAlternatives:
    """With ProConnect, the page of login; otherwise the address where a password is chosen, good for three days."""
    with translation.override(user.language):
        has_proconnect = bool(settings.PROCONNECT_URL)
        path = reverse("accounts:login") if has_proconnect else reverse("accounts:welcome", args=link_of(user))
        context = {
            "address": settings.PUBLIC_URL + path,
            "has_proconnect": has_proconnect,
            "memberships": user.memberships.select_related("actor"),
        }
        subject = _("Votre accès à la feuille de route sur l’intelligence artificielle")
        return letter(user.email, subject, "mail/invitation.html", context, is_demonstration=is_demonstration)
