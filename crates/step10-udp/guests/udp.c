/* Hello one way and hi the other, without a connection.
 *
 *     ./udp server 127.0.0.1:9000
 *     ./udp client 127.0.0.1:9000
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

/* One datagram, and in *from who sent it. */
static void receive(int fd, struct sockaddr_in *from)
{
    char buffer[1024];
    socklen_t length = sizeof *from; /* In: the room. Out: the address's own length. */
    ssize_t count = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *) from, &length);
    if (count == -1)
        fail("recvfrom");
    printf("%zd bytes from %s:%d: %.*s\n", count, inet_ntoa(from->sin_addr), ntohs(from->sin_port),
           (int) count, buffer);
}

static void serve(int fd, struct sockaddr_in address)
{
    socklen_t length = sizeof address;
    struct sockaddr_in client;
    if (bind(fd, (struct sockaddr *) &address, sizeof address) == -1)
        fail("bind");
    if (getsockname(fd, (struct sockaddr *) &address, &length) == -1)
        fail("getsockname");
    printf("listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    fflush(stdout);
    receive(fd, &client);
    if (sendto(fd, "hi", 2, 0, (struct sockaddr *) &client, sizeof client) == -1)
        fail("sendto");
}

static void call(int fd, struct sockaddr_in server)
{
    struct sockaddr_in from;
    if (sendto(fd, "hello", 5, 0, (struct sockaddr *) &server, sizeof server) == -1)
        fail("sendto");
    receive(fd, &from);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = parse(argv[argc - 1]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd == -1)
        fail("socket");
    if (argc > 2 && strcmp(argv[1], "server") == 0)
        serve(fd, address);
    else
        call(fd, address);
    close(fd);
    return EXIT_SUCCESS;
}
