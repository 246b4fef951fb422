"""How an account comes to be: drafts, the bucket check, the one call, keys that were brought or found."""
