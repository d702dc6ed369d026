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

bool wire_is_text(struct wire_bytes text)
{
    uint32_t i = 0;

    while (i < text.size) {
        uint8_t lead = text.data[i], low, high;
        uint32_t length, k;

        if (lead == 0)
            return false;
        if (lead < 0x80) {
            i++;
            continue;
        }
        length = sequence_bytes(lead, &low, &high);
        if (!length || length > text.size - i || text.data[i + 1] < low || text.data[i + 1] > high)
            return false;
        for (k = 2; k < length; k++)
            if ((text.data[i + k] & 0xC0) != 0x80)
                return false;
        i += length;
    }
    return true;
}
