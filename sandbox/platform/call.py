"""One call to TMP, as far as it can be read before anybody has judged it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.platform.messages import Members

if TYPE_CHECKING:
    from sandbox.platform.outcomes import Outcome

JOB_ACTIONS = ("CreateJob", "GetJob")


@dataclass(frozen=True, kw_only=True)
class Call:
    """`action` is empty when TMP knows no such, `source` who calls (for Register, who is to be registered); a
    job's ids are empty where none is named. `outcome` is how the job it creates is to end, where the call
    itself says so."""

    action: str
    source: str
    body: Members
    job_id: str = ""
    custom_id: str = ""
    outcome: "Outcome | None" = None


def read_call(name: str, body: Members, *, source: str) -> Call:
    """The call that came through the door `name` (register or job); whether it is a fit one is found out
    later."""
    if name == "register":
        request = _members(body, "registerRequest")
        caller = f"{request.get('operateUin')}_{request.get('userName')}"
        return Call(action="Register", source=caller, body=body)
    action = body.get("action")
    return Call(
        action=action if isinstance(action, str) and action in JOB_ACTIONS else "",
        source=source,
        body=body,
        job_id=_id(_members(body, "getJobRequest").get("id")),
        custom_id=_text(_members(body, "createJobRequest"), "customId"),
    )


def _members(body: Members, name: str) -> Members:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str:
    """A caller may send back a number as it came."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(members: Members, name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""
