"""Why the stack does not start, or stops: the ways out of the supervisor."""


class StartError(Exception):
    """The stack cannot start; the message is for the person at the terminal."""


class StopRequested(Exception):
    """Someone pressed Ctrl-C or sent SIGTERM."""
