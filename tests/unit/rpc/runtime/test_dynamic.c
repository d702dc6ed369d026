/* Calls without generated proxies, and what a node says about its interfaces; two nodes in virtual time. */
#include "two_nodes.h"
#include <rpc/type_info.idl.h>
#include <rpc_dynamic.h>
#include <sim.h>
#include <wire_values.h>

HRESULT type_info_component_main(INamespace *ns, IUnknown **out_object);
extern const struct com_interface *const type_info_component_interfaces[];
extern const struct com_type_info IProbe_type_info; /* so that it is linked; that of INamespace is not */

typedef void body(struct two_nodes *nodes);

static void run_body(void *argument)
{
    struct two_nodes nodes;

    two_nodes_open(&nodes);
    ((body *)argument)(&nodes);
    two_nodes_close(&nodes);
}

static void run(body *run_it)
{
    uint64_t seed;

    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_body, (void *)run_it);
}

#define TEST(name)                                    \
    static void name##_body(struct two_nodes *nodes); \
    static void name(void **state)                    \
    {                                                 \
        (void)state;                                  \
        run(name##_body);                             \
    }                                                 \
    static void name##_body(struct two_nodes *nodes)

enum { PROBE_NULL = 3, PROBE_SLEEP = 5, PROBE_ECHO = 6, NAMESPACE_REGISTER = 3, NAMESPACE_BIND = 5 };

/* The server's probe as an object of which nothing is known. */
static IUnknown *bind_unknown(struct two_nodes *nodes, const char *name)
{
    IUnknown *object;

    assert_int_equal(INamespace_Bind(nodes->remote, name, 0, &object), S_OK);
    return object;
}

static HRESULT invoke(IUnknown *object, const IID *iid, uint32_t method, const struct wire_writer *writer,
                      const uint8_t *request, struct rpc_dynamic_reply *reply)
{
    struct rpc_dynamic_call call = {.object = object,
                                    .iid = iid,
                                    .method = method,
                                    .request = request,
                                    .request_bytes = writer ? (size_t)(writer->at - request) : 0};

    return rpc_dynamic_invoke(&call, reply);
}

TEST(bytes_go_there_and_back)
{
    IUnknown *object = bind_unknown(nodes, "probe");
    struct rpc_dynamic_reply reply;
    struct wire_reader reader;
    struct wire_writer writer;
    struct wire_bytes bytes;
    uint8_t request[64];
    uint32_t tag;

    wire_writer_init(&writer, request, sizeof(request));
    wire_put_bytes(&writer, 1, "hello", 5);
    wire_put_uint32(&writer, 2, 5);
    assert_int_equal(invoke(object, &IID_IProbe, PROBE_ECHO, &writer, request, &reply), S_OK);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
    wire_reader_init(&reader, (void *)(uintptr_t)reply.results, reply.results_bytes);
    assert_true(wire_next(&reader, &tag));
    assert_int_equal(tag, WIRE_TAG(3, WIRE_BYTES));
    bytes = wire_get_bytes(&reader);
    assert_int_equal(bytes.size, 5);
    assert_memory_equal(bytes.data, "hello", 5);
    rpc_dynamic_free(&reply);
    assert_int_equal(reply.results_bytes, 0);
    IUnknown_Release(object);
}

TEST(interfaces_go_in_and_come_out)
{
    struct test_probe own;
    IUnknown *given = (IUnknown *)&own.IProbe_iface, *found;
    struct rpc_dynamic_call call = {.object = (IUnknown *)nodes->remote, .iid = &IID_INamespace};
    struct rpc_dynamic_reply reply;
    struct wire_writer writer;
    uint8_t request[64];

    test_probe_init(&own);
    wire_writer_init(&writer, request, sizeof(request));
    wire_put_bytes(&writer, 1, "mine", 4);
    wire_put_uint32(&writer, 2, 1);
    call.method = NAMESPACE_REGISTER;
    call.request = request;
    call.request_bytes = (size_t)(writer.at - request);
    call.interfaces = &given;
    call.interface_count = 1;
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), S_OK);
    assert_int_equal(reply.interface_count, 0);
    rpc_dynamic_free(&reply);
    assert_int_equal(INamespace_Bind(nodes->server.root, "mine", 0, &found), S_OK);
    assert_int_equal(rpc_dynamic_query(found, &IID_IProbe), S_OK); /* a proxy to here */
    IUnknown_Release(found);

    /* What was given comes home as itself; what is not taken is released. */
    wire_writer_init(&writer, request, sizeof(request));
    wire_put_bytes(&writer, 1, "mine", 4);
    assert_int_equal(
        invoke((IUnknown *)nodes->remote, &IID_INamespace, NAMESPACE_BIND, &writer, request, &reply), S_OK);
    assert_int_equal(reply.interface_count, 1);
    assert_ptr_equal(reply.interfaces[0], given);
    rpc_dynamic_free(&reply);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "mine"), S_OK);
    wait_until(&own.refs.count, 1);

    wire_writer_init(&writer, request, sizeof(request));
    wire_put_bytes(&writer, 1, "probe", 5);
    assert_int_equal(
        invoke((IUnknown *)nodes->remote, &IID_INamespace, NAMESPACE_BIND, &writer, request, &reply), S_OK);
    found = COM_TAKE(reply.interfaces[0]);
    rpc_dynamic_free(&reply);
    assert_int_equal(invoke(found, &IID_IProbe, PROBE_NULL, NULL, NULL, &reply), S_OK);
    rpc_dynamic_free(&reply);
    assert_int_equal(nodes->probe.calls, 1);
    IUnknown_Release(found);
}

static HRESULT fail_with_detail(struct test_probe *probe)
{
    (void)probe;
    return com_fail(E_ACCESSDENIED, "the detail", NULL);
}

TEST(failures_are_those_of_any_call)
{
    IUnknown *object = bind_unknown(nodes, "probe");
    struct rpc_dynamic_call call = {
        .object = object, .iid = &IID_IProbe, .method = PROBE_SLEEP, .timeout_ms = 50};
    struct rpc_dynamic_reply reply;
    struct wire_writer writer;
    uint8_t request[16];
    int64_t begin_ns;

    nodes->probe.on_null = fail_with_detail;
    assert_int_equal(invoke(object, &IID_IProbe, PROBE_NULL, NULL, NULL, &reply), E_ACCESSDENIED);
    assert_string_equal(com_error_detail(), "the detail");
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
    assert_int_equal(reply.results_bytes, 0);
    assert_int_equal(invoke(object, &IID_IProbe, 99, NULL, NULL, &reply), RPC_E_INVALIDMETHOD);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(invoke(object, &IID_INamespace, NAMESPACE_BIND, NULL, NULL, &reply), E_NOINTERFACE);

    wire_writer_init(&writer, request, sizeof(request));
    wire_put_uint32(&writer, 1, 1000);
    call.request = request;
    call.request_bytes = (size_t)(writer.at - request);
    begin_ns = port_now_ns();
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), RPC_E_TIMEOUT);
    assert_true(port_now_ns() < begin_ns + 60 * MS);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    sim_sleep(2 * SECOND);
    IUnknown_Release(object);
}

TEST(what_cannot_be_sent_is_refused_before_it_is)
{
    static uint8_t large[PORT_MAX_MESSAGE_BYTES + 1];
    IUnknown *object = bind_unknown(nodes, "probe");
    IUnknown *many[RPC_CAPS_MAX + 1];
    struct rpc_dynamic_call call = {.object = object, .iid = &IID_IProbe, .method = PROBE_NULL};
    struct rpc_dynamic_reply reply;
    uint32_t i;

    for (i = 0; i <= RPC_CAPS_MAX; i++)
        many[i] = object;
    call.interfaces = many;
    call.interface_count = RPC_CAPS_MAX + 1;
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), RPC_E_OUT_OF_RESOURCES);
    call.interface_count = 0;
    call.request = large;
    call.request_bytes = sizeof(large);
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), RPC_E_OUT_OF_RESOURCES);
    call.request = NULL;
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), E_POINTER);
    call.request_bytes = 0;
    call.object = (IUnknown *)&nodes->probe.IProbe_iface;
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), E_NOTIMPL);
    assert_int_equal(nodes->probe.calls, 0);
    call.object = object;
    assert_int_equal(rpc_dynamic_invoke(&call, &reply), S_OK); /* and nothing is broken */
    rpc_dynamic_free(&reply);
    IUnknown_Release(object);
}

TEST(a_proxy_tells_where_it_leads)
{
    IUnknown *object = bind_unknown(nodes, "probe");
    char name[RPC_DYNAMIC_NAME_MAX + 1];
    INamespace *root;

    assert_int_equal(rpc_dynamic_node(object, name, &root), S_OK);
    assert_string_equal(name, "server");
    assert_ptr_equal(root, nodes->remote);
    INamespace_Release(root);
    assert_int_equal(rpc_dynamic_node((IUnknown *)nodes->client.root, name, &root), S_FALSE);
    assert_null(root);
    assert_int_equal(rpc_dynamic_query(object, &IID_IProbe), S_OK);
    assert_int_equal(rpc_dynamic_query(object, &IID_INamespace), E_NOINTERFACE);
    assert_int_equal(rpc_dynamic_query((IUnknown *)nodes->client.root, &IID_INamespace), S_OK);
    assert_int_equal(rpc_dynamic_query((IUnknown *)nodes->client.root, &IID_IProbe), E_NOINTERFACE);
    IUnknown_Release(object);

    rpc_node_stop(nodes->server.node);
    assert_int_equal(rpc_dynamic_query((IUnknown *)nodes->remote, &IID_IProbe), RPC_E_DISCONNECTED);
}

/* ---- types ---- */

/* The server gets the object "types", whose proxies the client knows. */
static ITypes *open_types(struct two_nodes *nodes)
{
    COM_SCOPED(IUnknown) object = NULL;
    ITypes *types;

    assert_int_equal(ILocalNode_AddInterfaces(nodes->server.node, type_info_component_interfaces), S_OK);
    assert_int_equal(ILocalNode_AddInterfaces(nodes->client.node, type_info_component_interfaces), S_OK);
    assert_int_equal(INamespace_Register(nodes->server.root, "rpc", (IUnknown *)nodes->server.node, 0), S_OK);
    assert_int_equal(type_info_component_main(nodes->server.root, &object), S_OK);
    assert_int_equal(INamespace_Register(nodes->server.root, "types", object, 0), S_OK);
    assert_int_equal(com_bind(nodes->remote, "types", &IID_ITypes, (void **)&types), S_OK);
    return types;
}

static void close_types(struct two_nodes *nodes, ITypes *types)
{
    ITypes_Release(types);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "types"), S_OK);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "rpc"), S_OK);
    sim_sleep(SECOND); /* the reference that the client had is given back */
}

TEST(interfaces_are_listed_in_pieces)
{
    ITypes *types = open_types(nodes);
    struct type_info_entry entries[3], one;
    uint32_t count, found = 0;
    IID after = {0};
    HRESULT hr;

    assert_int_equal(ITypes_List(types, &after, 3, entries, &count), S_OK);
    assert_int_equal(count, 3); /* though INamespace is in two tables */
    assert_int_equal(entries[0].size_bytes, 0);
    assert_string_equal(entries[0].name, "INamespace");
    assert_string_equal(entries[1].name, "ITypes");
    assert_string_equal(entries[2].name, "IProbe");
    assert_true(com_guid_equal(&entries[2].iid, &IID_IProbe));
    assert_int_equal(entries[2].size_bytes, IProbe_type_info.size_bytes);
    do {
        hr = ITypes_List(types, &after, 1, &one, &count);
        assert_int_equal(count, 1);
        assert_true(com_guid_equal(&one.iid, &entries[found].iid));
        after = one.iid;
        found++;
    } while (hr == S_FALSE);
    assert_int_equal(hr, S_OK);
    assert_int_equal(found, 3);
    assert_int_equal(ITypes_List(types, &after, 1, &one, &count), S_OK);
    assert_int_equal(count, 0);
    close_types(nodes, types);
}

TEST(type_information_is_read_in_pieces)
{
    uint8_t whole[8192], piece[7];
    ITypes *types = open_types(nodes);
    uint32_t length, total, offset = 0;

    assert_int_equal(ITypes_GetInterface(types, &IID_IProbe, 0, TYPE_INFO_SLICE_MAX, whole, &length, &total),
                     S_OK);
    assert_int_equal(total, IProbe_type_info.size_bytes);
    assert_int_equal(length, total);
    assert_memory_equal(whole, IProbe_type_info.bytes, total);
    do {
        assert_int_equal(
            ITypes_GetInterface(types, &IID_IProbe, offset, sizeof(piece), piece, &length, &total), S_OK);
        assert_memory_equal(piece, IProbe_type_info.bytes + offset, length);
        offset += length;
    } while (length == sizeof(piece));
    assert_int_equal(offset, total);
    assert_int_equal(
        ITypes_GetInterface(types, &IID_IProbe, 0xFFFFFFFF, sizeof(piece), piece, &length, &total), S_OK);
    assert_int_equal(length, 0);
    assert_int_equal(ITypes_GetInterface(types, &IID_INamespace, 0, 7, piece, &length, &total),
                     TYPE_INFO_E_LEFT_OUT);
    assert_int_equal(ITypes_GetInterface(types, &IID_IUnknown, 0, 7, piece, &length, &total), E_NOINTERFACE);
    close_types(nodes, types);
}

TEST(an_object_has_the_interfaces_it_says)
{
    ITypes *types = open_types(nodes);
    IUnknown *probe = bind_unknown(nodes, "probe");
    struct test_probe own;
    IID iids[2], after = {0};
    uint32_t count;

    assert_int_equal(ITypes_GetInterfacesOf(types, probe, &after, 2, iids, &count), S_OK);
    assert_int_equal(count, 1);
    assert_true(com_guid_equal(&iids[0], &IID_IProbe));
    assert_int_equal(ITypes_GetInterfacesOf(types, probe, &IID_IProbe, 2, iids, &count), S_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ITypes_GetInterfacesOf(types, (IUnknown *)nodes->remote, &after, 1, iids, &count),
                     S_FALSE);
    assert_int_equal(count, 1);
    assert_true(com_guid_equal(&iids[0], &IID_INamespace));
    assert_int_equal(ITypes_GetInterfacesOf(types, NULL, &after, 1, iids, &count), E_POINTER);
    test_probe_init(&own); /* of another node: it is asked over there */
    assert_int_equal(ITypes_GetInterfacesOf(types, (IUnknown *)&own.IProbe_iface, &after, 2, iids, &count),
                     S_OK);
    assert_int_equal(count, 1);
    wait_until(&own.refs.count, 1);
    IUnknown_Release(probe);
    close_types(nodes, types);
}

TEST(interfaces_that_go_are_gone)
{
    ITypes *types = open_types(nodes);
    struct type_info_entry entries[3];
    uint32_t count;
    IID after = {0};

    assert_int_equal(ILocalNode_RemoveInterfaces(nodes->server.node, probe_component_interfaces), S_OK);
    assert_int_equal(ITypes_List(types, &after, 3, entries, &count), S_OK);
    assert_int_equal(count, 2);
    close_types(nodes, types);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_there_and_back),
        cmocka_unit_test(interfaces_go_in_and_come_out),
        cmocka_unit_test(failures_are_those_of_any_call),
        cmocka_unit_test(what_cannot_be_sent_is_refused_before_it_is),
        cmocka_unit_test(a_proxy_tells_where_it_leads),
        cmocka_unit_test(interfaces_are_listed_in_pieces),
        cmocka_unit_test(type_information_is_read_in_pieces),
        cmocka_unit_test(an_object_has_the_interfaces_it_says),
        cmocka_unit_test(interfaces_that_go_are_gone),
    };

    return cmocka_run_group_tests_name("dynamic", tests, NULL, NULL);
}
