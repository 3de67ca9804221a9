#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""TCP connections from many clients at once.

tcp.py serve ADDR PORT NAME   for chat: sends each line back, NAME in front
tcp.py chat ADDR PORT MS      a connection from each client, a line each MS
                              milliseconds; says what became of them
tcp.py visit ADDR PORT TIMES  asks for /id by HTTP, TIMES from each client, all
                              new connections; says who answered
tcp.py pull ADDR PORT BYTES   a download of that size from /big for each client,
                              as slow as to last until SIGTERM

Client addresses, a line each, come from standard input.

serve, chat and pull print "ready" and run until SIGTERM; then chat prints

    CLIENT SENT ANSWERED STATE STALL NODE

STATE: open, or why not. STALL: longest wait for an answer in ms. pull ends its
downloads then, as fast as it can, and prints "CLIENT BYTES BEFORE", what it got
and how much of that before SIGTERM. visit prints "CLIENT NODE" for each
connection; NODE is - where nobody answered, and the reason stands behind it.
"""
import select
import signal
import socket
import sys
import time

AT_ONCE = 50
VISIT_S = 10
PULL_S = 90
PULL_STEP_S = 0.25
stopped = False


def stop(_signo, _frame):
    global stopped
    stopped = True


def say(text):
    print(text, flush=True)


def read_clients():
    return [line.strip() for line in sys.stdin]


def open_from(client, addr, port):
    sock = socket.socket()
    sock.setblocking(False)
    sock.bind((client, 0))
    try:
        sock.connect((addr, port))
    except BlockingIOError:
        pass
    return sock


class Connection:
    """A TCP connection of one client."""

    def __init__(self, client, addr, port):
        self.client = client
        self.sent = []
        self.answered = 0
        self.stall = 0
        self.node = "-"
        self.state = "connecting"
        self.rest = b""
        self.sock = open_from(client, addr, port)

    def fail(self, why):
        if self.state in ("connecting", "open"):
            self.state = why

    def speak(self):
        try:
            self.sock.send(b"%d\n" % len(self.sent))
            self.sent.append(time.monotonic())
        except OSError as err:
            self.fail(err.strerror.replace(" ", "-"))

    def listen(self):
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError as err:
            self.fail(err.strerror.replace(" ", "-"))
            return
        if not data:
            self.fail("closed")
            return
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.heard(line)

    def heard(self, line):
        node, number = line.decode().split(" ")
        if int(number) != self.answered:
            self.fail("wrong-answer")
            return
        if self.node not in ("-", node):
            self.fail("moved")
        self.node = node
        wait = time.monotonic() - self.sent[self.answered]
        self.stall = max(self.stall, wait)
        self.answered += 1

    def report(self):
        if self.answered < len(self.sent):
            wait = time.monotonic() - self.sent[self.answered]
            self.stall = max(self.stall, wait)
        say(f"{self.client} {len(self.sent)} {self.answered} {self.state} "
            f"{round(self.stall * 1000)} {self.node}")


def connect_all(clients, addr, port):
    connections = [Connection(client, addr, port) for client in clients]
    for c in connections:
        select.select([], [c.sock], [], 10)
        err = c.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if err or not select.select([], [c.sock], [], 0)[1]:
            c.fail(f"not-connected-{err}")
        else:
            c.state = "open"
    return connections


def listen_all(poll, by_fd, timeout):
    for fd, _events in poll.poll(timeout):
        c = by_fd[fd]
        c.listen()
        if c.state != "open":
            poll.unregister(fd)


def chat(addr, port, interval_ms):
    connections = connect_all(read_clients(), addr, int(port))
    alive = [c for c in connections if c.state == "open"]
    by_fd = {c.sock.fileno(): c for c in alive}
    poll = select.epoll()
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    step = int(interval_ms) / 1000 / max(len(alive), 1)
    due, i = time.monotonic(), 0
    say("ready")
    while not stopped:
        now = time.monotonic()
        while alive and due <= now:
            if alive[i].state == "open":
                alive[i].speak()
            i = (i + 1) % len(alive)
            due = max(due + step, now - 10 * step)
        listen_all(poll, by_fd, max(due - time.monotonic(), 0.001))
    end = time.monotonic() + 5
    while time.monotonic() < end and any(
            c.answered < len(c.sent) and c.state == "open" for c in alive):
        listen_all(poll, by_fd, 0.05)
    for c in connections:
        c.report()


def serve(addr, port, name):
    server = socket.create_server((addr, int(port)), backlog=1024)
    poll = select.epoll()
    poll.register(server.fileno(), select.EPOLLIN)
    peers = {}
    say("ready")
    while not stopped:
        for fd, _events in poll.poll(0.5):
            if fd == server.fileno():
                sock, _peer = server.accept()
                peers[sock.fileno()] = sock
                poll.register(sock.fileno(), select.EPOLLIN)
                continue
            try:
                data = peers[fd].recv(65536)
                # what chat sends is short enough to come in whole lines
                peers[fd].send(b"".join(
                    name.encode() + b" " + line + b"\n"
                    for line in data.splitlines()))
            except OSError:
                data = b""
            if not data:
                poll.unregister(fd)
                peers.pop(fd).close()


class Visit:
    """One connection that asks for /id."""

    def __init__(self, client, addr, port):
        self.client = client
        self.sock = open_from(client, addr, port)
        self.end = time.monotonic() + VISIT_S
        self.answer = b""
        self.why = "no-answer"

    def ready(self, event):
        """Go on; True when it is over."""
        try:
            if event & select.EPOLLOUT:
                # the server closes first, and its socket is ready for late
                # packets then; one that closes last answers them with RST
                self.sock.send(b"GET /id HTTP/1.0\r\n\r\n")
                return False
            data = self.sock.recv(4096)
        except OSError as error:
            self.why = error.strerror.replace(" ", "-")
            return True
        self.answer += data
        return not data

    def finish(self):
        self.sock.close()
        body = self.answer.partition(b"\r\n\r\n")[2].decode().strip()
        print(self.client, body or "- " + self.why)


def visit(addr, port, times):
    waiting = [client for client in read_clients()
               for _ in range(int(times))]
    waiting.reverse()
    poll = select.epoll()
    active = {}
    while waiting or active:
        while waiting and len(active) < AT_ONCE:
            v = Visit(waiting.pop(), addr, int(port))
            active[v.sock.fileno()] = v
            poll.register(v.sock.fileno(), select.EPOLLOUT)
        done = [fd for fd, v in active.items() if time.monotonic() > v.end]
        for fd, event in poll.poll(0.2):
            if active[fd].ready(event):
                done.append(fd)
            elif event & select.EPOLLOUT:
                poll.modify(fd, select.EPOLLIN)
        for fd in set(done):
            poll.unregister(fd)
            active.pop(fd).finish()


class Download:
    """The first part of /big, read bit by bit."""

    def __init__(self, client, addr, port, size):
        self.client = client
        self.left = size
        self.size = size
        self.before = 0
        self.sock = socket.create_connection((addr, port), 10, (client, 0))
        self.sock.sendall(b"GET /big HTTP/1.0\r\nRange: bytes=0-%d\r\n\r\n" %
                          (size - 1))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.sock.recv(1)

    def read(self, count):
        """At most count bytes; False at the end or after an error."""
        try:
            while count > 0 and self.left:
                data = self.sock.recv(min(count, 65536))
                self.left -= len(data)
                count -= len(data)
                if not data:
                    return False
        except OSError:
            return False
        return self.left > 0


def pull(addr, port, size):
    downloads = [Download(client, addr, int(port), int(size))
                 for client in read_clients()]
    step = round(int(size) * PULL_STEP_S / PULL_S)
    say("ready")
    while not stopped:
        begin = time.monotonic()
        for d in downloads:
            d.read(step)
        time.sleep(max(0, begin + PULL_STEP_S - time.monotonic()))
    for d in downloads:
        d.before = d.size - d.left
        d.read(d.size)
        say(f"{d.client} {d.size - d.left} {d.before}")


COMMANDS = {f.__name__: f for f in (serve, chat, visit, pull)}

if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, stop)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
