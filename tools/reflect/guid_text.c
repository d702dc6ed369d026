#include "guid_text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void guid_format(const GUID *guid, char text[GUID_TEXT_BYTES])
{
    const uint8_t *rest = guid->data4;

    snprintf(text, GUID_TEXT_BYTES, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (unsigned)guid->data1,
             guid->data2, guid->data3, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6],
             rest[7]);
}

bool guid_parse(const char *text, GUID *out_guid)
{
    static const char FORM[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    uint8_t bytes[16] = {0};
    size_t i, digit = 0, length = strlen(text);

    if (length == sizeof(FORM) + 1 && text[0] == '{' && text[length - 1] == '}') { /* as registries have it */
        text++;
        length -= 2;
    }
    if (length != sizeof(FORM) - 1)
        return false;
    for (i = 0; i < sizeof(FORM) - 1; i++) {
        char one[2] = {text[i], '\0'};

        if (FORM[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
        if (FORM[i] == '-')
            continue;
        bytes[digit / 2] = (uint8_t)(bytes[digit / 2] << 4 | strtoul(one, NULL, 16));
        digit++;
    }
    out_guid->data1 =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    out_guid->data2 = (uint16_t)(bytes[4] << 8 | bytes[5]);
    out_guid->data3 = (uint16_t)(bytes[6] << 8 | bytes[7]);
    memcpy(out_guid->data4, bytes + 8, sizeof(out_guid->data4));
    return true;
}

void guid_store(uint8_t bytes[16], const GUID *guid)
{
    bytes[0] = (uint8_t)guid->data1;
    bytes[1] = (uint8_t)(guid->data1 >> 8);
    bytes[2] = (uint8_t)(guid->data1 >> 16);
    bytes[3] = (uint8_t)(guid->data1 >> 24);
    bytes[4] = (uint8_t)guid->data2;
    bytes[5] = (uint8_t)(guid->data2 >> 8);
    bytes[6] = (uint8_t)guid->data3;
    bytes[7] = (uint8_t)(guid->data3 >> 8);
    memcpy(bytes + 8, guid->data4, sizeof(guid->data4));
}

void guid_load(const uint8_t bytes[16], GUID *out_guid)
{
    out_guid->data1 =
        (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    out_guid->data2 = (uint16_t)(bytes[4] | bytes[5] << 8);
    out_guid->data3 = (uint16_t)(bytes[6] | bytes[7] << 8);
    memcpy(out_guid->data4, bytes + 8, sizeof(out_guid->data4));
}
