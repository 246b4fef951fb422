"""What is said over HTTP: paths, signatures, messages and the status page. `app` is the way in."""
