"""The whole portal on this machine, with sample data: what a newcomer runs first (`make demo`).

Servers and data are prepared with DEBUG on; what then serves pages runs with the settings of
production, so that the demonstration shows what will be put online.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management.base import BaseCommand

from roadmap_portal import embedded
from roadmap_portal.processes import spawn, stop, unwind_on_signals

HOME = settings.VAR_DIR / "demo"
LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "[::1]"}
READY_SECONDS = 90
PASSWORD = "demonstration"  # noqa: S105 - written by seed_demo, which production refuses to run
ACCOUNTS = (
    ("contributeur@demo.example", "saisit les points trimestriels"),
    ("valideur-etat@demo.example", "vise pour l’État"),
    ("valideur-region@demo.example", "vise pour la Région"),
    ("administration@demo.example", "pilote les campagnes et les rapports"),
    ("administration-pole@demo.example", "demande le rapport de son acteur"),
    ("lecture@demo.example", "lit sans modifier"),
)


# What the legal pages show; production names its own (README, « Environment »).
FICTIONAL_PUBLISHER = {
    "PUBLISHER_NAME": "Région d’exemple (fictif)",
    "PUBLISHER_ADDRESS": "1 place de l’Exemple, 69000 Lyon (fictif)",
    "PUBLISHER_PHONE": "01 99 00 00 01 (fictif)",
    "PUBLISHER_DIRECTOR": "la présidence de la Région d’exemple (fictif)",
    "PUBLISHER_SECOND": "Préfecture de région d’exemple (fictif)",
    "HOSTING_NAME": "Hébergeur d’exemple (fictif)",
    "HOSTING_ADDRESS": "2 rue de l’Exemple, 38000 Grenoble (fictif)",
    "HOSTING_PHONE": "01 99 00 00 02 (fictif)",
    "DPO_NAME": "délégué d’exemple (fictif)",
    "DPO_EMAIL": "dpo@demo.example",
    "CONTACT_EMAIL": "contact@demo.example",
    "ACCESSIBILITY_EMAIL": "accessibilite@demo.example",
    "SECURITY_CONTACT": "mailto:securite@demo.example",
}


class DemoFailed(Exception):
    """Its first line says why, in French."""


STEPS = (
    ("Migrations", ("migrate", "--noinput")),
    ("Feuille de route", ("load_roadmap",)),
    ("Activité de démonstration", ("seed_demo", "--report")),
)
LAST = len(STEPS) + 3


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Command(BaseCommand):
    help = "Lance le portail entier sur cette machine, avec des données d’exemple."
    # Nothing to check yet: the database is only started below.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        unwind_on_signals()
        try:
            self.run()
        except (DemoFailed, embedded.ServerFailed, OSError) as failure:
            # An OSError names its file and its reason: a folder of another account, a full disk.
            self.stderr.write(str(failure))
            sys.exit(1)
        except SystemExit:  # Ctrl-C or SIGTERM: the way to end it
            self.say("Tout est arrêté\u00a0; les données restent dans var/demo.")

    def run(self) -> None:
        host, port = asked_address(os.environ)
        (HOME / "log").mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            self.say(f"1/{LAST} Serveurs PostgreSQL et Valkey…")
            environ = os.environ | stack.enter_context(embedded.servers(HOME, os.environ))
            environ["FILES_URL"] = str(HOME / "files")
            # Nothing leaves this machine: mails are files that one can read.
            environ.setdefault("EMAIL_URL", f"filemail:///{HOME / 'mail'}")
            production = environ | production_variables(host, port)
            for number, (title, command) in enumerate(STEPS, start=2):
                self.say(f"{number}/{LAST} {title}…")
                manage(command, environ | {"DEBUG": "1"})
            self.say(f"{LAST - 1}/{LAST} Fichiers statiques…")
            gather_static_files(production)
            self.say(f"{LAST}/{LAST} Tâches de fond, calendrier et pages…")
            # The stack ends them in the opposite order, the pages first.
            children = [start(name, production, stack) for name in ("worker", "beat", "web")]
            stack.callback(self.say, "Arrêt…")
            wait_until_ready(production["PUBLIC_URL"], children)
            self.welcome(production["PUBLIC_URL"])
            while True:
                refuse_the_dead(children)
                time.sleep(0.5)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def welcome(self, address: str) -> None:
        accounts = "\n".join(f"  {account:<34} {role}" for account, role in ACCOUNTS)
        self.say(
            f"\nLe portail est prêt\u00a0: {address}/\n\n"
            f"Comptes de démonstration ({address}/connexion/), mot de passe «\u00a0{PASSWORD}\u00a0»\u00a0:\n"
            f"{accounts}\n\nCourriels\u00a0: {HOME / 'mail'} (sauf si EMAIL_URL dit autre chose)\n"
            f"Journaux\u00a0: {HOME / 'log'}\nCtrl-C pour tout arrêter."
        )


# --- Where ------------------------------------------------------------------------------------
def asked_address(environ: Mapping[str, str]) -> tuple[str, int]:
    """HOST and PORT, refused before anything is started."""
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8000"
    if host not in LOOPBACK:
        raise DemoFailed(
            f"HOST={host}\u00a0: la démonstration, dont les mots de passe sont publics, reste sur 127.0.0.1."
        )
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise DemoFailed(f"PORT={port}\u00a0: il faut un nombre entre 1 et 65535.")
    if not is_free(host, int(port)):
        other = next((other for other in range(int(port) + 1, 65536) if is_free(host, other)), 8001)
        raise DemoFailed(f"Le port {port} est déjà pris\u00a0: relancez avec PORT={other} make demo")
    return LOOPBACK[host], int(port)


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def production_variables(host: str, port: int) -> dict[str, str]:
    secret = HOME / "secret-key"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(50))
    return {
        "DEBUG": "0",
        # The accounts of the demonstration are for whoever reads its page.
        "REQUIRE_SECOND_FACTOR": "0",
        "SECRET_KEY": secret.read_text(),
        "PUBLIC_URL": f"http://{host}:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        **FICTIONAL_PUBLISHER,
        # The line that a server writes must be in its log when it dies.
        "PYTHONUNBUFFERED": "1",
    }


# --- What -------------------------------------------------------------------------------------
def manage(command: tuple[str, ...], environ: Mapping[str, str]) -> None:
    log = HOME / "log" / f"{command[0]}.log"
    with ExitStack() as stack:
        process = launch(["manage.py", *command], environ, log)
        stack.callback(stop, process, signal.SIGTERM)
        if process.wait() != 0:
            raise DemoFailed(f"manage.py {command[0]} a échoué\u00a0:\n{end_of(log)}")


def gather_static_files(environ: Mapping[str, str]) -> None:
    """Only when one has changed: compressing them is the longest step of a start."""
    gathered = HOME / "static-files.json"
    files = {
        path: os.stat(storage.path(path)).st_mtime for finder in get_finders() for path, storage in finder.list([])
    }
    current = json.dumps(files, sort_keys=True)
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not (manifest.exists() and gathered.exists() and gathered.read_text() == current):
        manage(("collectstatic", "--noinput"), environ)
        gathered.write_text(current)


def start(name: str, environ: Mapping[str, str], stack: ExitStack) -> Child:
    public = urlsplit(environ["PUBLIC_URL"])
    celery = ["-m", "celery", "-A", "roadmap_portal"]
    commands = {
        "worker": [*celery, "worker", "--concurrency", "1", "--without-mingle", "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--schedule", str(HOME / "beat-schedule"), "--loglevel", "INFO"],
        "web": [
            *["-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1", "--blocking-threads", "4"],
            *["--host", str(public.hostname), "--port", str(public.port), "roadmap_portal.wsgi:application"],
        ],
    }
    log = HOME / "log" / f"{name}.log"
    child = Child(name, launch(commands[name], environ, log), log)
    stack.callback(stop, child.process, signal.SIGTERM)
    return child


def launch(arguments: list[str], environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return spawn(
            [sys.executable, *arguments],
            stop_signal=signal.SIGTERM,
            cwd=settings.BASE_DIR,
            env=environ,
            stdout=output,
        )


# --- How it fares -----------------------------------------------------------------------------
def wait_until_ready(address: str, children: list[Child]) -> None:
    # Without the proxy that the environment may name: it would not know this machine's loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline, answer = time.monotonic() + READY_SECONDS, "pas de réponse"
    while time.monotonic() < deadline:
        refuse_the_dead(children)
        try:
            with opener.open(f"{address}/healthz/ready", timeout=5):
                return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(300).decode(errors='replace').strip()}"
        except OSError as error:
            answer = str(error)
        time.sleep(0.2)
    raise DemoFailed(f"Le portail n’est pas prêt après {READY_SECONDS}\u00a0s\u00a0: {answer}")


def refuse_the_dead(children: list[Child]) -> None:
    for child in children:
        code = child.process.poll()
        if code is not None:
            raise DemoFailed(f"«\u00a0{child.name}\u00a0» s’est arrêté (code {code})\u00a0:\n{end_of(child.log)}")


def end_of(log: Path) -> str:
    return "\n".join([*log.read_text(errors="replace").splitlines()[-15:], f"({log})"])
