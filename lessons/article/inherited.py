"""Which methods of a Python socket are written in Python, and which are those of _socket?"""
import _socket
import socket

for name in ['bind', 'listen', 'connect', 'send', 'recv', 'accept', 'close']:
    where = 'Python' if name in vars(socket.socket) else '_socket'
    print(f'{name:8} {where}')
print('_socket has _accept:', hasattr(_socket.socket, '_accept'))
print('_socket has accept: ', hasattr(_socket.socket, 'accept'))
