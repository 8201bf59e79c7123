"""Database and broker: started, taken over, ended, and never twice on the same data."""

import os
import shutil
import subprocess

import psycopg
import pytest
import redis

from devtools import process, server, unprivileged
from devtools.locks import Claim
from devtools.problem import Problem
from devtools.server import socket_directory, socket_place
from devtools.services import Services, as_owner, environment, forget, free_slot, left_behind
from tests.devtools.conftest import all_gone, eventually

START = """
    import sys, time
    from pathlib import Path
    from devtools.layout import Layout
    from devtools.services import Services

    layout, directory, shared = Layout.from_environ(), Path(sys.argv[1]), sys.argv[2] == "shared"
    with Services(layout, directory, durable=True, shared=shared, environ={}) as services:
        print(*(server.pid for server in services.servers), flush=True)
        if not shared:
            time.sleep(600)
"""


def own(layout, directory, **options) -> Services:
    return Services(layout, directory, environ={}, **({"durable": True} | options))


def pids(services: Services) -> list[int]:
    return [server.pid for server in services.servers]


@pytest.fixture
def directory(layout):
    place = layout.state / "run"
    yield place
    forget(place)


def test_both_servers_answer_and_nothing_is_left_when_they_stop(layout, directory):
    with own(layout, directory) as services:
        running = pids(services)
        with psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
            settings = [connection.execute(f"SHOW {name}").fetchone()[0] for name in ("server_encoding", "listen_addresses", "fsync")]
        assert settings == ["UTF8", "", "on"]
        assert redis.Redis.from_url(services.urls["REDIS_URL"]).ping()
    assert all_gone(running)
    assert left_behind(directory) == []
    assert not socket_place(directory).exists()


def test_the_extensions_that_migrations_ask_for_are_there(layout, directory):
    with own(layout, directory) as services, psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
        for name in ("pg_trgm", "btree_gist", "unaccent"):
            connection.execute(f"CREATE EXTENSION {name}")
        assert connection.execute("SELECT similarity('José', 'josé'), upper('é')").fetchone() == (1.0, "É")


def test_data_is_there_again_after_a_stop(layout, directory):
    with own(layout, directory) as services:
        with psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE dose AS SELECT 60 AS mg")
        redis.Redis.from_url(services.urls["REDIS_URL"]).set("wake", "up")
    with own(layout, directory) as services:
        with psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
            assert connection.execute("SELECT mg FROM dose").fetchone() == (60,)
        assert redis.Redis.from_url(services.urls["REDIS_URL"]).get("wake") == b"up"


def test_servers_left_behind_by_a_killed_run_are_taken_over(layout, directory, program):
    first = program(START, directory, "shared").communicate()[0].split()
    with own(layout, directory) as services:
        assert [str(pid) for pid in pids(services)] == first
        assert not any(server.started_here for server in services.servers)
    assert all_gone([int(pid) for pid in first])


def test_two_commands_share_one_database_and_one_broker(layout, directory):
    with own(layout, directory) as one, own(layout, directory, shared=True) as two:
        assert pids(one) == pids(two)


def test_killing_the_launcher_takes_its_servers_along(directory, program):
    launcher = program(START, directory, "alone")
    servers = [int(pid) for pid in launcher.stdout.readline().split()]
    assert len(servers) == 2
    launcher.kill()
    assert eventually(lambda: all_gone(servers))


def test_the_next_start_waits_for_servers_that_are_just_ending(layout, directory, program):
    launcher = program(START, directory, "alone")
    launcher.stdout.readline()
    launcher.kill()
    with own(layout, directory) as services, psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_nobody_can_reach_is_replaced(layout, directory, program, monkeypatch):
    first = [int(pid) for pid in program(START, directory, "shared").communicate()[0].split()]
    shutil.rmtree(socket_place(directory))
    monkeypatch.setattr(server, "SETTLE_SECONDS", 0.2)
    with own(layout, directory) as services:
        assert set(pids(services)).isdisjoint(first)
        assert all_gone(first)


def test_a_note_about_somebody_elses_process_is_not_believed(layout, directory):
    with own(layout, directory):
        pass
    (directory / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{directory}\n")
    (directory / "valkey" / "valkey.pid").write_text(str(os.getpid()))
    with own(layout, directory) as services:
        assert os.getpid() not in pids(services)


def test_an_unfinished_data_directory_is_made_again(layout, directory):
    (directory / "postgres.new" / "base").mkdir(parents=True)
    (directory / "postgres" / "half").mkdir(parents=True)
    with own(layout, directory) as services, psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_throw_away_data_is_gone_afterwards_and_was_never_synced(layout, directory):
    with own(layout, directory, durable=False) as services, psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
    assert not (directory / "postgres").exists()


def test_throw_away_servers_do_not_inherit_from_a_killed_run(layout, directory, program):
    first = [int(pid) for pid in program(START, directory, "shared").communicate()[0].split()]
    with own(layout, directory, durable=False) as services:
        assert set(pids(services)).isdisjoint(first)
        assert all_gone(first)


def test_nothing_is_started_when_the_person_names_servers(layout, directory):
    given = {"DATABASE_URL": "postgresql://db.example/casemgr", "REDIS_URL": "redis://cache.example/0"}
    with Services(layout, directory, durable=True, environ=given) as services:
        assert (services.servers, services.urls) == ([], {})


def test_only_the_missing_server_is_started(layout, directory):
    with Services(layout, directory, durable=True, environ={"DATABASE_URL": "postgresql://db.example/x"}) as services:
        assert list(services.urls) == ["REDIS_URL"]


def test_a_server_that_cannot_start_names_its_log(layout, directory):
    with own(layout, directory):
        pass
    (directory / "postgres" / "global" / "pg_control").unlink()
    with (
        pytest.raises(Problem, match=r"PostgreSQL did not start; see .*postgresql\.log, which says: .*pg_control"),
        own(layout, directory),
    ):
        pass
    assert left_behind(directory) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_becomes_nobody(layout, directory, monkeypatch):
    works = unprivileged._works
    monkeypatch.setattr(unprivileged, "_works", lambda words, *rest: words[0] != "unshare" and works(words, *rest))
    layout.state.chmod(0o700)
    with own(layout, directory) as services, psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        status = subprocess.run(["ps", "-o", "uid=", "-p", str(pids(services)[0])], capture_output=True, text=True, check=True)
        assert int(status.stdout) == unprivileged.NOBODY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_that_can_be_nobody_else_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(unprivileged, "_works", lambda *_: False)
    with pytest.raises(Problem, match="as an ordinary user, or name a server: DATABASE_URL"):
        unprivileged.prefix(tmp_path, tmp_path / "postgres")


def test_a_socket_directory_of_somebody_else_is_refused(tmp_path):
    socket_place(tmp_path).symlink_to(tmp_path)
    try:
        with pytest.raises(Problem, match="belongs to somebody else"):
            socket_directory(tmp_path)
    finally:
        socket_place(tmp_path).unlink()


def test_sockets_stay_short_and_private(tmp_path):
    place = socket_directory(tmp_path / ("deep" * 50))
    try:
        assert len(str(place / ".s.PGSQL.5432.lock")) < 100
        assert place.stat().st_mode & 0o777 == 0o700
    finally:
        place.rmdir()


def test_a_second_test_run_gets_servers_of_its_own(layout):
    one, first = free_slot(layout, "test")
    two, second = free_slot(layout, "test")
    first.release()
    again, third = free_slot(layout, "test")
    assert one != two
    assert again == one
    second.release()
    third.release()


def test_the_last_of_several_users_can_tell_that_it_is_the_last(tmp_path):
    one, two = Claim(tmp_path / "use.lock"), Claim(tmp_path / "use.lock")
    assert one.together()
    assert two.together()
    assert not one.alone()
    assert two.alone()
    one.release()
    two.release()


def test_a_zombie_is_not_alive():
    child = os.fork()
    if child == 0:
        os._exit(0)
    assert eventually(lambda: not process.alive(child))
    os.waitpid(child, 0)


def who(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()


def test_the_application_connects_as_somebody_who_owns_nothing(layout, directory):
    with own(layout, directory) as services:
        assert who(services.urls["DATABASE_URL"]) == ("casemgr_app", False)
        assert who(services.urls["DATABASE_OWNER_URL"]) == ("casemgr", True)


def test_data_from_before_there_was_a_role_get_one_and_are_otherwise_as_they_were(layout, directory):
    with own(layout, directory) as services, psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE dose AS SELECT 60 AS mg")
        connection.execute("DROP ROLE casemgr_app")
    (directory / "postgres" / "casemgr-application-role").unlink()
    for _ in range(2):
        with own(layout, directory) as services:
            assert who(services.urls["DATABASE_URL"]) == ("casemgr_app", False)
            with psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as connection:
                assert connection.execute("SELECT mg FROM dose").fetchone() == (60,)


def test_a_server_started_before_there_was_a_role_has_to_be_stopped_first(layout, directory, program):
    program(START, directory, "shared").communicate()
    (directory / "postgres" / "casemgr-application-role").unlink()
    with pytest.raises(Problem, match="started by an earlier version.*make stop"), own(layout, directory, shared=True):
        pass
    assert left_behind(directory)


def test_what_makes_and_empties_databases_connects_as_the_owner():
    both = {"DATABASE_URL": "postgresql://app@/x", "DATABASE_OWNER_URL": "postgresql://owner@/x", "HOME": "/"}
    assert as_owner(both) == {"DATABASE_URL": "postgresql://owner@/x", "HOME": "/"}
    assert as_owner({"DATABASE_URL": "postgresql://all@/x"}) == {"DATABASE_URL": "postgresql://all@/x"}


def test_what_is_started_keeps_what_it_compiled_and_what_the_person_set(layout, monkeypatch):
    layout.prepare()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("LC_TIME", "C")
    told = environment(layout, {"REDIS_URL": "redis://elsewhere"}, "test", layout.state)
    assert "PYTHONDONTWRITEBYTECODE" not in told
    assert (told["LC_TIME"], told["REDIS_URL"], told["CASEMGR_ENV"]) == ("C", "redis://elsewhere", "test")
