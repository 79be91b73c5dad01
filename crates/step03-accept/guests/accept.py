"""A server that takes one connection.

    python3 accept.py 127.0.0.1:9000
"""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.bind((host, int(port)))
    listener.listen()
    print("listening on %s:%d" % listener.getsockname(), flush=True)
    connection, peer = listener.accept()
    with connection:
        print("descriptor", connection.fileno(), "talks with %s:%d" % peer)
