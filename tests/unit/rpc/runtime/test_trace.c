/*
 * Calls as a node sees them end, and the trace that goes with them from node to node.
 */
#include "two_nodes.h"
#include <core/message.h>
#include <rpc/observe.idl.h>
#include <sim.h>

#define READ_BYTES 4096

typedef void body(struct two_nodes *nodes, ITracer *server, ITracer *client);

static ITracer *tracer_of(const struct test_node *node)
{
    IUnknown *object;
    ITracer *found;

    assert_int_equal(rpc_observe(node->node, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_ITracer, (void **)&found), S_OK);
    IUnknown_Release(object);
    return found;
}

static void run_body(void *argument)
{
    ITracer *server, *client;
    struct two_nodes nodes;

    two_nodes_start(&nodes);
    server = tracer_of(&nodes.server);
    client = tracer_of(&nodes.client);
    two_nodes_connect(&nodes);
    ((body *)argument)(&nodes, server, client);
    ITracer_Release(server);
    ITracer_Release(client);
    two_nodes_close(&nodes);
}

#define TEST(name)                                                                      \
    static void name##_body(struct two_nodes *nodes, ITracer *server, ITracer *client); \
    static void name(void **state)                                                      \
    {                                                                                   \
        uint64_t seed;                                                                  \
                                                                                        \
        (void)state;                                                                    \
        for (seed = 0; seed <= 50; seed++)                                              \
            sim_run(seed, run_body, (void *)name##_body);                               \
    }                                                                                   \
    static void name##_body(struct two_nodes *nodes, ITracer *server, ITracer *client)

static ITrace *trace(ITracer *tracer, void *object)
{
    ITrace *found;

    assert_int_equal(ITracer_Trace(tracer, (IUnknown *)object, &found), S_OK);
    return found;
}

struct seen {
    struct trace_call calls[TRACE_READ_MAX];
    uint8_t bytes[READ_BYTES];
    uint32_t count;
    uint32_t byte_count;
    uint64_t lost;
};

static HRESULT read_all(ITrace *from, struct seen *seen)
{
    return ITrace_Read(from, TRACE_READ_MAX, seen->calls, &seen->count, READ_BYTES, seen->bytes,
                       &seen->byte_count, &seen->lost);
}

TEST(call_is_seen_on_both_sides_as_one_trace)
{
    IProbe *probe = two_nodes_bind(nodes);
    ITrace *at_server = trace(server, NULL), *at_client = trace(client, NULL);
    struct seen served, made;
    int32_t value;

    assert_int_equal(IProbe_Increment(probe, 21, &value), S_OK);
    assert_int_equal(read_all(at_server, &served), S_OK);
    assert_int_equal(read_all(at_client, &made), S_OK);
    assert_int_equal(served.count, 1);
    assert_int_equal(made.count, 1);
    assert_true(served.calls[0].is_served);
    assert_false(made.calls[0].is_served);
    assert_true(com_guid_equal(&served.calls[0].trace, &made.calls[0].trace));
    assert_true(served.calls[0].parent == made.calls[0].span);
    assert_true(made.calls[0].parent == 0);
    assert_true(served.calls[0].span != made.calls[0].span);
    assert_true(com_guid_equal(&served.calls[0].iid, &IID_IProbe));
    assert_int_equal(served.calls[0].method, 4);
    assert_int_equal(served.calls[0].executed, RPC_EXECUTED_YES);
    assert_int_equal(served.calls[0].result, S_OK);
    assert_string_equal(served.calls[0].peer, "client");
    assert_string_equal(made.calls[0].peer, "server");

    /* Parameters {value = 21} and results {out_value = 22}, zigzag. */
    assert_int_equal(served.byte_count, 4);
    assert_memory_equal(served.bytes, "\x08\x2a\x10\x2c", 4);
    assert_int_equal(made.byte_count, 4);
    assert_memory_equal(made.bytes, served.bytes, 4);
    assert_int_equal(read_all(at_server, &served), S_OK);
    assert_int_equal(served.count, 0); /* what was read is not read again */

    ITrace_Release(at_server);
    ITrace_Release(at_client);
    IProbe_Release(probe);
}

/* A probe of the client, that the server calls back from its own. */
struct callback {
    struct test_probe mine;
    IProbe *seen_by_server;
};

static HRESULT call_back(struct test_probe *probe)
{
    return IProbe_Null(((struct callback *)probe->context)->seen_by_server);
}

TEST(what_is_called_on_behalf_of_a_call_names_it_as_its_parent)
{
    struct callback callback;
    IProbe *probe = two_nodes_bind(nodes);
    ITrace *at_server, *at_client;
    struct seen server_saw, client_saw;

    test_probe_init(&callback.mine);
    assert_int_equal(INamespace_Register(nodes->remote, "mine", (IUnknown *)&callback.mine.IProbe_iface, 0),
                     S_OK);
    assert_int_equal(com_bind(nodes->server.root, "mine", &IID_IProbe, (void **)&callback.seen_by_server),
                     S_OK);
    nodes->probe.on_null = call_back;
    nodes->probe.context = &callback;
    at_server = trace(server, NULL);
    at_client = trace(client, NULL);

    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(read_all(at_server, &server_saw), S_OK);
    assert_int_equal(read_all(at_client, &client_saw), S_OK);
    assert_int_equal(server_saw.count, 2); /* first what ended first: the call that it made */
    assert_int_equal(client_saw.count, 2);
    assert_false(server_saw.calls[0].is_served);
    assert_true(server_saw.calls[0].parent == server_saw.calls[1].span);
    assert_true(client_saw.calls[0].is_served);
    assert_true(client_saw.calls[0].parent == server_saw.calls[0].span);
    assert_true(server_saw.calls[1].parent == client_saw.calls[1].span);
    assert_true(com_guid_equal(&client_saw.calls[0].trace, &client_saw.calls[1].trace));
    assert_int_equal(client_saw.calls[0].depth, 1);

    /* A node that does not watch passes on what it was given. */
    ITrace_Release(at_server);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(read_all(at_client, &client_saw), S_OK);
    assert_int_equal(client_saw.count, 2);
    assert_true(client_saw.calls[0].parent == client_saw.calls[1].span);
    assert_true(com_guid_equal(&client_saw.calls[0].trace, &client_saw.calls[1].trace));

    ITrace_Release(at_client);
    IProbe_Release(callback.seen_by_server);
    assert_int_equal(INamespace_Unregister(nodes->remote, "mine"), S_OK);
    wait_until(&callback.mine.refs.count, 1);
    IProbe_Release(probe);
}

TEST(program_names_the_trace_of_its_calls)
{
    static const struct rpc_trace_context mine = {"0123456789abcde", 77};
    IProbe *probe = two_nodes_bind(nodes);
    ITrace *at_server = trace(server, NULL);
    struct seen served;
    GUID id;

    (void)client;
    rpc_iid_load(mine.id, &id);
    assert_null(rpc_set_trace(&mine));
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_ptr_equal(rpc_set_trace(NULL), &mine);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(read_all(at_server, &served), S_OK);
    assert_int_equal(served.count, 2);
    assert_true(com_guid_equal(&served.calls[0].trace, &id));
    assert_true(served.calls[0].parent == 77);
    assert_false(com_guid_equal(&served.calls[1].trace, &id));
    assert_true(served.calls[1].parent == 0);
    ITrace_Release(at_server);
    IProbe_Release(probe);
}

TEST(calls_of_other_objects_are_left_out)
{
    IProbe *probe = two_nodes_bind(nodes);
    ITrace *of_probe = trace(server, &nodes->probe.IProbe_iface),
           *of_root = trace(server, nodes->server.root);
    struct seen seen;
    char names[64];
    uint32_t length;

    (void)client;
    assert_int_equal(INamespace_List(nodes->remote, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(read_all(of_probe, &seen), S_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.lost, 0);
    assert_true(com_guid_equal(&seen.calls[0].iid, &IID_IProbe));
    assert_int_equal(read_all(of_root, &seen), S_OK);
    assert_int_equal(seen.count, 1);
    assert_true(com_guid_equal(&seen.calls[0].iid, &IID_INamespace));
    ITrace_Release(of_probe);
    ITrace_Release(of_root);
    IProbe_Release(probe);
}

static void calls_that_nobody_fetches_are_lost_and_counted_body(void *argument)
{
    struct two_nodes nodes;
    struct seen seen;
    ITracer *server;
    ITrace *at_server;
    IProbe *probe;
    uint32_t i, found = 0;
    uint64_t lost = 0;
    HRESULT hr = S_FALSE;

    (void)argument;
    two_nodes_start(&nodes);
    server = tracer_of(&nodes.server);
    two_nodes_connect(&nodes);
    probe = two_nodes_bind(&nodes);
    at_server = trace(server, NULL);
    for (i = 0; i < 1000; i++)
        assert_int_equal(IProbe_Null(probe), S_OK);
    while (hr == S_FALSE) {
        hr = read_all(at_server, &seen);
        assert_true(SUCCEEDED(hr));
        if (seen.count && lost)
            assert_int_equal(seen.lost, 0); /* only the oldest are lost */
        found += seen.count;
        lost += seen.lost;
    }
    assert_true(found > 10 && found < 1000);
    assert_int_equal(found + lost, 1000);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(read_all(at_server, &seen), S_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.lost, 0);
    ITrace_Release(at_server);
    ITracer_Release(server);
    IProbe_Release(probe);
    two_nodes_close(&nodes);
}

static void calls_that_nobody_fetches_are_lost_and_counted(void **state)
{
    (void)state;
    sim_run(0, calls_that_nobody_fetches_are_lost_and_counted_body, NULL);
}

TEST(messages_that_are_too_long_are_measured_but_not_kept)
{
    IProbe *probe = two_nodes_bind(nodes);
    ITrace *at_server = trace(server, NULL);
    uint8_t data[PORT_INLINE_REQUEST_BYTES + 1] = {1}, back[sizeof(data)];
    struct seen seen;

    (void)client;
    assert_int_equal(IProbe_Echo(probe, data, sizeof(data), back), S_OK);
    assert_int_equal(read_all(at_server, &seen), S_OK);
    assert_int_equal(seen.count, 1);
    assert_true(seen.calls[0].request_bytes > sizeof(data) && seen.calls[0].reply_bytes > sizeof(data));
    assert_int_equal(seen.calls[0].request_kept, 0);
    assert_int_equal(seen.calls[0].reply_kept, 0);
    assert_int_equal(seen.byte_count, 0);
    ITrace_Release(at_server);
    IProbe_Release(probe);
}

TEST(traces_begin_and_end_while_calls_run)
{
    IProbe *probe = two_nodes_bind(nodes);
    ITrace *traces[9];
    struct seen seen;
    uint32_t i;

    (void)client;
    for (i = 0; i < 8; i++)
        traces[i] = trace(server, NULL);
    assert_int_equal(ITracer_Trace(server, NULL, &traces[8]), RPC_E_OUT_OF_RESOURCES);
    assert_null(traces[8]);
    assert_int_equal(IProbe_Null(probe), S_OK);
    for (i = 0; i < 8; i++) {
        assert_int_equal(read_all(traces[i], &seen), S_OK);
        assert_int_equal(seen.count, 1);
        ITrace_Release(traces[i]);
    }
    assert_int_equal(IProbe_Null(probe), S_OK); /* nobody traces */
    traces[0] = trace(server, NULL);
    assert_int_equal(read_all(traces[0], &seen), S_OK);
    assert_int_equal(seen.count, 0);
    assert_int_equal(seen.lost, 0);
    ITrace_Release(traces[0]);
    IProbe_Release(probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_is_seen_on_both_sides_as_one_trace),
        cmocka_unit_test(what_is_called_on_behalf_of_a_call_names_it_as_its_parent),
        cmocka_unit_test(program_names_the_trace_of_its_calls),
        cmocka_unit_test(calls_of_other_objects_are_left_out),
        cmocka_unit_test(calls_that_nobody_fetches_are_lost_and_counted),
        cmocka_unit_test(messages_that_are_too_long_are_measured_but_not_kept),
        cmocka_unit_test(traces_begin_and_end_while_calls_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
