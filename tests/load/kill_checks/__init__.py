"""The parts of kills.py: gateways and clients, and a module for each kind of promise that it checks.

Each kind of promise is a class with the same methods: `configuration` returns its part of gateway.toml, `check` returns the failures
that the runs of all jobs show at the end, and `rows` returns the lines of the table.
"""
