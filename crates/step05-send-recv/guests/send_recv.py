"""Hello one way and hi the other.

    python3 send_recv.py server 127.0.0.1:9000
    python3 send_recv.py client 127.0.0.1:9000
"""

import socket
import sys


def server(address):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(address)
        listener.listen()
        print("listening on %s:%d" % listener.getsockname(), flush=True)
        connection, peer = listener.accept()
        with connection:
            data = connection.recv(1024)
            print(len(data), "bytes:", data)
            connection.sendall(b"hi")


def client(address):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        connection.sendall(b"hello")
        data = connection.recv(1024)
        print(len(data), "bytes:", data)


role, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
{"server": server, "client": client}[role]((host, int(port)))
