import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client that is told a host and a port, whatever family they are of: java Names.java localhost:9000 */
public class Names {
    public static void main(String[] args) throws IOException {
        int colon = args[0].lastIndexOf(':');
        int port = Integer.parseInt(args[0].substring(colon + 1));
        IOException last = null;
        for (InetAddress address : InetAddress.getAllByName(args[0].substring(0, colon))) {
            try (Socket connection = new Socket()) {
                connection.connect(new InetSocketAddress(address, port));
                System.out.println("host " + address.getHostAddress() + ", service " + port);
                return;
            } catch (IOException error) {
                last = error; // On to the next, with a new socket.
            }
        }
        throw last;
    }
}
