"""Audio that is none, is damaged or lies about itself, and what the sandbox's performers make of it."""
