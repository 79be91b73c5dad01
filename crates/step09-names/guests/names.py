"""A client that is told a host and a port, whatever family they are of.

    python3 names.py localhost:9000
"""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)

for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
    connection = socket.socket(family, kind, protocol)
    try:
        connection.connect(address)
        break
    except OSError as error:
        print(address, error)  # On to the next, with a new socket.
        connection.close()
else:
    sys.exit("no address of %s is connected" % host)

with connection:
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    print("host %s, service %s" % socket.getnameinfo(address, numeric))
