import  socket
sk = socket.socket() # 默认是AF_INET、SOCK_STREAM
address = ('127.0.0.1', 9000)
sk.connect(address) #连接服务端
while True:
    inp = input('>>')
    if inp == 'exit':
        break
    sk.send(bytes(inp, 'utf8')) #向服务端发送信息
    data = sk.recv(1024)
    print(str(data, 'utf8'))
else:
    sk.close()
