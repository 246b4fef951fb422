"""Which API a request is for: two hosts with paths of two shapes, and what the gateway says to all others.

The old host has a stage in front of the path, the current one has none (seed, doc: guide-en); under any other
name, as this machine's, the sandbox takes both. Source of texts: tmp-protocol 6.2.
"""

import re
from dataclasses import dataclass

from sandbox.gateway.body import GatewayError

STAGE = "/release"
APIS = ("register", "job")
OLD_HOST = re.compile(r"service-[a-z0-9]+-[0-9]+\.[a-z]+\.apigw\.tencentcs\.com")
NEW_HOST = "api.mediax.tencent.com"
_TENCENT = (".tencentcs.com", ".tencent.com")


@dataclass(frozen=True, kw_only=True)
class Door:
    """`name` is register or job, `stage` what stood in front of it."""

    name: str
    stage: str


def door_of(method: str, host: str, path: str) -> Door:
    """The API. `host` is the Host header. Raises GatewayError 404."""
    name = host.partition(":")[0].lower()
    is_old, is_new = OLD_HOST.fullmatch(name) is not None, name == NEW_HOST
    if name.endswith(_TENCENT) and not (is_old or is_new):
        raise GatewayError(404, f"There is no api match host[{name}]")
    stage, slash, api = path.rpartition("/")
    if is_old or (api in APIS and re.fullmatch(r"/\w+", stage) and not is_new):
        first = "/" + path.strip("/").partition("/")[0]
        if first != STAGE:
            raise GatewayError(404, f"There is no api match default env_mapping '{first}'")
    if not slash or api not in APIS or stage not in (("",) if is_new else ("", STAGE)):
        raise GatewayError(404, f"There is no api match uri[{path}]")
    if method != "POST":
        raise GatewayError(404, f"There is no api match method[{method}]")
    return Door(name=api, stage=stage)
