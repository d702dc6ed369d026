#include "oracles.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void die(const char *why)
{
    fprintf(stderr, "oracle: %s\n", why);
    abort();
}

static unsigned digit(char character)
{
    return character <= '9' ? (unsigned)(character - '0') : (unsigned)(character - 'a' + 10);
}

static void send_line(const char *line, size_t size)
{
    int out = atoi(getenv("ORACLE_OUT"));

    while (size) {
        ssize_t written = write(out, line, size);

        if (written <= 0)
            die("gone");
        line += written;
        size -= (size_t)written;
    }
}

static size_t receive_line(char *line, size_t capacity)
{
    int in = atoi(getenv("ORACLE_IN"));
    size_t length = 0;

    while (length == 0 || line[length - 1] != '\n') {
        ssize_t got = read(in, line + length, capacity - length);

        if (got <= 0)
            die("gone");
        length += (size_t)got;
    }
    if (line[0] == '!')
        die(line);
    return length - 1;
}

/* Sends "Type hex", gets "hex". */
void oracle_protobuf(const char *type, uint8_t **bytes, size_t *size)
{
    static char line[1024 * 1024];
    size_t at = (size_t)snprintf(line, sizeof(line), "%s ", type), i;

    if (*size * 2 + 200 > sizeof(line))
        die("message too large");
    for (i = 0; i < *size; i++)
        at += (size_t)sprintf(line + at, "%02x", (*bytes)[i]);
    line[at++] = '\n';
    send_line(line, at);
    *size = receive_line(line, sizeof(line)) / 2;
    free(*bytes);
    *bytes = malloc(*size ? *size : 1);
    for (i = 0; i < *size; i++)
        (*bytes)[i] = (uint8_t)(digit(line[2 * i]) << 4 | digit(line[2 * i + 1]));
}
