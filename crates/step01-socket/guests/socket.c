/* Three sockets, and the numbers they get. */

#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int make_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1) {
        perror("socket");
        exit(EXIT_FAILURE);
    }
    return fd;
}

int main(void)
{
    int first = make_socket();
    printf("the first socket is descriptor %d\n", first);
    int second = make_socket();
    printf("the second is descriptor %d\n", second);
    if (close(first) == -1) {
        perror("close");
        return EXIT_FAILURE;
    }
    int third = make_socket();
    printf("after close(%d) the next is descriptor %d\n", first, third);
    return EXIT_SUCCESS; /* What is still open is closed by the kernel. */
}
