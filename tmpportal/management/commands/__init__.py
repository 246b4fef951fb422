"""Commands of the portal itself."""
