/* A client that says bye and closes.
 *
 *     ./close 127.0.0.1:9000
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
    struct sockaddr_in server = parse(argv[argc - 1]);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *) &server, sizeof server) == -1)
        fail("connect");
    if (send(connection, "bye", 3, 0) == -1)
        fail("send");
    getchar(); /* Until somebody presses Enter. */
    if (close(connection) == -1)
        fail("close");
    return EXIT_SUCCESS;
}
