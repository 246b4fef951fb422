"""Living with an account: its name, its people, its keys, its health, its end."""
