/* Where a message ends: which bytes it is sent as, and how it is found in what has arrived. */

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

enum {
    ROOM = 1024,       /* What one recv brings at most; without framing also the longest message. */
    LIMIT = 64 * 1024, /* The longest message. Without a limit any peer could fill the memory. */
    HEAD = 4           /* The bytes of the length in front. */
};

static enum { NONE, LINES, LENGTH } framing; /* The same on both sides. */

/* Takes the framing's name, as it is typed. 0: there is no such framing. */
static int set_framing(const char *name)
{
    static const char *const names[] = {"none", "lines", "length"};
    for (int i = NONE; i <= LENGTH; i++)
        if (strcmp(name, names[i]) == 0) {
            framing = i;
            return 1;
        }
    return 0;
}

/* Writes the bytes that a message is sent as. How many: at most HEAD + LIMIT; 0: it cannot be sent. */
static size_t framed(char *bytes, const char *text, size_t length)
{
    uint32_t number = htonl((uint32_t) length); /* The highest byte first: network order. */
    size_t start = framing == LENGTH ? HEAD : 0;
    if (length > (framing == NONE ? ROOM : LIMIT))
        return 0;
    memcpy(bytes, &number, start);
    memcpy(bytes + start, text, length);
    if (framing == LINES)
        bytes[length++] = '\n';
    return start + length;
}

/* What has arrived on the connection and is not yet taken out as a message. */
static char rest[HEAD + LIMIT + ROOM];
static size_t arrived;

/* Where the next message lies in `rest`. */
struct message {
    int is_whole;
    size_t start;  /* Of its text. */
    size_t length; /* Of its text, as far as that is known. */
    size_t end;    /* Where the one behind it begins. */
};

static struct message next_message(void)
{
    struct message next = {.is_whole = arrived > 0, .length = arrived, .end = arrived};
    char *newline = memchr(rest, '\n', arrived);
    uint32_t number;
    if (framing == LINES && newline != NULL) {
        next.length = (size_t) (newline - rest);
        next.end = next.length + 1;
    } else if (framing == LENGTH && arrived >= HEAD) {
        memcpy(&number, rest, HEAD);
        next.start = HEAD;
        next.length = ntohl(number);
        next.is_whole = next.length <= arrived - HEAD;
        next.end = HEAD + next.length;
    } else if (framing != NONE) {
        next.is_whole = 0;
    }
    return next;
}
