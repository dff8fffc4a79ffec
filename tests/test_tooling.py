"""What `make` and `manage.py` promise to a developer."""

import os
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import override_settings
from dotenv import dotenv_values

from authcompare import devsetup
from authcompare.settings import SHAPES
from authcompare.users.management.commands import demo
from tests.runner import ROOT, PytestTestRunner, pytest_label

User = get_user_model()


class TestDevelopmentSetUp:
    def test_it_writes_files_that_only_their_owner_can_read(self, tmp_path):
        devsetup.main([], root=tmp_path)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        assert modes == {".env": 0o600, ".signing-keys.json": 0o600}

    def test_the_secret_key_is_long_and_the_password_is_easy_to_type(self, tmp_path):
        devsetup.main([], root=tmp_path)
        values = dotenv_values(tmp_path / ".env")
        assert len(values["SECRET_KEY"]) >= 50
        assert [len(group) for group in values["DEMO_PASSWORD"].split("-")] == [4, 4, 4, 4]

    def test_running_it_again_changes_nothing(self, tmp_path):
        devsetup.main([], root=tmp_path)
        before = {path: path.read_bytes() for path in tmp_path.iterdir()}
        devsetup.main([], root=tmp_path)
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before

    def test_it_completes_a_file_without_touching_what_stands_there(self, tmp_path):
        env = tmp_path / ".env"
        env.write_text("# Mine.\nDEBUG=0\nSECRET_KEY=mine")
        devsetup.main([], root=tmp_path)
        assert env.read_text().startswith("# Mine.\nDEBUG=0\nSECRET_KEY=mine\nSIGNING_KEYS_FILE=")
        assert dotenv_values(env)["DEMO_PASSWORD"]

    def test_it_makes_the_keys_where_the_file_says(self, tmp_path):
        (tmp_path / ".env").write_text("SIGNING_KEYS_FILE=elsewhere.json\n")
        devsetup.main([], root=tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "elsewhere.json"]

    def test_it_explains_itself(self, capsys):
        with pytest.raises(SystemExit) as stop:
            devsetup.main(["--help"])
        assert stop.value.code == 0
        assert "signing keys" in capsys.readouterr().out


class TestDemo:
    @pytest.fixture(autouse=True)
    def _development(self, settings):
        settings.DEBUG = True

    def test_it_refuses_to_run_outside_development(self):
        with override_settings(DEBUG=False), pytest.raises(CommandError, match="DEBUG=1"):
            call_command("demo", "--no-serve")

    def test_it_refuses_to_run_without_a_password(self):
        with (
            override_settings(DEMO_PASSWORD=""),
            pytest.raises(CommandError, match="DEMO_PASSWORD is empty"),
        ):
            call_command("demo", "--no-serve")

    @pytest.mark.django_db(transaction=True)
    def test_it_makes_four_users_of_whom_carol_is_the_administrator(self):
        call_command("demo", "--no-serve")
        assert set(User.objects.values_list("email", "name")) == set(demo.CAST.items())
        assert [user.name for user in User.objects.filter(is_superuser=True)] == ["Carol"]

    @pytest.mark.django_db(transaction=True)
    def test_it_leaves_a_user_who_exists_as_she_is(self, alice):
        call_command("demo", "--no-serve")
        stored = User.objects.get(email=alice.email)
        assert (stored.pk, stored.password) == (alice.pk, alice.password)

    @pytest.mark.django_db(transaction=True)
    def test_it_prints_only_passwords_that_work(self, settings, alice, mallory):
        call_command("demo", "--no-serve")
        User.objects.filter(pk=mallory.pk).update(is_active=False)
        lines = printed_on_bind()
        assert f"bob@example.com       {settings.DEMO_PASSWORD}" in lines
        assert "alice@example.com     (the password has been changed)" in lines
        assert "mallory@example.com   (closed)" in lines
        assert lines[-1] == "The admin, for Carol: http://127.0.0.1:8000/admin/"

    def test_a_taken_port_is_answered_with_the_way_to_another(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(CommandError, match=f"make run PORT={port + 1}"):
                call_command("demo", str(port))


def printed_on_bind() -> list[str]:
    """Return what `demo` prints once its server listens, line by line, without indents."""
    command = demo.Command(stdout=StringIO())
    command.addr, command.use_ipv6, command._raw_ipv6 = "127.0.0.1", False, False
    command.on_bind(8000)
    return [line.strip() for line in command.stdout.getvalue().splitlines()]


class TestManage:
    def test_a_wrong_setting_is_one_message_and_no_traceback(self):
        result = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=ROOT,
            env=os.environ | {"SECRET_KEY": "short"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 1
        assert "SECRET_KEY" in result.stderr
        assert "Traceback" not in result.stderr

    def test_the_test_command_accepts_dotted_names_and_paths(self):
        module = str(Path(__file__))
        assert pytest_label("tests") == str(ROOT / "tests")
        assert pytest_label("tests.test_tooling") == module
        assert pytest_label("tests.test_tooling.TestDemo.test_a") == f"{module}::TestDemo::test_a"
        assert pytest_label("tests/test_x.py::test_y") == "tests/test_x.py::test_y"

    def test_the_test_command_passes_its_options_on(self):
        runner = PytestTestRunner(verbosity=2, failfast=True, keepdb=True, k="log", parallel="2")
        assert runner.pytest_options() == [
            *("--verbose", "--exitfirst", "--reuse-db"),
            *("-k", "log", "--numprocesses", "2"),
        ]

    def test_the_test_command_exits_with_the_status_of_pytest(self):
        result = subprocess.run(
            [sys.executable, "manage.py", "test", "tests.test_tooling", "-k", "no_such_test"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_no_variable_of_the_developers_env_file_reaches_the_tests():
    assert set(SHAPES) <= set(os.environ)


def test_make_alone_lists_what_it_can_do():
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in result.stdout.splitlines()}
    assert listed >= {"setup", "run", "test", "lint", "format", "browser", "clean"}
