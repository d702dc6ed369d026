/* The namespace of nodes: binding across them. */
#include "net_fixture.h"
#include <sim.h>
#include <string.h>

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
