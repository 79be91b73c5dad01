import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A client that connects, and never binds: java Connect.java 127.0.0.1:9000 */
public class Connect {
    public static void main(String[] args) throws IOException {
        int colon = args[0].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[0].substring(0, colon));
        int port = Integer.parseInt(args[0].substring(colon + 1));
        try (Socket connection = new Socket(host, port)) {
            String own = connection.getLocalAddress().getHostAddress();
            System.out.println("connected from " + own + ":" + connection.getLocalPort());
            System.in.read(); // Until somebody presses Enter.
        }
    }
}
