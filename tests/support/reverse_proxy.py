"""A reverse proxy in front of a server: it signs everybody in, as that of an organisation does."""

import contextlib
import socket
import socketserver
import threading


@contextlib.contextmanager
def reverse_proxy(upstream, headers, *, source, replaces=True):
    """Listen on a port of this machine, and pass each request on with headers of its own.

    Args:
        upstream: the port that requests go to.
        headers: what is added, by name.
        source: the address from which it connects.
        replaces: whether headers of these names that a visitor sent are dropped first.

    Yields:
        Its address.
    """
    known = {name.lower() for name in headers} if replaces else set()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            head, rest = _head_of(self.request)
            if not head:
                return
            first, *lines = head.split("\r\n")
            kept = [line for line in lines if line.partition(":")[0].lower() not in known]
            if not any(line.lower().startswith("upgrade:") for line in lines):
                kept = [line for line in kept if not line.lower().startswith("connection:")]
                kept.append("Connection: close")  # one request for each connection
            kept += [f"{name}: {value}" for name, value in headers.items()]
            kept.append(f"X-Forwarded-For: {self.client_address[0]}")
            sent = "\r\n".join([first, *kept, "", ""]).encode("latin-1") + rest
            with socket.create_connection(
                ("127.0.0.1", upstream), source_address=(source, 0)
            ) as to:
                to.sendall(sent)
                back = threading.Thread(target=_pump, args=(to, self.request), daemon=True)
                back.start()
                _pump(self.request, to)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _head_of(connection):
    """The head of a request, and what came behind it."""
    found = b""
    while b"\r\n\r\n" not in found:
        some = connection.recv(65536)
        if not some:
            return "", b""
        found += some
    head, _, rest = found.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _pump(source, target):
    """Pass on what comes until there is no more."""
    with contextlib.suppress(OSError):
        while some := source.recv(65536):
            target.sendall(some)
        target.shutdown(socket.SHUT_WR)
