"""`python -m bench.fill SIZE`: fills the database named by DATABASE_URL."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")
django.setup()

from bench.portfolio import build  # noqa: E402

if __name__ == "__main__":
    build(int(sys.argv[1]))
