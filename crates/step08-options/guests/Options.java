import java.io.IOException;
import java.net.Socket;

/** An option of one socket is changed and read back; another socket keeps its own. */
public class Options {
    public static void main(String[] args) throws IOException {
        try (Socket first = new Socket(); Socket second = new Socket()) {
            System.out.println("TCP_NODELAY is " + first.getTcpNoDelay());
            first.setTcpNoDelay(true);
            System.out.println("and now " + first.getTcpNoDelay());
            System.out.println("the other socket's is " + second.getTcpNoDelay());

            // Java keeps this one to itself: a read polls first, for so many milliseconds.
            first.setSoTimeout(2500);
            System.out.println("read waits " + first.getSoTimeout() + " ms at most");
        }
    }
}
