"""Hello one way and hi the other, and the address is a path.

    python3 unix.py server chat
    python3 unix.py client chat
"""

import os
import socket
import sys


def server(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(1)
        print("listening on", path, flush=True)
        connection, peer = listener.accept()
        print("the client's name:", repr(peer))
        with connection:
            data = connection.recv(64)
            print(len(data), "bytes:", data)
            connection.sendall(b"hi")
    os.unlink(path)  # Python removes the file no more than C does.


def client(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        connection.sendall(b"hello")
        data = connection.recv(64)
        print(len(data), "bytes:", data)


role, path = sys.argv[1:]
{"server": server, "client": client}[role](path)
