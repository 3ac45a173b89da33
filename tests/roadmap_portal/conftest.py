"""The English catalogue as the repository has it, compiled for the test whatever stands compiled beside it."""

from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.template import engines

from roadmap_portal import jinja

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "roadmap_portal" / "locale" / "en" / "LC_MESSAGES" / "django.po"


def forget_what_was_written():
    for kept in (jinja._message, jinja._labels):
        kept.cache_clear()
    for environment in engines["jinja2"].environments.values():
        environment.cache.clear()


@pytest.fixture
def english_catalogue(tmp_path, settings):
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="en")
    compiled = tmp_path / "en" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as target:
        write_mo(target, catalogue)
    settings.LOCALE_PATHS = [tmp_path]
    forget_what_was_written()
    yield catalogue
    forget_what_was_written()
