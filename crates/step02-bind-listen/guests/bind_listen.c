/* A server that binds and listens, and never accepts.
 *
 *     ./bind_listen 127.0.0.1:9000
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

int main(int argc, char **argv)
{
    struct sockaddr_in address = parse(argv[argc - 1]);
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    if (bind(listener, (struct sockaddr *) &address, sizeof address) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    if (getsockname(listener, (struct sockaddr *) &address, &length) == -1)
        fail("getsockname");
    printf("listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    fflush(stdout);
    getchar(); /* Until somebody presses Enter. */
    close(listener);
    return EXIT_SUCCESS;
}
