"""Whose word the portal takes for who the other side is: the environment's bundle, else Mozilla's."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache


@lru_cache(maxsize=1)
def certificates() -> ssl.SSLContext:
    """The context of every TLS connection that `requests` does not open."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if not bundle:
        import certifi

        bundle = certifi.where()
    return ssl.create_default_context(cafile=bundle)
