import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server that takes one connection: java Accept.java 127.0.0.1:9000 */
public class Accept {
    public static void main(String[] args) throws IOException {
        int colon = args[0].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[0].substring(0, colon));
        int port = Integer.parseInt(args[0].substring(colon + 1));
        try (ServerSocket listener = new ServerSocket(port, 5, host)) {
            System.out.println("listening on " + host.getHostAddress() + ":" + listener.getLocalPort());
            try (Socket connection = listener.accept()) {
                System.out.println("talking with " + connection.getRemoteSocketAddress());
            }
        }
    }
}
