"""The servers that the suite of curl talks to, all on the loopback interface: HTTP, HTTPS, an HTTP proxy, a SOCKS proxy, HTTP on a
unix socket, and one that says nothing. Writes their ports to the file that it is given, then serves until its standard input ends."""
import base64
import gzip
import hashlib
import http.server
import os
import select
import socket
import socketserver
import ssl
import struct
import sys
import threading

PAGE = bytes(i % 251 for i in range(300000))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, headers=()):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def tunnel(self):
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as far:
            self.send_response_only(200)
            self.end_headers()
            relay(self.connection, far)
        self.close_connection = True

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        path = self.path.split("?")[0]
        if path.startswith("http://"):
            path = "/" + path.split("/", 3)[3]
        if path == "/page":
            span = self.headers.get("Range")
            if span:
                first, last = span.split("=")[1].split("-")
                first, last = int(first), int(last or len(PAGE) - 1)
                self.answer(PAGE[first:last + 1], 206, [("Content-Range", f"bytes {first}-{last}/{len(PAGE)}")])
            else:
                self.answer(PAGE, headers=[("ETag", '"e1"'), ("Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT")])
        elif path == "/echo":
            kept = {name: value for name, value in self.headers.items() if name not in ("Host", "Content-Type")}
            kind = (self.headers.get("Content-Type") or "").split(";")[0]
            self.answer(repr((self.command, self.path.split("/")[-1], sorted(kept.items()), kind, len(body) if kind.startswith("multi")
                              else (len(body), hashlib.sha256(body).hexdigest()))).encode() + b"\n")
        elif path.startswith("/redirect/"):
            left = int(path.split("/")[2])
            self.answer(b"", int(self.headers.get("X-Status", 302)), [("Location", f"/redirect/{left - 1}" if left else "/echo")])
        elif path == "/gzip":
            self.answer(gzip.compress(PAGE, mtime=0), headers=[("Content-Encoding", "gzip")])
        elif path == "/chunked":
            self.send_response_only(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(0, len(PAGE), 50000):
                self.wfile.write(b"%x\r\n" % 50000 + PAGE[i:i + 50000] + b"\r\n")
            self.wfile.write(b"0\r\nX-Trailer: t\r\n\r\n")
        elif path == "/cookies":
            self.answer(repr(self.headers.get("Cookie")).encode(), headers=[("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2")])
        elif path == "/auth":
            wanted = "Basic " + base64.b64encode(b"user:word").decode()
            ok = self.headers.get("Authorization") == wanted
            self.answer(b"in" if ok else b"out", 200 if ok else 401, [] if ok else [("WWW-Authenticate", 'Basic realm="r"')])
        elif path == "/close":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
        elif path == "/short":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        elif path == "/busy":
            self.answer(b"busy", 503, [("Retry-After", "0")])
        elif path == "/reset":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.answer(b"not here", 404)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = handle_any
    do_CONNECT = tunnel


def relay(one, other):
    while True:
        for ready in select.select([one, other], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


class Socks(socketserver.StreamRequestHandler):
    def handle(self):
        version, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        host = socket.inet_ntoa(self.rfile.read(4)) if kind == 1 else self.rfile.read(self.rfile.read(1)[0]).decode()
        port, = struct.unpack(">H", self.rfile.read(2))
        with socket.create_connection((host, port)) as far:
            self.wfile.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            relay(self.connection, far)


class Quiet(socketserver.ThreadingMixIn):
    daemon_threads = True

    def handle_error(self, *_):
        pass


class Http(Quiet, http.server.HTTPServer):
    pass


class Tcp(Quiet, socketserver.TCPServer):
    pass


class Unix(Quiet, socketserver.UnixStreamServer):
    pass


class UnixHandler(Handler):
    def setup(self):
        self.client_address = ("", 0)
        super().setup()


def start(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    plain = start(Http(("127.0.0.1", 0), Handler))
    plain6 = Http.address_family
    Http.address_family = socket.AF_INET6
    try:
        six = start(Http(("::1", 0), Handler)).server_port
    except OSError:
        six = 0
    Http.address_family = plain6
    secure = Http(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    context.load_verify_locations("cert.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
    start(secure)
    proxy = start(Http(("127.0.0.1", 0), Handler))
    socks = start(Tcp(("127.0.0.1", 0), Socks))
    start(Unix("server.sock", UnixHandler))
    silent = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[1] + ".new", "w") as out:
        out.write(f"http={plain.server_port}\nsix={six}\nhttps={secure.server_port}\nproxy={proxy.server_port}\n"
                  f"socks={socks.server_address[1]}\nsilent={silent.getsockname()[1]}\n")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    sys.stdin.read()


main()
