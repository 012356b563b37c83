"""Django's own tests of caches and sessions, run against this backend and a running sidecar."""
