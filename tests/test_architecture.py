"""The house has two floors and one-way stairs. Each failure says the sentence to fix."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Between apps the domain looks down only: an app may import those before it.
APPS = ["actors", "accounts", "commitments", "funding", "reports"]
# Inside an app a module imports only what stands to its left. Modules of one step do not import each other, except
# that reports.services lays out what reports.dataset builds.
DOMAIN = [
    ["models"],
    ["formulas"],
    [
        "permissions",
        "security_log",
        "session_store",
        "progress",
        "forecast",
        "indicators",
        "ledger",
        "working_days",
        "stages",
        "uploads",
        "links",
        "spreadsheets",
        "round_trip",
        "award_rows",
        "parity",
        "plans",
        "scdl",
        "pasting",
    ],
    ["queries"],
    ["filters"],
    ["transitions", "dataset"],
    ["services", "verification"],
]
DELIVERY = [
    ["tasks", "forms", "proconnect"],
    ["writers", "open_data"],
    ["api"],
    ["views", "admin", "middleware"],
    ["urls"],
]
ALSO_KNOWN = ["apps", "migrations", "__init__"]
# `writers` lay a dataset out: they stand below services in `reports`, which calls them.
ORDER = {name: rank for rank, step in enumerate([*DOMAIN[:6], ["writers"], DOMAIN[6], *DELIVERY]) for name in step}
ORDER["writers"] = 6
DOMAIN_NAMES = {name for step in DOMAIN for name in step}
# Only these assign a status or a state; elsewhere it is read, or given once when a row is created.
TRANSITION_MODULES = ("commitments/transitions/", "reports/transitions")


def modules():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield app, path


def kind_of(app, path):
    """`commitments/models/milestone.py` is of the kind `models`."""
    return path.relative_to(ROOT / app).parts[0].removesuffix(".py")


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module, [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, []


def targets_of(path):
    """(line, app, kind) of each import of one of our apps."""
    for line, module, names in imports_of(path):
        parts = module.split(".")
        if parts[0] not in APPS:
            continue
        for kind in [parts[1]] if len(parts) > 1 else names:
            yield line, parts[0], kind


def complaints():
    for app, path in modules():
        kind, where = kind_of(app, path), path.relative_to(ROOT)
        if kind in ALSO_KNOWN:
            continue
        if kind not in ORDER:
            yield f"{where}: « {kind} » is a new kind of module: say in tests/test_architecture.py where it stands."
            continue
        for line, target_app, target in targets_of(path):
            yield from complaint(f"{where}:{line}", app, kind, target_app, target)


def complaint(where, app, kind, target_app, target):
    if target in ALSO_KNOWN:
        return
    is_domain, target_is_domain = kind in DOMAIN_NAMES, target in DOMAIN_NAMES or target == "writers"
    if target_app == app and ORDER[target] > ORDER[kind]:
        yield f"{where}: {kind} imports {target}, which stands to its right."
    if target_app != app and is_domain and APPS.index(target_app) > APPS.index(app):
        yield f"{where}: the domain of {app} imports {target_app}, which stands above it."
    if kind == "writers" and APPS.index(target_app) > APPS.index(app):
        yield f"{where}: writers of {app} import {target_app}, which stands above it."
    if target_app != app and not target_is_domain:
        yield f"{where}: {app} imports the pages of {target_app} ({target})."
    if target_app == app and is_domain and not target_is_domain:
        yield f"{where}: the domain imports delivery ({target})."


def test_the_stairs_go_one_way():
    assert list(complaints()) == []


@pytest.mark.parametrize(
    ("app", "kind", "target_app", "target"),
    [
        ("commitments", "models", "commitments", "queries"),
        ("actors", "queries", "commitments", "models"),
        ("commitments", "queries", "funding", "queries"),
        ("reports", "views", "commitments", "forms"),
        ("reports", "services", "reports", "tasks"),
        ("commitments", "writers", "reports", "writers"),
    ],
)
def test_a_wrong_stair_is_seen(app, kind, target_app, target):
    assert list(complaint("here", app, kind, target_app, target))


def test_a_page_may_read_the_domain_of_any_app():
    assert not list(complaint("here", "commitments", "views", "funding", "queries"))


def assignments_of_status(tree):
    """Lines that assign `.status` or `.state`, whether one object, by update() or by setattr()."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr in {"status", "state"}:
                    yield node.lineno
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "update"
            and any(keyword.arg in {"status", "state"} for keyword in node.keywords)
        ):
            yield node.lineno


def test_only_transitions_assign_a_status():
    found = []
    for folder in [*APPS, "roadmap_portal"]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if not where.startswith(TRANSITION_MODULES) and "/migrations/" not in where:
                found += [f"{where}:{line}" for line in assignments_of_status(ast.parse(path.read_text()))]
    assert found == []


@pytest.mark.parametrize("line", ["c.status = 'x'", "q.update(status='x')", "r.state: str = 'x'"])
def test_an_assignment_of_status_is_seen(line):
    assert list(assignments_of_status(ast.parse(line)))


def test_no_budgetary_word_for_a_commitment():
    """« committed » has two meanings here (glossary): the code bans it."""
    # « decommitted » is the budgetary word itself, and has one meaning.
    word = re.compile(r"(?<!de)commit" + "ted", re.IGNORECASE)
    found = [str(p) for _, p in modules() if word.search(p.read_text()) and "/migrations/" not in str(p)]
    assert found == []


SECURITY_RULE = re.compile(r"noqa:[^-]*\bS\d{3}\b(?P<answer>[^-]*- \w)?")


def test_each_finding_about_security_is_answered_where_it_is():
    """ruff's rules S are those of bandit: silenced in one place at a time, with the reason."""
    places = [p for folder in [*APPS, "roadmap_portal", "deploy"] for p in sorted((ROOT / folder).rglob("*.py"))]
    found = [(p, n, SECURITY_RULE.search(line)) for p in places for n, line in enumerate(p.read_text().splitlines(), 1)]
    assert [f"{p.relative_to(ROOT)}:{n}" for p, n, rule in found if rule and not rule["answer"]] == []
    assert any(rule for _, _, rule in found)


def test_no_drawer_named_utils():
    names = {"utils", "common", "core", "helpers"}
    assert [str(p) for _, p in modules() if p.stem in names or names & set(p.parts)] == []


def test_no_module_is_longer_than_three_hundred_lines():
    folders = [*APPS, "roadmap_portal"]
    paths = [p for folder in folders for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts]
    too_long = {str(p.relative_to(ROOT)): n for p in paths if (n := len(p.read_text().splitlines())) > 300}
    assert too_long == {}
