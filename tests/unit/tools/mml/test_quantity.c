/* Numbers with units, as people write them. */
#include <cmocka_all.h>
#include <mml/quantity.h>
#include <string.h>

static void shares_are_parts_of_a_million(void **state)
{
    uint32_t share = 1;

    (void)state;
    assert_true(quantity_read_share("30%", &share) && share == 300000);
    assert_true(quantity_read_share("0.5 %", &share) && share == 5000);
    assert_true(quantity_read_share("7", &share) && share == 70000);
    assert_true(quantity_read_share("100%", &share) && share == 1000000);
    assert_true(quantity_read_share("0%", &share) && share == 0);
    assert_true(quantity_read_share("0.0001%", &share) && share == 1);
}

static void times_need_a_unit(void **state)
{
    int64_t time_ns = 1;

    (void)state;
    assert_true(quantity_read_time("20ms", &time_ns) && time_ns == 20000000);
    assert_true(quantity_read_time("1.5s", &time_ns) && time_ns == 1500000000);
    assert_true(quantity_read_time("500US", &time_ns) && time_ns == 500000);
    assert_true(quantity_read_time("80 ns", &time_ns) && time_ns == 80);
    assert_false(quantity_read_time("20", &time_ns));
}

static void rates_and_sizes_have_theirs(void **state)
{
    uint64_t rate = 1;
    uint32_t bytes = 1;

    (void)state;
    assert_true(quantity_read_rate("1mbit", &rate) && rate == 1000000);
    assert_true(quantity_read_rate("2.5Gbit", &rate) && rate == UINT64_C(2500000000));
    assert_true(quantity_read_rate("64kbit", &rate) && rate == 64000);
    assert_true(quantity_read_rate("9600bit", &rate) && rate == 9600);
    assert_false(quantity_read_rate("1000", &rate));
    assert_true(quantity_read_size("65536", &bytes) && bytes == 65536);
    assert_true(quantity_read_size("64k", &bytes) && bytes == 65536);
    assert_true(quantity_read_size("1m", &bytes) && bytes == 1 << 20);
    assert_true(quantity_read_size("4294967295", &bytes) && bytes == UINT32_MAX);
}

static void everything_else_is_refused_and_writes_nothing(void **state)
{
    static const char *const bad[] = {
        "",     "%",      "-1%",    "+1ms", " 1ms",   "1e3ms", "0x10",
        "inf",  "nan",    "1.2.3s", ".5%",  "1 m s",  "ms",    "1msec",
        "1,5s", "100.1%", "30%%",   "30% ", "1kbits", "1k",    "99999999999999999999999",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint32_t share = 7, bytes = 7;
        int64_t time_ns = 7;
        uint64_t rate = 7;

        assert_false(quantity_read_share(bad[i], &share));
        assert_false(quantity_read_time(bad[i], &time_ns));
        assert_false(quantity_read_rate(bad[i], &rate));
        assert_true(share == 7 && time_ns == 7 && rate == 7);
        if (strcmp(bad[i], "1k") != 0)
            assert_false(quantity_read_size(bad[i], &bytes));
    }
    {
        uint32_t bytes = 7;

        assert_false(quantity_read_size("4294967296", &bytes));
        assert_false(quantity_read_size("4096m", &bytes));
        assert_int_equal(bytes, 7);
    }
}

static void what_is_written_can_be_read(void **state)
{
    char text[32];
    uint64_t rate = 0;
    uint32_t share = 0;
    int64_t time_ns = 0;

    (void)state;
    quantity_write_share(305000, text, sizeof(text));
    assert_string_equal(text, "30.5%");
    assert_true(quantity_read_share(text, &share) && share == 305000);
    quantity_write_time(20500000, text, sizeof(text));
    assert_string_equal(text, "20.5ms");
    assert_true(quantity_read_time(text, &time_ns) && time_ns == 20500000);
    quantity_write_rate(1500000, text, sizeof(text));
    assert_string_equal(text, "1500kbit");
    assert_true(quantity_read_rate(text, &rate) && rate == 1500000);
    quantity_write_rate(1234, text, sizeof(text));
    assert_string_equal(text, "1234bit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_parts_of_a_million),
        cmocka_unit_test(times_need_a_unit),
        cmocka_unit_test(rates_and_sizes_have_theirs),
        cmocka_unit_test(everything_else_is_refused_and_writes_nothing),
        cmocka_unit_test(what_is_written_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
