"""What can go wrong on the wire, sorted by what may be done next.

GatewayError
    Unreachable   surely nothing was sent (DNS, refused, TLS, connect time-out): may be sent again
    Throttled     429, not accepted: slow down, then again
    Refused       understood and declined (parsed 4xx, or an `errorResponse`): never again unchanged
    Unanswered    5xx, time-out, reset, half an answer, total deadline: nobody knows whether it was accepted
    Garbled       an answer that means nothing (redirect, oversized, not JSON): ambiguous too
BucketError
    BucketUnreachable   the store could not be asked, or failed itself (5xx)
    BucketRefused       the store declined, or the request was not fit to be sent
    BucketMissing       no such object or bucket
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tencent.messages import Exchange
    from tencent.transports import Answer


class GatewayError(Exception):
    """A call to the TMP gateway that brought no result.

    `words` is the remote's own text without secrets, "" when it said nothing; `cause` a short machine word
    such as "dns" or "deadline"; `exchange` what may be kept and shown. `answer` is the answer as received,
    **unscrubbed** (a spoilt Register answer may hold keys that are handed out once): seal it or drop it,
    never print it.
    """

    def __init__(
        self,
        words: str = "",
        *,
        cause: str = "",
        exchange: Exchange | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(words or cause)
        self.words = words
        self.cause = cause
        self.exchange = exchange
        self.answer = answer

    def __reduce__(self) -> tuple[Any, ...]:
        """Leaves the unscrubbed answer behind when pickled, as task queues do with errors."""
        return type(self), self.args, {**self.__dict__, "answer": None}


class Unreachable(GatewayError):
    """Surely nothing was sent; the same call may be made again."""


class Unanswered(GatewayError):
    """Sent, but no usable answer: the call may or may not have been accepted."""


class Refused(GatewayError):
    """Understood and declined. `code` may be "" (TMP publishes none), `message` is in TMP's words."""

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        http_state: int | None = None,
        exchange: Exchange | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(message, cause=code, exchange=exchange, answer=answer)
        self.code = code
        self.message = message
        self.http_state = http_state

    @property
    def is_signature(self) -> bool:
        """Whether the gateway declined the signature; its two official tables disagree on 401 and 403."""
        return self.http_state in (401, 403)


class Garbled(GatewayError):
    """An answer that cannot be understood; the call may or may not have been accepted."""


class Throttled(GatewayError):
    """Not accepted because of too many calls. `retry_after` in seconds, None when the gateway named none."""

    def __init__(
        self,
        words: str = "",
        *,
        retry_after: float | None = None,
        exchange: Exchange | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(words, cause="throttled", exchange=exchange, answer=answer)
        self.retry_after = retry_after


_FORBIDDEN = {"accessdenied", "accessforbidden", "unauthorizedoperation", "http403"}


def _squeezed(text: str) -> str:
    return text.replace(" ", "").rstrip(".").lower()


class BucketError(Exception):
    """A bucket operation that failed. `code` is COS's own or one of ours; `message` holds no URL and no
    secret."""

    def __init__(self, message: str = "", *, code: str = "", http_state: int | None = None) -> None:
        super().__init__(f"{code}: {message}" if code and message else code or message)
        self.code = code
        self.message = message
        self.http_state = http_state

    @property
    def words(self) -> str:
        """The store's own text, as for a GatewayError."""
        return self.message

    @property
    def is_forbidden(self) -> bool:
        """Whether the keys are sound and merely have no right to this. Code or Message may say so (doc:
        436/40105); an answer to HEAD says nothing but 403."""
        said = {_squeezed(self.code), _squeezed(self.message)}
        return self.http_state == 403 and bool(said & _FORBIDDEN)


class BucketUnreachable(BucketError):
    """The store could not be asked, or failed itself; trying again later may help."""


class BucketRefused(BucketError):
    """The store declined, or the request was not fit to be sent; the same call will fail again."""


class BucketMissing(BucketError):
    """No such object (`NoSuchKey`), or no such bucket in that region (`NoSuchBucket`)."""
