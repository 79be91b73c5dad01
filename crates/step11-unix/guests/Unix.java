import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/** Hello one way and hi the other, and the address is a path (Java 16): java Unix.java server chat, and client. */
public class Unix {
    public static void main(String[] args) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(args[1]);
        if (args[0].equals("server")) {
            server(address);
        } else {
            client(address);
        }
    }

    static void server(UnixDomainSocketAddress address) throws IOException {
        // ServerSocket and Socket are for the internet only; channels take both.
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(address, 1);
            System.out.println("listening on " + address);
            try (SocketChannel connection = listener.accept()) {
                receive(connection);
                connection.write(ByteBuffer.wrap("hi".getBytes()));
            }
        }
        Files.delete(address.getPath());
    }

    static void client(UnixDomainSocketAddress address) throws IOException {
        try (SocketChannel connection = SocketChannel.open(address)) {
            connection.write(ByteBuffer.wrap("hello".getBytes()));
            receive(connection);
        }
    }

    static void receive(SocketChannel connection) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(64);
        int count = connection.read(buffer);
        System.out.println(count + " bytes: " + new String(buffer.array(), 0, Math.max(count, 0)));
    }
}
