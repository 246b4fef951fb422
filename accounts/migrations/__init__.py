"""Schema changes of accounts."""
