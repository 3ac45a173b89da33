"""French typography of the quoted texts: the file is typed on a keyboard, pages and reports are set (requirement T5).

Only signs and spaces change, never a word; composing twice changes nothing.
"""

import re

NBSP, NARROW = "\u00a0", "\u202f"
RULES = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r"« "), f"«{NBSP}"),
    (re.compile(r" »"), f"{NBSP}»"),
    (re.compile(r" (?=[;!?])"), NARROW),
    (re.compile(r" (?=:(?:\s|$))"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:%|€|[kM]€|Md€|m²))"), NBSP),
    # Groups of three; a year before a number is not one.
    (re.compile(r"(?<!\d)(\d{1,3}) (?=\d{3}(?!\d))"), rf"\1{NARROW}"),
)


def composed(text: str) -> str:
    for pattern, sign in RULES:
        text = pattern.sub(sign, text)
    return text
