#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A server of good and bad answers, by path; prints its port, and the first
lines of what it is asked. Usage: http_fake.py ADDR [FAMILY]"""
import socket
import sys
import threading
import time

FAMILY = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET


def flood(conn):
    """A status line without end, then a body without end"""
    while True:
        conn.sendall(b'x' * 65536)


def answer(conn, path):
    if path.startswith('/status'):
        status = path[len('/status'):].split('?')[0]
        conn.sendall(f'HTTP/1.1 {status} Of course\r\n\r\nhello'.encode())
    elif path == '/slow':
        for byte in b'HTTP/1.1 200 OK\r\n\r\n':
            conn.sendall(bytes([byte]))
            time.sleep(0.5)
    elif path == '/hang':
        time.sleep(20)
    elif path == '/endless':
        flood(conn)
    elif path == '/endless-body':
        conn.sendall(b'HTTP/1.0 200 OK\r\n\r\n')
        flood(conn)
    elif path == '/garbage':
        conn.sendall(b'SSH-2.0-OpenSSH\r\n')
    elif path == '/short':
        conn.sendall(b'HTTP/1.1 200')


def serve(conn):
    request = b''
    while b'\r\n\r\n' not in request:
        more = conn.recv(4096)
        if not more:
            return
        request += more
    lines = request.decode().split('\r\n')
    print(lines[0], '|', lines[1], flush=True)
    try:
        answer(conn, lines[0].split()[1])
    except OSError:
        pass
    conn.close()


server = socket.socket(FAMILY, socket.SOCK_STREAM)
server.bind((sys.argv[1], 0))
server.listen(64)
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],),
                     daemon=True).start()
