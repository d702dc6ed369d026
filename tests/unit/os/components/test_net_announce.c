/* The namespace of nodes: its node enters the directory, and stays in it. */
#include "net_fixture.h"
#include <os/console.idl.h>
#include <sim.h>
#include <string.h>

struct watcher {
    IClusterSink IClusterSink_iface;
    struct com_refs refs;
    uint32_t count;
    HRESULT result;
    uint64_t incarnation;
    char detail[COM_DETAIL_MAX + 1];
};

static struct watcher *impl_from_IClusterSink(IClusterSink *iface)
{
    return container_of(iface, struct watcher, IClusterSink_iface);
}

static HRESULT watcher_QueryInterface(IClusterSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IClusterSink, iid, out_object);
}

static uint32_t watcher_AddRef(IClusterSink *iface)
{
    return com_refs_add(&impl_from_IClusterSink(iface)->refs);
}

static uint32_t watcher_Release(IClusterSink *iface)
{
    return com_refs_release(&impl_from_IClusterSink(iface)->refs);
}

static HRESULT watcher_Announced(IClusterSink *iface, HRESULT result, uint64_t incarnation,
                                 const char *detail)
{
    struct watcher *watcher = impl_from_IClusterSink(iface);

    watcher->count++;
    watcher->result = result;
    watcher->incarnation = incarnation;
    strcpy(watcher->detail, detail);
    return S_OK;
}

static const struct IClusterSinkVtbl watcher_vtbl = {
    .QueryInterface = watcher_QueryInterface,
    .AddRef = watcher_AddRef,
    .Release = watcher_Release,
    .Announced = watcher_Announced,
};

static void watch(struct fixture *f, struct watcher *watcher)
{
    COM_SCOPED(ICluster) cluster = NULL;

    *watcher = (struct watcher){.IClusterSink_iface = {&watcher_vtbl}, .refs = COM_REFS_INIT};
    assert_int_equal(INamespace_QueryInterface(f->net, &IID_ICluster, (void **)&cluster), S_OK);
    assert_int_equal(ICluster_Watch(cluster, &watcher->IClusterSink_iface), S_OK);
}

static HRESULT look_up(struct fixture *f, const char *name)
{
    char endpoints[NODE_ENDPOINTS_MAX + 1];
    uint64_t incarnation;

    return IDirectory_Lookup(f->directory, name, endpoints, sizeof(endpoints), &incarnation);
}

static void node_enters_the_directory_and_says_so(void **state)
{
    struct watcher early, late;
    struct fixture f;

    (void)state;
    begin(&f);
    watch(&f, &early);
    assert_int_equal(early.count, 0);
    assert_int_equal(f.node.job_ns, f.node.now_ns);
    fake_node_run_job(&f.node);
    assert_int_equal(look_up(&f, "n1"), S_OK);
    assert_int_equal(early.count, 1);
    assert_int_equal(early.result, S_OK);
    assert_int_equal(early.incarnation, 1);
    assert_int_equal(f.node.incarnation, 1); /* its greetings say it from now on */

    watch(&f, &late);
    assert_int_equal(late.count, 1);
    assert_int_equal(late.incarnation, 1);
    assert_int_equal(early.refs.count, 1);

    assert_int_equal(f.node.job_ns, f.node.now_ns + INT64_C(500000000));
    fake_node_run_job(&f.node); /* nothing happened: nothing is said */
    assert_int_equal(late.count, 1);
    end(&f);
    assert_int_equal(late.refs.count, 1);
}

static void node_on_a_switch_is_found_there_first(void **state)
{
    static const char *const wanted = "switch-3f9a2c01:10.0.2.15:7000 tcp:127.0.0.1:4001";
    char endpoints[NODE_ENDPOINTS_MAX + 1];
    uint64_t incarnation;
    struct fixture f;

    (void)state;
    begin_on_switch(&f, "n1", "tcp:127.0.0.1:4001", DIRECTORY_ENDPOINT, "switch-3f9a2c01:10.0.2.15:7000");
    fake_node_run_job(&f.node);
    assert_int_equal(IDirectory_Lookup(f.directory, "n1", endpoints, sizeof(endpoints), &incarnation), S_OK);
    assert_string_equal(endpoints, wanted);
    end(&f);

    begin_on_switch(&f, "n1", NULL, DIRECTORY_ENDPOINT, "switch-3f9a2c01:10.0.2.15:7000");
    fake_node_run_job(&f.node);
    assert_int_equal(IDirectory_Lookup(f.directory, "n1", endpoints, sizeof(endpoints), &incarnation), S_OK);
    assert_string_equal(endpoints, "switch-3f9a2c01:10.0.2.15:7000");
    end(&f);
}

static void node_announces_itself_again_when_the_directory_was_lost(void **state)
{
    struct watcher watcher;
    struct fixture f;
    int64_t pause_ns = INT64_C(200000000);
    int i;

    (void)state;
    begin(&f);
    watch(&f, &watcher);
    f.node.peers[0].root = NULL;
    f.node.peers[0].hr = NET_E_UNREACHABLE;
    for (i = 0; i < 6; i++) {
        fake_node_run_job(&f.node);
        assert_int_equal(watcher.result, NET_E_UNREACHABLE);
        assert_string_equal(watcher.detail, "no directory answers at " DIRECTORY_ENDPOINT);
        assert_int_equal(f.node.job_ns, f.node.now_ns + pause_ns);
        pause_ns = pause_ns * 2 > INT64_C(2000000000) ? INT64_C(2000000000) : pause_ns * 2;
    }
    f.node.peers[0].root = f.directory_root;
    fake_node_run_job(&f.node);
    assert_int_equal(watcher.result, S_OK);
    assert_int_equal(look_up(&f, "n1"), S_OK);

    f.node.all_lost = true; /* the connection to the directory ends: the next look notices it */
    fake_node_run_job(&f.node);
    assert_int_equal(watcher.count, 8);
    assert_int_equal(watcher.result, S_OK);
    assert_int_equal(watcher.incarnation, 2);
    assert_int_equal(f.node.incarnation, 2);
    assert_int_equal(look_up(&f, "n1"), S_OK);
    fake_node_run_job(&f.node);
    assert_int_equal(watcher.count, 8);
    end(&f);
}

static void name_in_use_is_said_and_own_name_then_means_the_other_node(void **state)
{
    struct watcher watcher;
    struct fake_inode holder;
    IUnknown *registration;
    uint64_t incarnation;
    struct fixture f;

    (void)state;
    begin(&f);
    fake_inode_init(&holder, S_OK);
    assert_int_equal(IDirectory_Announce(f.directory, "n1", "tcp:127.0.0.1:4002", &holder.INode_iface,
                                         &incarnation, &registration),
                     S_OK);
    watch(&f, &watcher);
    fake_node_run_job(&f.node);
    assert_int_equal(watcher.result, NET_E_NAME_IN_USE);
    assert_string_equal(watcher.detail, "tcp:127.0.0.1:4002 has this name, tcp:127.0.0.1:4001 wants it");
    assert_int_equal(bind(&f, "n1/object"), S_OK); /* of the other */

    IUnknown_Release(registration); /* it leaves: the name is free */
    fake_node_run_job(&f.node);
    assert_int_equal(watcher.result, S_OK);
    assert_int_equal(watcher.incarnation, 2);
    assert_int_equal(bind(&f, "n1/node"), S_OK);
    end(&f);
}

/* A console that keeps what was written. */
struct fake_console {
    IConsole IConsole_iface;
    struct com_refs refs;
    char text[512];
};

static struct fake_console *impl_from_IConsole(IConsole *iface)
{
    return container_of(iface, struct fake_console, IConsole_iface);
}

static HRESULT fake_console_QueryInterface(IConsole *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IConsole, iid, out_object);
}

static uint32_t fake_console_AddRef(IConsole *iface)
{
    return com_refs_add(&impl_from_IConsole(iface)->refs);
}

static uint32_t fake_console_Release(IConsole *iface)
{
    return com_refs_release(&impl_from_IConsole(iface)->refs);
}

static HRESULT fake_console_Write(IConsole *iface, const uint8_t *text, uint32_t length)
{
    strncat(impl_from_IConsole(iface)->text, (const char *)text, length);
    return S_OK;
}

static const struct IConsoleVtbl fake_console_vtbl = {
    .QueryInterface = fake_console_QueryInterface,
    .AddRef = fake_console_AddRef,
    .Release = fake_console_Release,
    .Write = fake_console_Write,
};

static void console_gets_a_line_for_each_change(void **state)
{
    struct fake_console console = {.IConsole_iface = {&fake_console_vtbl}, .refs = COM_REFS_INIT};
    struct fixture f;

    (void)state;
    begin(&f);
    fake_register(f.root, "console", &console.IConsole_iface);
    f.node.peers[0].root = NULL;
    f.node.peers[0].hr = NET_E_UNREACHABLE;
    fake_node_run_job(&f.node);
    fake_node_run_job(&f.node);
    fake_node_run_job(&f.node);
    f.node.peers[0].root = f.directory_root;
    fake_node_run_job(&f.node);
    fake_node_run_job(&f.node);
    assert_string_equal(console.text, "not joined as n1: NET_E_UNREACHABLE no directory answers at "
                                      "tcp:127.0.0.1:4000\n"
                                      "joined as n1 (incarnation 1)\n");
    end(&f);
    assert_int_equal(console.refs.count, 1);
}

static void nameless_and_deaf_nodes_announce_nothing(void **state)
{
    struct fixture f;

    (void)state;
    begin_with(&f, NULL, NULL, DIRECTORY_ENDPOINT);
    assert_null(f.node.job);
    assert_int_equal(bind(&f, "n2/object"), S_OK);
    end(&f);
    begin_with(&f, "n1", NULL, DIRECTORY_ENDPOINT);
    assert_null(f.node.job);
    end(&f);
}

static void node_without_a_directory_is_a_cluster_of_one(void **state)
{
    struct fixture f;
    char names[64];
    uint32_t length;

    (void)state;
    begin_with(&f, "n1", "tcp:127.0.0.1:4001", NULL);
    assert_null(f.node.job);
    assert_int_equal(bind(&f, "n1/node"), S_OK);
    assert_int_equal(bind(&f, "n2/object"), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_List(f.net, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 4);
    assert_memory_equal(names, "n1/", 4);
    end(&f);
    begin_with(&f, NULL, NULL, NULL);
    assert_int_equal(INamespace_List(f.net, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_enters_the_directory_and_says_so),
        cmocka_unit_test(node_on_a_switch_is_found_there_first),
        cmocka_unit_test(node_announces_itself_again_when_the_directory_was_lost),
        cmocka_unit_test(name_in_use_is_said_and_own_name_then_means_the_other_node),
        cmocka_unit_test(console_gets_a_line_for_each_change),
        cmocka_unit_test(nameless_and_deaf_nodes_announce_nothing),
        cmocka_unit_test(node_without_a_directory_is_a_cluster_of_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
