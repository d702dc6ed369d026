/*
 * The way between a machine and this one: a TCP/IP stack of this process (lwIP) is the machine, its card is
 * plugged into a running switch, and the other end are sockets of this machine.
 */
#include "running_switch.h"
#include <arpa/inet.h>
#include <conformance/connection.h>
#include <errno.h>
#include <fcntl.h>
#include <lwip_port/lwip_network.h>
#include <netinet/in.h>
#include <socket_card.h>
#include <switch/gateway.h>

#define MACHINE "10.0.2.15"
#define BYTES (256 << 10)

static HRESULT create(INetwork **out_network)
{
    const struct lwip_network_config config = {
        .card = socket_card(),
        .address = MACHINE,
        .netmask = "255.255.255.0",
        .gateway = "10.0.2.2",
    };

    return lwip_network_create(&config, out_network);
}

static const struct network_kind kind = {.create = create, .listen_at = "tcp:0.0.0.0:0"};

/* The switch, a machine n1 on it that listens, and the port of 127.0.0.1 that leads there. */
struct fixture {
    struct running_switch *at;
    struct connection machine;
    uint16_t machine_port;
    uint16_t port;
};

static uint16_t port_of(const char *endpoint)
{
    return (uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10);
}

static void start(struct fixture *fixture)
{
    uint32_t port = 0;

    fixture->at = running_switch_start();
    assert_int_equal(ISwitch_Attach(fixture->at->object, "n1", MACHINE), S_OK);
    open_network(&fixture->machine, &kind);
    socket_card_plug("n1.card", "n1.port");
    wait_until_present(fixture->at, "n1", true);
    fixture->machine_port = port_of(fixture->machine.endpoint);
    assert_int_equal(ISwitch_Forward(fixture->at->object, "n1", fixture->machine_port, 0, &port), S_OK);
    fixture->port = (uint16_t)port;
}

static void end(struct fixture *fixture)
{
    close_connection(&fixture->machine);
    socket_card_unplug();
    (void)unlink("n1.card");
    running_switch_end(fixture->at);
}

static int host_socket(void)
{
    const struct timeval limit = {.tv_sec = LIMIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
    return fd;
}

/* 0, or why not. */
static int host_connect(int fd, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
}

/* Listens at a free port. */
static int host_listen(uint16_t *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fd = host_socket();

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

/* The socket at which the machine takes the next connection. */
static ISocket *machine_accept(struct fixture *fixture, uint32_t number)
{
    assert_true(
        mailbox_wait(&fixture->machine.mailbox, &fixture->machine.mailbox.accepted, number, LIMIT_NS));
    return fixture->machine.mailbox.sockets[number - 1];
}

/* From here to the machine */

/* How long the first connection to a machine takes, whose hardware address nobody knows yet. */
static int64_t first_connection_ns(void)
{
    struct fixture fixture;
    int64_t begin_ns, took_ns;
    int fd = host_socket();

    start(&fixture);
    begin_ns = port_now_ns();
    assert_int_equal(host_connect(fd, fixture.port), 0);
    (void)machine_accept(&fixture, 1);
    took_ns = port_now_ns() - begin_ns;
    close(fd);
    end(&fixture);
    return took_ns;
}

static void first_connection_waits_for_no_timer(void **state)
{
    int attempt, quick = 0;

    (void)state;
    /* libslirp's own timer would make it wait for 50 ms; but this machine is busy with other things, too. */
    for (attempt = 0; attempt < 20 && quick < 3; attempt++)
        quick += first_connection_ns() < 20 * MS;
    assert_int_equal(quick, 3);
}

static void forwarded_port_leads_into_the_machine(void **state)
{
    struct fixture fixture;
    struct transfer transfer = {.bytes = malloc(BYTES), .count = BYTES};
    uint8_t *got = malloc(BYTES);
    struct helper sender;
    int fd = host_socket();

    (void)state;
    start(&fixture);
    assert_true(transfer.bytes && got);
    fill_with_pattern(transfer.bytes, BYTES);
    assert_int_equal(host_connect(fd, fixture.port), 0);
    transfer.socket = machine_accept(&fixture, 1);
    assert_int_equal(send(fd, "hello", 5, 0), 5);
    expect_bytes(transfer.socket, "hello");

    helper_start(&sender, &fixture.machine.mailbox, send_transfer, &transfer);
    assert_int_equal(recv(fd, got, BYTES, MSG_WAITALL), BYTES);
    helper_join(&sender);
    assert_int_equal(transfer.hr, S_OK);
    assert_memory_equal(got, transfer.bytes, BYTES);

    close(fd);
    expect_end(transfer.socket);
    free(got);
    free(transfer.bytes);
    end(&fixture);
}

static void wanted_port_is_taken_if_it_is_free(void **state)
{
    struct fixture fixture;
    uint32_t port = 0;
    uint16_t taken;
    int fd = host_listen(&taken);

    (void)state;
    start(&fixture);
    assert_int_equal(ISwitch_Forward(fixture.at->object, "n1", 1, taken, &port), S_OK);
    assert_int_not_equal(port, taken);
    close(fd);
    assert_int_equal(ISwitch_Forward(fixture.at->object, "n1", 2, taken, &port), S_OK);
    assert_int_equal(port, taken);
    assert_int_equal(ISwitch_Forward(fixture.at->object, "n1", 3, taken, &port), S_OK);
    assert_int_not_equal(port, taken); /* the switch has it itself */
    end(&fixture);
}

static void ports_of_one_machine_are_limited(void **state)
{
    struct fixture fixture;
    uint32_t port = 0, count = 1;
    HRESULT hr;

    (void)state;
    start(&fixture);
    while (SUCCEEDED(hr = ISwitch_Forward(fixture.at->object, "n1", 7000, 0, &port)))
        assert_true(++count < 100);
    assert_int_equal(hr, RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(count, 8);
    end(&fixture);
}

/* From the machine to here */

static HRESULT machine_dial(struct fixture *fixture, const char *address, uint16_t port, int64_t limit_ns,
                            ISocket **out_socket)
{
    char endpoint[NET_ENDPOINT_MAX + 1];

    snprintf(endpoint, sizeof(endpoint), "tcp:%s:%u", address, port);
    return INetwork_Connect(fixture->machine.network, endpoint, port_now_ns() + limit_ns, out_socket);
}

static void machine_reaches_ports_of_this_machine(void **state)
{
    struct fixture fixture;
    ISocket *near = NULL;
    char bytes[5];
    uint16_t port;
    int listener = host_listen(&port), fd;

    (void)state;
    start(&fixture);
    assert_int_equal(machine_dial(&fixture, "10.0.2.2", port, LIMIT_NS, &near), S_OK);
    fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    assert_int_equal(send_bytes(near, "hello", 5), S_OK);
    assert_int_equal(recv(fd, bytes, 5, MSG_WAITALL), 5);
    assert_memory_equal(bytes, "hello", 5);
    assert_int_equal(send(fd, "world", 5, 0), 5);
    expect_bytes(near, "world");
    close(listener);
    close(fd);
    expect_end(near);
    ISocket_Release(near);
    near = NULL;
    assert_int_equal(machine_dial(&fixture, "10.0.2.2", port, LIMIT_NS, &near),
                     NET_E_UNREACHABLE); /* at once */
    end(&fixture);
}

static void machine_reaches_nothing_else(void **state)
{
    static const char *const elsewhere[] = {"10.0.2.3", "10.0.2.200", "192.0.2.1"};
    struct fixture fixture;
    ISocket *near = NULL;
    uint16_t port;
    int listener = host_listen(&port);
    size_t i;

    (void)state;
    start(&fixture);
    for (i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
        assert_int_equal(machine_dial(&fixture, elsewhere[i], port, 300 * MS, &near), NET_E_UNREACHABLE);
    close(listener);
    end(&fixture);
}

static uint64_t frames_from(struct fixture *fixture)
{
    struct switch_conditions conditions;
    struct switch_counters counters;
    uint64_t seed;

    assert_int_equal(
        ISwitch_GetLink(fixture->at->object, "n1", SWITCH_FROM_NODE, &conditions, &counters, &seed), S_OK);
    return counters.frames;
}

static void machine_that_has_not_heard_of_the_end_may_go_on_sending(void **state)
{
    const struct switch_conditions deaf = {.loss = SWITCH_SHARE_ALL}, none = {.loss = 0};
    struct fixture fixture;
    uint8_t bytes[4 * 1460];
    uint64_t before, seed;
    ISocket *near;
    int fd = host_socket(), again = host_socket();

    (void)state;
    start(&fixture);
    fill_with_pattern(bytes, sizeof(bytes));
    assert_int_equal(host_connect(fd, fixture.port), 0);
    near = machine_accept(&fixture, 1);
    assert_int_equal(ISwitch_SetLink(fixture.at->object, "n1", SWITCH_TO_NODE, &deaf, 1, &seed), S_OK);
    close(fd);
    sleep_ms(20); /* the gateway has heard of it */
    before = frames_from(&fixture);
    assert_int_equal(send_bytes(near, bytes, sizeof(bytes)), S_OK);
    while (frames_from(&fixture) < before + 3) /* into a connection that is closed at the other end */
        sleep_ms(1);
    assert_int_equal(ISwitch_SetLink(fixture.at->object, "n1", SWITCH_TO_NODE, &none, 1, &seed), S_OK);
    assert_int_equal(host_connect(again, fixture.port), 0);
    (void)machine_accept(&fixture, 2);
    close(again);
    end(&fixture);
}

/* The end of a machine */

/* What is open is closed within a moment, and the port can be taken by others. */
static void expect_closed(struct fixture *fixture, int fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(fixture->port)};
    int thief = host_socket(), one = 1, waited_ms;
    char byte;

    assert_true(recv(fd, &byte, 1, 0) <= 0);
    assert_true(errno != EAGAIN);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
    for (waited_ms = 0; bind(thief, (const struct sockaddr *)&address, sizeof(address)) != 0; waited_ms++) {
        assert_true(waited_ms < LIMIT_MS);
        sleep_ms(1); /* it may be closed just behind the connection */
    }
    assert_int_equal(listen(thief, 1), 0);
    close(thief);
}

static void machine_that_vanishes_takes_its_connections_with_it_and_comes_back(void **state)
{
    struct fixture fixture;
    int fd = host_socket(), again = host_socket();

    (void)state;
    start(&fixture);
    assert_int_equal(host_connect(fd, fixture.port), 0);
    (void)machine_accept(&fixture, 1);
    socket_card_unplug(); /* nobody tells the switch */
    errno = 0;
    expect_closed(&fixture, fd);
    assert_false(is_present(fixture.at, "n1"));

    socket_card_plug("n1.card", "n1.port");
    wait_until_present(fixture.at, "n1", true);
    assert_int_equal(host_connect(again, fixture.port), 0); /* by the same port */
    (void)machine_accept(&fixture, 2);
    close(fd);
    close(again);
    end(&fixture);
}

static void detached_machine_is_closed_at_once(void **state)
{
    struct fixture fixture;
    int fd = host_socket(), late = host_socket();

    (void)state;
    start(&fixture);
    assert_int_equal(host_connect(fd, fixture.port), 0);
    (void)machine_accept(&fixture, 1);
    socket_card_unplug();
    assert_int_equal(ISwitch_Detach(fixture.at->object, "n1"), S_OK);
    assert_int_equal(host_connect(late, fixture.port), ECONNREFUSED);
    errno = 0;
    expect_closed(&fixture, fd);
    close(late);
    close(fd);
    end(&fixture);
}

/* Too many */

static uint32_t add_up(const uint8_t *bytes, size_t length, uint32_t sum)
{
    size_t i;

    for (i = 0; i < length; i++)
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    return sum;
}

static void put_checksum(uint8_t *at, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

/* The first segment of a connection from a port of 10.0.2.16 to one of this machine. */
static void make_opening(uint8_t frame[54], uint16_t from_port, uint16_t port)
{
    static const uint8_t head[34] = {
        0x52, 0x55, 10, 0,  2, 2, 0x52, 0x54, 0,  0x4D, 0x4C, 16, 0x08, 0x00, /* Ethernet */
        0x45, 0,    0,  40, 0, 1, 0x40, 0,    64, 6,    0,    0,  10,   0,    2, 16, 10, 0, 2, 2, /* IP */
    };
    uint8_t *tcp = frame + sizeof(head);

    memset(frame, 0, 54);
    memcpy(frame, head, sizeof(head));
    put_checksum(frame + 24, add_up(frame + 14, 20, 0));
    tcp[0] = (uint8_t)(from_port >> 8);
    tcp[1] = (uint8_t)from_port;
    tcp[2] = (uint8_t)(port >> 8);
    tcp[3] = (uint8_t)port;
    tcp[12] = 0x50;
    tcp[13] = 0x02;
    tcp[14] = 0x20;
    put_checksum(tcp + 16, add_up(tcp, 20, add_up(frame + 26, 8, 6 + 20)));
}

static int count_descriptors(void)
{
    int fd, count = 0;

    for (fd = 0; fd < 4096; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void machine_that_opens_connections_without_end_gets_a_limited_number(void **state)
{
    struct fixture fixture;
    struct raw_card flooder;
    int before, fd = host_socket();
    uint8_t frame[54], answer[FRAME_MAX];
    uint32_t number, answers = 0;
    uint16_t port;
    int listener = host_listen(&port);

    (void)state;
    start(&fixture);
    flooder = raw_card_plug(fixture.at, "n2", "10.0.2.16");
    wait_until_present(fixture.at, "n2", true);
    before = count_descriptors();
    for (number = 0; number < 2000; number++) {
        make_opening(frame, (uint16_t)(1024 + number), port);
        while (!raw_card_send(&flooder, frame, sizeof(frame)))
            sleep_ms(1);
        while (raw_card_receive(&flooder, answer, 0) >= 0)
            answers++;
    }
    while (raw_card_receive(&flooder, answer, 200) >= 0)
        answers++;
    assert_true(answers > 10); /* they do open some */
    assert_in_range(count_descriptors() - before, 50, GATEWAY_SOCKETS_MAX);
    assert_int_equal(host_connect(fd, fixture.port), 0); /* others go on */
    (void)machine_accept(&fixture, 1);

    raw_card_pull(&flooder);
    wait_until_present(fixture.at, "n2", false);
    for (number = 0; count_descriptors() > before + 8; number++) {
        assert_true(number < LIMIT_MS / 10);
        sleep_ms(10);
    }
    close(fd);
    close(listener);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_connection_waits_for_no_timer),
        cmocka_unit_test(forwarded_port_leads_into_the_machine),
        cmocka_unit_test(wanted_port_is_taken_if_it_is_free),
        cmocka_unit_test(ports_of_one_machine_are_limited),
        cmocka_unit_test(machine_reaches_ports_of_this_machine),
        cmocka_unit_test(machine_reaches_nothing_else),
        cmocka_unit_test(machine_that_has_not_heard_of_the_end_may_go_on_sending),
        cmocka_unit_test(machine_that_vanishes_takes_its_connections_with_it_and_comes_back),
        cmocka_unit_test(detached_machine_is_closed_at_once),
        cmocka_unit_test(machine_that_opens_connections_without_end_gets_a_limited_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
