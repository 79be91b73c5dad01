"""An option of one socket is changed and read back; another socket keeps its own.

    python3 options.py
"""

import socket
import struct

first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
second = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
print("TCP_NODELAY is", first.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
first.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("and now", first.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
print("the other socket's is", second.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

# A structure is bytes: two longs of C. Its length must be asked for.
limit = struct.pack("@ll", 2, 500000)
first.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
limit = first.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, len(limit))
print("recv waits %d.%06d s at most" % struct.unpack("@ll", limit))
first.close()
second.close()
