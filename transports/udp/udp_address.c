/* Endpoints as text. */
#include "udp_port.h"
#include <string.h>

#define SCHEME "udp:"

/* @retval NULL no number, or more than `most`; else where it ends */
static const char *parse_number(const char *text, uint32_t most, uint32_t *out_number)
{
    uint32_t number = 0;

    if (*text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (uint32_t)(*text - '0');
        if (number > most)
            return NULL;
    }
    *out_number = number;
    return text;
}

HRESULT udp__parse(const char *endpoint, struct net_address *out_address)
{
    const char *at = strncmp(endpoint, SCHEME, strlen(SCHEME)) == 0 ? endpoint + strlen(SCHEME) : NULL;
    uint32_t part = 0, i;

    out_address->host = 0;
    for (i = 0; at && i < 4; i++) {
        at = parse_number(at, UINT8_MAX, &part);
        out_address->host = out_address->host << 8 | part;
        if (at)
            at = *at == (i < 3 ? '.' : ':') ? at + 1 : NULL;
    }
    if (at)
        at = parse_number(at, UINT16_MAX, &out_address->port);
    if (at && !*at)
        return S_OK;
    return com_fail(NET_E_BAD_ENDPOINT, "not udp:ADDRESS:PORT: ", endpoint, NULL);
}

static char *print_number(char *at, uint32_t number, char end)
{
    char digits[10];
    uint32_t count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count)
        *at++ = digits[--count];
    *at++ = end;
    return at;
}

uint32_t udp__print(const struct net_address *address, char text[NET_ENDPOINT_MAX + 1])
{
    char *at = text + strlen(SCHEME);
    int i;

    memcpy(text, SCHEME, strlen(SCHEME));
    for (i = 3; i >= 0; i--)
        at = print_number(at, address->host >> 8 * i & UINT8_MAX, i ? '.' : ':');
    at = print_number(at, address->port, '\0');
    return (uint32_t)(at - text);
}
