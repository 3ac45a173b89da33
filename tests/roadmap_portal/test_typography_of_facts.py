"""Quoted texts are set as French is, and nothing but signs and spaces changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap_portal.facts.typography import composed


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("l'IA d'Auvergne", "l’IA d’Auvergne"),
        ("« Osez l'IA »", "«\u00a0Osez l’IA\u00a0»"),
        ("Objet : faire ; puis ?", "Objet\u00a0: faire\u202f; puis\u202f?"),
        ("aides de 500 k€ à 2 M€, 80 %", "aides de 500\u00a0k€ à 2\u00a0M€, 80\u00a0%"),
        ("1 200 m²", "1\u202f200\u00a0m²"),
        ("en 2025 120 projets", "en 2025 120 projets"),
        ("1 250 000 plaques", "1\u202f250\u202f000 plaques"),
        ("« 8 h 30:45 »", "«\u00a08 h 30:45\u00a0»"),
    ],
)
def test_signs_and_spaces(typed, expected):
    assert composed(typed) == expected


@given(st.text())
def test_composing_twice_changes_nothing(text):
    assert composed(composed(text)) == composed(text)
