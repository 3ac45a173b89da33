"""The templates themselves: no script or style inside (content policy), none forgotten, one title a page."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override
from django.views.defaults import server_error
from jinja2 import UndefinedError, nodes

from roadmap_portal import jinja
from roadmap_portal.template_engine import SETTLED
from tests.factories import make_roadmap

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
# Django asks for them by name.
ASKED_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def source(name):
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name):
    engines["jinja2"].get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_inline_style_script_or_handler(name):
    assert not INLINE.search(source(name))


@pytest.mark.parametrize("text", ['<p style="x">', "<style>", "<script>x</script>", '<a onclick="x">', "javascript:x"])
def test_an_inline_one_is_seen(text):
    assert INLINE.search(text)


def test_every_template_is_used():
    code = "\n".join(
        p.read_text() for p in ROOT.glob("*/**/*.py") if p.parts[len(ROOT.parts)] not in {".venv", "tests"}
    )
    everything = code + "\n".join(source(name) for name in NAMES)
    assert [name for name in NAMES if f'"{name}"' not in everything and name not in ASKED_BY_DJANGO] == []


@pytest.mark.parametrize("name", [name for name in NAMES if '{% extends "base.html" %}' in source(name)])
def test_a_page_has_one_main_heading_and_a_title(name):
    assert source(name).count("<h1") == 1
    assert source(name).count("{% block title %}") == 1


def test_a_name_that_nobody_gave_is_an_error():
    with pytest.raises(UndefinedError):
        engines["jinja2"].from_string("{{ unknown }}").render({})


def test_what_is_shown_is_escaped_and_messages_are_not():
    text = "{{ hostile }} {% trans name=hostile %}<b>{{ name }}</b>{% endtrans %} {{ hostile|in_french }}"
    with override("en"):
        shown = engines["jinja2"].from_string(text).render({"hostile": "<i>"})
    assert shown == '&lt;i&gt; <b>&lt;i&gt;</b> <span lang="fr">&lt;i&gt;</span>'


# What is asked of a template, in French, in English. The codes in places are given when it is rendered.
IN_A_LANGUAGE = [
    ("{{ colon() }}", "\u00a0:", ":"),
    ("{{ language() }}", "fr", "en"),
    ("{{ url('commitments:list') }}", "/engagements/", "/en/engagements/"),
    ("{{ url('commitments:detail', code) }}", "/engagements/eng-1/", "/en/engagements/eng-1/"),
    ("{{ _('Engagements') }}", "Engagements", "Commitments"),
    ("{% trans %}Engagements{% endtrans %}", "Engagements", "Commitments"),
    ("{{ _(word) }}", "Engagements", "Commitments"),
    ("{{ labels('status')['completed'] }}", "réalisé", "completed"),
    ("<p{{ content_lang() }}>", "<p>", '<p lang="fr">'),
]


@pytest.mark.usefixtures("english_catalogue")
@pytest.mark.parametrize(("text", "french", "english"), IN_A_LANGUAGE)
def test_it_speaks_the_language_of_the_moment(text, french, english):
    for language, expected in (("fr", french), ("en", english), ("fr", french)):
        with override(language):
            assert engines["jinja2"].from_string(text).render({"code": "eng-1", "word": "Engagements"}) == expected


def test_what_the_language_decides_is_written_when_the_template_is_compiled():
    with override("en"):
        environment = engines["jinja2"].env
        source = "{{ _('Engagements') }} {{ url('commitments:list') }} {{ _('%(n)s jours', n=3) }}{{ unknown }}"
        compiled = environment.compile(source, raw=True)
    assert "/en/engagements/" in compiled
    assert "Engagements" not in compiled
    assert "%(n)s jours" in compiled  # its number is only known on the page


def test_no_template_gives_another_meaning_to_the_words_that_are_written_beforehand():
    for name in NAMES:
        names = engines["jinja2"].env.parse(source(name)).find_all(nodes.Name)
        assert not {node.name for node in names if node.ctx != "load"} & SETTLED, name


@pytest.mark.parametrize(
    ("asked", "address"),
    [("/?q=a&page=3", "?q=a&page="), ("/", "?page="), ("/?status=x&status=y", "?status=x&status=y&page=")],
)
def test_the_other_pages_keep_the_filters(asked, address):
    assert jinja.page_address(RequestFactory().get(asked)) == address


@pytest.mark.parametrize(
    ("present", "path", "wanted", "address"),
    [
        ("fr", "/", "en", "/en/"),
        ("fr", "/axes/?q=1", "en", "/en/axes/?q=1"),
        ("en", "/en/axes/", "fr", "/axes/"),
        ("en", "/en", "fr", "/"),
    ],
)
def test_the_same_page_in_the_other_language(present, path, wanted, address):
    with override(present):
        assert jinja.address_in(RequestFactory().get(path), wanted) == address


def test_a_missing_page_is_told_in_the_portal_whoever_asks(client, amina):
    make_roadmap()
    for _ in range(2):
        response = client.get("/rien/")
        assert response.status_code == 404
        assert "Page introuvable" in response.content.decode()
        client.force_login(amina)
    assert amina.name in client.get("/rien/").content.decode()


def test_a_failure_is_told_without_database_or_user():
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Une erreur est survenue" in response.content.decode()
