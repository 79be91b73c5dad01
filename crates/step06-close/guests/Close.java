import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A client that says bye and closes: java Close.java 127.0.0.1:9000 */
public class Close {
    public static void main(String[] args) throws IOException {
        int colon = args[0].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[0].substring(0, colon));
        int port = Integer.parseInt(args[0].substring(colon + 1));
        Socket connection = new Socket(host, port);
        connection.getOutputStream().write("bye".getBytes());
        System.in.read(); // Until somebody presses Enter.
        // Without this line it stays open until the program ends.
        connection.close();
    }
}
