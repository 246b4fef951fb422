"""What everybody writes first, to be compared with: a Celery task for each job that retries itself."""
