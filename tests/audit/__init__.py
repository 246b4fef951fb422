"""`make audit`: what programs can find in code, packages and files before a stranger does.

`code` reads Python, pages and scripts by bandit and by rules of our own, `keys` looks for keys in files,
`packages` asks what is known about what we install, `inventory` lists it. The tools live in var/audit.
"""
