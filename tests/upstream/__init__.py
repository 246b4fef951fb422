"""Runs the COS SDK's own tests, which are not in this repository, against the sandbox's store."""
