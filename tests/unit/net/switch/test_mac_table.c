/* Which port an address was seen at. */
#include <cmocka_all.h>
#include <stdlib.h>
#include <string.h>
#include <switch/mac_table.h>

#define SECOND INT64_C(1000000000)

static struct mac_table *make_table(void)
{
    struct mac_table *table = calloc(1, sizeof(*table));

    assert_non_null(table);
    return table;
}

static void address_is_found_where_it_was_seen_last(void **state)
{
    const uint8_t card[MAC_BYTES] = {0x52, 0x54, 0, 0x4D, 0x4C, 15},
                  other[MAC_BYTES] = {0x52, 0x54, 0, 0x4D, 0x4C, 16};
    struct mac_table *table = make_table();
    uint32_t port = 99;

    (void)state;
    assert_false(mac_table_find(table, card, 0, &port));
    mac_table_learn(table, card, 1, 0);
    mac_table_learn(table, other, 2, 0);
    assert_true(mac_table_find(table, card, 0, &port));
    assert_int_equal(port, 1);
    mac_table_learn(table, card, 3, 1 * SECOND); /* it was plugged in elsewhere */
    assert_true(mac_table_find(table, card, 1 * SECOND, &port));
    assert_int_equal(port, 3);
    assert_true(mac_table_find(table, other, 1 * SECOND, &port));
    assert_int_equal(port, 2);
    free(table);
}

static void address_is_forgotten_after_a_while(void **state)
{
    const uint8_t card[MAC_BYTES] = {0x52, 0x54, 0, 0, 0, 1};
    struct mac_table *table = make_table();
    uint32_t port;

    (void)state;
    mac_table_learn(table, card, 1, 0);
    assert_true(mac_table_find(table, card, MAC_AGE_NS - 1, &port));
    assert_false(mac_table_find(table, card, MAC_AGE_NS, &port));
    mac_table_learn(table, card, 1, MAC_AGE_NS);
    assert_true(mac_table_find(table, card, MAC_AGE_NS, &port));
    free(table);
}

static void address_of_a_group_is_no_senders(void **state)
{
    const uint8_t group[MAC_BYTES] = {0x01, 0, 0x5E, 0, 0, 1}, nothing[MAC_BYTES] = {0};
    struct mac_table *table = make_table();
    uint32_t port;

    (void)state;
    mac_table_learn(table, group, 1, 0);
    assert_false(mac_table_find(table, group, 0, &port));
    assert_false(mac_table_find(table, nothing, 0, &port)); /* as entries that are free look */
    free(table);
}

static void many_addresses_push_out_the_oldest_only(void **state)
{
    struct mac_table *table = make_table();
    uint8_t card[MAC_BYTES] = {0x52, 0x54, 0, 0, 0, 0};
    uint32_t number, port, found = 0;

    (void)state;
    for (number = 0; number < 100000; number++) {
        card[3] = (uint8_t)(number >> 16);
        card[4] = (uint8_t)(number >> 8);
        card[5] = (uint8_t)number;
        mac_table_learn(table, card, number % 7, number);
        assert_true(mac_table_find(table, card, number, &port));
        assert_int_equal(port, number % 7);
    }
    for (number = 100000 - 100; number < 100000; number++) {
        card[4] = (uint8_t)(number >> 8);
        card[5] = (uint8_t)number;
        found += mac_table_find(table, card, number, &port);
    }
    assert_in_range(found, 90, 100); /* the addresses spread over the buckets */
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_is_found_where_it_was_seen_last),
        cmocka_unit_test(address_is_forgotten_after_a_while),
        cmocka_unit_test(address_of_a_group_is_no_senders),
        cmocka_unit_test(many_addresses_push_out_the_oldest_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
