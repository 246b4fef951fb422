"""How trouble works, whoever is hurt by it: mishaps in order, barriers, another clock, a limit."""
