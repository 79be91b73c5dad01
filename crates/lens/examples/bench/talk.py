"""The work `talk` in Python: two calls a time. Prints how long it took, in nanoseconds."""

import socket
import sys
import time

here, there = socket.socketpair()
start = time.perf_counter_ns()
for _ in range(int(sys.argv[1])):
    here.send(b"hello, this is a line of a chat\n")
    there.recv(64)
print(time.perf_counter_ns() - start)
