"""Signing in with a login that people have elsewhere: one OpenID Connect issuer, named by settings.

An app of its own, because allauth finds providers by the module `provider` of an installed app.
"""
