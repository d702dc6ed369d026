/*
 * Calls in two halves: the call objects behind AsyncIX, which idlc writes of [async_uuid]
 * (idlc/emit/async_calls.c). There is no thread behind them: Begin_ sends, the Return is read by whoever
 * reads the link, Finish_ waits as any caller does.
 */
#include "async.h"
#include "caller.h"
#include <rpc.h>
#include <string.h>

static struct rpc_async *async_of(void *self)
{
    return (struct rpc_async *)self;
}

HRESULT rpc__async_create(void *object, const IID *iid, struct rpc_async **out_async)
{
    struct rpc_async *async;
    HRESULT hr;

    if (!rpc__import_of(object))
        return com_fail(E_NOTIMPL, "the object is of this process: call it directly", NULL);
    async = (struct rpc_async *)port_alloc(sizeof(*async));
    if (!async)
        return E_OUTOFMEMORY;
    memset(async, 0, sizeof(*async));
    com_refs_init(&async->refs);
    async->iid = iid;
    hr = rpc__proxy_enter((struct rpc_proxy *)object, port_now_ns() + RPC_DEFAULT_TIMEOUT_NS, &async->target);
    if (FAILED(hr)) {
        port_free(async);
        return hr;
    }
    *out_async = async;
    return S_OK;
}

HRESULT rpc_async_create(void *object, const IID *iid, const void *vtbl, void **out_call)
{
    struct rpc_async *async;
    HRESULT hr;

    if (!out_call)
        return E_POINTER;
    *out_call = NULL;
    if (!object)
        return E_POINTER;
    hr = rpc__async_create(object, iid, &async);
    if (FAILED(hr))
        return hr;
    async->vtbl = vtbl;
    *out_call = async;
    return S_OK;
}

HRESULT rpc_async_QueryInterface(void *self, const IID *iid, void **out_object)
{
    return com_query_one(self, async_of(self)->iid, iid, out_object);
}

uint32_t rpc_async_AddRef(void *self)
{
    return com_refs_add(&async_of(self)->refs);
}

/* Nobody wants the results any more. */
static void give_up(struct rpc_async *async)
{
    struct rpc_link *link = rpc__async_link(async);

    port_mutex_lock(&link->lock);
    if (!async->call.done && async->is_called)
        rpc_calls_find(&link->session.calls, async->call.id)->owner = NULL; /* others need that it runs */
    else if (!async->call.done && rpc_session_abandon_call(&link->session, async->call.id)) {
        rpc__call_fail(&async->call, RPC_E_CALL_CANCELED);
        rpc__node_service_by(link->node, port_now_ns()); /* sends the Cancel */
    }
    port_mutex_unlock(&link->lock);
    rpc_call_end(&async->call);
}

uint32_t rpc_async_Release(void *self)
{
    struct rpc_async *async = async_of(self);
    uint32_t left = com_refs_release(&async->refs);

    if (left)
        return left;
    if (async->is_out)
        give_up(async);
    rpc__way_leave(async->target->import);
    (void)rpc_proxy_Release(async->target);
    port_free(async);
    return 0;
}

void *rpc_async_target(void *self)
{
    return async_of(self)->target;
}

void rpc_async_keep(void *self, uint32_t index, uint32_t value)
{
    if (!async_of(self)->is_out) /* else Begin_ will fail, and that call's are still wanted */
        async_of(self)->kept[index] = value;
}

uint32_t rpc_async_kept(void *self, uint32_t index)
{
    return async_of(self)->kept[index];
}

/* What the link completes in the place of the caller's record, which lives on its stack. */
static void prepare(struct rpc_async *async, const struct rpc_call *call)
{
    struct rpc_call *own = &async->call;

    async->is_called = false;
    own->proxy = call->proxy;
    own->stand_in = NULL;
    own->iid = call->iid;
    own->method = call->method;
    own->id = 0;
    own->hr = S_OK;
    own->reply = (struct wire_reader){0};
    own->done = false;
    own->is_inside = false; /* the object is */
    own->has_left = true;
    own->keeps = call->keeps;
    own->wants_credit = false;
    own->cap_count = 0;
    own->reply_cap_count = 0;
    own->begin_ns = 0;
    own->traced = 0;
    own->detail.size = 0;
    own->request_buffer = NULL;
    own->reply_buffer = NULL;
    own->awaited = NULL;
    own->next = NULL;
    own->wake = NULL;
}

/* From here on they can be called. */
static void begin_promises(struct rpc_async *async)
{
    struct rpc_link *link = rpc__async_link(async);

    port_mutex_lock(&link->lock);
    async->has_begun = true;
    async->is_kept = rpc__link_pipelines(link);
    port_mutex_unlock(&link->lock);
}

/* The call is done, and with Finish_ its results go to somebody else. */
static void settle_promises(struct rpc_async *async)
{
    struct rpc_link *link = rpc__async_link(async);

    port_mutex_lock(&link->lock);
    async->settle(async);
    port_mutex_unlock(&link->lock);
}

HRESULT rpc_async_begin(void *self, struct rpc_call *call)
{
    struct rpc_async *async = async_of(self);
    struct rpc_thread *thread = rpc_thread_current();
    HRESULT hr;

    if (async->is_out)
        return com_fail(E_UNEXPECTED, "the call before has not been finished: use another call object", NULL);
    call->keeps = async->promises != NULL;
    prepare(async, call);
    hr = rpc__call_send(call, &async->call, &async->deadline_ns);
    thread->executed = SUCCEEDED(hr) ? RPC_EXECUTED_UNKNOWN : RPC_EXECUTED_NO;
    if (FAILED(hr))
        return hr;
    if (call->keeps)
        begin_promises(async);
    if (call->method & RPC_ONEWAY)
        async->call.done = true; /* there is nothing to wait for */
    async->call.reply_executed = RPC_EXECUTED_UNKNOWN;
    async->method = call->method & RPC_METHOD_MASK;
    async->is_out = true;
    return S_OK;
}

/* A record without a call, so that rpc_call_end has something to end. */
static void clear(const struct rpc_async *async, struct rpc_call *out_call)
{
    out_call->proxy = async->target;
    out_call->stand_in = NULL;
    out_call->is_inside = false;
    out_call->has_left = true;
    out_call->cap_count = 0;
    out_call->reply_cap_count = 0;
    out_call->request_buffer = NULL;
    out_call->reply_buffer = NULL;
}

HRESULT rpc_async_finish(void *self, uint32_t method, struct rpc_call *out_call)
{
    struct rpc_async *async = async_of(self);
    struct rpc_call *own = &async->call;
    HRESULT hr;

    clear(async, out_call);
    if (!async->is_out || async->method != method)
        return com_fail(E_UNEXPECTED, "this call was not begun", NULL);
    hr = rpc__call_await(own, async->deadline_ns);
    if (async->settle)
        settle_promises(async);
    async->is_out = false;
    out_call->reply = own->reply;
    out_call->reply_cap_count = own->reply_cap_count;
    memcpy(out_call->caps, own->caps, own->reply_cap_count * sizeof(own->caps[0]));
    out_call->reply_buffer = own->reply_buffer;
    return FAILED(hr) ? rpc__call_explain(own, hr) : hr;
}

struct rpc_async *rpc__async_of(void *call)
{
    /* Every such table has this address in its first slot, whoever's image the table is in. */
    const struct IUnknownVtbl *vtbl = *(const struct IUnknownVtbl *const *)call;

    if (vtbl->QueryInterface != (HRESULT(*)(IUnknown *, const IID *, void **))rpc_async_QueryInterface)
        return NULL;
    return async_of(call);
}

HRESULT rpc_async_wait(void *call, int64_t deadline_ns)
{
    struct rpc_async *async = rpc__async_of(call);

    if (!async)
        return E_NOINTERFACE;
    return !async->is_out || rpc__call_wait(&async->call, deadline_ns) ? S_OK : S_FALSE;
}
