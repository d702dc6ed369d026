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
    R_ARM_THM_MOVW_ABS_NC = 47,
    R_ARM_THM_MOVT_ABS = 48,
    R_ARM_THM_JUMP19 = 51
};

#define LONG_BRANCH_BITS 25 /* of the distance: 16 MiB both ways */
#define LONG_BRANCH_INVERTED 0x00C00000u
#define FIELDS_MAX 5

const uint16_t arch_elf_machine = 40; /* EM_ARM */
const uint32_t arch_veneer_bytes = 8;

/*
 * An instruction here is its first half-word above its second; the bits of its operand are scattered over
 * both.
 */
static const struct field {
    uint8_t width, operand_bit, instruction_bit;
} long_branch[FIELDS_MAX] = {{11, 1, 0}, {10, 12, 16}, {1, 22, 11}, {1, 23, 13}, {1, 24, 26}},
  conditional_branch[FIELDS_MAX] = {{11, 1, 0}, {6, 12, 16}, {1, 18, 13}, {1, 19, 11}, {1, 20, 26}},
  move[FIELDS_MAX] = {{8, 0, 0}, {3, 8, 12}, {1, 11, 26}, {4, 12, 16}};

static const struct instruction {
    const struct field *fields;
    uint32_t mask, pattern;
    uint8_t type;
    uint8_t operand_bits; /* it is a number with a sign; a branch's is the distance */
    bool is_branch;
    uint8_t shift; /* which part of the value a move takes */
} instructions[] = {
    {long_branch, 0xF800D000, 0xF000D000, R_ARM_THM_CALL, LONG_BRANCH_BITS, true, 0},   /* bl */
    {long_branch, 0xF800D000, 0xF0009000, R_ARM_THM_JUMP24, LONG_BRANCH_BITS, true, 0}, /* b.w */
    {conditional_branch, 0xF800D000, 0xF0008000, R_ARM_THM_JUMP19, 21, true, 0},        /* beq.w and so on */
    {move, 0xFBF08000, 0xF2400000, R_ARM_THM_MOVW_ABS_NC, 16, false, 0},
    {move, 0xFBF08000, 0xF2C00000, R_ARM_THM_MOVT_ABS, 16, false, 16},
};

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
static uint32_t sign_extended(uint32_t value, uint32_t bits)
{
    return (uint32_t)((int32_t)(value << (32 - bits)) >> (32 - bits));
}

/* Two bits of a long branch say whether they differ from the sign: they are the operand's own where that is
 * negative. */
static uint32_t inverted(const struct instruction *instruction, uint32_t operand)
{
    return instruction->operand_bits == LONG_BRANCH_BITS && !(operand >> 31) ? operand ^ LONG_BRANCH_INVERTED
                                                                             : operand;
}

static uint32_t operand_of(const struct instruction *instruction, uint32_t word)
{
    uint32_t operand = 0, i;

    for (i = 0; i < FIELDS_MAX; i++)
        operand |=
            (word >> instruction->fields[i].instruction_bit & ((1u << instruction->fields[i].width) - 1))
            << instruction->fields[i].operand_bit;
    return inverted(instruction, sign_extended(operand, instruction->operand_bits));
}

static uint32_t with_operand(const struct instruction *instruction, uint32_t word, uint32_t operand)
{
    uint32_t i;

    operand = inverted(instruction, operand);
    for (i = 0; i < FIELDS_MAX; i++) {
        uint32_t mask = (1u << instruction->fields[i].width) - 1;

        word &= ~(mask << instruction->fields[i].instruction_bit);
        word |= (operand >> instruction->fields[i].operand_bit & mask)
                << instruction->fields[i].instruction_bit;
    }
    return word;
}

/* An instruction is not changed unless it gets all of the value. */
static HRESULT relocate_instruction(const struct instruction *instruction, uint8_t *place,
                                    uint32_t place_address, uint32_t value)
{
    uint32_t word = load16(place) << 16 | load16(place + 2), operand = operand_of(instruction, word);

    if ((word & instruction->mask) != instruction->pattern)
        return com_fail(OS_E_BAD_IMAGE, "a relocation of another instruction", NULL);
    if (instruction->is_branch) {
        operand += (value & ~1u) - place_address;
        if (operand != sign_extended(operand, instruction->operand_bits))
            return S_FALSE;
    } else {
        operand = (operand + value) >> instruction->shift;
    }
    word = with_operand(instruction, word, operand);
    store16(place, word >> 16);
    store16(place + 2, word);
    return S_OK;
}

/* The addend is what stands at the place. */
HRESULT arch_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value)
{
    uint32_t i;

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
    }
    for (i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++)
        if (instructions[i].type == type)
            return relocate_instruction(&instructions[i], place, place_address, value);
    return com_fail(OS_E_BAD_IMAGE, "no such type of relocation", NULL);
}

void arch_write_veneer(uint8_t *place, uint32_t value)
{
    store32(place, 0xF000F8DFu); /* ldr.w pc, [pc] */
    store32(place + 4, value);
}
