/*
 * Which port a hardware address was last seen at. Of fixed size: a node that makes up addresses pushes out
 * others, which are then searched at all ports again.
 */
#ifndef MAC_TABLE_H
#define MAC_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_BYTES 6
#define MAC_BUCKETS 64
#define MAC_WAYS 4

/* An address that was not seen for so long is forgotten. */
#define MAC_AGE_NS INT64_C(300000000000)

struct mac_entry {
    uint8_t address[MAC_BYTES];
    bool used;
    uint32_t port;
    int64_t seen_ns;
};

struct mac_table {
    struct mac_entry entries[MAC_BUCKETS][MAC_WAYS];
};

/** Whether it stands for several nodes: broadcast, multicast. */
static inline bool mac_is_group(const uint8_t address[MAC_BYTES])
{
    return (address[0] & 1) != 0;
}

/** A frame came from `address` at `port`. An address of a group is no sender's and is not learned. */
void mac_table_learn(struct mac_table *table, const uint8_t address[MAC_BYTES], uint32_t port,
                     int64_t now_ns);

/** @retval false it was not seen, or not for a long time */
bool mac_table_find(const struct mac_table *table, const uint8_t address[MAC_BYTES], int64_t now_ns,
                    uint32_t *out_port);

#endif
