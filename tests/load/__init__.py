"""How soon the shipped set-up answers fifty people with 200 running jobs, and many slow clients."""
