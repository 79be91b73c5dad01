/* The work `talk` in Java: two calls a time. Prints how long it took, in nanoseconds. */
import java.io.*; import java.net.*;
public class Talk {
    public static void main(String[] args) throws IOException {
        int times = Integer.parseInt(args[0]);
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             Socket here = new Socket(listener.getInetAddress(), listener.getLocalPort());
             Socket there = listener.accept()) {
            byte[] line = "hello, this is a line of a chat\n".getBytes();
            byte[] buffer = new byte[64];
            long start = System.nanoTime();
            for (int i = 0; i < times; i++) {
                here.getOutputStream().write(line);
                there.getInputStream().read(buffer);
            }
            System.out.println(System.nanoTime() - start);
        }
    }
}
