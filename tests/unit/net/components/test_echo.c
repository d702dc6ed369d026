/* The echo component on the sockets of this process. */
#include <cmocka_all.h>
#include <fake_world.h>
#include <net/uv/uv_network.h>
#include <port.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

HRESULT echo_component_main(INamespace *ns, IUnknown **out_object);

#define SECOND (1000 * PORT_NS_PER_MS)

/* A node with a network and an echo at a unix socket. */
struct echo_world {
    INamespace *root;
    INetwork *network;
    IUnknown *echo;
    char endpoint[64];
};

static int set_up(void **state)
{
    static struct echo_world world;
    IConfig *config;

    snprintf(world.endpoint, sizeof(world.endpoint), "unix:/tmp/mmlite-echo-%ld", (long)getpid());
    config = fake_config_create((const char *const[][2]){{"echo", world.endpoint}, {NULL, NULL}});
    world.root = fake_namespace_create();
    assert_int_equal(uv_network_create(&world.network), S_OK);
    fake_register(world.root, "network", world.network);
    fake_register(world.root, "config", config);
    IConfig_Release(config);
    assert_int_equal(echo_component_main(world.root, &world.echo), S_OK);
    assert_non_null(world.echo);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct echo_world *world = *state;

    IUnknown_Release(world->echo);
    INamespace_Release(world->root);
    INetwork_Release(world->network);
    return 0;
}

static ISocket *connect_to(struct echo_world *world)
{
    ISocket *socket;

    assert_int_equal(INetwork_Connect(world->network, world->endpoint, port_now_ns() + SECOND, &socket),
                     S_OK);
    return socket;
}

static void send_all(ISocket *socket, const void *bytes, uint32_t count)
{
    struct net_part part = {.data = bytes, .size_bytes = count};

    assert_int_equal(ISocket_Send(socket, &part, 1, port_now_ns() + SECOND), S_OK);
}

static void expect_back(ISocket *socket, const uint8_t *bytes, uint32_t count)
{
    uint8_t back[4096];
    uint32_t got = 0, received;

    assert_true(count <= sizeof(back));
    while (got < count) {
        assert_int_equal(ISocket_Receive(socket, back + got, count - got, port_now_ns() + SECOND, &received),
                         S_OK);
        got += received;
    }
    assert_memory_equal(back, bytes, count);
}

static void what_is_sent_comes_back(void **state)
{
    ISocket *socket = connect_to(*state);
    uint8_t bytes[4096];
    unsigned i;

    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 31);
    for (i = 0; i < 20; i++) {
        send_all(socket, bytes + i, 22);
        expect_back(socket, bytes + i, 22);
    }
    send_all(socket, bytes, sizeof(bytes)); /* more than its buffer */
    expect_back(socket, bytes, sizeof(bytes));
    (void)ISocket_Shutdown(socket);
    ISocket_Release(socket);
}

static void connections_beyond_the_limit_are_closed(void **state)
{
    ISocket *sockets[4], *fifth;
    uint8_t byte = 7;
    uint32_t received;
    unsigned i, attempt;

    for (i = 0; i < 4; i++) {
        sockets[i] = connect_to(*state);
        send_all(sockets[i], &byte, 1);
        expect_back(sockets[i], &byte, 1);
    }
    fifth = connect_to(*state);
    assert_int_equal(ISocket_Receive(fifth, &byte, 1, port_now_ns() + SECOND, &received), NET_E_CLOSED);
    ISocket_Release(fifth);

    /* One that ends makes room, as soon as the network has noticed. */
    (void)ISocket_Shutdown(sockets[0]);
    ISocket_Release(sockets[0]);
    for (attempt = 0; attempt < 100; attempt++) {
        struct net_part part = {.data = &byte, .size_bytes = 1};
        HRESULT hr;

        sockets[0] = connect_to(*state);
        (void)ISocket_Send(sockets[0], &part, 1, port_now_ns() + SECOND); /* Receive tells */
        hr = ISocket_Receive(sockets[0], &byte, 1, port_now_ns() + SECOND, &received);
        if (SUCCEEDED(hr))
            break;
        ISocket_Release(sockets[0]);
        usleep(10000);
    }
    assert_true(attempt < 100);
    for (i = 0; i < 4; i++) {
        (void)ISocket_Shutdown(sockets[i]);
        ISocket_Release(sockets[i]);
    }
}

static void without_the_key_there_is_no_echo(void **state)
{
    IConfig *config = fake_config_create((const char *const[][2]){{NULL, NULL}});
    INamespace *root = fake_namespace_create();
    IUnknown *object;

    (void)state;
    fake_register(root, "config", config);
    IConfig_Release(config);
    assert_int_equal(echo_component_main(root, &object), S_OK);
    assert_null(object);
    INamespace_Release(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sent_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(connections_beyond_the_limit_are_closed, set_up, tear_down),
        cmocka_unit_test(without_the_key_there_is_no_echo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
