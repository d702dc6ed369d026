#include "compiling.h"

static char constant_text[100]; /* of the last string */

static struct value constant(const char *type, const char *expression)
{
    struct compiling c;
    struct value value;
    struct ir_file *file;

    compiling_begin(&c);
    file = compiling_text(&c, arena_format(c.arena,
                                           "enum e { ONE = 1, TWO, SEVEN = 7 }; const int32_t TEN = 10;\n"
                                           "const %s X = %s;",
                                           type, expression));
    value = file->items[file->item_count - 1].constant->value;
    if (value.kind == VALUE_STRING)
        snprintf(constant_text, sizeof(constant_text), "%s", value.text);
    compiling_end(&c);
    return value;
}

static void integers_compute_as_in_c(void **state)
{
    static const struct {
        const char *expression;
        int64_t value;
    } CASES[] = {
        {"1 + 2 * 3", 7},
        {"(1 + 2) * 3", 9},
        {"10 - 3 - 2", 5},
        {"-7 / 2", -3},
        {"-7 % 3", -1},
        {"1 << 4 | 3", 19},
        {"-16 >> 2", -4},
        {"~0", -1},
        {"!5", 0},
        {"5 > 3 && 2 <= 1", 0},
        {"5 != 5 || 5 == 5", 1},
        {"TEN > 5 ? SEVEN : TWO", 7},
        {"TWO", 2},
        {"(uint8_t)300", 44},
        {"(int8_t)200", -56},
        {"'a' + 1", 98},
        {"(enum e)3 ^ 1", 2},
        {"-1 < 0", 1},
        {"0x7FFFFFFF", 2147483647},
        {"- -5", 5},
        {"(int32_t)2.9", 2},
        {"-2147483647 - 1", -2147483648LL},
        {"6 & 3", 2},
        {"1 ? 2 : 1 / 0", 2},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if ((int64_t)constant("int32_t", CASES[i].expression).bits != CASES[i].value)
            fail_msg("%s", CASES[i].expression);
}

static void wide_constants_keep_their_bits(void **state)
{
    (void)state;
    assert_true(constant("uint64_t", "0xFFFFFFFFFFFFFFFF").bits == UINT64_MAX);
    assert_true(constant("int64_t", "-0x7FFFFFFFFFFFFFFF - 1").bits == (uint64_t)INT64_MIN);
    assert_true(constant("uint64_t", "1 << 63").bits == (uint64_t)1 << 63);
    assert_true(constant("uint64_t", "0xFFFFFFFFFFFFFFFF / 2").bits == (uint64_t)INT64_MAX);
    assert_true((int64_t)constant("int64_t", "(-0x7FFFFFFFFFFFFFFF - 1) / -1").bits == INT64_MIN);
}

static void hresults_may_be_written_unsigned(void **state)
{
    (void)state;
    assert_int_equal((int32_t)constant("HRESULT", "0x80040001").bits, (int32_t)0x80040001);
    assert_int_equal((int32_t)constant("HRESULT", "-1").bits, -1);
}

static void reals_and_strings_fold(void **state)
{
    (void)state;
    assert_true(constant("double", "1.0 / 4 + 1").real == 1.25);
    assert_true(constant("float", "-3").real == -3);
    assert_int_equal(constant("char *", "\"a\" \"b\"").kind, VALUE_STRING);
    assert_string_equal(constant_text, "ab");
}

static void enumerators_count_on(void **state)
{
    const struct ir_enum *enumeration;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    enumeration = compiling_text(&c, "enum e { A, B, C = -2, D, E = B, F };")->items[0].enumeration;
    assert_int_equal(enumeration->enumerators[1].value, 1);
    assert_int_equal(enumeration->enumerators[3].value, -1);
    assert_int_equal(enumeration->enumerators[5].value, 2);
    compiling_end(&c);
}

static void order_does_not_matter(void **state)
{
    struct compiling c;
    struct ir_file *file;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(&c, "struct outer { struct inner in[COUNT]; kind_t kind; };\n"
                              "typedef enum kind kind_t;\n"
                              "struct inner { int32_t x; };\n"
                              "const uint32_t COUNT = LAST + 1;\nenum kind { FIRST, LAST };\n");
    /* In the header what is needed comes first. */
    assert_int_equal(file->items[0].kind, ITEM_STRUCT);
    assert_string_equal(file->items[0].structure->name, "inner");
    assert_int_equal(file->items[1].kind, ITEM_ENUM);
    assert_int_equal(file->items[2].kind, ITEM_TYPEDEF);
    assert_string_equal(file->items[3].structure->name, "outer");
    assert_int_equal(file->items[3].structure->fields[0].type->count, 2);
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_compute_as_in_c),
        cmocka_unit_test(wide_constants_keep_their_bits),
        cmocka_unit_test(hresults_may_be_written_unsigned),
        cmocka_unit_test(reals_and_strings_fold),
        cmocka_unit_test(enumerators_count_on),
        cmocka_unit_test(order_does_not_matter),
    };

    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
