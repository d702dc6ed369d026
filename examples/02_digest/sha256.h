/*
 * SHA-256 (FIPS 180-4), in pieces. Freestanding; no allocation.
 */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_DIGEST_BYTES 32
#define SHA256_BLOCK_BYTES 64

struct sha256 {
    uint32_t state[8];
    uint64_t length_bytes; /* of all that was added */
    uint8_t
        block[SHA256_BLOCK_BYTES]; /* the first length_bytes % 64 bytes wait for the rest of their block */
};

void sha256_begin(struct sha256 *hash);

void sha256_add(struct sha256 *hash, const void *bytes, size_t count);

/** Pads and writes the digest; `hash` is used up. */
void sha256_end(struct sha256 *hash, uint8_t digest[SHA256_DIGEST_BYTES]);

#endif
