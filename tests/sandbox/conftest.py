"""One sandbox program and one receiver for the whole directory, fresh for every test."""

from collections.abc import Iterator

import pytest

from .driver import Program, Receiver, serve


@pytest.fixture(scope="session")
def running_program() -> Iterator[Program]:
    program = Program()
    yield program
    program.stop()


@pytest.fixture(scope="session")
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    server = serve(receiver)
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox(running_program: Program) -> Program:
    """The sandbox as after a fresh start."""
    running_program.control("GET", "/pushes?wait_s=20")
    running_program.control("POST", "/reset")
    return running_program


@pytest.fixture
def receiver(sandbox: Program, running_receiver: Receiver) -> Receiver:
    """The callback of the sandbox: plain JSON pushes, nothing received yet."""
    running_receiver.clear()
    sandbox.control("POST", "/config", {"callback": running_receiver.url, "mode": "plain"})
    running_receiver.clear()
    return running_receiver
