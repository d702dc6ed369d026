/*
 * Relocations of Thumb-2 images. What is expected was made by GNU as and ld, of this text at several places:
 *
 *     bl target; b.w target; beq.w near; movw r7, #:lower16:target; movt r7, #:upper16:target;
 *     movw r0, #:lower16:target + 0x1234; movt ip, #:upper16:data; .word target; .word target + 8;
 *     .word target - .
 */
#include <arch_elf.h>
#include <cmocka_all.h>
#include <com_impl.h>
#include <string.h>

#define DATA 0x2345678Cu

enum { WORDS = 10, NONE = 0, ABS32 = 2, REL32 = 3, CALL = 10, JUMP24 = 30, TARGET1 = 38 };
enum { MOVW = 47, MOVT = 48, JUMP19 = 51 };

static const uint32_t types[WORDS] = {CALL, JUMP24, JUMP19, MOVW, MOVT, MOVW, MOVT, ABS32, TARGET1, REL32};
static const uint32_t before[WORDS] = {0xFFFEF7FF, 0xBFFEF7FF, 0xAFFEF43F, 0x0700F240, 0x0700F2C0,
                                       0x2034F241, 0x0C00F2C0, 0,          8,          0};

static const struct layout {
    uint32_t text, target, near;
    uint32_t after[WORDS];
} layouts[] = {
    {0x00200000u,
     0x00200100u,
     0x00200200u, /* near, forwards */
     {0xF87EF000, 0xB87CF000, 0x80FAF000, 0x1701F240, 0x0720F2C0, 0x3035F241, 0x3C45F2C2, 0x00200101,
      0x00200109, 0x000000DD}},
    {0x20001000u,
     0x20FFFF80u,
     0x200FF000u, /* far, forwards */
     {0xD7BEF3FE, 0x97BCF3FE, 0xAFFAF03D, 0x7781F64F, 0x07FFF2C2, 0x10B5F241, 0x3C45F2C2, 0x20FFFF81,
      0x20FFFF89, 0x00FFEF5D}},
    {0x21000004u,
     0x20001000u,
     0x20F01010u, /* far, backwards */
     {0xD7FCF400, 0x97FAF400, 0x8000F401, 0x0701F241, 0x0700F2C2, 0x2035F242, 0x3C45F2C2, 0x20001001,
      0x20001009, 0xFF000FD9}},
    {0x20800004u,
     0x20000000u,
     0x20900000u, /* bits of a distance that are all ones */
     {0xDFFCF7FF, 0x9FFAF7FF, 0xAFF8F03F, 0x0701F240, 0x0700F2C2, 0x2035F241, 0x3C45F2C2, 0x20000001,
      0x20000009, 0xFF7FFFD9}},
    {0x20800000u,
     0x20FFFFFEu,
     0x208FFF00u, /* nearly out of reach */
     {0xF7FDF3FF, 0xB7FBF3FF, 0xAF7AF03F, 0x77FFF64F, 0x07FFF2C2, 0x2033F241, 0x3C45F2C2, 0x20FFFFFF,
      0x21000007, 0x007FFFDB}},
};

static void store(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
}

static uint32_t load(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* What becomes of a word at an address; functions are marked by bit 0. */
static HRESULT relocate(uint32_t type, uint32_t *word, uint32_t address, uint32_t value)
{
    uint8_t place[4];
    HRESULT hr;

    com_set_error_detail("");
    store(place, *word);
    hr = arch_relocate(type, place, address, value);
    *word = load(place);
    return hr;
}

static void results_are_those_of_the_linker(void **state)
{
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        const struct layout *layout = &layouts[i];

        for (k = 0; k < WORDS; k++) {
            uint32_t word = before[k];
            uint32_t value = types[k] == JUMP19 ? layout->near | 1 : k == 6 ? DATA : layout->target | 1;

            assert_int_equal(relocate(types[k], &word, layout->text + (uint32_t)k * 4, value), S_OK);
            assert_int_equal(word, layout->after[k]);
        }
    }
}

/* What stands there counts, also after another relocation: images are linked in two steps. */
static void relocations_add_to_what_stands_there(void **state)
{
    size_t k;

    (void)state;
    for (k = 0; k < WORDS; k++) {
        const struct layout *layout = &layouts[0];
        uint32_t word = before[k], address = layout->text + (uint32_t)k * 4;
        uint32_t value = types[k] == JUMP19 ? layout->near | 1 : layout->target | 1;

        if (types[k] == MOVW || types[k] == MOVT) /* each has only its half of the sum */
            continue;
        assert_int_equal(relocate(types[k], &word, 0, 0x40), S_OK);
        assert_int_equal(relocate(types[k], &word, address, value - 0x40), S_OK);
        assert_int_equal(word, layout->after[k]);
    }
}

static void a_branch_says_that_it_does_not_reach(void **state)
{
    static const struct {
        uint32_t type, word, farthest;
    } branches[] = {
        {CALL, 0xFFFEF7FF, 0xFFFFFE}, {JUMP24, 0xBFFEF7FF, 0xFFFFFE}, {JUMP19, 0xAFFEF43F, 0xFFFFE}};
    const uint32_t address = 0x20100000;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(branches) / sizeof(branches[0]); i++) {
        uint32_t word = branches[i].word, from = address + 4;

        assert_int_equal(relocate(branches[i].type, &word, address, (from + branches[i].farthest) | 1), S_OK);
        word = branches[i].word;
        assert_int_equal(relocate(branches[i].type, &word, address, (from - branches[i].farthest - 2) | 1),
                         S_OK);
        word = branches[i].word;
        assert_int_equal(relocate(branches[i].type, &word, address, (from + branches[i].farthest + 2) | 1),
                         S_FALSE);
        assert_int_equal(word, branches[i].word);
        assert_int_equal(relocate(branches[i].type, &word, address, (from - branches[i].farthest - 4) | 1),
                         S_FALSE);
        assert_int_equal(relocate(branches[i].type, &word, address, 0x00001001), S_FALSE);
        assert_int_equal(word, branches[i].word);
    }
}

static void another_instruction_is_refused(void **state)
{
    static const struct {
        uint32_t type, word;
    } cases[] = {
        {CALL, 0xBFFEF7FF /* b.w */},  {CALL, 0xEFFEF7FF /* blx */},     {CALL, 0xBF00BF00 /* nop; nop */},
        {JUMP24, 0xFFFEF7FF /* bl */}, {JUMP24, 0xAFFEF43F /* beq.w */}, {JUMP19, 0xBFFEF7FF /* b.w */},
        {MOVW, 0x0700F2C0 /* movt */}, {MOVT, 0x0700F240 /* movw */},    {MOVW, 0x8700F240 /* no such */},
        {MOVT, 0xFFFEF7FF /* bl */},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t word = cases[i].word;

        assert_int_equal(relocate(cases[i].type, &word, 0x20000000, 0x20000101), OS_E_BAD_IMAGE);
        assert_string_equal(com_error_detail(), "a relocation of another instruction");
        assert_int_equal(word, cases[i].word);
    }
}

static void all_other_types_are_refused(void **state)
{
    uint32_t type, word = 0x12345678;

    (void)state;
    assert_int_equal(relocate(NONE, &word, 0x20000000, 1), S_OK);
    for (type = 1; type < 256; type++) {
        size_t k;

        for (k = 0; k < WORDS && types[k] != type; k++)
            ;
        if (k < WORDS)
            continue;
        assert_int_equal(relocate(type, &word, 0x20000000, 0x20000101), OS_E_BAD_IMAGE);
        assert_string_equal(com_error_detail(), "no such type of relocation");
    }
    assert_int_equal(word, 0x12345678);
}

/* ldr.w pc, [pc, #0] and the word behind it. */
static void a_veneer_loads_its_target(void **state)
{
    uint8_t veneer[8];

    (void)state;
    assert_int_equal(arch_veneer_bytes, sizeof(veneer));
    arch_write_veneer(veneer, 0x00001235);
    assert_int_equal(load(veneer), 0xF000F8DF);
    assert_int_equal(load(veneer + 4), 0x00001235);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_the_linker),
        cmocka_unit_test(relocations_add_to_what_stands_there),
        cmocka_unit_test(a_branch_says_that_it_does_not_reach),
        cmocka_unit_test(another_instruction_is_refused),
        cmocka_unit_test(all_other_types_are_refused),
        cmocka_unit_test(a_veneer_loads_its_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
