/* The node object: its life, its interfaces, and the network's timer. */
#include "observe.h"
#include "view.h"
#include <com/namespace.idl.h>
#include <string.h>

/* ---- interfaces ---- */

const struct com_interface *rpc__node_interface(struct rpc_node *node, const IID *iid)
{
    const struct com_interface *const *row;
    uint32_t i;

    for (i = 0; i < node->table_count; i++)
        for (row = node->tables[i]; *row; row++)
            if (com_guid_equal((*row)->iid, iid))
                return *row;
    return NULL;
}

bool rpc__node_knows(struct rpc_node *node, const IID *iid)
{
    bool known;

    port_mutex_lock(&node->lock);
    known = rpc__node_interface(node, iid) != NULL;
    port_mutex_unlock(&node->lock);
    return known;
}

/* ---- the network's timer ---- */

void rpc__node_service_by(struct rpc_node *node, int64_t when_ns)
{
    bool earlier;

    port_mutex_lock(&node->work_lock);
    earlier = when_ns < node->service_ns && !node->stopping;
    if (earlier)
        node->service_ns = when_ns;
    port_mutex_unlock(&node->work_lock);
    while (earlier) {
        com_ignore(
            INetwork_SetTimer(node->network, &node->timer_iface, when_ns)); /* a running timer cannot fail */
        port_mutex_lock(&node->work_lock);
        earlier = node->service_ns < when_ns; /* somebody's that was set meanwhile, and that ours replaced */
        when_ns = node->service_ns;
        if (node->stopping && !earlier) { /* rpc_node_stop may have taken it back before we set it */
            earlier = true;
            node->service_ns = PORT_FOREVER;
            when_ns = PORT_FOREVER;
        }
        port_mutex_unlock(&node->work_lock);
        if (when_ns == PORT_FOREVER && earlier) {
            com_ignore(INetwork_SetTimer(node->network, &node->timer_iface, PORT_FOREVER)); /* cannot fail */
            return;
        }
    }
}

static struct rpc_node *impl_from_timer(INetworkSink *iface)
{
    return container_of(iface, struct rpc_node, timer_iface);
}

static HRESULT timer_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t timer_AddRef(INetworkSink *iface)
{
    return com_refs_add(&impl_from_timer(iface)->refs);
}

static uint32_t timer_Release(INetworkSink *iface)
{
    struct rpc_node *node = impl_from_timer(iface);
    uint32_t before = __atomic_load_n(&node->refs.count, __ATOMIC_RELAXED);

    rpc__node_release(node);
    return before - 1;
}

uint32_t rpc__node_take_links(struct rpc_node *node, struct rpc_link **links)
{
    struct rpc_link *link;
    uint32_t count = 0;

    port_mutex_lock(&node->lock);
    for (link = node->links; link && count < PORT_MAX_LINKS; link = link->next) {
        rpc__link_addref(link);
        links[count++] = link;
    }
    port_mutex_unlock(&node->lock);
    return count;
}

static HRESULT timer_Ready(INetworkSink *iface)
{
    struct rpc_node *node = impl_from_timer(iface);
    struct rpc_link *links[PORT_MAX_LINKS];
    int64_t next_ns = PORT_FOREVER, lease_ns;
    uint32_t i, count;

    port_mutex_lock(&node->work_lock);
    node->service_ns = PORT_FOREVER;
    port_mutex_unlock(&node->work_lock);
    count = rpc__node_take_links(node, links);
    for (i = 0; i < count; i++) {
        int64_t link_ns = rpc__link_service(links[i], port_now_ns());

        if (link_ns < next_ns)
            next_ns = link_ns;
        rpc__link_release(links[i]);
    }
    lease_ns = rpc__leases_service(node, port_now_ns());
    rpc__node_service_by(node, lease_ns < next_ns ? lease_ns : next_ns);
    return S_OK;
}

static const struct INetworkSinkVtbl timer_vtbl = {
    .QueryInterface = timer_QueryInterface,
    .AddRef = timer_AddRef,
    .Release = timer_Release,
    .Ready = timer_Ready,
};

/* ---- ILocalNode ---- */

static const struct ILocalNodeVtbl node_vtbl;

static struct rpc_node *impl_from_ILocalNode(ILocalNode *iface)
{
    assert(iface->vtbl == &node_vtbl);
    return container_of(iface, struct rpc_node, ILocalNode_iface);
}

struct rpc_node *rpc__node_of(ILocalNode *iface)
{
    return impl_from_ILocalNode(iface);
}

static HRESULT node_QueryInterface(ILocalNode *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_ILocalNode, offsetof(struct rpc_node, ILocalNode_iface)},
        {&IID_IInterfaceTable, offsetof(struct rpc_node, IInterfaceTable_iface)},
        {&IID_IViews, offsetof(struct rpc_node, IViews_iface)},
        {&IID_IIncarnation, offsetof(struct rpc_node, IIncarnation_iface)},
        {&IID_IActivations, offsetof(struct rpc_node, IActivations_iface)},
    };

    return com_query_table(impl_from_ILocalNode(iface), rows, sizeof(rows) / sizeof(rows[0]), iid,
                           out_object);
}

static uint32_t node_AddRef(ILocalNode *iface)
{
    return com_refs_add(&impl_from_ILocalNode(iface)->refs);
}

static void destroy_node(struct rpc_node *node)
{
    size_t i;

    if (node->exported_root)
        INamespace_Release(node->exported_root);
    for (i = 0; i < node->transport_count; i++)
        ITransport_Release(node->transports[i].transport);
    INetwork_Release(node->network);
    if (node->observer)
        node->observer->destroy(node->observer);
    if (node->introducer)
        node->introducer->destroy(node->introducer);
    rpc__view_destroy(node);
    port_condition_destroy(&node->work_ready);
    port_condition_destroy(&node->ending);
    port_condition_destroy(&node->dial_ended);
    port_mutex_destroy(&node->work_lock);
    port_mutex_destroy(&node->lock);
    port_free(node->transports);
    port_free(node->task_memory);
    port_free(node);
}

static uint32_t node_Release(ILocalNode *iface)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    uint32_t left = com_refs_release(&node->refs);

    if (!left)
        destroy_node(node);
    return left;
}

void rpc__node_addref(struct rpc_node *node)
{
    (void)node_AddRef(&node->ILocalNode_iface);
}

void rpc__node_release(struct rpc_node *node)
{
    (void)node_Release(&node->ILocalNode_iface);
}

static HRESULT node_Connect(ILocalNode *iface, const char *endpoints, int64_t deadline_ns,
                            INamespace **out_root)
{
    return rpc__node_connect(impl_from_ILocalNode(iface), endpoints, deadline_ns, out_root);
}

static HRESULT node_Listen(ILocalNode *iface, const char *endpoint, char *out_endpoint, uint32_t capacity)
{
    return rpc__node_listen(impl_from_ILocalNode(iface), endpoint, out_endpoint, capacity);
}

static HRESULT node_SetExportedRoot(ILocalNode *iface, INamespace *root)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    INamespace *before;

    if (root)
        INamespace_AddRef(root);
    port_mutex_lock(&node->lock);
    before = node->exported_root;
    node->exported_root = root;
    port_mutex_unlock(&node->lock);
    if (before)
        INamespace_Release(before);
    return S_OK;
}

static HRESULT node_AddInterfaces(ILocalNode *iface, const struct com_interface *const *table)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    HRESULT hr = S_OK;
    uint32_t i;

    if (!table)
        return E_POINTER;
    port_mutex_lock(&node->lock);
    for (i = 0; i < node->table_count && node->tables[i] != table; i++)
        ;
    if (i == RPC_MAX_TABLES) {
        hr = com_fail(RPC_E_OUT_OF_RESOURCES, "a node knows the interfaces of 96 components at most", NULL);
    } else if (i == node->table_count) {
        node->tables[i] = table;
        node->table_count++;
    }
    port_mutex_unlock(&node->lock);
    return hr;
}

/* Whether an interface is one of a table. */
static bool is_of_table(const struct com_interface *interface, const struct com_interface *const *table)
{
    while (*table && *table != interface)
        table++;
    return interface && *table;
}

bool rpc__import_uses_table(const struct rpc_import *import, const struct com_interface *const *table)
{
    const struct rpc_proxy *proxy;

    for (proxy = import->identity.next; proxy; proxy = proxy->next)
        if (is_of_table(proxy->interface, table))
            return true;
    return false;
}

/*
 * Looks for proxies of a table, and for calls that run in one of its stubs (perhaps on an object of another
 * component: an interface that several bring has one stub). (node->lock and link->lock held)
 */
static bool uses_table(const struct rpc_link *link, const struct com_interface *const *table)
{
    const struct rpc_imports *imports = &link->session.imports;
    const struct rpc_import_entry *entry;
    const struct rpc_incoming *call;
    uint16_t i;

    for (call = link->running; call; call = call->next)
        if (is_of_table(call->interface, table))
            return true;

    for (i = 0; i < imports->bucket_count; i++)
        for (entry = imports->buckets[i]; entry; entry = entry->next)
            if (rpc__import_uses_table((const struct rpc_import *)(const void *)entry, table))
                return true;
    return false;
}

/* Makes exports ask their objects again. (node->lock and link->lock held) */
static void forget_table(struct rpc_link *link, const struct com_interface *const *table)
{
    struct rpc_exports *exports = &link->session.exports;
    uint16_t i;

    for (i = 0; i < exports->used; i++)
        if (is_of_table(exports->entries[i].interface, table))
            exports->entries[i].interface = NULL;
}

static HRESULT node_RemoveInterfaces(ILocalNode *iface, const struct com_interface *const *table)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    const struct rpc_stand_in *stand_in;
    const struct rpc_rebinding *rebinding;
    struct rpc_link *link;
    bool used = false;
    uint32_t i;

    if (!table)
        return E_POINTER;
    port_mutex_lock(&node->lock);
    for (i = 0; i < node->table_count && node->tables[i] != table; i++)
        ;
    used = i == node->table_count;
    for (stand_in = node->stand_ins; stand_in && !used; stand_in = stand_in->next)
        used = rpc__import_uses_table(&stand_in->import, table);
    for (rebinding = node->switched; rebinding && !used; rebinding = rebinding->next)
        used = rpc__import_uses_table(rebinding->import, table);
    for (link = node->all; link && !used; link = link->next_of_all) {
        port_mutex_lock(&link->lock);
        used = uses_table(link, table);
        if (!used)
            forget_table(link, table);
        port_mutex_unlock(&link->lock);
    }
    if (!used) { /* in their order: the program's own come before those that were loaded */
        node->table_count--;
        memmove(&node->tables[i], &node->tables[i + 1], (node->table_count - i) * sizeof(node->tables[0]));
    }
    port_mutex_unlock(&node->lock);
    return used ? S_FALSE : S_OK;
}

/* Whether the method table of an object lies in some memory. */
static bool is_object_in(const void *object, const void *start, size_t size_bytes)
{
    return object && (uintptr_t)((const IUnknown *)object)->vtbl - (uintptr_t)start < size_bytes;
}

static bool is_exported_from(struct rpc_node *node, const void *start, size_t size_bytes)
{
    struct rpc_link *link;
    bool found = false;
    uint16_t i;

    port_mutex_lock(&node->lock);
    for (link = node->all; link && !found; link = link->next_of_all) {
        const struct rpc_exports *exports = &link->session.exports;

        port_mutex_lock(&link->lock);
        for (i = 0; i < exports->used && !found; i++)
            found = is_object_in(exports->entries[i].object, start, size_bytes);
        port_mutex_unlock(&link->lock);
    }
    port_mutex_unlock(&node->lock);
    return found;
}

static HRESULT node_FindIn(ILocalNode *iface, const void *start, size_t size_bytes)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    const struct rpc_timed_job *timed;
    bool found = false;

    if (is_exported_from(node, start, size_bytes))
        return com_fail(S_OK, "a peer still holds an object of it", NULL);
    port_mutex_lock(&node->work_lock);
    for (timed = node->jobs; timed && !found; timed = timed->next)
        found = is_object_in(timed->job, start, size_bytes);
    for (timed = node->running_jobs; timed && !found; timed = timed->next)
        found = is_object_in(timed->job, start, size_bytes);
    port_mutex_unlock(&node->work_lock);
    return found ? com_fail(S_OK, "a job of it is still scheduled", NULL) : S_FALSE;
}

static HRESULT node_IsConnected(ILocalNode *iface, IUnknown *object)
{
    struct rpc_import *import;
    bool closed;

    (void)iface;
    if (!object)
        return E_POINTER;
    import = rpc__import_of(object);
    if (!import || rpc__is_lasting(import))
        return S_OK;
    import = rpc__import_behind(import);
    port_mutex_lock(&import->link->lock);
    closed = import->link->closed;
    port_mutex_unlock(&import->link->lock);
    return closed ? S_FALSE : S_OK;
}

static const char *node_GetName(ILocalNode *iface)
{
    return impl_from_ILocalNode(iface)->name;
}

static int64_t node_Now(ILocalNode *iface)
{
    (void)iface;
    return port_now_ns();
}

static HRESULT node_Schedule(ILocalNode *iface, IJob *job, int64_t deadline_ns)
{
    return rpc__node_schedule(impl_from_ILocalNode(iface), job, deadline_ns);
}

static HRESULT node_Sleep(ILocalNode *iface, int64_t deadline_ns)
{
    return rpc__node_sleep(impl_from_ILocalNode(iface), deadline_ns);
}

static const struct ILocalNodeVtbl node_vtbl = {
    .QueryInterface = node_QueryInterface,
    .AddRef = node_AddRef,
    .Release = node_Release,
    .Connect = node_Connect,
    .Listen = node_Listen,
    .SetExportedRoot = node_SetExportedRoot,
    .AddInterfaces = node_AddInterfaces,
    .RemoveInterfaces = node_RemoveInterfaces,
    .FindIn = node_FindIn,
    .IsConnected = node_IsConnected,
    .GetName = node_GetName,
    .Now = node_Now,
    .Schedule = node_Schedule,
    .Sleep = node_Sleep,
};

/* ---- life ---- */

/* The interfaces that the runtime itself passes. */
static const struct com_interface *const own_interfaces[] = {&INamespace_interface, NULL};

static bool init_locks(struct rpc_node *node)
{
    return port_mutex_init(&node->lock) && port_mutex_init(&node->work_lock) &&
           port_mutex_init(&node->view_lock) && port_condition_init(&node->work_ready) &&
           port_condition_init(&node->ending) && port_condition_init(&node->dial_ended);
}

static void init_tasks(struct rpc_node *node)
{
    uint32_t i;

    node->free_task_count = RPC_TASKS;
    node->reserved_tasks = RPC_OWN_TASKS * PORT_MAX_LINKS;
    for (i = 0; i < RPC_TASKS; i++) {
        node->task_memory[i].work.queued = false;
        node->task_memory[i].next_free = node->free_tasks;
        node->free_tasks = &node->task_memory[i];
    }
}

static void init_terms(struct rpc_node *node)
{
    node->terms = (struct rpc_terms){
        .name = node->name,
        .limits = {PORT_MAX_MESSAGE_BYTES, PORT_WINDOW_BYTES, PORT_MAX_RUNNING, PORT_MAX_EXPORTS,
                   PORT_MAX_DEPTH, PORT_MAX_CLASSES},
        .import_buckets = PORT_IMPORT_BUCKETS,
        .max_imports = PORT_MAX_IMPORTS,
        .max_calls_out = PORT_MAX_CALLS,
    };
    port_random(node->terms.node_id, sizeof(node->terms.node_id));
}

HRESULT rpc_node_create(const struct rpc_node_config *config, ILocalNode **out_node)
{
    struct rpc_node *node = (struct rpc_node *)port_alloc(sizeof(*node));
    HRESULT hr;
    size_t i;

    *out_node = NULL;
    if (!node)
        return E_OUTOFMEMORY;
    memset(node, 0, sizeof(*node));
    node->task_memory = (struct rpc_task *)port_alloc(RPC_TASKS * sizeof(*node->task_memory));
    node->transports =
        (struct rpc_transport *)port_alloc((config->transport_count + 1) * sizeof(*node->transports));
    if (!node->task_memory || !node->transports || !init_locks(node)) {
        port_free(node->task_memory);
        port_free(node->transports);
        port_free(node);
        return E_OUTOFMEMORY;
    }
    node->ILocalNode_iface.vtbl = &node_vtbl;
    node->IInterfaceTable_iface.vtbl = &rpc__interface_table_vtbl;
    node->IViews_iface.vtbl = &rpc__views_vtbl;
    node->IIncarnation_iface.vtbl = &rpc__incarnation_vtbl;
    node->IActivations_iface.vtbl = &rpc__activations_vtbl;
    node->timer_iface.vtbl = &timer_vtbl;
    node->accept_iface.vtbl = &rpc__accept_vtbl;
    com_refs_init(&node->refs);
    strncpy(node->name, config->name, sizeof(node->name) - 1);
    init_terms(node);
    node->service_ns = PORT_FOREVER;
    node->network = config->network;
    INetwork_AddRef(node->network);
    node->incarnation = config->incarnation;
    node->world = config->world;
    if (node->world)
        INamespace_AddRef(node->world);
    for (i = 0; i < config->transport_count; i++) {
        node->transports[i] = config->transports[i];
        ITransport_AddRef(config->transports[i].transport);
    }
    node->transport_count = config->transport_count;
    node->tables[0] = own_interfaces;
    node->table_count = 1;
    init_tasks(node);

    hr = rpc__workers_start(node);
    if (FAILED(hr)) {
        rpc_node_stop(&node->ILocalNode_iface);
        rpc__node_release(node);
        return hr;
    }
    *out_node = &node->ILocalNode_iface;
    return S_OK;
}

void rpc_node_stop(ILocalNode *iface)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    struct rpc_link *links[PORT_MAX_LINKS];
    uint32_t i, count;

    rpc__node_close_listeners(node);
    port_mutex_lock(&node->lock);
    node->closing = true; /* from here on the list only shrinks */
    port_mutex_unlock(&node->lock);
    count = rpc__node_take_links(node, links);
    for (i = 0; i < count; i++) {
        port_mutex_lock(&links[i]->lock);
        rpc__link_fail(links[i], RPC_E_DISCONNECTED, "the node stops", true);
        rpc__link_await_end(links[i]); /* another thread may be about to leave work for the workers */
        rpc__link_end(links[i], RPC_E_DISCONNECTED, ""); /* its objects end with the node */
        port_mutex_unlock(&links[i]->lock);
        rpc__link_release(links[i]);
    }
    rpc__leases_end(node, NULL);
    rpc__workers_stop(node);
    if (node->introducer)
        node->introducer->stop(node->introducer);
    com_ignore(
        INetwork_SetTimer(node->network, &node->timer_iface, PORT_FOREVER)); /* taking it back cannot fail */
    (void)node_SetExportedRoot(iface, NULL);
    if (node->world)
        INamespace_Release(node->world);
    node->world = NULL;
}

const char *rpc_result_name(ILocalNode *iface, HRESULT hr)
{
    struct rpc_node *node = impl_from_ILocalNode(iface);
    char *copy = rpc_thread_current()->result_name;
    const struct com_interface *const *row;
    const char *name = com_result_name(hr);
    uint32_t i;

    if (name)
        return name;
    port_mutex_lock(&node->lock);
    for (i = 0; !name && i < node->table_count; i++)
        for (row = node->tables[i]; *row && !name; row++)
            name = com_interface_result_name(*row, hr);
    if (name)
        strncpy(copy, name, RPC_RESULT_NAME_BYTES - 1);
    port_mutex_unlock(&node->lock);
    return name ? copy : NULL;
}

void rpc_node_statistics(ILocalNode *iface, struct rpc_statistics *out_statistics)
{
    struct rpc_link *links[PORT_MAX_LINKS];
    uint32_t i, count = rpc__node_take_links(impl_from_ILocalNode(iface), links);

    memset(out_statistics, 0, sizeof(*out_statistics));
    for (i = 0; i < count; i++) {
        port_mutex_lock(&links[i]->lock);
        out_statistics->links += links[i]->session.state == RPC_OPEN;
        out_statistics->exports += links[i]->session.exports.live;
        out_statistics->imports += links[i]->session.imports.live;
        out_statistics->outstanding_calls += links[i]->session.calls.outstanding;
        port_mutex_unlock(&links[i]->lock);
        rpc__link_release(links[i]);
    }
}
