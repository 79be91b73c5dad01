"""Does the `else` of the article's client run when `exit` was typed?"""
import socket

sk = socket.socket()
while True:
    inp = 'exit'
    if inp == 'exit':
        break
else:
    print('in the else')
    sk.close()
print('after the loop, closed:', sk.fileno() == -1)
