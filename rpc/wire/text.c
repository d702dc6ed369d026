/* Texts of structs: measured before they are stored, and read in place. */
#include <wire_values.h>

/*
 * How many bytes lie between this place and the key of the field; they say how long it is. The last byte of a
 * varint is the only one below 128, so it can be read backwards: it begins behind the one below 128 that ends
 * the key. (That the key's first byte may have become the NUL of the text before changes nothing.)
 */
static uint64_t length_before(const uint8_t *at)
{
    uint64_t length = *--at;

    while (*--at >= 0x80)
        length = length << 7 | (*at & 0x7f);
    return length;
}

void wire_end_text(const char *text)
{
    uint8_t *at = (uint8_t *)(uintptr_t)text; /* in the request, which is ours */

    if (at)
        at[length_before(at)] = '\0';
}

size_t wire_measure_again(struct wire_budget *budget, const char *text)
{
    size_t length = text ? strlen(text) : 0, left = budget->texts;
    uint32_t i;

    /* `texts` counts all of them; what the first have is theirs. */
    for (i = 0; i < budget->measured; i++)
        left -= budget->lengths[i] == WIRE_NO_TEXT ? 0 : budget->lengths[i];
    if (!text || length > left)
        return WIRE_NO_TEXT;
    budget->texts -= length;
    return length;
}
