"""Schema changes of jobs."""
