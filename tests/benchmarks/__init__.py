"""What the engine costs, measured over real servers and real processes: `make bench`."""
