/* What the conformance suite of sockets does not reach: a card that loses frames, and one that takes none. */
#include <conformance/connection.h>
#include <lwip_port/lwip_network.h>
#include <mirror_card.h>
#include <stdlib.h>

enum { LOSE_EVERY = 60, BYTES = 256 << 10 };

static HRESULT create(INetwork **out_network)
{
    const struct lwip_network_config config = {
        .card = mirror_card(LOSE_EVERY),
        .address = "10.0.2.15",
        .netmask = "255.255.255.0",
        .gateway = "10.0.2.2",
    };

    return lwip_network_create(&config, out_network);
}

static const struct network_kind kind = {
    .create = create,
    .listen_at = "tcp:10.0.2.15:0",
    .dial_host = "10.0.2.2",
};

static void all_arrives_though_frames_are_lost(void **state)
{
    struct transfer transfer = {.bytes = malloc(BYTES), .count = BYTES};
    uint8_t *got = malloc(BYTES);
    struct connection at;
    struct helper sender;

    (void)state;
    assert_true(transfer.bytes && got);
    fill_with_pattern(transfer.bytes, BYTES);
    open_connection(&at, &kind);
    transfer.socket = at.near;
    helper_start(&sender, &at.mailbox, send_transfer, &transfer);
    assert_int_equal(receive_bytes(at.far, got, BYTES), S_OK);
    helper_join(&sender);
    assert_int_equal(transfer.hr, S_OK);
    assert_memory_equal(got, transfer.bytes, BYTES);
    assert_true(mirror_card_lost() > 0);
    close_connection(&at);
    free(transfer.bytes);
    free(got);
}

static void card_that_takes_nothing_for_a_while_ends_no_stream(void **state)
{
    struct connection at;

    (void)state;
    open_connection(&at, &kind);
    mirror_card_refuse(true);
    assert_int_equal(send_bytes(at.near, "patience", 8), S_OK);
    mirror_card_refuse(false);
    expect_bytes(at.far, "patience");
    close_connection(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_arrives_though_frames_are_lost),
        cmocka_unit_test(card_that_takes_nothing_for_a_while_ends_no_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
