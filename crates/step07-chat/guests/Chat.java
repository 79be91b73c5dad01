import static java.nio.charset.StandardCharsets.*;
import java.io.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * A chat: java Chat.java server 127.0.0.1:9000 [none|lines|length], and client.
 * A message ends with a newline, or where the four bytes in front say; with none one read is one message.
 */
public class Chat {
    enum Framing { none, lines, length }
    static final int ROOM = 1024, LIMIT = 64 * 1024;
    static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);
    static final BufferedReader IN = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    static Framing framing = Framing.none; // The same on both sides.
    static final ByteArrayOutputStream REST = new ByteArrayOutputStream(); // Arrived, and not yet taken out.

    public static void main(String[] args) throws IOException {
        int colon = args[1].lastIndexOf(':');
        InetAddress host = InetAddress.getByName(args[1].substring(0, colon));
        int port = Integer.parseInt(args[1].substring(colon + 1));
        framing = args.length > 2 ? Framing.valueOf(args[2]) : framing;
        switch (args[0]) {
            case "server" -> server(host, port);
            default -> client(host, port);
        }
    }

    static void server(InetAddress host, int port) throws IOException {
        try (ServerSocket listener = new ServerSocket(port, 3, host)) {
            OUT.println("listening on " + host.getHostAddress() + ":" + listener.getLocalPort());
            for (boolean more = true; more; ) {
                try (Socket connection = listener.accept()) {
                    OUT.println("connected from " + connection.getRemoteSocketAddress().toString().substring(1));
                    REST.reset();
                    more = answer(connection);
                }
            }
        }
    }

    static void client(InetAddress host, int port) {
        try (Socket connection = new Socket(host, port)) {
            OUT.println("connected to " + host.getHostAddress() + ":" + port);
            for (String message = ""; message != null && speak(connection, "exit"); ) {
                message = hear(connection);
                OUT.println(message == null ? "disconnected" : message);
            }
        } catch (IOException error) {
            System.err.println("chat: " + error.getMessage());
            System.exit(1);
        }
    }

    /** The server's turns; false when the person here has ended them. */
    static boolean answer(Socket connection) {
        try {
            for (String message = hear(connection); message != null; message = hear(connection)) {
                OUT.println(message);
                if (!speak(connection, null)) {
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
    static boolean speak(Socket connection, String lastWord) throws IOException {
        while (true) {
            OUT.print(">>");
            OUT.flush();
            String line = IN.readLine();
            if (line == null || line.equals(lastWord)) {
                return false;
            }
            byte[] text = line.getBytes(UTF_8), message = switch (framing) {
                case none -> text;
                case lines -> ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').array();
                // putInt puts the highest byte first: network order.
                case length -> ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array();
            };
            if (message.length > 0 && text.length <= (framing == Framing.none ? ROOM : LIMIT)) {
                connection.getOutputStream().write(message);
                return true;
            }
            OUT.println("not sent: too long, or empty where an empty message has no bytes");
        }
    }

    /** Waits for a message; null is the end. */
    static String hear(Socket connection) throws IOException {
        byte[] buffer = new byte[ROOM];
        while (true) {
            byte[] arrived = REST.toByteArray();
            int start = framing == Framing.length ? 4 : 0, end = endOfMessage(arrived);
            if (end > 0) {
                REST.reset();
                REST.write(arrived, end, arrived.length - end);
                return shown(ByteBuffer.wrap(arrived, start, end - start));
            }
            int count = connection.getInputStream().read(buffer);
            if (count == -1 && arrived.length == 0) {
                return null;
            } else if (count == -1) {
                throw new IOException("cut off in the middle of a message, after " + arrived.length + " bytes");
            }
            REST.write(buffer, 0, count);
        }
    }

    /** Where the first message in what has arrived ends; 0 while it is not whole. */
    static int endOfMessage(byte[] arrived) throws IOException {
        long length = switch (framing) { // As far as it is known.
            case none -> arrived.length;
            case lines -> new String(arrived, ISO_8859_1).split("\n", 2)[0].length();
            case length -> arrived.length < 4 ? 0 : Integer.toUnsignedLong(ByteBuffer.wrap(arrived).getInt());
        };
        if (length > LIMIT) {
            throw new IOException("a message of " + length + " bytes or more: at most " + LIMIT + " are agreed on");
        }
        int end = (int) length + (framing == Framing.none ? 0 : framing == Framing.lines ? 1 : 4);
        return end <= arrived.length ? end : 0;
    }

    /** What others sent, without the newline at its end, so that no terminal obeys it. */
    static String shown(ByteBuffer message) {
        StringBuilder out = new StringBuilder();
        try {
            String text = UTF_8.newDecoder().decode(message.duplicate()).toString();
            text = framing == Framing.length ? text : text.replaceFirst("\r?\n\\z", "");
            text.codePoints().forEach(c -> out.append(harmless(c)));
        } catch (CharacterCodingException notUtf8) {
            ISO_8859_1.decode(message).chars()
                .forEach(b -> out.append(b >= ' ' && b < 127 ? "" + (char) b : String.format("\\x%02x", b)));
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
