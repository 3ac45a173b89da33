"""A mail to someone who has an account, as text and as HTML."""

from html import unescape
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import User


def letter(
    user: User, subject: str, template: str, context: dict[str, Any], *, is_demonstration: bool
) -> EmailMultiAlternatives:
    """To be called in the language of the user. `template`: that of HTML, which has one of text beside it."""
    if is_demonstration:
        subject = f"[{_('Démonstration')}] {subject}"
    context |= {"subject": subject, "is_demonstration": is_demonstration}
    # Messages of the catalogue are marked as safe and escape what they are given, in a text as in a page.
    text = unescape(render_to_string(template.replace(".html", ".txt"), context))
    message = EmailMultiAlternatives(subject, text, to=[user.email], headers={"Auto-Submitted": "auto-generated"})
    message.attach_alternative(render_to_string(template, context), "text/html")
    return message
