"""Three sockets, the numbers they get, and what the module socket is made of.

    python3 socket.py
"""

import sys

sys.path.pop(0)  # Or `import socket` would find this file, which has the same name.

import _socket
import socket


def numbers():
    first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    print("the first socket is descriptor", first.fileno())
    second = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    print("the second is descriptor", second.fileno())
    number = first.fileno()
    first.close()
    third = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    print("after close of %d the next is descriptor %d" % (number, third.fileno()))
    second.close()
    third.close()


COURSE = """AF_INET SOCK_STREAM SO_REUSEADDR SHUT_WR create_connection create_server
            fromfd getaddrinfo htons inet_pton setdefaulttimeout socketpair""".split()
METHODS = "bind listen accept connect send recv shutdown close dup makefile".split()


def table():
    """Which public names are socket.py's own, and which it takes from _socket, written in C."""
    groups = {"socket.py's own": [], "numbers of _socket, made enums": [], "_socket's as they are": []}
    own, enums, taken = groups.values()
    for name, value in vars(socket).items():
        if name.startswith("_") or isinstance(value, type(sys)):
            continue  # Not public, or a module that socket.py itself imports.
        if value is getattr(_socket, name, None):
            taken.append(name)
        elif isinstance(value, int) and hasattr(_socket, name):
            enums.append(name)
        else:
            own.append(name)
    for title, names in groups.items():
        print("%4d names: %s (%s)" % (len(names), title, ", ".join(n for n in COURSE if n in names)))
    print("socket method  socket.py  _socket")
    for name in METHODS:
        written = ["yes" if name in vars(cls) else "-" for cls in (socket.socket, _socket.socket)]
        print("%-14s %-10s %s" % (name, *written))
    inner = [n for n in socket.socket.accept.__code__.co_names if n in vars(_socket.socket)]
    print("accept in socket.py uses of _socket:", ", ".join(inner))


numbers()
table()
