"""Real servers on their own, for the tests and the benchmarks: PostgreSQL and Redis."""
