import socket

sk = socket.socket() # 默认是AF_INET、SOCK_STREAM
address = ('127.0.0.1', 9000)
sk.bind(address) # 将主机号与端口绑定到套接字
sk.listen(3) # 设置并启动TCP监听器
print('waitting......')

while True:
    conn, addr = sk.accept() # 被动接受TCP连接,一直等待连接到达
    print('连接到达',addr)
    while True:
        data = conn.recv(1024) # 接收TCP消息,并制定最大长度
        if not data:
            print('连接已断开!')
            conn.close()
            break
        print(str(data, 'utf8'))
        inp = input('>>')
        conn.send(bytes(inp, 'utf8'))  #向客户端回送信息
