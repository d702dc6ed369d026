/*
 * Several nodes in one process, over real sockets: names, nodes that come and go, a directory that restarts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <com_names.h>
#include <mmlite.h>
#include <os/file.idl.h>
#include <os/probe.idl.h>
#include <port.h>
#include <rpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static char host_endpoint[NET_ENDPOINT_MAX + 1];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/mmlite-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(host_endpoint, sizeof(host_endpoint), "unix:%s/host", folder);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"host", "n1", "n2", "data"};
    char path[128];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static HRESULT open_node(const char *name, const char *listen, const char *directory,
                         struct mmlite **out_node)
{
    HRESULT hr = mmlite_open(&(struct mmlite_options){.name = name, .listen = listen, .directory = directory},
                             out_node);

    if (FAILED(hr))
        print_message("%s: %s %s\n", name ? name : "client", mmlite_result_name(NULL, hr),
                      com_error_detail());
    return hr;
}

static struct mmlite *open_host(void)
{
    struct mmlite *host;

    assert_int_equal(open_node("host", host_endpoint, "self", &host), S_OK);
    return host;
}

/* A node of that name, on a unix socket of that name. */
static struct mmlite *open_named(const char *name)
{
    char listen[128];
    struct mmlite *node;

    snprintf(listen, sizeof(listen), "unix:%s/%s", folder, name);
    assert_int_equal(open_node(name, listen, host_endpoint, &node), S_OK);
    return node;
}

static struct mmlite *open_client(void)
{
    struct mmlite *client;

    assert_int_equal(open_node(NULL, NULL, host_endpoint, &client), S_OK);
    return client;
}

static void call_probe(struct mmlite *from, const char *path)
{
    COM_SCOPED(IProbe) probe = NULL;
    int32_t value = 0;

    assert_int_equal(mmlite_bind(from, path, &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_Increment(probe, 41, &value), S_OK);
    assert_int_equal(value, 42);
}

static void same_path_means_the_same_object_from_every_node(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    struct mmlite *const all[] = {host, n1, client};
    COM_SCOPED(IProbe) probe = NULL;
    uint64_t count;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        call_probe(all[i], "/net/n1/probe");
        call_probe(all[i], "/net/host/probe");
    }
    assert_int_equal(mmlite_bind(client, "/net/n1/probe", &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_GetCount(probe, &count), S_OK);
    assert_int_equal(count, 3);
    IProbe_Release(probe);
    probe = NULL;
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

static void nodes_say_who_they_are(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    COM_SCOPED(INode) node = NULL;
    char name[NODE_NAME_MAX + 1], system[64];

    (void)state;
    assert_int_equal(mmlite_bind(client, "/net/n1/node", &IID_INode, (void **)&node), S_OK);
    assert_int_equal(INode_Ping(node), S_OK);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, sizeof(system)), S_OK);
    assert_string_equal(name, "n1");
    assert_string_equal(system, "linux");
    INode_Release(node);
    node = NULL;
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

/* Lists as `ls -R` does; each name with its path and a space behind it. */
static void list_tree(INamespace *ns, const char *path, char *text, size_t capacity)
{
    char names[NAMESPACE_LIST_MAX], full[NAMESPACE_PATH_MAX + 1];
    uint32_t length = 0, at;

    assert_int_equal(INamespace_List(ns, "", sizeof(names), names, &length), S_OK);
    for (at = 0; at < length; at += strlen(names + at) + 1) {
        size_t used = strlen(text);
        int written = snprintf(full, sizeof(full), "%s/%s", path, names + at);

        assert_in_range(written, 1, sizeof(full) - 1);
        snprintf(text + used, capacity - used, "%s ", full);
        if (full[written - 1] == '/') {
            COM_SCOPED(INamespace) inner = NULL;

            names[at + strlen(names + at) - 1] = '\0';
            assert_int_equal(com_bind(ns, names + at, &IID_INamespace, (void **)&inner), S_OK);
            names[at + strlen(names + at)] = '/';
            full[written - 1] = '\0';
            list_tree(inner, full, text, capacity);
        }
    }
}

static void trees_of_all_nodes_are_listed_and_end(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    COM_SCOPED(INamespace) net = NULL;
    char text[2048] = "";

    (void)state;
    assert_int_equal(mmlite_bind(client, "/net", &IID_INamespace, (void **)&net), S_OK);
    list_tree(net, "/net", text, sizeof(text));
    assert_string_equal(text,
                        "/net/host/ /net/host/config /net/host/directory /net/host/files/ /net/host/node "
                        "/net/host/observe /net/host/policy /net/host/probe /net/host/rpc /net/host/types "
                        "/net/n1/ /net/n1/config /net/n1/files/ /net/n1/node /net/n1/observe /net/n1/policy "
                        "/net/n1/probe /net/n1/rpc /net/n1/types ");
    INamespace_Release(net);
    net = NULL;
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

static void unknown_names_are_told_apart_at_every_element(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    IProbe *probe;

    (void)state;
    assert_int_equal(mmlite_bind(client, "/nothing", &IID_IProbe, (void **)&probe), NS_E_NOT_FOUND);
    assert_int_equal(mmlite_bind(client, "/net/n9/probe", &IID_IProbe, (void **)&probe), NS_E_NOT_FOUND);
    assert_string_equal(com_error_detail(), "no node n9 in this cluster");
    assert_int_equal(mmlite_bind(client, "/net/n1/nothing", &IID_IProbe, (void **)&probe), NS_E_NOT_FOUND);
    assert_int_equal(mmlite_bind(client, "/net/n1/probe/x", &IID_IProbe, (void **)&probe),
                     NS_E_NOT_NAMESPACE);
    assert_int_equal(mmlite_bind(client, "/net/n1/../probe", &IID_IProbe, (void **)&probe), NS_E_BAD_PATH);
    assert_int_equal(mmlite_bind(client, "/net/n1/net", &IID_INamespace, (void **)&probe), NS_E_NOT_FOUND);
    assert_int_equal(mmlite_bind(client, "/net/n1/node", &IID_IProbe, (void **)&probe), E_NOINTERFACE);
    assert_null(probe);
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

static void name_that_is_used_twice_is_refused_with_both_endpoints(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *other, *client = open_client();
    char listen[128];

    (void)state;
    snprintf(listen, sizeof(listen), "unix:%s/n2", folder);
    assert_int_equal(open_node("n1", listen, host_endpoint, &other), NET_E_NAME_IN_USE);
    assert_null(other);
    assert_non_null(strstr(com_error_detail(), "/n1 has this name"));
    assert_non_null(strstr(com_error_detail(), "/n2 wants it"));
    call_probe(client, "/net/n1/probe");
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

/* Whether the client has read the node's farewell before it calls is up to the two threads; either way
 * nothing ran. */
static void assert_gone(IProbe *probe)
{
    int32_t value;
    HRESULT hr = IProbe_Increment(probe, 1, &value);

    assert_true(hr == RPC_E_DISCONNECTED || hr == RPC_E_SERVER_DIED_DNE);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
}

static void node_that_is_gone_is_unreachable_until_it_is_back(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    COM_SCOPED(IProbe) probe = NULL;
    IProbe *none;

    (void)state;
    assert_int_equal(mmlite_bind(client, "/net/n1/probe", &IID_IProbe, (void **)&probe), S_OK);
    mmlite_close(n1);
    assert_gone(probe);
    assert_int_equal(mmlite_bind(client, "/net/n1/probe", &IID_IProbe, (void **)&none), NET_E_UNREACHABLE);
    n1 = open_named("n1");
    call_probe(client, "/net/n1/probe");
    assert_gone(probe); /* dead references stay dead */
    IProbe_Release(probe);
    probe = NULL;
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

static void nodes_announce_themselves_again_when_the_directory_restarts(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    int64_t deadline_ns;
    IProbe *probe;
    HRESULT hr;

    (void)state;
    mmlite_close(host);
    assert_int_equal(mmlite_bind(client, "/net/n1/probe", &IID_IProbe, (void **)&probe), NET_E_UNREACHABLE);
    host = open_host();
    deadline_ns = port_now_ns() + 10000 * PORT_NS_PER_MS;
    do {
        hr = mmlite_bind(client, "/net/n1/probe", &IID_IProbe, (void **)&probe);
        if (FAILED(hr))
            usleep(50000);
    } while (FAILED(hr) && port_now_ns() < deadline_ns);
    assert_int_equal(hr, S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

static void node_reads_a_file_of_another(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1");
    COM_SCOPED(IFile) file = NULL;
    char path[128];
    uint8_t data[16];
    uint32_t length;
    FILE *stream;

    (void)state;
    snprintf(path, sizeof(path), "%s/data", folder);
    stream = fopen(path, "w");
    assert_non_null(stream);
    fputs("some bytes", stream);
    fclose(stream);
    assert_int_equal(mmlite_export(host, NULL, path), S_OK);
    assert_int_equal(mmlite_bind(n1, "/net/host/files/data", &IID_IFile, (void **)&file), S_OK);
    assert_int_equal(IFile_Read(file, 5, sizeof(data), data, &length), S_OK);
    assert_int_equal(length, 5);
    assert_memory_equal(data, "bytes", 5);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(IFile_Read(file, 0, sizeof(data), data, &length), OS_E_IO);
    assert_string_equal(com_error_detail(), "data: the file vanished");
    IFile_Release(file);
    file = NULL;
    mmlite_close(n1);
    mmlite_close(host);
}

static void object_of_one_node_is_registered_in_another(void **state)
{
    struct mmlite *host = open_host(), *n1 = open_named("n1"), *client = open_client();
    COM_SCOPED(IUnknown) probe = NULL;

    (void)state;
    assert_int_equal(mmlite_bind(n1, "/probe", &IID_IUnknown, (void **)&probe), S_OK);
    assert_int_equal(INamespace_Register(mmlite_root(n1), "/net/host/lent", probe, 0), S_OK);
    assert_int_equal(INamespace_Register(mmlite_root(n1), "/net/host/lent", probe, 0), NS_E_EXISTS);
    call_probe(client, "/net/host/lent");
    assert_int_equal(INamespace_Unregister(mmlite_root(n1), "/net/host/lent"), S_OK);
    assert_int_equal(INamespace_Register(mmlite_root(n1), "/net/n7", probe, 0), NS_E_READ_ONLY);
    IUnknown_Release(probe);
    probe = NULL;
    mmlite_close(client);
    mmlite_close(n1);
    mmlite_close(host);
}

static void opening_without_an_answer_says_where(void **state)
{
    struct mmlite *node = NULL;
    char expected[200];

    (void)state;
    assert_int_equal(open_node(NULL, NULL, host_endpoint, &node), NET_E_UNREACHABLE);
    assert_null(node);
    snprintf(expected, sizeof(expected), "no directory answers at %s", host_endpoint);
    assert_string_equal(com_error_detail(), expected);
    assert_int_equal(open_node("n1", "tcp:127.0.0.1:0", host_endpoint, &node), NET_E_UNREACHABLE);
    assert_int_equal(open_node(NULL, NULL, "nothing", &node), NET_E_BAD_ENDPOINT);
    assert_int_equal(open_node("n1", "nothing", "none", &node), NET_E_BAD_ENDPOINT);
}

static void malformed_names_are_refused(void **state)
{
    static const char *const names[] = {"", "N1", "n.1", "n/1", "n 1", "abcdefghijklmnopqrstuvwxyz012345"};
    struct mmlite *node;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(open_node(names[i], NULL, "none", &node), E_INVALIDARG);
        assert_string_equal(com_error_detail(), "a node's name is 1 to 31 of a-z 0-9 _ -");
    }
    assert_int_equal(open_node("abcdefghijklmnopqrstuvwxyz01234", NULL, "none", &node), S_OK);
    mmlite_close(node);
}

static void node_listens_at_several_endpoints_the_cheapest_first(void **state)
{
    struct mmlite *host, *client;
    char listen[200], expected[200];

    (void)state;
    snprintf(listen, sizeof(listen), "tcp:127.0.0.1:0 unix:%s/host", folder);
    assert_int_equal(open_node("host", listen, "self", &host), S_OK);
    snprintf(expected, sizeof(expected), "unix:%s/host tcp:127.0.0.1:", folder);
    assert_memory_equal(mmlite_endpoints(host), expected, strlen(expected));
    assert_int_equal(open_node(NULL, NULL, strstr(mmlite_endpoints(host), "tcp:"), &client), S_OK);
    call_probe(client, "/net/host/probe");
    mmlite_close(client);
    mmlite_close(host);
}

static void port_that_is_taken_fails_opening(void **state)
{
    struct mmlite *first, *second;
    char endpoint[NODE_ENDPOINTS_MAX + 1];

    (void)state;
    assert_int_equal(open_node("a", "tcp:127.0.0.1:0", "none", &first), S_OK);
    snprintf(endpoint, sizeof(endpoint), "%s", mmlite_endpoints(first));
    assert_int_equal(open_node("b", endpoint, "none", &second), NET_E_ADDRESS_IN_USE);
    assert_non_null(strstr(com_error_detail(), endpoint));
    mmlite_close(first);
}

#define NODES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODES_TEST(same_path_means_the_same_object_from_every_node),
        NODES_TEST(nodes_say_who_they_are),
        NODES_TEST(trees_of_all_nodes_are_listed_and_end),
        NODES_TEST(unknown_names_are_told_apart_at_every_element),
        NODES_TEST(name_that_is_used_twice_is_refused_with_both_endpoints),
        NODES_TEST(node_that_is_gone_is_unreachable_until_it_is_back),
        NODES_TEST(nodes_announce_themselves_again_when_the_directory_restarts),
        NODES_TEST(node_reads_a_file_of_another),
        NODES_TEST(object_of_one_node_is_registered_in_another),
        NODES_TEST(opening_without_an_answer_says_where),
        NODES_TEST(malformed_names_are_refused),
        NODES_TEST(node_listens_at_several_endpoints_the_cheapest_first),
        NODES_TEST(port_that_is_taken_fails_opening),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
