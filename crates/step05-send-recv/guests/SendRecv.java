import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Hello one way and hi the other: java SendRecv.java server 127.0.0.1:9000, and client. */
public class SendRecv {
    public static void main(String[] args) throws IOException {
        int colon = args[1].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[1].substring(0, colon));
        int port = Integer.parseInt(args[1].substring(colon + 1));
        if (args[0].equals("server")) {
            server(host, port);
        } else {
            client(host, port);
        }
    }

    static void server(InetAddress host, int port) throws IOException {
        try (ServerSocket listener = new ServerSocket(port, 1, host)) {
            System.out.println("listening on " + host.getHostAddress() + ":" + listener.getLocalPort());
            try (Socket connection = listener.accept()) {
                receive(connection);
                OutputStream output = connection.getOutputStream();
                output.write("hi".getBytes());
            }
        }
    }

    static void client(InetAddress host, int port) throws IOException {
        try (Socket connection = new Socket(host, port)) {
            connection.getOutputStream().write("hello".getBytes());
            receive(connection);
        }
    }

    static void receive(Socket connection) throws IOException {
        InputStream input = connection.getInputStream();
        byte[] buffer = new byte[1024];
        // -1 is the end, where recv has 0.
        int count = input.read(buffer);
        System.out.println(count + " bytes: " + new String(buffer, 0, Math.max(count, 0)));
    }
}
