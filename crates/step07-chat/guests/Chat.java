import static java.nio.charset.StandardCharsets.*;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * A chat: java Chat.java server 127.0.0.1:9000 [lines], and client.
 * A message ends with a newline where lines is given. Without it one read is taken for one message.
 */
public class Chat {
    static final int ROOM = 1024, LIMIT = 64 * 1024;
    static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);
    static final BufferedReader IN = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    final Socket connection;
    final boolean lines;
    final ByteArrayOutputStream rest = new ByteArrayOutputStream(); // Arrived, and not yet taken out.

    Chat(Socket connection, boolean lines) {
        this.connection = connection;
        this.lines = lines;
    }

    public static void main(String[] args) throws IOException {
        int colon = args[1].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[1].substring(0, colon));
        int port = Integer.parseInt(args[1].substring(colon + 1));
        boolean lines = args.length > 2 && args[2].equals("lines");
        if (args[0].equals("server")) {
            server(host, port, lines);
        } else {
            client(host, port, lines);
        }
    }

    static void server(InetAddress host, int port, boolean lines) throws IOException {
        try (ServerSocket listener = new ServerSocket(port, 3, host)) {
            OUT.println("listening on " + host.getHostAddress() + ":" + listener.getLocalPort());
            for (boolean more = true; more; ) {
                try (Socket connection = listener.accept()) {
                    OUT.println("connected from " + connection.getRemoteSocketAddress().toString().substring(1));
                    more = new Chat(connection, lines).answer();
                }
            }
        }
    }

    static void client(InetAddress host, int port, boolean lines) {
        try (Socket connection = new Socket(host, port)) {
            OUT.println("connected to " + host.getHostAddress() + ":" + port);
            Chat chat = new Chat(connection, lines);
            String message = "";
            while (message != null && chat.speak("exit")) {
                message = chat.hear();
                OUT.println(message == null ? "disconnected" : message);
            }
        } catch (IOException error) {
            System.err.println("chat: " + error.getMessage());
            System.exit(1);
        }
    }

    /** The server's turns; false when the person here has ended them. */
    boolean answer() {
        try {
            for (String message = hear(); message != null; message = hear()) {
                OUT.println(message);
                if (!speak(null)) {
                    return false;
                }
            }
            OUT.println("disconnected");
        } catch (IOException error) {
            OUT.println("disconnected: " + error.getMessage());
        }
        return true;
    }

    /** Asks for a line and sends it; false at the end of the input and after the last word. */
    boolean speak(String lastWord) throws IOException {
        while (true) {
            OUT.print(">>");
            OUT.flush();
            String line = IN.readLine();
            if (line == null || line.equals(lastWord)) {
                return false;
            }
            byte[] message = (lines ? line + "\n" : line).getBytes(UTF_8);
            if (message.length > 0 && message.length <= (lines ? LIMIT + 1 : ROOM)) {
                connection.getOutputStream().write(message);
                return true;
            }
            OUT.println("not sent: a message is not empty and not longer than is agreed on");
        }
    }

    /** Waits for a message; null is the end. */
    String hear() throws IOException {
        byte[] buffer = new byte[ROOM];
        while (true) {
            byte[] arrived = rest.toByteArray();
            int end = lines ? new String(arrived, ISO_8859_1).indexOf('\n') + 1 : arrived.length;
            if (end > 0) {
                rest.reset();
                rest.write(arrived, end, arrived.length - end);
                return shown(ByteBuffer.wrap(arrived, 0, end));
            }
            if (arrived.length > LIMIT) {
                throw new IOException("a line of more than " + LIMIT + " bytes");
            }
            int count = connection.getInputStream().read(buffer);
            if (count == -1 && arrived.length == 0) {
                return null;
            }
            if (count == -1) {
                throw new IOException("the connection ended in the middle of a line");
            }
            rest.write(buffer, 0, count);
        }
    }

    /** What others sent, without the newline at its end, so that no terminal obeys it. */
    static String shown(ByteBuffer message) {
        StringBuilder out = new StringBuilder();
        try {
            String text = UTF_8.newDecoder().decode(message.duplicate()).toString();
            text.replaceFirst("\r?\n\\z", "").codePoints().forEach(c -> out.append(harmless(c)));
        } catch (CharacterCodingException notUtf8) {
            while (message.hasRemaining()) {
                byte b = message.get();
                out.append(b >= ' ' && b < 127 ? "" + (char) b : String.format("\\x%02x", b));
            }
        }
        return out.toString();
    }

    static String harmless(int c) {
        // Invisible characters could turn the text round; a zero-width joiner holds emoji together.
        boolean hidden = Character.getType(c) == Character.FORMAT && c != 0x200d;
        boolean obeyed = hidden || Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
        return obeyed || c == '\\' ? String.format("\\u%04x", c) : Character.toString(c);
    }
}
