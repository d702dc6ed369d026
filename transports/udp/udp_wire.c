/* See udp_wire.h. */
#include "udp_wire.h"
#include <wire.h>

void udp_header_write(uint8_t at[UDP_FIXED_BYTES], const struct udp_header *header)
{
    wire_store_fixed32(at, header->connection);
    wire_store_fixed32(at + 4, header->seq);
    wire_store_fixed32(at + 8, header->ack);
    wire_store_fixed32(at + 12, header->ack_bits);
    wire_store_fixed32(at + 16,
                       header->flags | (uint32_t)header->window << 8 | (uint32_t)header->ack_delay << 16);
}

void udp_header_read(const uint8_t at[UDP_FIXED_BYTES], struct udp_header *out_header)
{
    uint32_t last = wire_load_fixed32(at + 16);

    out_header->connection = wire_load_fixed32(at);
    out_header->seq = wire_load_fixed32(at + 4);
    out_header->ack = wire_load_fixed32(at + 8);
    out_header->ack_bits = wire_load_fixed32(at + 12);
    out_header->flags = (uint8_t)last;
    out_header->window = (uint8_t)(last >> 8);
    out_header->ack_delay = (uint16_t)(last >> 16);
}

uint32_t udp_checksum(const uint8_t *bytes, uint32_t size_bytes)
{
    /* Half a byte at a time: 64 bytes of table do for a small machine, and packets are short. */
    static const uint32_t table[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
        0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };
    uint32_t code = UINT32_MAX, i;

    for (i = 0; i < size_bytes; i++) {
        code ^= bytes[i];
        code = code >> 4 ^ table[code & 15];
        code = code >> 4 ^ table[code & 15];
    }
    return ~code;
}

uint32_t udp_seal(uint8_t *packet, uint32_t size_bytes)
{
    wire_store_fixed32(packet + size_bytes, udp_checksum(packet, size_bytes));
    return size_bytes + UDP_CHECK_BYTES;
}

bool udp_is_sound(const uint8_t *packet, uint32_t size_bytes)
{
    if (size_bytes < UDP_SHORTEST || size_bytes > UDP_DATAGRAM_MAX)
        return false;
    return udp_checksum(packet, size_bytes - UDP_CHECK_BYTES) ==
           wire_load_fixed32(packet + size_bytes - UDP_CHECK_BYTES);
}

/* ---- SipHash-2-4 ---- */

static uint64_t rotate(uint64_t value, uint32_t bits)
{
    return value << bits | value >> (64 - bits);
}

static void mix(uint64_t v[4], uint32_t rounds)
{
    while (rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

uint64_t udp_keyed_code(const uint64_t key[2], const uint8_t *bytes, uint32_t size_bytes)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736F6D6570736575), key[1] ^ UINT64_C(0x646F72616E646F6D),
                     key[0] ^ UINT64_C(0x6C7967656E657261), key[1] ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    uint32_t i;

    for (i = 0; i < size_bytes; i++) {
        word |= (uint64_t)bytes[i] << 8 * (i % 8);
        if (i % 8 == 7) {
            v[3] ^= word;
            mix(v, 2);
            v[0] ^= word;
            word = 0;
        }
    }
    word |= (uint64_t)size_bytes << 56;
    v[3] ^= word;
    mix(v, 2);
    v[0] ^= word;
    v[2] ^= 0xFF;
    mix(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
