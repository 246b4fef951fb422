"""How TMP itself says no, in the words of the dialect: status and members of the answer."""

from sandbox.dialects import Dialect
from sandbox.platform.messages import Members, RefusedError

CODE = 10001  # of no meaning: codes are published nowhere
_SWITCHES = {"keys": "wrong-keys", "job": "unknown-job", "action": "unknown-action"}


def told(refusal: RefusedError, dialect: Dialect) -> tuple[int, Members]:
    """The HTTP status and the members of the answer to a call that TMP refuses."""
    words = str(refusal)
    if refusal.about == "register" and dialect["register-refusal"] == "info":
        return 200, {"registerInfo": {"message": words}}
    switch = _SWITCHES.get(refusal.about)
    setting = dialect[switch] if switch else "error"
    if setting == "no-job":
        return 200, {"getJobResponse": {}}
    status = dialect["error-status"] if setting == "error" else setting.removeprefix("http-")
    return int(status), _members(words, dialect["error-form"])


def _members(words: str, form: str) -> Members:
    forms: dict[str, Members] = {
        "message": {"errorResponse": {"message": words}},
        "code": {"errorResponse": {"code": CODE, "message": words}},
        "text": {"errorResponse": words},
        "top-message": {"code": CODE, "message": words},
        "error-object": {"error": {"code": CODE, "message": words}},
    }
    return forms[form]
