#include "sha256.h"
#include <string.h>

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static uint32_t load_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_big_endian(uint8_t *bytes, uint32_t word)
{
    bytes[0] = (uint8_t)(word >> 24);
    bytes[1] = (uint8_t)(word >> 16);
    bytes[2] = (uint8_t)(word >> 8);
    bytes[3] = (uint8_t)word;
}

/* The letters are those of FIPS 180-4, 6.2.2. */
static void add_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    uint32_t schedule[16]; /* a window on the 64 words: a kernel stack is small */
    unsigned t;

    for (t = 0; t < 64; t++) {
        uint32_t word, sum1, choice, sum0, majority, t1, t2;

        if (t < 16) {
            word = load_big_endian(block + 4 * t);
        } else {
            uint32_t w2 = schedule[(t - 2) & 15];
            uint32_t w15 = schedule[(t - 15) & 15];
            uint32_t sigma1 = rotate_right(w2, 17) ^ rotate_right(w2, 19) ^ w2 >> 10;
            uint32_t sigma0 = rotate_right(w15, 7) ^ rotate_right(w15, 18) ^ w15 >> 3;

            word = sigma1 + schedule[(t - 7) & 15] + sigma0 + schedule[t & 15];
        }
        schedule[t & 15] = word;

        sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        choice = (e & f) ^ (~e & g);
        t1 = h + sum1 + choice + round_constants[t] + word;
        sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        majority = (a & b) ^ (a & c) ^ (b & c);
        t2 = sum0 + majority;

        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }

    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void sha256_begin(struct sha256 *hash)
{
    /* The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memcpy(hash->state, initial, sizeof(initial));
    hash->length_bytes = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t count)
{
    const uint8_t *next = bytes;
    size_t waiting = hash->length_bytes % SHA256_BLOCK_BYTES;

    hash->length_bytes += count;
    if (waiting > 0) {
        size_t taken = SHA256_BLOCK_BYTES - waiting;

        if (taken > count)
            taken = count;
        memcpy(hash->block + waiting, next, taken);
        if (waiting + taken < SHA256_BLOCK_BYTES)
            return;
        add_block(hash->state, hash->block);
        next += taken;
        count -= taken;
    }

    for (; count >= SHA256_BLOCK_BYTES; next += SHA256_BLOCK_BYTES, count -= SHA256_BLOCK_BYTES)
        add_block(hash->state, next);

    if (count > 0)
        memcpy(hash->block, next, count);
}

void sha256_end(struct sha256 *hash, uint8_t digest[SHA256_DIGEST_BYTES])
{
    static const uint8_t padding[SHA256_BLOCK_BYTES] = {0x80};
    uint64_t length_bits = hash->length_bytes * 8;
    size_t waiting = hash->length_bytes % SHA256_BLOCK_BYTES;
    uint8_t length_field[8];
    unsigned i;

    store_big_endian(length_field, (uint32_t)(length_bits >> 32));
    store_big_endian(length_field + 4, (uint32_t)length_bits);

    /* a one bit, zeros up to the last 8 bytes of a block, the length */
    sha256_add(hash, padding, waiting < 56 ? 56 - waiting : 120 - waiting);
    sha256_add(hash, length_field, sizeof(length_field));
    for (i = 0; i < 8; i++)
        store_big_endian(digest + 4 * i, hash->state[i]);
}
