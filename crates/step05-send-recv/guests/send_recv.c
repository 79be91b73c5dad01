/* Hello one way and hi the other.
 *
 *     ./send_recv server 127.0.0.1:9000
 *     ./send_recv client 127.0.0.1:9000
 */

#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(EXIT_FAILURE);
}

/* Reads "127.0.0.1:9000". */
static struct sockaddr_in parse(char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char *colon = strrchr(text, ':');
    if (colon != NULL)
        *colon = '\0';
    if (colon == NULL || inet_pton(AF_INET, text, &address.sin_addr) != 1) {
        fprintf(stderr, "the address is to look like 127.0.0.1:9000\n");
        exit(EXIT_FAILURE);
    }
    address.sin_port = htons((in_port_t) atoi(colon + 1));
    return address;
}

static void receive(int fd)
{
    char buffer[1024];
    ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count == -1)
        fail("recv");
    printf("%zd bytes: %.*s\n", count, (int) count, buffer); /* No NUL ends what recv brings. */
}

static void serve(int listener, struct sockaddr_in address)
{
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, sizeof address) == -1)
        fail("bind");
    if (listen(listener, 1) == -1)
        fail("listen");
    if (getsockname(listener, (struct sockaddr *) &address, &length) == -1)
        fail("getsockname");
    printf("listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    fflush(stdout);
    int connection = accept(listener, NULL, NULL);
    if (connection == -1)
        fail("accept");
    receive(connection);
    if (send(connection, "hi", 2, 0) == -1)
        fail("send");
    close(connection);
}

static void call(int connection, struct sockaddr_in address)
{
    if (connect(connection, (struct sockaddr *) &address, sizeof address) == -1)
        fail("connect");
    if (send(connection, "hello", 5, 0) == -1)
        fail("send");
    receive(connection);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = parse(argv[argc - 1]);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        fail("socket");
    if (argc > 2 && strcmp(argv[1], "server") == 0)
        serve(fd, address);
    else
        call(fd, address);
    close(fd);
    return EXIT_SUCCESS;
}
