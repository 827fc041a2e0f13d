"""A web server on this machine, which answers as badly as it is asked to."""

import http.server
import re
import threading
import time
from contextlib import contextmanager


@contextmanager
def serve(content: bytes):
    """Serve `content` under any path; those that `Handler` names have something wrong."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        running.content, running.etag, running.requests = content, '"one"', []
        running.url = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.content`; the path names what is wrong with the answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, name = self.server, self.path.strip("/")
        server.requests.append(dict(self.headers))
        count, content = len(server.requests), server.content
        if name == "nowhere":
            self.send_error(404)
            return
        if name == "busy" and count < 3:
            self.send_error(503)
            return
        begin, etag = 0, server.etag
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and name != "ignores-range" and self.headers.get("If-Range") == etag:
            begin = int(asked[1])
        if begin and name == "another-part":
            begin -= 1000
        body = content[begin:]
        if begin >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        lie = {"too-long": 1000, "too-short": -1000}.get(name, 0)
        self.send_header("Content-Length", str(len(body) + lie))
        if name != "no-etag":
            self.send_header("ETag", etag)
        self.end_headers()
        once = ("drops-once", "another-part", "ignores-range", "changes")
        if name == "drops" or (name in once and count == 1):
            body = body[: len(content) // 3]
        elif name == "drops-at-once":
            body = b""
        if name == "changes" and count == 1:
            server.content, server.etag = server.other, '"two"'
        step = 100_000 if name == "slow" else len(body) or 1
        for i in range(0, len(body), step):
            try:
                self.wfile.write(body[i : i + step])
            except OSError:
                return
            if name == "slow" and count == 1:
                time.sleep(0.1)
        self.close_connection = True

    def log_message(self, *_):
        pass
