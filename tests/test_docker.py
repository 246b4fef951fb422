"""docker/ cannot run where the tests do; whatever can be compared with the code is."""

from __future__ import annotations

import re
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.encryption import Keyring
from tests.composed import DOCKER, PORTAL, compose, make_secrets
from tests.demo_process import ROOT
from tmpportal.env import env
from tmpportal.launch import COMMANDS

DOCKERFILE = (DOCKER / "Dockerfile").read_text()
NGINX = (DOCKER / "nginx.conf").read_text()
SERVICES: dict[str, dict[str, Any]] = compose()["services"]
BIND = ["--bind", "0.0.0.0:8000"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_service_runs_what_the_portal_itself_and_the_guides_run(name: str) -> None:
    words = [*COMMANDS[name], *(BIND if name == "web" else ())]
    assert SERVICES[name]["command"] == words
    for guide in ("deploy.md", "deploy.zh.md"):
        assert f"\n{' '.join(words)}\n" in (ROOT / "docs" / guide).read_text()


def test_the_image_runs_web_by_itself() -> None:
    (command,) = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert command == str([*COMMANDS["web"], *BIND]).replace("'", '"')


def test_every_variable_is_a_setting() -> None:
    known = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used = {name for service in PORTAL for name in SERVICES[service]["environment"]}
    used |= set(re.findall(r"^#?([A-Z_]+)=", (DOCKER / "portal.env.example").read_text(), re.MULTILINE))
    used |= set(re.findall(r"\b(TMPPORTAL_\w+)=", DOCKERFILE))
    assert used
    assert {name.removesuffix("_FILE") for name in used} <= known


def test_every_image_is_pinned_by_version() -> None:
    images = [service["image"] for service in SERVICES.values() if service["image"] != "tmp-portal"]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 5
    for image in images:
        assert re.search(r":\d+\.\d+(\.\d+)?-\w+", image), image
    assert len({image for image in images if image.startswith("python")}) == 1


def test_containers_of_the_portal_have_no_more_rights_than_they_need() -> None:
    for name in PORTAL:
        service = SERVICES[name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [volume["target"] for volume in service["volumes"]] == ["/data"]
        assert "ports" not in service
    assert re.search(r"^USER portal$", DOCKERFILE, re.MULTILINE)
    assert "requirements-dev" not in DOCKERFILE


def test_everything_is_started_again_and_watched() -> None:
    assert all(service["restart"] in ("unless-stopped", "on-failure") for service in SERVICES.values())
    assert "/healthz" in DOCKERFILE
    assert "/readyz" in str(SERVICES["proxy"]["healthcheck"]["test"])
    waits = {name: SERVICES[name]["depends_on"] for name in ("web", "worker", "scheduler")}
    assert all(each["migrate"]["condition"] == "service_completed_successfully" for each in waits.values())


def test_all_that_the_image_copies_is_there_and_reaches_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert all((ROOT / source).exists() and f"!{source}" in rules for source in copied)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(contracts["root_packages"]) - {"sandbox"} <= set(copied)
    assert not {"sandbox", "tests", "var", "docker"} & set(copied)


def test_every_secret_is_made_once_and_fits(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    texts = {path.name: path.read_text() for path in made.iterdir()}
    named = {Path(each["file"]).name for each in compose()["secrets"].values()}
    assert set(texts) == named - {"tls_certificate", "tls_key"}
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == set(compose()["secrets"])
    assert len(Keyring.parse(texts["field_keys"]).keys) == 1
    assert len(texts["secret_key"]) >= 50
    database = env.db_url_config(texts["database_url"])
    assert (database["HOST"], database["PASSWORD"]) == ("postgres", texts["postgres_password"])
    assert texts["redis_url"] == f"redis://:{texts['redis_password']}@redis:6379/0"
    # Others are kept out by the folder; who runs in a container is another one.
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o444}
    make_secrets(tmp_path)
    assert texts == {path.name: path.read_text() for path in made.iterdir()}


def test_secrets_are_never_committed() -> None:
    names = ["docker/secrets/field_keys", "docker/portal.env"]
    said = subprocess.run(["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True)
    if said.returncode == 128:
        pytest.skip("this is no checkout")
    assert said.stdout.split() == names


def test_the_proxy_takes_what_the_portal_takes_and_waits_as_long() -> None:
    (most,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(most) * 1024 * 1024 > settings.UPLOAD_MAX_BYTES
    (patience,) = re.findall(r"proxy_read_timeout (\d+)s;", NGINX)
    assert int(patience) > int(COMMANDS["web"][COMMANDS["web"].index("--timeout") + 1])
    assert "proxy_request_buffering on;" in NGINX
    assert set(re.findall(r"set \$web (\S+);", NGINX)) == {"web:8000"}
    for name in ("Host $host", "X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr"):
        assert f"proxy_set_header {name};" in NGINX
