"""The exchange on sockets of 127.0.0.1: for its clients, and its other side for whoever plays.

May import: nothing of ours.
"""

from piggybot.sandbox.control import Control
from piggybot.sandbox.door import Door
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.serve import Server


class ExchangeServer(Server):
    """The exchange, and below `/sandbox/` its other side; lets the exchange refuse connections."""

    def __init__(self, sandbox: ExchangeSandbox, port: int = 0) -> None:
        super().__init__(Door(sandbox.meet, Control(sandbox).answer, sandbox.clock), port)
        self.sandbox = sandbox
        sandbox.server = self


class ControlServer(Server):
    """Only the other side, for the time when the exchange refuses connections."""

    def __init__(self, sandbox: ExchangeSandbox, port: int = 0) -> None:
        answer = Control(sandbox).answer
        super().__init__(Door(answer, answer, sandbox.clock), port)
