/* A chat: ./chat server 127.0.0.1:9000 [lines], and client.
 *
 * A message ends with a newline where `lines` is given. Without it one recv is taken for one message.
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

#include "show.h"

enum { ROOM = 1024, LIMIT = 64 * 1024 };

static int lines; /* Whether a message ends with a newline. */

/* What has arrived on the connection and is not yet taken out as a message. */
static char rest[LIMIT + ROOM];
static size_t arrived;

static void fail(const char *call)
{
    perror(call);
    exit(EXIT_FAILURE);
}

/* Waits for a message and shows it. 1: there was one; 0: the end; -1: something is wrong, and said. */
static int hear(int fd)
{
    for (;;) {
        char *newline = memchr(rest, '\n', arrived);
        size_t length = !lines ? arrived : newline != NULL ? (size_t) (newline - rest) + 1 : 0;
        if (length > 0) {
            show(rest, length);
            memmove(rest, rest + length, arrived -= length);
            return 1;
        }
        if (arrived > LIMIT) {
            printf("disconnected: a line of more than %d bytes\n", LIMIT);
            return -1;
        }
        ssize_t count = recv(fd, rest + arrived, ROOM, 0);
        if (count == -1)
            printf("disconnected: recv: %s\n", strerror(errno));
        else if (count == 0 && arrived > 0)
            printf("disconnected: the connection ended in the middle of a line\n");
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
    static char *line;
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
        if (lines && length <= LIMIT)
            line[length++] = '\n'; /* In the place of the NUL. */
        else if (lines || length == 0 || length > ROOM) {
            printf("not sent: a message is not empty and not longer than is agreed on\n");
            continue;
        }
        for (ssize_t sent = 0, count; sent < length; sent += count)
            if ((count = send(fd, line + sent, (size_t) (length - sent), 0)) == -1) {
                printf("disconnected: send: %s\n", strerror(errno));
                return -1;
            }
        return 1;
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

static void call(int connection, struct sockaddr_in address)
{
    if (connect(connection, (struct sockaddr *) &address, sizeof address) == -1)
        fail("connect");
    printf("connected to %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    while (speak(connection, "exit") == 1 && hear(connection) == 1)
        ;
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
    lines = argc > 3 && strcmp(argv[3], "lines") == 0;
    signal(SIGPIPE, SIG_IGN);       /* A peer that is gone is an error of send, and no end. */
    setlocale(LC_CTYPE, "C.UTF-8"); /* For show(): which bytes are one letter. */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        fail("socket");
    if (strcmp(argv[1], "server") == 0)
        serve(fd, address);
    else
        call(fd, address);
    close(fd);
    return EXIT_SUCCESS;
}
