/* Expressions of sizes: as C computes them, in the arithmetic of the peers; what is none is refused. */
#include "reflecting.h"
#include <reflect/computed_size.h>
#include <wire_size.h>

static const struct type_member MEMBERS[] = {
    {.name = "rows", .kind = KIND_UINT32, .shape = SHAPE_VALUE, .is_in = true},
    {.name = "low", .kind = KIND_INT8, .shape = SHAPE_VALUE, .is_in = true},
    {.name = "huge", .kind = KIND_UINT64, .shape = SHAPE_VALUE, .is_in = true},
    {.name = "result", .kind = KIND_UINT32, .shape = SHAPE_VALUE, .is_in = true, .is_out = true},
    {.name = "name", .kind = KIND_CHAR, .shape = SHAPE_STRING, .is_in = true},
    {.name = "later", .kind = KIND_UINT8, .shape = SHAPE_VALUE, .is_in = true},
};

enum { MEMBER_COUNT = sizeof(MEMBERS) / sizeof(MEMBERS[0]) };

static const uint64_t COUNTS[MEMBER_COUNT] = {12, (uint64_t)-3, UINT64_MAX, 0, 0, 0};
static const bool IS_COUNTED[MEMBER_COUNT] = {true, true, true, false, false, false};

static void expect_size(const char *text, int64_t expected)
{
    struct type_size size = {.kind = SIZE_COMPUTED, .computed = text};
    struct pool pool = {0};
    int64_t value;

    if (!computed_size_read(&pool, text, MEMBERS, MEMBER_COUNT, &size.terms, &size.term_count))
        fail_msg("'%s' was refused", text);
    assert_true(computed_size_value(&size, MEMBERS, COUNTS, IS_COUNTED, &value));
    pool_free(&pool);
    if (value != expected)
        fail_msg("'%s' is %lld, not %lld", text, (long long)value, (long long)expected);
}

static void operators_are_those_of_c(void **state)
{
    (void)state;
    expect_size("rows", 12);
    expect_size("rows * low", -36);
    expect_size("(rows + 7) / 8", 2);
    expect_size("rows - 2 - 1", 9);
    expect_size("rows - (2 - 1)", 11);
    expect_size("rows + 2 * 3", 18);
    expect_size("rows % 5 << 2 + 1", 16);
    expect_size("rows >> 2", 3);
    expect_size("rows | 1 ^ 3 & 2", 15);
    expect_size("((rows & 8) | 1) ^ 3", 10);
    expect_size("low / 2", -1);
    expect_size("low % 2", -1);
    expect_size("9223372036854775807", INT64_MAX);
}

static void what_is_no_number_stays_none(void **state)
{
    (void)state;
    expect_size("rows / (rows - 12)", WIRE_SIZE_BAD);
    expect_size("rows % 0 + 1", WIRE_SIZE_BAD);
    expect_size("huge", WIRE_SIZE_BAD);
    expect_size("huge - huge", WIRE_SIZE_BAD);
    expect_size("low << 1", WIRE_SIZE_BAD);
    expect_size("rows << 63", WIRE_SIZE_BAD);
    expect_size("9223372036854775807 * rows / rows", WIRE_SIZE_BAD);
}

static void a_parameter_that_is_not_known_leaves_it_open(void **state)
{
    struct type_size size = {.kind = SIZE_COMPUTED};
    struct pool pool = {0};
    int64_t value = 7;

    (void)state;
    assert_true(
        computed_size_read(&pool, "rows * later", MEMBERS, MEMBER_COUNT, &size.terms, &size.term_count));
    assert_false(computed_size_value(&size, MEMBERS, COUNTS, IS_COUNTED, &value));
    assert_int_equal(value, 7);
    pool_free(&pool);
}

static void what_is_no_expression_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        " ",
        "rows *",
        "* rows",
        "rows rows",
        "(rows",
        "rows)",
        "()",
        "rows < 2",
        "rows + -1",
        "nobody",
        "result",
        "name",
        "row",
        "rowsx",
        "12x",
        "9223372036854775808",
        "rows; low",
        "99999999999999999999999999",
    };
    const struct type_term *terms = NULL;
    struct pool pool = {0};
    char deep[2001];
    uint32_t count = 0;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        if (computed_size_read(&pool, BAD[i], MEMBERS, MEMBER_COUNT, &terms, &count))
            fail_msg("'%s' was taken", BAD[i]);
    memset(deep, '(', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    assert_false(computed_size_read(&pool, deep, MEMBERS, MEMBER_COUNT, &terms, &count));
    for (i = 0; i + 2 < sizeof(deep); i += 2)
        memcpy(deep + i, "1+", 2);
    memcpy(deep + sizeof(deep) - 3, "1", 2);
    assert_false(computed_size_read(&pool, deep, MEMBERS, MEMBER_COUNT, &terms, &count));
    assert_null(terms);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_those_of_c),
        cmocka_unit_test(what_is_no_number_stays_none),
        cmocka_unit_test(a_parameter_that_is_not_known_leaves_it_open),
        cmocka_unit_test(what_is_no_expression_is_refused),
    };

    return cmocka_run_group_tests_name("computed_size", tests, NULL, NULL);
}
