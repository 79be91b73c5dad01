"""A server that binds and listens, and never accepts.

    python3 bind_listen.py 127.0.0.1:9000
"""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.bind((host, int(port)))
    listener.listen()
    print("listening on %s:%d" % listener.getsockname(), flush=True)
    input()  # Until somebody presses Enter.
