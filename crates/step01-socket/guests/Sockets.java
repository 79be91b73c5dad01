import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Three sockets. Java does not say which descriptors they have. */
public class Sockets {
    public static void main(String[] args) throws IOException {
        SocketChannel first = SocketChannel.open();
        System.out.println("the first:  " + first);
        SocketChannel second = SocketChannel.open();
        System.out.println("the second: " + second);
        first.close();
        SocketChannel third = SocketChannel.open();
        System.out.println("after close the next: " + third);
        second.close();
        third.close();
    }
}
