import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A server that binds and listens, and never accepts: java BindListen.java 127.0.0.1:9000 */
public class BindListen {
    public static void main(String[] args) throws IOException {
        int colon = args[0].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[0].substring(0, colon));
        int port = Integer.parseInt(args[0].substring(colon + 1));
        try (ServerSocket listener = new ServerSocket(port, 5, host)) {
            System.out.println("listening on " + host.getHostAddress() + ":" + listener.getLocalPort());
            System.in.read(); // Until somebody presses Enter.
        }
    }
}
