"""The loop of the article's client once its server is gone. What is typed is given here: Enter, Enter, two words."""
import socket

server = socket.create_server(('127.0.0.1', 0))
sk = socket.socket()
sk.connect(server.getsockname())
server.accept()[0].close()
for inp in ['', '', 'hello', 'anyone?']:
    try:
        sk.send(bytes(inp, 'utf8'))
        print(repr(inp), '->', repr(str(sk.recv(1024), 'utf8')))
    except OSError as error:
        print(repr(inp), '->', error)
