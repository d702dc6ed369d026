/* See mac_table.h. */
#include "mac_table.h"
#include <string.h>

/* The last bytes differ, also where somebody numbers his cards. */
static uint32_t bucket_of(const uint8_t address[MAC_BYTES])
{
    uint32_t mixed = (uint32_t)address[5] | (uint32_t)address[4] << 8 | (uint32_t)address[3] << 16 |
                     (uint32_t)(address[2] ^ address[1] ^ address[0]) << 24;

    return mixed * UINT32_C(2654435761) >> 26; /* multiplicative hashing: the upper 6 bits */
}

static bool is_alive(const struct mac_entry *entry, int64_t now_ns)
{
    return entry->used && now_ns - entry->seen_ns < MAC_AGE_NS;
}

void mac_table_learn(struct mac_table *table, const uint8_t address[MAC_BYTES], uint32_t port, int64_t now_ns)
{
    struct mac_entry *bucket = table->entries[bucket_of(address)];
    struct mac_entry *place = &bucket[0];
    uint32_t i;

    if (mac_is_group(address))
        return;
    for (i = 0; i < MAC_WAYS; i++) {
        if (bucket[i].used && memcmp(bucket[i].address, address, MAC_BYTES) == 0) {
            place = &bucket[i];
            break;
        }
        if (place->used && (!bucket[i].used || bucket[i].seen_ns < place->seen_ns))
            place = &bucket[i]; /* free, or longest not seen */
    }
    memcpy(place->address, address, MAC_BYTES);
    place->used = true;
    place->port = port;
    place->seen_ns = now_ns;
}

bool mac_table_find(const struct mac_table *table, const uint8_t address[MAC_BYTES], int64_t now_ns,
                    uint32_t *out_port)
{
    const struct mac_entry *bucket = table->entries[bucket_of(address)];
    uint32_t i;

    for (i = 0; i < MAC_WAYS; i++) {
        if (is_alive(&bucket[i], now_ns) && memcmp(bucket[i].address, address, MAC_BYTES) == 0) {
            *out_port = bucket[i].port;
            return true;
        }
    }
    return false;
}
