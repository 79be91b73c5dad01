/* A chat: ./chat server 127.0.0.1:9000 [none|lines|length], and client.
 *
 * The last word says where a message ends, the same on both sides: not at all, so that one recv is taken
 * for one message; with a newline; or where the four bytes in front of it say, which are its length.
 */

#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "framing.h"
#include "show.h"

static void fail(const char *call)
{
    perror(call);
    exit(EXIT_FAILURE);
}

/* Waits for a message and shows it. 1: there was one; 0: the end; -1: something is wrong, and said. */
static int hear(int fd)
{
    for (;;) {
        struct message next = next_message();
        if (next.length > LIMIT) {
            printf("disconnected: a message of %zu bytes or more: at most %d are agreed on\n", next.length, LIMIT);
            return -1;
        }
        if (next.is_whole) {
            show(rest + next.start, framing == LENGTH ? next.length : without_newline(rest, next.end));
            memmove(rest, rest + next.end, arrived -= next.end);
            return 1;
        }
        ssize_t count = recv(fd, rest + arrived, ROOM, 0);
        if (count == -1)
            printf("disconnected: recv: %s\n", strerror(errno));
        else if (count == 0 && arrived > 0)
            printf("disconnected: cut off in the middle of a message, after %zu bytes\n", arrived);
        else if (count == 0)
            printf("disconnected\n");
        if (count <= 0)
            return count == 0 && arrived == 0 ? 0 : -1;
        arrived += (size_t) count;
    }
}

/* Asks for a line and sends it. 1: sent; 0: the person has ended it; -1: something is wrong, and said. */
static int speak(int fd, const char *last_word)
{
    static char *line, bytes[HEAD + LIMIT];
    static size_t room;
    for (;;) {
        printf(">>");
        fflush(stdout);
        ssize_t length = getline(&line, &room, stdin);
        if (length == -1)
            return 0;
        if (line[length - 1] == '\n')
            line[--length] = '\0';
        if (last_word != NULL && strcmp(line, last_word) == 0)
            return 0;
        size_t size = framed(bytes, line, (size_t) length);
        for (size_t sent = 0; sent < size;) {
            ssize_t count = send(fd, bytes + sent, size - sent, 0);
            if (count == -1) {
                printf("disconnected: send: %s\n", strerror(errno));
                return -1;
            }
            sent += (size_t) count;
        }
        if (size > 0)
            return 1;
        printf("not sent: too long, or empty where an empty message has no bytes\n");
    }
}

static void serve(int listener, struct sockaddr_in address)
{
    socklen_t length = sizeof address;
    int more = 1;
    if (bind(listener, (struct sockaddr *) &address, sizeof address) == -1 || listen(listener, 3) == -1)
        fail("bind or listen");
    if (getsockname(listener, (struct sockaddr *) &address, &length) == -1)
        fail("getsockname");
    printf("listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    while (more != 0) {
        length = sizeof address;
        fflush(stdout);
        int connection = accept(listener, (struct sockaddr *) &address, &length);
        if (connection == -1)
            fail("accept");
        printf("connected from %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
        fflush(stdout);
        arrived = 0;
        while (hear(connection) == 1 && (more = speak(connection, NULL)) == 1)
            fflush(stdout);
        close(connection);
    }
}

/* Returns 0, or -1 if something was wrong. */
static int call(int connection, struct sockaddr_in address)
{
    if (connect(connection, (struct sockaddr *) &address, sizeof address) == -1)
        fail("connect");
    printf("connected to %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    int went = 1;
    while (went == 1 && (went = speak(connection, "exit")) == 1)
        went = hear(connection);
    return went;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char *colon = argc > 2 ? strrchr(argv[2], ':') : NULL;
    if (colon != NULL)
        *colon = '\0';
    if (colon == NULL || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1) {
        fprintf(stderr, "type: chat server or chat client, and an address like 127.0.0.1:9000\n");
        return EXIT_FAILURE;
    }
    address.sin_port = htons((in_port_t) atoi(colon + 1));
    if (argc > 3 && !set_framing(argv[3])) {
        fprintf(stderr, "where a message ends is one of: none, lines, length\n");
        return EXIT_FAILURE;
    }
    signal(SIGPIPE, SIG_IGN);       /* A peer that is gone is an error of send, and no end. */
    setlocale(LC_CTYPE, "C.UTF-8"); /* For show(): which bytes are one letter. */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        fail("socket");
    int went = 0;
    if (strcmp(argv[1], "server") == 0)
        serve(fd, address);
    else
        went = call(fd, address);
    close(fd);
    return went == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
