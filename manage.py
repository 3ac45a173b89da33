#!/usr/bin/env python3
"""Command line of the portal (see `manage.py help`)."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")
    # The demonstration is the only command that asks for DEBUG by itself: it brings its own
    # servers and its own secret, so none of what production must name exists yet.
    if sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("DEBUG", "1")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
