"""A mail server that takes everything and keeps nothing: `python -m bench.stand.sink PORT LOG [words]`.

Each letter that it takes is one line of LOG: who it was for, a tab, its Message-ID; it stands there before the answer
does. `slow`: it waits a little before each answer; `plain`: it offers no pipelining; `counts`: LOG holds only a number.
"""

import asyncio
import os
import random
import re
import sys
from pathlib import Path

END = b"\r\n.\r\n"
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
FINE = b"250 2.0.0 OK\r\n"
TAKEN = b"250 2.0.0 OK: queued as %d\r\n"  # as relays say it: of each letter something else


class Sink(asyncio.Protocol):
    """One connection: commands, and letters between DATA and the line with a dot."""

    log = -1
    slow = plain = counts = False
    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.left, self.to, self.reading = transport, bytearray(), b"", False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole letter."""
        self.left += data
        while self._letter() if self.reading else self._command():
            pass

    def _letter(self) -> bool:
        at = self.left.find(END)
        if at < 0:
            return False
        letter = bytes(self.left[: at + 2])
        del self.left[: at + len(END)]
        self.reading = False
        self._keep(letter)
        if self.slow:
            asyncio.get_running_loop().call_later(random.uniform(0, 0.01), self._say, TAKEN % Sink.taken)
        else:
            self._say(TAKEN % Sink.taken)
        return True

    def _keep(self, letter: bytes) -> None:
        Sink.taken += 1
        if self.counts:
            os.pwrite(self.log, b"%d\n" % Sink.taken, 0)
            return
        found = MESSAGE_ID.search(letter)
        os.write(self.log, b"%s\t%s\n" % (self.to, found[1] if found else b""))

    def _command(self) -> bool:
        line, found, rest = bytes(self.left).partition(b"\r\n")
        if not found:
            return False
        self.left = bytearray(rest)
        word = line[:4].upper()
        if word == b"EHLO":
            self._say(b"250 sink\r\n" if self.plain else b"250-sink\r\n250 PIPELINING\r\n")
        elif word == b"DATA":
            self.reading = True
            self._say(b"354 go on\r\n")
        elif word == b"QUIT":
            self._say(b"221 bye\r\n")
            self.transport.close()
        else:
            self.to = line[8:].strip(b"<> :") if word == b"RCPT" else self.to
            self._say(FINE)
        return True

    def _say(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


async def serve(port: int) -> None:
    """Take letters until ended."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=200)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve as the words say."""
    Sink.log = os.open(Path(sys.argv[2]), os.O_CREAT | os.O_WRONLY | (0 if "counts" in sys.argv else os.O_APPEND))
    Sink.slow, Sink.plain, Sink.counts = ("slow" in sys.argv, "plain" in sys.argv, "counts" in sys.argv)
    asyncio.run(serve(int(sys.argv[1])))


if __name__ == "__main__":
    main()
