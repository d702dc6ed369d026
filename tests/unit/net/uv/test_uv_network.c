/* What the conformance suite of sockets does not reach: no descriptors left, and a listener that is slow. */
#include <conformance/connection.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv/uv_network.h>

enum { DESCRIPTORS = 256 };

/* Takes all descriptors that are left. */
static uint32_t exhaust(int *descriptors)
{
    uint32_t count = 0;

    while (count < DESCRIPTORS && (descriptors[count] = dup(0)) >= 0)
        count++;
    return count;
}

static int64_t processor_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void connection_without_a_descriptor_is_turned_away(void **state)
{
    int descriptors[DESCRIPTORS];
    struct connection at;
    int64_t used_ns;
    uint32_t count, received;
    char byte;

    open_network(&at, *state);
    count = exhaust(descriptors);
    close(descriptors[--count]); /* for who connects, none for who accepts */
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &at.near), S_OK);
    assert_int_equal(ISocket_Receive(at.near, &byte, 1, soon(), &received), NET_E_CLOSED);
    used_ns = processor_ns();
    assert_false(mailbox_wait(&at.mailbox, &at.mailbox.accepted, 1, 200 * MS));
    assert_true(processor_ns() - used_ns < 100 * MS); /* the loop does not spin */

    while (count)
        close(descriptors[--count]);
    ISocket_Release(at.near);
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &at.near), S_OK); /* all works again */
    assert_true(mailbox_wait(&at.mailbox, &at.mailbox.accepted, 1, LIMIT_NS));
    close_connection(&at);
}

/* ---- a connection that has ended at both sides ---- */

static HRESULT nobody_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t nobody_AddRef(INetworkSink *iface)
{
    (void)iface;
    return 1;
}

static HRESULT nobody_Ready(INetworkSink *iface)
{
    (void)iface;
    return S_OK;
}

/* Such a socket is there until whoever uses it has noticed; nobody watches it. */
static void ended_connection_that_nobody_watches_costs_nothing(void **state)
{
    static const struct INetworkSinkVtbl vtbl = {
        .QueryInterface = nobody_QueryInterface,
        .AddRef = nobody_AddRef,
        .Release = nobody_AddRef,
        .Ready = nobody_Ready,
    };
    INetworkSink nobody = {&vtbl};
    struct connection at;
    int64_t used_ns;

    open_connection(&at, *state);
    assert_int_equal(ISocket_Watch(at.near, &nobody), S_OK);
    assert_int_equal(ISocket_Watch(at.near, NULL), S_OK);
    assert_int_equal(ISocket_Shutdown(at.far), S_OK);
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    expect_end(at.near);
    used_ns = processor_ns();
    assert_false(mailbox_wait(&at.mailbox, &at.mailbox.accepted, 2, 200 * MS));
    assert_true(processor_ns() - used_ns < 100 * MS); /* the loop does not spin */
    close_connection(&at);
}

/* ---- a listener that is slow ---- */

enum { FILLING = 100 }; /* more than a queue takes */

static const char *unix_endpoint(void)
{
    static char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "unix:/tmp/mmlite-uv-%ld", (long)getpid());
    return endpoint;
}

/* Keeps the loop's thread busy, so that nobody accepts. */
struct stopper {
    INetworkSink INetworkSink_iface;
    struct mailbox *mailbox;
    uint32_t begun; /* (mailbox->lock) */
    uint32_t ended; /* (mailbox->lock) */
};

static HRESULT stopper_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t stopper_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct stopper, INetworkSink_iface)->mailbox->refs);
}

static uint32_t stopper_Release(INetworkSink *iface)
{
    return com_refs_release(&container_of(iface, struct stopper, INetworkSink_iface)->mailbox->refs);
}

static HRESULT stopper_Ready(INetworkSink *iface)
{
    struct stopper *stopper = container_of(iface, struct stopper, INetworkSink_iface);

    mailbox_count(stopper->mailbox, &stopper->begun);
    (void)mailbox_wait(stopper->mailbox, &stopper->ended, 1, LIMIT_NS);
    return S_OK;
}

struct dialling {
    INetwork *network;
    ISocket *socket;
    HRESULT hr;
};

static void dial(void *argument)
{
    struct dialling *dialling = argument;

    dialling->hr = INetwork_Connect(dialling->network, unix_endpoint(), soon(), &dialling->socket);
}

static void connecting_waits_while_the_listeners_queue_is_full(void **state)
{
    static const struct INetworkSinkVtbl vtbl = {
        .QueryInterface = stopper_QueryInterface,
        .AddRef = stopper_AddRef,
        .Release = stopper_Release,
        .Ready = stopper_Ready,
    };
    const struct network_kind kind = {.create = uv_network_create, .listen_at = unix_endpoint()};
    struct stopper stopper = {.INetworkSink_iface = {&vtbl}};
    struct dialling dialling = {0};
    ISocket *sockets[FILLING], *late;
    struct connection at;
    struct helper helper;
    int64_t deadline_ns;
    uint32_t i, count = 0;

    (void)state;
    open_network(&at, &kind);
    stopper.mailbox = &at.mailbox;
    assert_int_equal(INetwork_SetTimer(at.network, &stopper.INetworkSink_iface, port_now_ns()), S_OK);
    assert_true(mailbox_wait(&at.mailbox, &stopper.begun, 1, LIMIT_NS));
    for (i = 0; i < FILLING; i++)
        if (SUCCEEDED(INetwork_Connect(at.network, at.dial, NET_NO_WAIT, &sockets[count])))
            count++;
    assert_in_range(count, 1, FILLING - 1); /* the rest found the queue full */
    deadline_ns = port_now_ns() + 50 * MS;
    assert_int_equal(INetwork_Connect(at.network, at.dial, deadline_ns, &late), NET_E_UNREACHABLE);
    assert_true(port_now_ns() >= deadline_ns - MS);

    dialling.network = at.network;
    helper_start(&helper, &at.mailbox, dial, &dialling);
    assert_false(mailbox_wait(&at.mailbox, &helper.ended, 1, 50 * MS));
    mailbox_count(&at.mailbox, &stopper.ended);
    helper_join(&helper);
    assert_int_equal(dialling.hr, S_OK);
    ISocket_Release(dialling.socket);
    while (count)
        ISocket_Release(sockets[--count]);
    close_connection(&at);
}

int main(void)
{
    static const struct network_kind kind = {.create = uv_network_create, .listen_at = "tcp:127.0.0.1:0"};
    const struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connecting_waits_while_the_listeners_queue_is_full),
        cmocka_unit_test_prestate(ended_connection_that_nobody_watches_costs_nothing,
                                  (void *)(uintptr_t)&kind),
        cmocka_unit_test_prestate(connection_without_a_descriptor_is_turned_away, (void *)(uintptr_t)&kind),
    };

    if (setrlimit(RLIMIT_NOFILE, &limit))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
