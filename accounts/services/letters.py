"""The frame of every mail of the portal: as text and as HTML, marked as automatic, as fictional where it is."""

import logging
from html import unescape
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def letter(
    email: str,
    subject: str,
    template: str,
    context: dict[str, Any],
    *,
    is_demonstration: bool,
    leave: str = "",
) -> EmailMultiAlternatives:
    """To be called in the language of the reader. `template`: that of HTML, which has one of text beside it; both know
    `subject`, `site` and `is_demonstration`. `leave`: the address that ends such mails at one click, where they can
    end."""
    if is_demonstration:
        subject = f"[{_('Démonstration')}] {subject}"
    context |= {"subject": subject, "site": settings.PUBLIC_URL, "is_demonstration": is_demonstration}
    headers = {"Auto-Submitted": "auto-generated"}
    if leave:
        # RFC 8058: the mail program posts to this address at one click; a scanner that only opens it changes nothing.
        headers |= {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    # Messages of the catalogue are marked as safe and escape what they are given, in a text as in a page.
    text = unescape(render_to_string(template.replace(".html", ".txt"), context))
    message = EmailMultiAlternatives(subject, text, to=[email], headers=headers)
    message.attach_alternative(render_to_string(template, context), "text/html")
    return message


def has_left(message: EmailMultiAlternatives) -> bool:
    """Sends it, outside of any transaction: what it says is already true. A mail server that is away is told to the
    log; who misses the mail reads the same in the portal."""
    try:
        message.send()
    except OSError:  # those of smtplib are some
        logger.exception("Mail not sent to %s", message.to)
        return False
    return True
