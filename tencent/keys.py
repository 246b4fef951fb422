"""The three key pairs of an account; separate types, so that one can never be used in another's place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class BucketKeys:
    """The CAM key pair of the user's COS bucket (seed: `cosConfig`)."""

    secret_id: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class TmpKeys:
    """The platform identity, sent inside the body of job calls (seed: `tmpSecretId`, `tmpSecretKey`)."""

    secret_id: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class GatewayKeys:
    """The gateway identity that signs job calls (seed: `apiGateSecretId`, `apiGateSecretKey`)."""

    secret_id: str
    secret_key: str = field(repr=False)
