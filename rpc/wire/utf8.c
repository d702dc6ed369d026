/* UTF-8 as RFC 3629 has it; proto3 asks for it in string fields. */
#include <wire.h>

/* Length of the sequence that starts with `lead`, and the range that its second byte must lie in. */
static uint32_t sequence_bytes(uint8_t lead, uint8_t *out_low, uint8_t *out_high)
{
    *out_low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *out_high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

/* Bytes of the character at `at`, of which `size` bytes are there; 0: it is none, or NUL. */
static uint32_t character_bytes(const uint8_t *at, uint32_t size)
{
    uint32_t length, i;
    uint8_t low, high;

    if (at[0] < 0x80)
        return at[0] != 0;
    length = sequence_bytes(at[0], &low, &high);
    if (!length || length > size || at[1] < low || at[1] > high)
        return 0;
    for (i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Whether a word has a NUL or a byte above 127. */
static bool is_special(const uint8_t *at)
{
    const size_t low = SIZE_MAX / 0xFF, high = low * 0x80; /* 0x01 and 0x80 in each byte */
    size_t word;

    memcpy(&word, at, sizeof(word));
    return (((word - low) | word) & high) != 0; /* without a byte above 127, only a NUL borrows */
}

/*
 * Word by word where it is ASCII: most texts are nothing else, and byte by byte this would be the better part
 * of what reading a message costs. The last word may overlap the one before.
 */
bool wire_is_text(struct wire_bytes text)
{
    const uint8_t *at = text.data;
    size_t left = text.size;

    while (left) {
        uint32_t length;

        for (; left >= sizeof(size_t) && !is_special(at); left -= sizeof(size_t))
            at += sizeof(size_t);
        if (left < sizeof(size_t) && text.size >= sizeof(size_t) && !is_special(at + left - sizeof(size_t)))
            return true;
        length = character_bytes(at, (uint32_t)left);
        if (!length)
            return false;
        at += length;
        left -= length;
    }
    return true;
}
