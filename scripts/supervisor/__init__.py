"""Everything `scripts/run` starts, watches and stops: Redis, the sandbox, the web server, the worker."""
