"""A small server on this machine's own address, for one page and what it asks for.

Other pages in the same browser must not read it: it answers only under a path that nobody can
guess, and only to those that call it by its own name, so that another name which is made to lead
here (DNS rebinding) gets nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from mmgen_datasets.errors import MMGenError, UsageError

HOST = "127.0.0.1"


class Answer(NamedTuple):
    """What is sent."""

    kind: str
    """Its media type."""
    pieces: Iterable[str]
    """Text, which may be made while it is sent."""


Site: TypeAlias = Callable[[str, Mapping[str, str]], Answer | None]
"""From what is asked for, without the secret part of the path, and the query; None where there
is no such thing."""


class Server(ThreadingHTTPServer):
    """Answers with what a site has, until it is shut down.

    Args:
        site: what there is.
        port: 0 takes one that is free.

    Raises:
        UsageError: the port is taken.
    """

    daemon_threads = True

    def __init__(self, site: Site, port: int = 0) -> None:
        self.site = site
        self.token = secrets.token_urlsafe(16)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used: {error.strerror}", "choose another, or leave it out"
            ) from error

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called by."""
        return tuple(f"{name}:{self.server_port}" for name in (HOST, "localhost"))


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        """Answer one request."""
        if self.headers.get("Host") not in self.server.names:
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        asked = urlsplit(self.path)
        _, token, *rest = [*asked.path.split("/", 2), ""]
        if not secrets.compare_digest(token.encode(), self.server.token.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            answer = self.server.site(rest[0], dict(parse_qsl(asked.query)))
        except MMGenError as error:
            answer = Answer("text/plain", [str(error)])
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, answer)
            return
        if answer is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._send(HTTPStatus.OK, answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line for each look of a page would hide what matters."""

    def _send(self, status: HTTPStatus, answer: Answer) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{answer.kind}; charset=utf-8")
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in answer.pieces:
                self.wfile.write(piece.encode())
        except ConnectionError:
            self.close_connection = True  # who asked has gone


_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
