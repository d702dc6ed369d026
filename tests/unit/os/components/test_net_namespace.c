/* The namespace of nodes: binding across them, and staying in the directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sim.h>
#include <fake_world.h>
#include <os/console.idl.h>

HRESULT net_namespace_component_main(INamespace *ns, IUnknown **out_object);
HRESULT directory_component_main(INamespace *ns, IUnknown **out_object);
HRESULT export_view_component_main(INamespace *ns, IUnknown **out_object);

#define DIRECTORY_ENDPOINT "tcp:127.0.0.1:4000"

struct fixture {
    INamespace *root;           /* of the node n1 that is tested */
    INamespace *directory_root; /* of the node that holds the directory */
    INamespace *n2_root;
    struct fake_node node;
    struct fake_node directory_node;
    struct fake_inode own_inode, n2_inode, n2_object;
    IDirectory *directory;
    IUnknown *n2_registration;
    INamespace *net;
    const char *pairs[5][2]; /* configuration of n1 */
};

static void begin_directory(struct fixture *f)
{
    static const char *const pairs[][2] = {{"directory", "self"}, {NULL, NULL}};
    COM_SCOPED(IConfig) config = fake_config_create(pairs);
    COM_SCOPED(IUnknown) object = NULL;
    uint64_t incarnation;

    fake_node_init(&f->directory_node);
    f->directory_root = fake_namespace_create();
    fake_register(f->directory_root, "rpc", &f->directory_node.ILocalNode_iface);
    fake_register(f->directory_root, "config", config);
    assert_int_equal(directory_component_main(f->directory_root, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IDirectory, (void **)&f->directory), S_OK);
    fake_register(f->directory_root, "directory", f->directory);

    fake_inode_init(&f->n2_inode, S_OK);
    fake_inode_init(&f->n2_object, S_OK);
    f->n2_root = fake_namespace_create();
    fake_register(f->n2_root, "object", &f->n2_object.INode_iface);
    assert_int_equal(IDirectory_Announce(f->directory, "n2", "tcp:127.0.0.1:4002", &f->n2_inode.INode_iface,
                                         &incarnation, &f->n2_registration),
                     S_OK);
}

static void begin_on_switch(struct fixture *f, const char *name, const char *endpoint, const char *directory,
                            const char *on_switch)
{
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(IUnknown) view = NULL;
    COM_SCOPED(IUnknown) object = NULL;

    assert_int_equal(sim_allocated(), 0);
    *f = (struct fixture){
        .pairs = {{"node", name}, {"endpoint", endpoint}, {"directory", directory}, {"switch", on_switch}}};
    begin_directory(f);
    fake_node_init(&f->node);
    f->node.peers[0] = (struct fake_peer){.endpoints = DIRECTORY_ENDPOINT, .root = f->directory_root};
    f->node.peers[1] = (struct fake_peer){.endpoints = "tcp:127.0.0.1:4002", .root = f->n2_root};
    f->node.peer_count = 2;

    fake_inode_init(&f->own_inode, S_OK);
    f->root = fake_namespace_create();
    fake_register(f->root, "rpc", &f->node.ILocalNode_iface);
    fake_register(f->root, "node", &f->own_inode.INode_iface);
    config = fake_config_create((const char *const(*)[2])f->pairs);
    fake_register(f->root, "config", config);
    assert_int_equal(export_view_component_main(f->root, &view), S_OK);
    fake_register(f->root, "export_view", view);
    assert_int_equal(net_namespace_component_main(f->root, &object), S_OK);
    fake_register(f->root, "net", object);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_INamespace, (void **)&f->net), S_OK);
}

static void begin_with(struct fixture *f, const char *name, const char *endpoint, const char *directory)
{
    begin_on_switch(f, name, endpoint, directory, NULL);
}

static void begin(struct fixture *f)
{
    begin_with(f, "n1", "tcp:127.0.0.1:4001", DIRECTORY_ENDPOINT);
}

static void end(struct fixture *f)
{
    if (f->node.job)
        IJob_Release(f->node.job);
    f->node.job = NULL;
    assert_int_equal(INamespace_Unregister(f->root, "export_view"), S_OK);
    assert_int_equal(INamespace_Unregister(f->root, "net"), S_OK);
    INamespace_Release(f->net);
    if (f->n2_registration)
        IUnknown_Release(f->n2_registration);
    assert_int_equal(ILocalNode_SetExportedRoot(&f->node.ILocalNode_iface, NULL), S_OK);
    INamespace_Release(f->root);
    INamespace_Release(f->n2_root);
    INamespace_Release(f->directory_root);
    IDirectory_Release(f->directory);
    fake_node_end(&f->node);
    fake_node_end(&f->directory_node);
    assert_int_equal(f->own_inode.refs.count, 1);
    assert_int_equal(f->n2_inode.refs.count, 1);
    assert_int_equal(sim_allocated(), 0);
}

static HRESULT bind(struct fixture *f, const char *path)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = INamespace_Bind(f->net, path, 0, &object);

    assert_true(SUCCEEDED(hr) == !!object);
    return hr;
}

static void path_leads_to_the_object_of_another_node(void **state)
{
    COM_SCOPED(IUnknown) object = NULL;
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(INamespace_Bind(f.net, "n2/object", 0, &object), S_OK);
    assert_ptr_equal(object, &f.n2_object.INode_iface);
    IUnknown_Release(object);
    object = NULL;
    assert_int_equal(INamespace_Bind(f.net, "n2", 0, &object), S_OK);
    assert_ptr_equal(object, f.n2_root);
    IUnknown_Release(object);
    object = NULL;
    assert_int_equal(INamespace_Bind(f.net, "", 0, &object), S_OK);
    assert_ptr_equal(object, f.net);

    assert_int_equal(bind(&f, "n2/nothing"), NS_E_NOT_FOUND);
    assert_int_equal(bind(&f, "n2/object/below"), NS_E_NOT_NAMESPACE);
    assert_int_equal(bind(&f, "n2//object"), NS_E_BAD_PATH);
    assert_int_equal(bind(&f, "n2/../n1"), NS_E_BAD_PATH);
    assert_int_equal(f.node.connect_count, 5); /* one for the directory: its proxy is kept */
    IUnknown_Release(object);
    object = NULL;
    end(&f);
}

static void own_name_leads_to_the_exported_view_without_a_connection(void **state)
{
    COM_SCOPED(IUnknown) object = NULL;
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(INamespace_Bind(f.net, "n1/node", 0, &object), S_OK);
    assert_ptr_equal(object, &f.own_inode.INode_iface);
    IUnknown_Release(object);
    object = NULL;
    assert_int_equal(INamespace_Bind(f.net, "n1", 0, &object), S_OK);
    assert_ptr_equal(object, f.node.exported_root);
    IUnknown_Release(object);
    object = NULL;
    assert_int_equal(bind(&f, "n1/net"), NS_E_NOT_FOUND);
    assert_int_equal(bind(&f, "n1/net/n2"), NS_E_NOT_FOUND);
    assert_int_equal(f.node.connect_count, 0);
    end(&f);
}

static void running_out_of_memory_fails_the_constructor_and_leaves_nothing(void **state)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = E_OUTOFMEMORY;
    struct fixture f;
    uint32_t nth;

    (void)state;
    begin(&f);
    for (nth = 1; FAILED(hr); nth++) {
        uint32_t allocated = sim_allocated();

        sim_fail_alloc(nth);
        hr = net_namespace_component_main(f.root, &object);
        sim_fail_alloc(0);
        if (FAILED(hr)) {
            assert_int_equal(hr, E_OUTOFMEMORY);
            assert_null(object);
            assert_int_equal(sim_allocated(), allocated);
        }
    }
    IUnknown_Release(object);
    object = NULL;
    end(&f);
}

static void unknown_gone_and_silent_nodes_are_told_apart(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(bind(&f, "n9/object"), NS_E_NOT_FOUND);
    assert_string_equal(com_error_detail(), "no node n9 in this cluster");
    assert_int_equal(bind(&f, "a-name-longer-than-any-node-can-have"), NS_E_NOT_FOUND);

    f.node.peers[1].root = NULL;
    f.node.peers[1].hr = NET_E_TIMEOUT;
    assert_int_equal(bind(&f, "n2/object"), NET_E_UNREACHABLE);
    assert_string_equal(com_error_detail(), "node n2 does not answer at tcp:127.0.0.1:4002");
    f.node.peers[1].hr = RPC_E_VERSION_MISMATCH;
    assert_int_equal(bind(&f, "n2/object"), RPC_E_VERSION_MISMATCH);

    IUnknown_Release(f.n2_registration);
    f.n2_registration = NULL;
    assert_int_equal(bind(&f, "n2/object"), NET_E_UNREACHABLE);
    assert_string_equal(com_error_detail(), "node n2 is gone");
    end(&f);
}

static void directory_that_does_not_answer_makes_nodes_unreachable(void **state)
{
    struct fixture f;
    char names[64];
    uint32_t length;

    (void)state;
    begin(&f);
    f.node.peers[0].root = NULL;
    f.node.peers[0].hr = NET_E_UNREACHABLE;
    assert_int_equal(bind(&f, "n2/object"), NET_E_UNREACHABLE);
    assert_string_equal(com_error_detail(), "no directory answers at " DIRECTORY_ENDPOINT);
    assert_int_equal(INamespace_List(f.net, "", sizeof(names), names, &length), NET_E_UNREACHABLE);

    f.node.peers[0].root = f.n2_root; /* a node, but not the one that holds the directory */
    assert_int_equal(bind(&f, "n2/object"), NET_E_UNREACHABLE);
    assert_string_equal(com_error_detail(), "the node at " DIRECTORY_ENDPOINT " holds no directory");
    end(&f);
}

static void lost_directory_is_connected_again(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(bind(&f, "n2/object"), S_OK);
    f.node.lost[0] = (IUnknown *)f.directory;
    f.node.lost_count = 1;
    f.node.connect_count = 0;
    assert_int_equal(bind(&f, "n2/object"), S_OK);
    assert_int_equal(f.node.connect_count, 2);
    end(&f);
}

/* A root whose calls fail with `hr` `failures` times, then go to `inner`. */
struct failing_root {
    INamespace INamespace_iface;
    struct com_refs refs;
    INamespace *inner;
    HRESULT hr;
    uint32_t failures;
    uint32_t calls;
};

static struct failing_root *impl_from_failing(INamespace *iface)
{
    return container_of(iface, struct failing_root, INamespace_iface);
}

static HRESULT failing_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t failing_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_failing(iface)->refs);
}

static uint32_t failing_Release(INamespace *iface)
{
    return com_refs_release(&impl_from_failing(iface)->refs);
}

static bool fails(struct failing_root *root)
{
    return root->calls++ < root->failures;
}

static HRESULT failing_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    struct failing_root *root = impl_from_failing(iface);

    return fails(root) ? root->hr : INamespace_Register(root->inner, path, object, flags);
}

static HRESULT failing_Unregister(INamespace *iface, const char *path)
{
    struct failing_root *root = impl_from_failing(iface);

    return fails(root) ? root->hr : INamespace_Unregister(root->inner, path);
}

static HRESULT failing_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct failing_root *root = impl_from_failing(iface);

    *out_object = NULL;
    return fails(root) ? root->hr : INamespace_Bind(root->inner, path, flags, out_object);
}

static HRESULT failing_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                            uint32_t *out_length)
{
    struct failing_root *root = impl_from_failing(iface);

    return fails(root) ? root->hr : INamespace_List(root->inner, after, capacity, names, out_length);
}

static const struct INamespaceVtbl failing_vtbl = {
    .QueryInterface = failing_QueryInterface,
    .AddRef = failing_AddRef,
    .Release = failing_Release,
    .Register = failing_Register,
    .Unregister = failing_Unregister,
    .Bind = failing_Bind,
    .List = failing_List,
};

static void bind_over_a_lost_connection_is_tried_once_more(void **state)
{
    struct failing_root root = {
        .INamespace_iface = {&failing_vtbl}, .refs = COM_REFS_INIT, .hr = RPC_E_DISCONNECTED, .failures = 1};
    struct fixture f;

    (void)state;
    begin(&f);
    root.inner = f.n2_root;
    f.node.peers[1].root = &root.INamespace_iface;
    f.node.lost[0] = (IUnknown *)&root.INamespace_iface;
    f.node.lost_count = 1;
    assert_int_equal(bind(&f, "n2/object"), S_OK);
    assert_int_equal(root.calls, 2);

    root.calls = 0;
    root.failures = 9;
    assert_int_equal(bind(&f, "n2/object"), NET_E_UNREACHABLE);
    assert_int_equal(root.calls, 2);
    assert_string_equal(com_error_detail(), "the connection to node n2 was lost");

    root.calls = 0; /* what the peer lost itself is the answer */
    f.node.lost_count = 0;
    assert_int_equal(bind(&f, "n2/object"), RPC_E_DISCONNECTED);
    assert_int_equal(root.calls, 1);
    assert_int_equal(root.refs.count, 1);
    end(&f);
}

static void registering_goes_to_the_node_once_and_never_into_net_itself(void **state)
{
    struct failing_root root = {
        .INamespace_iface = {&failing_vtbl}, .refs = COM_REFS_INIT, .hr = RPC_E_DISCONNECTED, .failures = 0};
    struct fixture f;
    IUnknown *object;

    (void)state;
    begin(&f);
    object = (IUnknown *)&f.n2_object.INode_iface;
    assert_int_equal(INamespace_Register(f.net, "n3", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.net, "", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(f.net, "n2"), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.net, "n2/other", object, 0), S_OK);
    assert_int_equal(bind(&f, "n2/other"), S_OK);
    assert_int_equal(INamespace_Register(f.net, "n2/other", object, 0), NS_E_EXISTS);
    assert_int_equal(INamespace_Unregister(f.net, "n2/other"), S_OK);
    assert_int_equal(INamespace_Register(f.net, "n1/net", object, 0), NS_E_READ_ONLY);

    root.inner = f.n2_root;
    root.failures = 9;
    f.node.peers[1].root = &root.INamespace_iface;
    f.node.lost[0] = (IUnknown *)&root.INamespace_iface;
    f.node.lost_count = 1;
    assert_int_equal(INamespace_Register(f.net, "n2/other", object, 0), NET_E_UNREACHABLE);
    assert_int_equal(root.calls, 1); /* it may have been executed */
    end(&f);
}

static void list_shows_nodes_as_namespaces(void **state)
{
    struct fixture f;
    char names[64];
    uint32_t length;

    (void)state;
    begin(&f);
    fake_node_run_job(&f.node);
    assert_int_equal(INamespace_List(f.net, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 8);
    assert_memory_equal(names, "n1/\0n2/", 8);
    assert_int_equal(INamespace_List(f.net, "", 7, names, &length), S_FALSE);
    assert_int_equal(length, 4);
    assert_int_equal(INamespace_List(f.net, "n1", 7, names, &length), S_OK);
    assert_memory_equal(names, "n2/", 4);
    end(&f);
}

/* A directory whose List answers what it likes. */
struct lying_directory {
    IDirectory IDirectory_iface;
    struct com_refs refs;
    const char *names;
    uint32_t length;
    uint32_t calls;
};

static struct lying_directory *impl_from_lying(IDirectory *iface)
{
    return container_of(iface, struct lying_directory, IDirectory_iface);
}

static HRESULT lying_QueryInterface(IDirectory *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDirectory, iid, out_object);
}

static uint32_t lying_AddRef(IDirectory *iface)
{
    return com_refs_add(&impl_from_lying(iface)->refs);
}

static uint32_t lying_Release(IDirectory *iface)
{
    return com_refs_release(&impl_from_lying(iface)->refs);
}

static HRESULT lying_List(IDirectory *iface, const char *after, uint32_t capacity, char *names,
                          uint32_t *out_length)
{
    struct lying_directory *directory = impl_from_lying(iface);

    (void)after;
    (void)capacity;
    assert_true(directory->calls++ < 100);
    memcpy(names, directory->names, directory->length);
    *out_length = directory->length;
    return S_FALSE;
}

static void directory_that_lies_ends_the_list_with_an_error(void **state)
{
    static const struct IDirectoryVtbl vtbl = {
        .QueryInterface = lying_QueryInterface,
        .AddRef = lying_AddRef,
        .Release = lying_Release,
        .List = lying_List,
    };
    static const struct {
        const char *names;
        uint32_t length;
    } lies[] = {
        {"n1\0n2", 6}, {"n2\0n1", 6}, {"n1", 2}, {"\0", 1}, {"abcdefghijklmnopqrstuvwxyz0123456", 34}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct lying_directory directory = {.IDirectory_iface = {&vtbl}, .refs = COM_REFS_INIT};
        struct fixture f;
        char names[64];
        uint32_t length;

        begin(&f);
        directory.names = lies[i].names;
        directory.length = lies[i].length;
        assert_int_equal(INamespace_Unregister(f.directory_root, "directory"), S_OK);
        fake_register(f.directory_root, "directory", &directory.IDirectory_iface);
        assert_int_equal(INamespace_List(f.net, "", sizeof(names), names, &length),
                         RPC_E_CLIENT_CANTUNMARSHAL_DATA);
        end(&f);
    }
}

/* ---- announcing ---- */

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
        cmocka_unit_test(path_leads_to_the_object_of_another_node),
        cmocka_unit_test(own_name_leads_to_the_exported_view_without_a_connection),
        cmocka_unit_test(running_out_of_memory_fails_the_constructor_and_leaves_nothing),
        cmocka_unit_test(unknown_gone_and_silent_nodes_are_told_apart),
        cmocka_unit_test(directory_that_does_not_answer_makes_nodes_unreachable),
        cmocka_unit_test(lost_directory_is_connected_again),
        cmocka_unit_test(bind_over_a_lost_connection_is_tried_once_more),
        cmocka_unit_test(registering_goes_to_the_node_once_and_never_into_net_itself),
        cmocka_unit_test(list_shows_nodes_as_namespaces),
        cmocka_unit_test(directory_that_lies_ends_the_list_with_an_error),
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
