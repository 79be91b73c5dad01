"""A chat: two people, one connection, taking turns.

    python3 chat.py server 127.0.0.1:9000 [lines]
    python3 chat.py client 127.0.0.1:9000 [lines]

A message ends with a newline where `lines` is given, on both sides.
Without it one recv is taken for one message, which holds for short ones.
"""

import socket
import sys

ROOM = 1024  # What one recv brings at most; without framing also the longest message.
LIMIT = 64 * 1024  # The longest line. Without a limit any peer could fill the memory.


class ChatError(Exception):
    """What came is no message."""


def server(address, lines):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # So that a server can be started again at once.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(3)
        print("listening on %s:%d" % listener.getsockname(), flush=True)
        while True:
            connection, peer = listener.accept()
            print("connected from %s:%d" % peer, flush=True)
            with connection:
                try:
                    for message in messages(connection, lines):
                        print(shown(message), flush=True)
                        speak(connection, lines)
                    print("disconnected", flush=True)
                except (OSError, ChatError) as error:
                    print("disconnected:", error, flush=True)


def client(address, lines):
    # `with` closes the connection however the loop ends.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        print("connected to %s:%d" % address, flush=True)
        arriving = messages(connection, lines)
        while speak(connection, lines) != "exit":
            message = next(arriving, None)
            if message is None:
                print("disconnected", flush=True)
                break
            print(shown(message), flush=True)


def speak(connection, lines):
    """Asks for a line and sends it; returns it. The client's `exit` is not sent."""
    while True:
        text = input(">>")
        if text == "exit" and role == "client":
            return text
        try:
            message = text.encode("utf-8")
        except UnicodeEncodeError:
            print("not sent: that line is not UTF-8", flush=True)
            continue
        if lines and len(message) <= LIMIT:
            connection.sendall(message + b"\n")
            return text
        if not lines and 0 < len(message) <= ROOM:
            connection.sendall(message)
            return text
        print("not sent: a message is not empty and not longer than is agreed on", flush=True)


def messages(connection, lines):
    """Each message that arrives, as bytes, until the peer ends the connection."""
    rest = b""
    while data := connection.recv(ROOM):
        if not lines:
            yield without_newline(data)
            continue
        rest += data
        while b"\n" in rest:
            end = rest.index(b"\n") + 1
            line, rest = rest[:end], rest[end:]
            yield without_newline(line)
        if len(rest) > LIMIT:
            raise ChatError("a line of more than %d bytes" % LIMIT)
    if rest:
        raise ChatError("the connection ended in the middle of a line")


def without_newline(message):
    """nc sends one behind each line, and telnet a carriage return before it."""
    if message.endswith(b"\n"):
        message = message[:-1].removesuffix(b"\r")
    return message


def shown(message):
    """What others sent, so that no terminal obeys it."""
    return "".join(map(harmless, message.decode("utf-8", "surrogateescape")))


def harmless(c):
    if "\udc80" <= c <= "\udcff":  # A byte that is not UTF-8.
        return "\\x%02x" % (ord(c) - 0xDC00)
    # A zero-width joiner holds emoji together.
    if (c.isprintable() or c == "\u200d") and c != "\\":
        return c
    return c.encode("unicode_escape").decode()


role, address, *framing = sys.argv[1:]
host, port = address.rsplit(":", 1)
sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
sys.stdout.reconfigure(encoding="utf-8")
try:
    {"server": server, "client": client}[role]((host, int(port)), framing == ["lines"])
except EOFError:
    print()  # The end of the input ends the program.
except KeyboardInterrupt:
    sys.exit(130)
except (OSError, ChatError) as error:
    sys.exit("chat: %s" % error)
