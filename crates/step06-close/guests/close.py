"""A client that says bye and closes.

    python3 close.py 127.0.0.1:9000
"""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)

connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.connect((host, int(port)))
connection.sendall(b"bye")
input()  # Until somebody presses Enter.
# Without this line it is closed when nothing refers to it any more.
connection.close()
