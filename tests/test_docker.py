"""docker/ cannot run where the tests do; whatever can be compared with the code is."""

from __future__ import annotations

import json
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
from tmpportal.address_secrets import masked
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
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert int(user) > 0 and f"--uid {user}" in DOCKERFILE
    # What needs root is done before, and nothing else writes where the image is read-only.
    assert "\nRUN " not in DOCKERFILE.partition(f"USER {user}")[2]
    assert SERVICES["web"]["tmpfs"] == ["/tmp"]
    assert "TMPPORTAL_DATA=/data" in DOCKERFILE and "TMPPORTAL_STATIC=/static" in DOCKERFILE
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


def test_no_layer_of_the_image_holds_a_secret_or_the_address_of_a_mirror() -> None:
    """T9: what a build is told stays in its history."""
    told = re.findall(r"^(?:ARG|ENV) (.*)", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)
    assert told
    assert not re.search(r"KEY|SECRET|PASSWORD|TOKEN|://", " ".join(told))
    assert "ADD " not in DOCKERFILE and "curl" not in DOCKERFILE
    assert compose()["services"]["web"]["build"]["args"] == ["PIP_INDEX_URL"]
    # A value would stand in the file, and a default in the image.
    assert re.findall(r"^ARG (.*)$", DOCKERFILE, re.MULTILINE) == ["PIP_INDEX_URL"]


def test_the_proxy_logs_lines_that_machines_read_without_addresses_that_open_something() -> None:
    """T5, T26."""
    (format_,) = re.findall(r"log_format told escape=json (.+?);\n", NGINX, re.DOTALL)
    line = "".join(re.findall(r"'([^']*)'", format_))
    told = json.loads(re.sub(r"(?<=: )\$\w+", "1", line))
    assert {"time", "method", "path", "status_code", "seconds", "request_id"} <= set(told)
    assert "$request_uri" not in NGINX.replace("https://$host$request_uri", "")
    (silent,) = re.findall(r"~(\^\S+) 0;", NGINX)
    for path in ("/callbacks/x/", "/s/x/", "/sign-in/first-owner/x/"):
        assert re.match(silent, path)
        assert masked(path) != path
    assert not re.match(silent, "/jobs/")
    assert f"location ~ {silent} {{" in NGINX


def test_the_portal_is_told_the_request_s_id_by_the_proxy_and_by_nobody_else() -> None:
    assert re.findall(r"proxy_set_header X-Request-Id (\S+);", NGINX) == ["$request_id"]
    assert all(SERVICES[name]["environment"]["TMPPORTAL_PROXIES"] == "1" for name in PORTAL)
