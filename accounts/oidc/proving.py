"""What an id token must prove before anybody is believed to be who it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.utils.crypto import constant_time_compare, salted_hmac

# Signatures by a key that only the issuer has; never `none`, never one that whoever verifies could have made.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ("iss", "sub", "aud", "exp", "iat")
PROVIDER = "oidc"
# Our own member among the claims: who it is, and at which issuer, so that no other can name the same person.
PERSON = "person"
# Clocks of two machines differ.
LEEWAY_SECONDS = 60


def nonce_of(state: str) -> str:
    """The nonce of a sign-in, from its state, which lies in the browser's session and is used once."""
    return salted_hmac("accounts.oidc.nonce", state, algorithm="sha256").hexdigest()


def claims_of(
    id_token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of a token that `issuer` signed, just now, for this portal and this sign-in.

    `keys` is the issuer's JWKS document. Raises OAuth2Error for any other token.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            id_token,
            _key_of(id_token, keys),
            algorithms=list(ALGORITHMS),
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": list(REQUIRED)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OAuth2Error(f"The id token is no proof: {type(error).__name__}") from error
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise OAuth2Error("The id token was made for another sign-in.")
    if claims.get("azp", client_id) != client_id:
        raise OAuth2Error("The id token was made for another program.")
    return claims


def _key_of(id_token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The issuer's key that the token names, or its only one. Raises KeyError."""
    known = jwt.PyJWKSet.from_dict(dict(keys)).keys
    name = jwt.get_unverified_header(id_token).get("kid")
    if name is None and len(known) == 1:
        return known[0]
    return {key.key_id: key for key in known}[name]
