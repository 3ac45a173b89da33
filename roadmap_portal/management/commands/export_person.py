"""All that the portal holds of one person, as JSON: `manage.py export_person EMAIL > file.json`."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import User
from accounts.security_log import Kind, record
from roadmap_portal.persons.export import everything_about


class Command(BaseCommand):
    help = "Prints everything about one person as JSON, without what opens a door."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: object, email: str, **options: object) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"{email}: no such account.")
        self.stdout.write(json.dumps(everything_about(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        record(Kind.EXPORTED, user=user)
