"""Mail servers that fail, each in its own way. One named after what it does."""

import smtplib

from django.core.mail.backends.locmem import EmailBackend


class RefusesPaula(EmailBackend):
    """« User unknown » for one address."""

    def send_messages(self, messages):
        for message in messages:
            if message.to == ["paula@example.org"]:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"User unknown")})
        return super().send_messages(messages)


class IsAway(EmailBackend):
    def open(self):
        raise ConnectionRefusedError(111, "Connection refused")


class HangsUp(EmailBackend):
    """The mail has been handed over, and the line falls before the answer."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class KillsTheWorker(EmailBackend):
    """Between the row and the mail."""

    def send_messages(self, messages):
        raise SystemExit(137)
