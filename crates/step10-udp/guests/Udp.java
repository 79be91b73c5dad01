import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Hello one way and hi the other, without a connection: java Udp.java server 127.0.0.1:9000, and client. */
public class Udp {
    public static void main(String[] args) throws IOException {
        int colon = args[1].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[1].substring(0, colon));
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(args[1].substring(colon + 1)));
        if (args[0].equals("server")) {
            server(address);
        } else {
            client(address);
        }
    }

    static void server(InetSocketAddress address) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(address)) {
            System.out.println("listening on " + address.getHostString() + ":" + socket.getLocalPort());
            SocketAddress client = receive(socket);
            socket.send(new DatagramPacket("hi".getBytes(), 2, client));
        }
    }

    static void client(InetSocketAddress server) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket("hello".getBytes(), 5, server));
            receive(socket);
        }
    }

    static SocketAddress receive(DatagramSocket socket) throws IOException {
        // A packet is the buffer and the address in one, and afterwards it knows its length.
        DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
        socket.receive(packet);
        String text = new String(packet.getData(), 0, packet.getLength());
        System.out.println(packet.getLength() + " bytes from " + packet.getSocketAddress() + ": " + text);
        return packet.getSocketAddress();
    }
}
