/* Text of others on one's own terminal. */

#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* What a terminal obeys, and what turns the direction of writing. */
static int is_harmless(wint_t c)
{
    int turns = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return !iswcntrl(c) && !turns && c != 0x2028 && c != 0x2029 && c != L'\\';
}

/* The length without a newline at the end, which nc sends, and telnet with a carriage return before it. */
static size_t without_newline(const char *text, size_t length)
{
    if (length == 0 || text[length - 1] != '\n')
        return length;
    length--;
    return length > 0 && text[length - 1] == '\r' ? length - 1 : length;
}

/* Shows what others sent, so that no terminal obeys it:
 * what is not harmless, or not UTF-8, byte by byte in hexadecimal. */
static void show(const char *text, size_t length)
{
    mbstate_t state = {0};
    while (length > 0) {
        wchar_t c;
        size_t step = mbrtowc(&c, text, length, &state);
        int is_letter = step != 0 && step != (size_t) -1 && step != (size_t) -2;
        if (is_letter && is_harmless((wint_t) c)) {
            fwrite(text, 1, step, stdout);
        } else {
            printf("\\x%02x", (unsigned char) *text);
            memset(&state, 0, sizeof state);
            step = 1;
        }
        text += step;
        length -= step;
    }
    printf("\n");
}
