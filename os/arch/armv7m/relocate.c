/* Relocations of Thumb-2 images. ELF for the Arm Architecture (IHI 0044), 5.6; Armv7-M Architecture Reference
 * Manual, A7.7. */
#include <arch_elf.h>
#include <com_impl.h>

enum {
    R_ARM_NONE = 0,
    R_ARM_ABS32 = 2,
    R_ARM_REL32 = 3,
    R_ARM_THM_CALL = 10,
    R_ARM_THM_JUMP24 = 30,
    R_ARM_TARGET1 = 38,
    R_ARM_PREL31 = 42,
    R_ARM_THM_MOVW_ABS_NC = 47,
    R_ARM_THM_MOVT_ABS = 48,
    R_ARM_THM_JUMP19 = 51
};

#define LONG_BRANCH_BITS 25 /* of the distance of bl and b.w: 16 MiB both ways */
#define CONDITIONAL_BRANCH_BITS 21

const uint16_t arch_elf_machine = 40; /* EM_ARM */
const uint32_t arch_veneer_bytes = 8;

static uint32_t load16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static void store16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static uint32_t load32(const uint8_t *at)
{
    return load16(at) | load16(at + 2) << 16;
}

static void store32(uint8_t *at, uint32_t value)
{
    store16(at, value);
    store16(at + 2, value >> 16);
}

/* The lowest `bits` of a value as a number with a sign. */
static int32_t sign_extended(uint32_t value, uint32_t bits)
{
    return (int32_t)(value << (32 - bits)) >> (32 - bits);
}

static bool fits(int32_t value, uint32_t bits)
{
    return value == sign_extended((uint32_t)value, bits);
}

static uint32_t bit(uint32_t value, uint32_t index)
{
    return value >> index & 1;
}

static HRESULT other_instruction(void)
{
    return com_fail(OS_E_BAD_IMAGE, "a relocation is for another instruction than the one at its place",
                    NULL);
}

/* ---- branches: two half-words, the distance scattered over them; it counts from 4 bytes further ---- */

/* bl and b.w. Two bits are stored as whether they differ from the sign. */
static uint32_t long_distance(uint32_t first, uint32_t second)
{
    uint32_t sign = bit(first, 10);

    return sign << 24 | (bit(second, 13) ^ sign ^ 1) << 23 | (bit(second, 11) ^ sign ^ 1) << 22 |
           (first & 0x3FF) << 12 | (second & 0x7FF) << 1;
}

static HRESULT relocate_long_branch(uint8_t *place, uint32_t place_address, uint32_t value,
                                    uint32_t wanted_second)
{
    uint32_t first = load16(place), second = load16(place + 2), sign;
    int32_t distance;

    if ((first & 0xF800) != 0xF000 || (second & 0xD000) != wanted_second)
        return other_instruction();
    distance = (int32_t)(sign_extended(long_distance(first, second), LONG_BRANCH_BITS) + (value & ~1u) -
                         place_address);
    if (!fits(distance, LONG_BRANCH_BITS))
        return S_FALSE;
    sign = distance < 0;
    store16(place, 0xF000 | sign << 10 | ((uint32_t)distance >> 12 & 0x3FF));
    store16(place + 2, wanted_second | (bit((uint32_t)distance, 23) ^ sign ^ 1) << 13 |
                           (bit((uint32_t)distance, 22) ^ sign ^ 1) << 11 |
                           ((uint32_t)distance >> 1 & 0x7FF));
    return S_OK;
}

/* b.w with a condition, which is kept. */
static HRESULT relocate_conditional_branch(uint8_t *place, uint32_t place_address, uint32_t value)
{
    uint32_t first = load16(place), second = load16(place + 2);
    int32_t distance;

    if ((first & 0xF800) != 0xF000 || (second & 0xD000) != 0x8000 || (first & 0x0380) == 0x0380)
        return other_instruction();
    distance = sign_extended(bit(first, 10) << 20 | bit(second, 11) << 19 | bit(second, 13) << 18 |
                                 (first & 0x3F) << 12 | (second & 0x7FF) << 1,
                             CONDITIONAL_BRANCH_BITS);
    distance = (int32_t)((uint32_t)distance + (value & ~1u) - place_address);
    if (!fits(distance, CONDITIONAL_BRANCH_BITS))
        return S_FALSE;
    store16(place, (first & 0xFBC0) | (distance < 0 ? 1u << 10 : 0) | ((uint32_t)distance >> 12 & 0x3F));
    store16(place + 2, 0x8000 | bit((uint32_t)distance, 18) << 13 | bit((uint32_t)distance, 19) << 11 |
                           ((uint32_t)distance >> 1 & 0x7FF));
    return S_OK;
}

/* ---- movw and movt: 16 bits each, scattered ---- */

static HRESULT relocate_move(uint8_t *place, uint32_t value, uint32_t wanted_first, uint32_t shift)
{
    uint32_t first = load16(place), second = load16(place + 2), addend;

    if ((first & 0xFBF0) != wanted_first || second & 0x8000)
        return other_instruction();
    addend = (first & 0xF) << 12 | bit(first, 10) << 11 | (second & 0x7000) >> 4 | (second & 0xFF);
    value = (value + (uint32_t)sign_extended(addend, 16)) >> shift;
    store16(place, wanted_first | (value >> 12 & 0xF) | bit(value, 11) << 10);
    store16(place + 2, (second & 0x0F00) | (value << 4 & 0x7000) | (value & 0xFF));
    return S_OK;
}

/* The top bit is not part of it. */
static HRESULT relocate_31_bits(uint8_t *place, uint32_t place_address, uint32_t value)
{
    uint32_t before = load32(place);
    int32_t distance = (int32_t)((uint32_t)sign_extended(before, 31) + value - place_address);

    if (!fits(distance, 31))
        return com_fail(OS_E_BAD_IMAGE, "a distance does not fit 31 bits", NULL);
    store32(place, (before & 0x80000000u) | ((uint32_t)distance & 0x7FFFFFFFu));
    return S_OK;
}

/* The addend is what stands at the place. */
HRESULT arch_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value)
{
    switch (type) {
    case R_ARM_NONE:
        return S_OK;
    case R_ARM_ABS32:
    case R_ARM_TARGET1:
        store32(place, load32(place) + value);
        return S_OK;
    case R_ARM_REL32:
        store32(place, load32(place) + value - place_address);
        return S_OK;
    case R_ARM_PREL31:
        return relocate_31_bits(place, place_address, value);
    case R_ARM_THM_CALL:
        return relocate_long_branch(place, place_address, value, 0xD000);
    case R_ARM_THM_JUMP24:
        return relocate_long_branch(place, place_address, value, 0x9000);
    case R_ARM_THM_JUMP19:
        return relocate_conditional_branch(place, place_address, value);
    case R_ARM_THM_MOVW_ABS_NC:
        return relocate_move(place, value, 0xF240, 0);
    case R_ARM_THM_MOVT_ABS:
        return relocate_move(place, value, 0xF2C0, 16);
    default:
        return com_fail(OS_E_BAD_IMAGE, "a relocation of a type that the processor does not have", NULL);
    }
}

void arch_write_veneer(uint8_t *place, uint32_t value)
{
    store16(place, 0xF8DF); /* ldr.w pc, [pc] */
    store16(place + 2, 0xF000);
    store32(place + 4, value);
}
