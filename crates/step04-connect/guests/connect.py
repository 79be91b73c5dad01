"""A client that connects, and never calls bind.

    python3 connect.py 127.0.0.1:9000
"""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
    print("before connect: %s:%d" % connection.getsockname())
    connection.connect((host, int(port)))
    print("connected from %s:%d" % connection.getsockname(), flush=True)
    input()  # Until somebody presses Enter.
