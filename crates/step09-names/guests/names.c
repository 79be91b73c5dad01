/* A client that is told a host and a port, whatever family they are of.
 *
 *     ./names localhost:9000
 */

#define _POSIX_C_SOURCE 200809L

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/* An error of the resolver is a code of its own, and not errno. */
static void resolver_fail(const char *call, int code)
{
    fprintf(stderr, "%s: %s\n", call, gai_strerror(code));
    exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    char *host = argv[argc - 1], *port = strrchr(host, ':');
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list, *entry;
    char name[1025], service[32]; /* NI_MAXHOST and NI_MAXSERV, which POSIX has not. */
    int connection = -1;

    if (argc < 2 || port == NULL) {
        fprintf(stderr, "the address is to look like localhost:9000\n");
        return EXIT_FAILURE;
    }
    *port++ = '\0';
    int code = getaddrinfo(host, port, &hints, &list);
    if (code != 0)
        resolver_fail("getaddrinfo", code);
    for (entry = list; entry != NULL; entry = entry->ai_next) {
        connection = socket(entry->ai_family, entry->ai_socktype, entry->ai_protocol);
        if (connection == -1)
            continue;
        if (connect(connection, entry->ai_addr, entry->ai_addrlen) == 0)
            break;
        perror("connect"); /* On to the next, with a new socket. */
        close(connection);
    }
    if (entry == NULL) {
        fprintf(stderr, "no address of %s is connected\n", host);
        return EXIT_FAILURE;
    }
    code = getnameinfo(entry->ai_addr, entry->ai_addrlen, name, sizeof name, service,
                       sizeof service, NI_NUMERICHOST | NI_NUMERICSERV);
    if (code != 0)
        resolver_fail("getnameinfo", code);
    printf("host %s, service %s\n", name, service);
    close(connection);
    freeaddrinfo(list);
    return EXIT_SUCCESS;
}
