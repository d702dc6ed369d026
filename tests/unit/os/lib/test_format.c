/* The kernel's formatter beside the C library's. */
#include <cmocka_all.h>
#include <inttypes.h>
#include <os_format.h>
#include <stdio.h>
#include <string.h>

/* Both make the same of it, and say the same length. */
#define SAME(...)                                                        \
    do {                                                                 \
        char ours[128], theirs[128];                                     \
        assert_int_equal(os_format(ours, sizeof(ours), __VA_ARGS__),     \
                         snprintf(theirs, sizeof(theirs), __VA_ARGS__)); \
        assert_string_equal(ours, theirs);                               \
    } while (0)

static void what_it_knows_is_what_printf_makes(void **state)
{
    static const uint64_t values[] = {0,           1,           9,          10,      4294967295u,
                                      4294967296u, 9999999999u, UINT64_MAX, 1u << 31};
    size_t i;

    (void)state;
    SAME("plain");
    SAME("%s|%s", "text", "");
    SAME("100%%");
    SAME("%d %d %d", 0, -1, INT32_MIN);
    SAME("%5d|%05d|%2d", 42, 42, 12345);
    SAME("%5d|%05d|%2d|%1d", -42, -42, -12345, -1);
    SAME("%08x", 0xBEEFu);
    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        SAME("%llu %llx", (unsigned long long)values[i], (unsigned long long)values[i]);
        SAME("%lld", (long long)values[i]);
        SAME("%lu %zu", (unsigned long)values[i], (size_t)values[i]);
        SAME("%u %x", (unsigned)values[i], (unsigned)values[i]);
    }
}

static void output_that_does_not_fit_is_cut(void **state)
{
    char small[4] = "???";

    (void)state;
    assert_int_equal(os_format(small, sizeof(small), "%d", 123456), 6);
    assert_string_equal(small, "123");
    assert_int_equal(os_format(small, 1, "%s", "x"), 1);
    assert_string_equal(small, "");
    small[0] = '?';
    assert_int_equal(os_format(small, 0, "%s", "x"), 1);
    assert_int_equal(small[0], '?');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_knows_is_what_printf_makes),
        cmocka_unit_test(output_that_does_not_fit_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
