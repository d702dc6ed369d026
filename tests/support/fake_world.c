/* See fake_world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "fake_world.h"

/* ---- a namespace ---- */

enum { OBJECTS_MAX = 100 };

struct fake_object {
    char name[NAMESPACE_NAME_MAX + 1];
    IUnknown *object;
};

struct fake_namespace {
    INamespace INamespace_iface;
    struct com_refs refs;
    struct fake_object objects[OBJECTS_MAX];
    uint32_t count;
};

static struct fake_namespace *impl_from_INamespace(INamespace *iface)
{
    return container_of(iface, struct fake_namespace, INamespace_iface);
}

static HRESULT fake_namespace_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t fake_namespace_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static uint32_t fake_namespace_Release(INamespace *iface)
{
    struct fake_namespace *ns = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&ns->refs);

    if (!left) {
        while (ns->count)
            IUnknown_Release(ns->objects[--ns->count].object);
        com_free(ns);
    }
    return left;
}

static struct fake_object *find_object(struct fake_namespace *ns, const char *name)
{
    uint32_t i;

    for (i = 0; i < ns->count; i++) {
        if (!strcmp(ns->objects[i].name, name))
            return &ns->objects[i];
    }
    return NULL;
}

static HRESULT fake_namespace_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    struct fake_namespace *ns = impl_from_INamespace(iface);
    struct fake_object *slot;

    (void)flags;
    if (!com_name_is_valid(path))
        return NS_E_BAD_PATH;
    if (find_object(ns, path))
        return NS_E_EXISTS;
    assert_true(ns->count < OBJECTS_MAX);
    slot = &ns->objects[ns->count++];
    strcpy(slot->name, path);
    slot->object = object;
    IUnknown_AddRef(object);
    return S_OK;
}

static HRESULT fake_namespace_Unregister(INamespace *iface, const char *path)
{
    struct fake_namespace *ns = impl_from_INamespace(iface);
    struct fake_object *slot = find_object(ns, path);
    IUnknown *object;

    if (!slot)
        return NS_E_NOT_FOUND;
    object = slot->object;
    *slot = ns->objects[--ns->count];
    IUnknown_Release(object);
    return S_OK;
}

static HRESULT fake_namespace_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    COM_SCOPED(INamespace) inner = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    struct fake_object *slot;
    const char *rest;
    HRESULT hr;

    *out_object = NULL;
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0])
        return INamespace_QueryInterface(iface, &IID_IUnknown, (void **)out_object);
    slot = find_object(impl_from_INamespace(iface), name);
    if (!slot)
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    if (!rest[0])
        return IUnknown_QueryInterface(slot->object, &IID_IUnknown, (void **)out_object);
    if (FAILED(IUnknown_QueryInterface(slot->object, &IID_INamespace, (void **)&inner)))
        return NS_E_NOT_NAMESPACE;
    return INamespace_Bind(inner, rest, flags, out_object);
}

static HRESULT fake_namespace_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                                   uint32_t *out_length)
{
    struct fake_namespace *ns = impl_from_INamespace(iface);
    struct com_name_list list;
    uint32_t i;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    for (i = 0; i < ns->count; i++) {
        COM_SCOPED(INamespace) inner = NULL;

        hr = IUnknown_QueryInterface(ns->objects[i].object, &IID_INamespace, (void **)&inner);
        com_name_list_add(&list, ns->objects[i].name, SUCCEEDED(hr));
    }
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl fake_namespace_vtbl = {
    .QueryInterface = fake_namespace_QueryInterface,
    .AddRef = fake_namespace_AddRef,
    .Release = fake_namespace_Release,
    .Register = fake_namespace_Register,
    .Unregister = fake_namespace_Unregister,
    .Bind = fake_namespace_Bind,
    .List = fake_namespace_List,
};

INamespace *fake_namespace_create(void)
{
    struct fake_namespace *ns = com_alloc(sizeof(*ns));

    assert_non_null(ns);
    memset(ns, 0, sizeof(*ns));
    ns->INamespace_iface.vtbl = &fake_namespace_vtbl;
    com_refs_init(&ns->refs);
    return &ns->INamespace_iface;
}

void fake_register(INamespace *ns, const char *name, void *object)
{
    assert_int_equal(INamespace_Register(ns, name, (IUnknown *)object, 0), S_OK);
}

uint32_t fake_references(void *object)
{
    IUnknown_AddRef((IUnknown *)object);
    return IUnknown_Release((IUnknown *)object);
}

/* ---- the runtime ---- */

static struct fake_node *impl_from_ILocalNode(ILocalNode *iface)
{
    return container_of(iface, struct fake_node, ILocalNode_iface);
}

static HRESULT fake_node_QueryInterface(ILocalNode *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_ILocalNode, offsetof(struct fake_node, ILocalNode_iface)},
        {&IID_IIncarnation, offsetof(struct fake_node, IIncarnation_iface)},
    };

    return com_query_table(impl_from_ILocalNode(iface), rows, sizeof(rows) / sizeof(rows[0]), iid,
                           out_object);
}

static uint32_t fake_node_AddRef(ILocalNode *iface)
{
    return com_refs_add(&impl_from_ILocalNode(iface)->refs);
}

static uint32_t fake_node_Release(ILocalNode *iface)
{
    return com_refs_release(&impl_from_ILocalNode(iface)->refs);
}

static HRESULT fake_node_Connect(ILocalNode *iface, const char *endpoints, int64_t deadline_ns,
                                 INamespace **out_root)
{
    struct fake_node *node = impl_from_ILocalNode(iface);
    uint32_t i;

    *out_root = NULL;
    node->connect_count++;
    assert_true(deadline_ns > node->now_ns);
    for (i = 0; i < node->peer_count; i++) {
        if (strcmp(node->peers[i].endpoints, endpoints))
            continue;
        if (!node->peers[i].root)
            return node->peers[i].hr;
        node->all_lost = false;
        *out_root = node->peers[i].root;
        INamespace_AddRef(*out_root);
        return S_OK;
    }
    return NET_E_UNREACHABLE;
}

static HRESULT fake_node_Listen(ILocalNode *iface, const char *endpoint, char *out_endpoint,
                                uint32_t capacity)
{
    struct fake_node *node = impl_from_ILocalNode(iface);

    (void)out_endpoint;
    (void)capacity;
    strcpy(node->listens_at, endpoint);
    return node->listen_hr;
}

static HRESULT fake_node_SetExportedRoot(ILocalNode *iface, INamespace *root)
{
    struct fake_node *node = impl_from_ILocalNode(iface);

    if (root)
        INamespace_AddRef(root);
    if (node->exported_root)
        INamespace_Release(node->exported_root);
    node->exported_root = root;
    return S_OK;
}

static HRESULT fake_node_AddInterfaces(ILocalNode *iface, const struct com_interface *const *table)
{
    (void)iface;
    (void)table;
    return S_OK;
}

static HRESULT fake_node_FindIn(ILocalNode *iface, const void *start, size_t size_bytes)
{
    (void)iface;
    (void)start;
    (void)size_bytes;
    return S_FALSE;
}

static HRESULT fake_node_IsConnected(ILocalNode *iface, IUnknown *object)
{
    struct fake_node *node = impl_from_ILocalNode(iface);
    uint32_t i;

    for (i = 0; i < node->lost_count; i++) {
        if (node->lost[i] == object)
            return S_FALSE;
    }
    return node->all_lost ? S_FALSE : S_OK;
}

static const char *fake_node_GetName(ILocalNode *iface)
{
    (void)iface;
    return "";
}

static int64_t fake_node_Now(ILocalNode *iface)
{
    return impl_from_ILocalNode(iface)->now_ns;
}

static HRESULT fake_node_Schedule(ILocalNode *iface, IJob *job, int64_t deadline_ns)
{
    struct fake_node *node = impl_from_ILocalNode(iface);

    IJob_AddRef(job);
    if (node->job)
        IJob_Release(node->job);
    node->job = job;
    node->job_ns = deadline_ns;
    return S_OK;
}

static HRESULT fake_node_Sleep(ILocalNode *iface, int64_t deadline_ns)
{
    impl_from_ILocalNode(iface)->now_ns = deadline_ns;
    return S_OK;
}

static const struct ILocalNodeVtbl fake_node_vtbl = {
    .QueryInterface = fake_node_QueryInterface,
    .AddRef = fake_node_AddRef,
    .Release = fake_node_Release,
    .Connect = fake_node_Connect,
    .Listen = fake_node_Listen,
    .SetExportedRoot = fake_node_SetExportedRoot,
    .AddInterfaces = fake_node_AddInterfaces,
    .RemoveInterfaces = fake_node_AddInterfaces,
    .FindIn = fake_node_FindIn,
    .IsConnected = fake_node_IsConnected,
    .GetName = fake_node_GetName,
    .Now = fake_node_Now,
    .Schedule = fake_node_Schedule,
    .Sleep = fake_node_Sleep,
};

static struct fake_node *impl_from_IIncarnation(IIncarnation *iface)
{
    return container_of(iface, struct fake_node, IIncarnation_iface);
}

static HRESULT fake_incarnation_QueryInterface(IIncarnation *iface, const IID *iid, void **out_object)
{
    return fake_node_QueryInterface(&impl_from_IIncarnation(iface)->ILocalNode_iface, iid, out_object);
}

static uint32_t fake_incarnation_AddRef(IIncarnation *iface)
{
    return com_refs_add(&impl_from_IIncarnation(iface)->refs);
}

static uint32_t fake_incarnation_Release(IIncarnation *iface)
{
    return com_refs_release(&impl_from_IIncarnation(iface)->refs);
}

static HRESULT fake_incarnation_Set(IIncarnation *iface, uint64_t incarnation)
{
    impl_from_IIncarnation(iface)->incarnation = incarnation;
    return S_OK;
}

static uint64_t fake_incarnation_Get(IIncarnation *iface)
{
    return impl_from_IIncarnation(iface)->incarnation;
}

static const struct IIncarnationVtbl fake_incarnation_vtbl = {
    .QueryInterface = fake_incarnation_QueryInterface,
    .AddRef = fake_incarnation_AddRef,
    .Release = fake_incarnation_Release,
    .Set = fake_incarnation_Set,
    .Get = fake_incarnation_Get,
};

void fake_node_init(struct fake_node *node)
{
    memset(node, 0, sizeof(*node));
    node->ILocalNode_iface.vtbl = &fake_node_vtbl;
    node->IIncarnation_iface.vtbl = &fake_incarnation_vtbl;
    com_refs_init(&node->refs);
    node->now_ns = INT64_C(1000000000);
}

void fake_node_end(struct fake_node *node)
{
    if (node->job)
        IJob_Release(node->job);
    node->job = NULL;
    assert_int_equal(fake_node_SetExportedRoot(&node->ILocalNode_iface, NULL), S_OK);
    assert_int_equal(node->refs.count, 1);
}

void fake_node_run_job(struct fake_node *node)
{
    IJob *job = node->job;

    assert_non_null(job);
    node->job = NULL;
    if (node->job_ns > node->now_ns)
        node->now_ns = node->job_ns;
    assert_int_equal(IJob_Run(job), S_OK);
    IJob_Release(job);
}

/* ---- what the node was started with ---- */

struct fake_config {
    IConfig IConfig_iface;
    struct com_refs refs;
    const char *const (*pairs)[2];
};

static struct fake_config *impl_from_IConfig(IConfig *iface)
{
    return container_of(iface, struct fake_config, IConfig_iface);
}

static HRESULT fake_config_QueryInterface(IConfig *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IConfig, iid, out_object);
}

static uint32_t fake_config_AddRef(IConfig *iface)
{
    return com_refs_add(&impl_from_IConfig(iface)->refs);
}

static uint32_t fake_config_Release(IConfig *iface)
{
    struct fake_config *config = impl_from_IConfig(iface);
    uint32_t left = com_refs_release(&config->refs);

    if (!left)
        com_free(config);
    return left;
}

static HRESULT fake_config_Get(IConfig *iface, const char *key, char *value, uint32_t capacity)
{
    const char *const(*pair)[2];

    for (pair = impl_from_IConfig(iface)->pairs; (*pair)[0]; pair++) {
        if (strcmp((*pair)[0], key) || !(*pair)[1])
            continue;
        if (strlen((*pair)[1]) >= capacity)
            return E_INVALIDARG;
        strcpy(value, (*pair)[1]);
        return S_OK;
    }
    return NS_E_NOT_FOUND;
}

static const struct IConfigVtbl fake_config_vtbl = {
    .QueryInterface = fake_config_QueryInterface,
    .AddRef = fake_config_AddRef,
    .Release = fake_config_Release,
    .Get = fake_config_Get,
};

IConfig *fake_config_create(const char *const (*pairs)[2])
{
    struct fake_config *config = com_alloc(sizeof(*config));

    assert_non_null(config);
    config->IConfig_iface.vtbl = &fake_config_vtbl;
    com_refs_init(&config->refs);
    config->pairs = pairs;
    return &config->IConfig_iface;
}

/* ---- a node as others see it ---- */

static struct fake_inode *impl_from_INode(INode *iface)
{
    return container_of(iface, struct fake_inode, INode_iface);
}

static HRESULT fake_inode_QueryInterface(INode *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INode, iid, out_object);
}

static uint32_t fake_inode_AddRef(INode *iface)
{
    return com_refs_add(&impl_from_INode(iface)->refs);
}

static uint32_t fake_inode_Release(INode *iface)
{
    return com_refs_release(&impl_from_INode(iface)->refs);
}

static HRESULT fake_inode_Ping(INode *iface)
{
    struct fake_inode *inode = impl_from_INode(iface);

    inode->ping_count++;
    inode->ping_deadline_ns = rpc_get_deadline();
    if (inode->on_ping)
        inode->on_ping(inode->context);
    return inode->ping_hr;
}

static HRESULT fake_inode_GetInfo(INode *iface, char *name, uint32_t name_capacity, char *system,
                                  uint32_t system_capacity)
{
    (void)iface;
    (void)name;
    (void)name_capacity;
    (void)system;
    (void)system_capacity;
    return E_NOTIMPL;
}

static const struct INodeVtbl fake_inode_vtbl = {
    .QueryInterface = fake_inode_QueryInterface,
    .AddRef = fake_inode_AddRef,
    .Release = fake_inode_Release,
    .Ping = fake_inode_Ping,
    .GetInfo = fake_inode_GetInfo,
};

void fake_inode_init(struct fake_inode *inode, HRESULT ping_hr)
{
    memset(inode, 0, sizeof(*inode));
    inode->INode_iface.vtbl = &fake_inode_vtbl;
    com_refs_init(&inode->refs);
    inode->ping_hr = ping_hr;
}
