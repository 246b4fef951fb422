"""TMP itself, without a word of HTTP: accounts, jobs, and who performs them."""
