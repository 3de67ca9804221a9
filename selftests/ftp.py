#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""As much of FTP as it takes to have second connections.

ftp.py serve ADDR NAME   the server, active from port 20 and passive; a file is
                         NAME. Prints "ready", runs until it is killed.
ftp.py get ADDR MODE...  for each client address on standard input, a file by an
                         "active" or by a "passive" connection; prints "CLIENT
                         MODE GREETER FILE" lines, "-" and why where there is
                         none
"""
import socket
import socketserver
import sys

TIMEOUT_S = 5
CONTROL, DATA = 21, 20


def comma(address):
    """host,host,host,host,port,port as PORT and PASV have it"""
    host, port = address
    return ",".join(host.split(".") + [str(port >> 8), str(port & 255)])


def uncomma(text):
    part = text.strip().split(",")
    return ".".join(part[:4]), int(part[4]) << 8 | int(part[5])


class Session(socketserver.StreamRequestHandler):
    """One client of the server."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def active(self, where):
        sock = socket.socket()
        sock.settimeout(TIMEOUT_S)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.server.server_address[0], DATA))
        sock.connect(where)
        return sock

    def passive(self):
        with socket.create_server((self.server.server_address[0], 0)) as server:
            server.settimeout(TIMEOUT_S)
            self.say(f"227 ({comma(server.getsockname())})")
            return server.accept()[0]

    def handle(self):
        self.say(f"220 {self.server.name}")
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            if verb == "USER":
                self.say("230 Come in")
                continue
            try:
                data = (self.active(uncomma(rest)) if verb == "PORT" else
                        self.passive())
                with data:
                    data.sendall(self.server.name.encode())
            except OSError as error:
                self.say(f"425 {error}")
                return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(addr, name):
    server = Server((addr, CONTROL), Session)
    server.name = name
    print("ready", flush=True)
    server.serve_forever()


def read_all(sock):
    data = b""
    while part := sock.recv(64):
        data += part
    return data.decode()


def fetch(client, addr, mode, greeting):
    """One file; greeting gets the server's first word."""
    with socket.create_connection((addr, CONTROL), TIMEOUT_S,
                                  (client, 0)) as control:
        replies = control.makefile("r", encoding="ascii")
        greeting.append(replies.readline().split()[1])
        # the helper looks at what follows a line
        control.sendall(b"USER ftp\r\n")
        replies.readline()
        if mode == "active":
            with socket.create_server((client, 0)) as server:
                server.settimeout(TIMEOUT_S)
                control.sendall(f"PORT {comma(server.getsockname())}\r\n"
                                .encode())
                data = server.accept()[0]
        else:
            control.sendall(b"PASV\r\n")
            text = replies.readline()
            data = socket.create_connection(
                uncomma(text[text.index("(") + 1:text.index(")")]), TIMEOUT_S,
                (client, 0))
        with data:
            data.settimeout(TIMEOUT_S)
            return read_all(data)


def get(addr, *modes):
    for client in sys.stdin.read().split():
        for mode in modes:
            greeting = []
            try:
                name = fetch(client, addr, mode, greeting)
            except OSError as error:
                name = "- " + str(error)
            print(client, mode, *greeting or "-", name, flush=True)


COMMANDS = {f.__name__: f for f in (serve, get)}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
