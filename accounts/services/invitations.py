"""Who is invited has an account that waits, with its first right; the mail says how to come in. Its text is ours alone
(an invitation is a favourite way of phishing)."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Identity, Invitation, Membership, User
from accounts.security_log import Kind, record
from accounts.services import RightsRefused
from accounts.services.letters import has_left, letter
from accounts.services.passwords import link_of
from accounts.services.rights import give

VALID_FOR = timedelta(days=30)


@transaction.atomic
def invite(user: User, membership: Membership, siret: str, *, by: User, request: HttpRequest | None = None) -> User:
    """`user`: new. `siret`: fourteen digits, empty where ProConnect is off. Raises ValidationError for what the
    database would refuse; then nothing is written. The mail is `send`'s."""
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    membership.user = user
    give(membership, request=request)
    _expect(user, siret, by, request)
    return user


@transaction.atomic
def invite_again(user: User, siret: str, *, by: User, request: HttpRequest | None = None) -> None:
    """Thirty days more, from this organisation. Raises RightsRefused for one who has come in already."""
    if not awaits(user):
        raise RightsRefused(_("Cette personne est déjà venue : elle n’a pas besoin d’une invitation."))
    _expect(user, siret, by, request)


def awaits(user: User) -> bool:
    """Whether this account has yet to be entered, by the way in that is open."""
    if not user.is_active:
        return False
    if settings.PROCONNECT_URL:
        return not Identity.objects.filter(user=user).exists()
    return not user.has_usable_password()


def send(user: User, *, is_demonstration: bool) -> bool:
    """Whether the mail has left."""
    return has_left(_written(user, is_demonstration=is_demonstration))


def _expect(user: User, siret: str, by: User, request: HttpRequest | None) -> None:
    if siret:
        now = timezone.now()
        kept = {"siret": siret, "invited_by": by, "sent_at": now, "expires_on": localdate(now) + VALID_FOR}
        Invitation.objects.update_or_create(user=user, defaults=kept)
    record(Kind.INVITED, request, user=user)


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
