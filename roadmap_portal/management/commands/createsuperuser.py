"""Django's own command; the account it makes is told to come from it, and the key it is given to the security log."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db.models import Max

from accounts.models import User
from accounts.security_log import Kind, record
from roadmap_portal.history.recording import RecordedCommand


class Command(RecordedCommand, createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """The base asks for the address itself, and says nothing of whom it made."""
        last = User.objects.aggregate(last=Max("pk", default=0))["last"]
        super().handle(*args, **options)
        for user in User.objects.filter(pk__gt=last, is_superuser=True):
            record(Kind.RIGHTS_CHANGED, user=user, changed=["created"], is_superuser=True)
