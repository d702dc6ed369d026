#include "uuid.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static unsigned digit(char character)
{
    return isdigit((unsigned char)character) ? (unsigned)(character - '0')
                                             : (unsigned)(tolower((unsigned char)character) - 'a' + 10);
}

bool uuid_parse(const char *text, uint8_t out_bytes[16])
{
    static const char FORM[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    uint32_t i, digits = 0;

    if (strlen(text) != sizeof(FORM) - 1)
        return false;
    for (i = 0; i < sizeof(FORM) - 1; i++) {
        if (FORM[i] == '-') {
            if (text[i] != '-')
                return false;
            continue;
        }
        if (!isxdigit((unsigned char)text[i]))
            return false;
        if (digits % 2 == 0)
            out_bytes[digits / 2] = 0;
        out_bytes[digits / 2] = (uint8_t)((unsigned)out_bytes[digits / 2] << 4 | digit(text[i]));
        digits++;
    }
    return true;
}

void uuid_format(const uint8_t bytes[16], char text[UUID_TEXT_BYTES])
{
    uint32_t i, at = 0;

    for (i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[at++] = '-';
        snprintf(text + at, UUID_TEXT_BYTES - at, "%02x", bytes[i]);
        at += 2;
    }
}
