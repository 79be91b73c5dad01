"""Two programs say hello and hi, in Python.

    python3 hello.py server 127.0.0.1:9000
    python3 hello.py client 127.0.0.1:9000
"""

import socket
import sys


def server(address):
    with socket.socket() as listener:  # AF_INET and SOCK_STREAM, unless told otherwise
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
        print("listening on %s:%d" % listener.getsockname(), flush=True)
        connection, peer = listener.accept()
        with connection:
            print("heard", connection.recv(1024).decode(), "from %s:%d" % peer)
            connection.sendall(b"hi")


def client(address):
    with socket.socket() as connection:
        connection.connect(address)
        connection.sendall(b"hello")
        print("heard", connection.recv(1024).decode())


role, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
{"server": server, "client": client}[role]((host, int(port)))
