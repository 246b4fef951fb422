"""First floor: people, TMP accounts, and how an account comes to be."""
