"""The prototypes that the article prints, asked of Python itself."""
import socket

print(socket.socket.send.__doc__.splitlines()[0])
print(socket.socket.recv.__doc__.splitlines()[0])
print('closesocket:', hasattr(socket.socket, 'closesocket'))
sk = socket.socket()
print(sk.family.name, sk.type.name)
sk.close()
