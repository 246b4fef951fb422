"""Tags of the first floor."""
