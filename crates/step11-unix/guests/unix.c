/* Hello one way and hi the other, and the address is a path.
 *
 *     ./unix server chat
 *     ./unix client chat
 */

#define _POSIX_C_SOURCE 200809L

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(EXIT_FAILURE);
}

/* A path that does not fit must not be cut off: it would be another path. */
static struct sockaddr_un parse(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "the path has more than %zu bytes\n", sizeof address.sun_path - 1);
        exit(EXIT_FAILURE);
    }
    strcpy(address.sun_path, path);
    return address;
}

/* The family, the path and its NUL. With a path sizeof address would do as well. */
static socklen_t length_of(const struct sockaddr_un *address)
{
    return offsetof(struct sockaddr_un, sun_path) + strlen(address->sun_path) + 1;
}

static void receive(int fd)
{
    char buffer[64];
    ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count == -1)
        fail("recv");
    printf("%zd bytes: %.*s\n", count, (int) count, buffer);
}

static void serve(int listener, struct sockaddr_un address)
{
    struct sockaddr_un peer;
    socklen_t length = sizeof peer;
    if (bind(listener, (struct sockaddr *) &address, length_of(&address)) == -1)
        fail("bind");
    if (listen(listener, 1) == -1)
        fail("listen");
    printf("listening on %s\n", address.sun_path);
    fflush(stdout);
    int connection = accept(listener, (struct sockaddr *) &peer, &length);
    if (connection == -1)
        fail("accept");
    receive(connection);
    if (send(connection, "hi", 2, 0) == -1)
        fail("send");
    close(connection);
    if (unlink(address.sun_path) == -1)
        fail("unlink");
}

static void call(int connection, struct sockaddr_un address)
{
    if (connect(connection, (struct sockaddr *) &address, length_of(&address)) == -1)
        fail("connect");
    if (send(connection, "hello", 5, 0) == -1)
        fail("send");
    receive(connection);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s server|client PATH\n", argv[0]);
        return EXIT_FAILURE;
    }
    struct sockaddr_un address = parse(argv[2]);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd == -1)
        fail("socket");
    if (strcmp(argv[1], "server") == 0)
        serve(fd, address);
    else
        call(fd, address);
    close(fd);
    return EXIT_SUCCESS;
}
