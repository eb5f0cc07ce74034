"""A mail server of the tests on 127.0.0.1, as small as the protocol lets it be.

It takes mails (``mails``: sender, recipients, content), speaks TLS where that is asked or, with
``at_once``, from the first byte, asks who sends where it gets a user and password, and refuses the
recipients in ``refused``.
"""

import base64
import contextlib
import socketserver
import ssl
import threading
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("smtp_server.pem")
"""A key and a certificate for 127.0.0.1 that nothing else uses."""


class Talk(socketserver.StreamRequestHandler):
    def setup(self):
        if self.server.at_once:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.connection.close()

    def handle(self):
        self.sender, self.recipients, self.known = "", [], False
        self.say("220 tests")
        with contextlib.suppress(OSError):
            while line := self.rfile.readline():
                verb, _, rest = line.decode().strip().partition(" ")
                if getattr(self, verb.lower(), self.other)(rest):
                    return

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def ehlo(self, _):
        plain = not isinstance(self.connection, ssl.SSLSocket)
        offered = ["STARTTLS"] * bool(self.server.tls and plain) + ["AUTH PLAIN"]
        *first, last = ["tests", *offered]
        self.say(*(f"250-{one}" for one in first), f"250 {last}")

    def starttls(self, _):
        self.say("220 go on")
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def auth(self, rest):
        given = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")[1:]
        self.known = given == self.server.user
        self.say("235 welcome" if self.known else f"535 no such {given}")

    def mail(self, rest):
        self.sender, self.recipients = rest, []
        self.say("530 who are you" if self.server.user and not self.known else "250 ok")

    def rcpt(self, rest):
        address = rest.partition("<")[2].partition(">")[0]
        if address in self.server.refused:
            return self.say("550 unknown")
        self.recipients.append(address)
        return self.say("250 ok")

    def data(self, _):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.mails.append((self.sender, self.recipients, b"".join(lines)))
        self.say("250 ok")

    def quit(self, _):
        self.say("221 bye")
        return True

    def other(self, _):
        self.say("250 ok")


@contextlib.contextmanager
def smtp_server(*, tls=False, at_once=False, user=None, refused=(), port=0):
    """The server, for as long as the block lasts; ``user`` is a name and a password."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Talk) as server:
        server.mails, server.user, server.refused = [], user and list(user), refused
        server.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
        server.at_once = at_once
        if tls:
            server.tls.load_cert_chain(CERTIFICATE)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
