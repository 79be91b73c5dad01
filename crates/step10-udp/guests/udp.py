"""Hello one way and hi the other, without a connection.

    python3 udp.py server 127.0.0.1:9000
    python3 udp.py client 127.0.0.1:9000
"""

import socket
import sys


def server(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        print("listening on %s:%d" % sock.getsockname(), flush=True)
        data, client = sock.recvfrom(1024)
        print(len(data), "bytes from %s:%d:" % client, data)
        sock.sendto(b"hi", client)


def client(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"hello", address)
        data, server = sock.recvfrom(1024)
        print(len(data), "bytes from %s:%d:" % server, data)


role, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
{"server": server, "client": client}[role]((host, int(port)))
