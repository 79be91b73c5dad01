/* An option of one socket is changed and read back; another socket keeps its own. */

#define _DEFAULT_SOURCE

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(EXIT_FAILURE);
}

static int make_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        fail("socket");
    return fd;
}

static int nodelay(int fd)
{
    int on = 0;
    socklen_t length = sizeof on; /* In: room for so many bytes. Out: so many were written. */
    if (getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &length) == -1)
        fail("getsockopt");
    return on;
}

static void set_nodelay(int fd)
{
    int on = 1; /* An int, also where it is only on or off. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == -1)
        fail("setsockopt");
}

int main(void)
{
    int first = make_socket();
    int second = make_socket();
    printf("TCP_NODELAY is %d\n", nodelay(first));
    set_nodelay(first);
    printf("and now %d\n", nodelay(first));
    printf("the other socket's is %d\n", nodelay(second));

    struct timeval limit = {.tv_sec = 2, .tv_usec = 500000};
    socklen_t length = sizeof limit;
    if (setsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == -1)
        fail("setsockopt");
    if (getsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &limit, &length) == -1)
        fail("getsockopt");
    printf("recv waits %ld.%06ld s at most\n", (long) limit.tv_sec, (long) limit.tv_usec);
    close(first);
    close(second);
    return EXIT_SUCCESS;
}
