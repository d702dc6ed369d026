/* What the tests of the namespace of nodes share: a node, a directory and a peer, in virtual time. */
#ifndef NET_FIXTURE_H
#define NET_FIXTURE_H

#include <cmocka_all.h>
#include <fake_world.h>
#include <sim.h>

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

static inline void begin_directory(struct fixture *f)
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

static inline void begin_on_switch(struct fixture *f, const char *name, const char *endpoint,
                                   const char *directory, const char *on_switch)
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

static inline void begin_with(struct fixture *f, const char *name, const char *endpoint,
                              const char *directory)
{
    begin_on_switch(f, name, endpoint, directory, NULL);
}

static inline void begin(struct fixture *f)
{
    begin_with(f, "n1", "tcp:127.0.0.1:4001", DIRECTORY_ENDPOINT);
}

static inline void end(struct fixture *f)
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

static inline HRESULT bind(struct fixture *f, const char *path)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = INamespace_Bind(f->net, path, 0, &object);

    assert_true(SUCCEEDED(hr) == !!object);
    return hr;
}

#endif
