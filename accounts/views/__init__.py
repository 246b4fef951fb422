"""Pages of accounts: the wizard in `register`, its run in `registration`, what comes after in `accounts`."""
