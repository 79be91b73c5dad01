"""A chat: two people, one connection, taking turns.

    python3 chat.py server 127.0.0.1:9000 [none|lines|length]
    python3 chat.py client 127.0.0.1:9000 [none|lines|length]

The last word is the framing, the same on both sides: a message ends with a newline (`lines`),
or where the four bytes in front of it say, which are its length (`length`).
With `none` one recv is taken for one message, which holds for short ones.
"""

import socket
import sys

ROOM = 1024  # What one recv brings at most; without framing also the longest message.
LIMIT = 64 * 1024  # The longest message. Without a limit any peer could fill the memory.
HEAD = 4  # The bytes of the length in front.


class ChatError(Exception):
    """What came is no message."""


def server(address, framing):
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
                    for message in messages(connection, framing):
                        print(shown(message), flush=True)
                        speak(connection, framing)
                    print("disconnected", flush=True)
                except (OSError, ChatError) as error:
                    print("disconnected:", error, flush=True)


def client(address, framing):
    # `with` closes the connection however the loop ends.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        print("connected to %s:%d" % address, flush=True)
        arriving = messages(connection, framing)
        while speak(connection, framing) != "exit":
            message = next(arriving, None)
            if message is None:
                print("disconnected", flush=True)
                break
            print(shown(message), flush=True)


def speak(connection, framing):
    """Asks for a line and sends it; returns it. The client's `exit` is not sent."""
    while True:
        text = input(">>")
        if text == "exit" and role == "client":
            return text
        try:
            message = framed(text.encode("utf-8"), framing)
        except UnicodeEncodeError:
            print("not sent: that line is not UTF-8", flush=True)
            continue
        if message:
            connection.sendall(message)
            return text
        print("not sent: too long, or empty where an empty message has no bytes", flush=True)


def framed(message, framing):
    """The bytes that a message is sent as: none if it cannot be sent."""
    if len(message) > (ROOM if framing == "none" else LIMIT):
        return b""
    if framing == "lines":
        return message + b"\n"
    if framing == "length":
        # "big" is the highest byte first: network order.
        return len(message).to_bytes(HEAD, "big") + message
    return message


def messages(connection, framing):
    """Each message that arrives, as bytes, until the peer ends the connection."""
    rest = b""
    while data := connection.recv(ROOM):
        rest += data
        while end := end_of_message(rest, framing):
            message, rest = rest[:end], rest[end:]
            yield message[HEAD:] if framing == "length" else without_newline(message)
    if rest:
        raise ChatError("cut off in the middle of a message, after %d bytes" % len(rest))


def end_of_message(rest, framing):
    """Where the first message in what has arrived ends; 0 while it is not whole."""
    length, end = len(rest), 0
    if framing == "none":
        return length
    if framing == "lines" and b"\n" in rest:
        length = rest.index(b"\n")
        end = length + 1
    if framing == "length" and len(rest) >= HEAD:
        length = int.from_bytes(rest[:HEAD], "big")
        end = HEAD + length
    if length > LIMIT:
        raise ChatError("a message of %d bytes or more: at most %d are agreed on" % (length, LIMIT))
    return end if end <= len(rest) else 0


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


role, address, *named = sys.argv[1:]
framing = named[0] if named else "none"
if framing not in ("none", "lines", "length"):
    sys.exit("where a message ends is one of: none, lines, length")
host, port = address.rsplit(":", 1)
sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
sys.stdout.reconfigure(encoding="utf-8")
try:
    {"server": server, "client": client}[role]((host, int(port)), framing)
except EOFError:
    print()  # The end of the input ends the program.
except KeyboardInterrupt:
    sys.exit(130)
except (OSError, ChatError) as error:
    sys.exit("chat: %s" % error)
