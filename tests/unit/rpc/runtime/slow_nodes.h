/* mailbox_nodes.h, with a namespace at the server whose Bind takes as long as a test likes. */
#ifndef SLOW_NODES_H
#define SLOW_NODES_H

#include "mailbox_nodes.h"
#include <rpc_cancellation.h>
#include <runtime/runtime.h>

/* A namespace that takes its time: whatever it is asked for, it has one object. */
struct slow_namespace {
    INamespace INamespace_iface;
    struct com_refs refs;
    uint32_t takes_ms;
    uint32_t binds;
    HRESULT hr;
    IUnknown *object; /* may be NULL */
};

static struct slow_namespace *impl_from_INamespace(INamespace *iface)
{
    return container_of(iface, struct slow_namespace, INamespace_iface);
}

static HRESULT slow_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t slow_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static uint32_t slow_Release(INamespace *iface)
{
    return com_refs_release(&impl_from_INamespace(iface)->refs);
}

static HRESULT slow_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)path;
    (void)flags;
    impl_from_INamespace(iface)->object = object;
    if (object)
        IUnknown_AddRef(object);
    return S_OK;
}

static HRESULT slow_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static HRESULT slow_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct slow_namespace *slow = impl_from_INamespace(iface);

    (void)path;
    (void)flags;
    slow->binds++;
    if (slow->takes_ms)
        sim_sleep(slow->takes_ms * MS);
    *out_object = NULL;
    if (rpc__thread_is_cancelled(rpc_thread_current()))
        return RPC_E_CALL_CANCELED;
    if (FAILED(slow->hr))
        return com_fail(slow->hr, "the slow one says no", NULL);
    *out_object = slow->object;
    if (slow->object)
        IUnknown_AddRef(slow->object);
    return S_OK;
}

static HRESULT slow_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                         uint32_t *out_length)
{
    (void)iface;
    (void)after;
    (void)capacity;
    (void)names;
    *out_length = 0;
    return S_OK;
}

static const struct INamespaceVtbl slow_vtbl = {
    .QueryInterface = slow_QueryInterface,
    .AddRef = slow_AddRef,
    .Release = slow_Release,
    .Register = slow_Register,
    .Unregister = slow_Unregister,
    .Bind = slow_Bind,
    .List = slow_List,
};

/* The nodes, and a slow namespace at the server's "slow", which has the server's probe. */
struct slow_nodes {
    struct mailbox_nodes *nodes;
    struct two_nodes *two;
    struct slow_namespace slow;
    INamespace *remote; /* it, as the client sees it */
};

static void slow_open(struct slow_nodes *at, struct mailbox_nodes *nodes, uint32_t takes_ms)
{
    memset(at, 0, sizeof(*at));
    at->nodes = nodes;
    at->two = &nodes->two;
    at->slow.INamespace_iface.vtbl = &slow_vtbl;
    com_refs_init(&at->slow.refs);
    at->slow.takes_ms = takes_ms;
    at->slow.object = (IUnknown *)&at->two->probe.IProbe_iface;
    assert_int_equal(
        INamespace_Register(at->two->server.root, "slow", (IUnknown *)&at->slow.INamespace_iface, 0), S_OK);
    assert_int_equal(com_bind(at->two->remote, "slow", &IID_INamespace, (void **)&at->remote), S_OK);
}

static void slow_close(struct slow_nodes *at)
{
    INamespace_Release(at->remote);
    assert_int_equal(INamespace_Unregister(at->two->server.root, "slow"), S_OK);
    wait_until(&at->slow.refs.count, 1);
}

static IProbe *bind_slow(struct slow_nodes *at)
{
    IProbe *probe;

    assert_int_equal(rpc_bind_pipelined(at->remote, "any", &IID_IProbe, (void **)&probe), S_OK);
    return probe;
}

static uint32_t outstanding(struct slow_nodes *at)
{
    struct rpc_statistics statistics;

    rpc_node_statistics(at->two->client.node, &statistics);
    return statistics.outstanding_calls;
}

static struct rpc_link *link_of(void *proxy)
{
    return rpc__import_of(proxy)->link;
}

/* A thread that makes one call. */
struct caller {
    IProbe *probe;
    struct rpc_cancellation cancellation;
    HRESULT hr;
    enum rpc_executed executed;
    uint32_t is_ready;
    uint32_t is_done;
};

static void call_null(void *argument)
{
    struct caller *caller = (struct caller *)argument;

    rpc_cancellation_begin(&caller->cancellation);
    caller->is_ready = 1;
    caller->hr = IProbe_Null(caller->probe);
    caller->executed = rpc_last_executed();
    rpc_cancellation_end(&caller->cancellation);
    caller->is_done = 1;
}

static void start_caller(struct caller *caller, IProbe *probe)
{
    memset(caller, 0, sizeof(*caller));
    caller->probe = probe;
    assert_true(port_thread_start("caller", call_null, caller));
    wait_until(&caller->is_ready, 1);
}

#endif
