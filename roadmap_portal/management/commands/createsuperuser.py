"""Django's own command; the account it makes is told to come from it."""

from django.contrib.auth.management.commands import createsuperuser

from roadmap_portal.history.recording import RecordedCommand


class Command(RecordedCommand, createsuperuser.Command):
    pass
