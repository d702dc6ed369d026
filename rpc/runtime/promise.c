/*
 * Promises: proxies of results of a call that is still out. A call of one is sent at once, and says of which
 * call's which result it is (Call.promise); the peer has it wait for that, so nobody here does. When the
 * Return has been read, what came with it is called directly. Linked with what calls it.
 */
#include "async.h"
#include "caller.h"
#include <rpc.h>
#include <com_names.h>
#include <string.h>

enum promise_state {
    PENDING,  /* the call is out, or was not even begun */
    RESOLVED, /* target: calls go there */
    OWN,      /* own: an object of this process, which has no proxy */
    BROKEN,   /* hr: the call failed, or returned no such interface */
};

struct rpc_promise {
    struct rpc_stand_in base;
    struct rpc_rebinding rebinding;
    struct rpc_link *link;    /* constant, one reference; that of the call */
    struct rpc_async *async;  /* (link->lock) the call, with one reference; NULL: it is not needed any more */
    struct rpc_promise *next; /* (link->lock) PENDING ones of the same call */
    uint32_t number;          /* constant; of the parameter that it is */
    enum promise_state state; /* (link->lock) */
    /* What it turned out to be: constant from then on. */
    struct rpc_import *target; /* of RESOLVED, with one reference */
    IUnknown *own;             /* of OWN, with one reference */
    HRESULT hr;                /* of BROKEN, with its text */
    char detail[RPC_DETAIL_MAX + 1];
};

static struct rpc_promise *promise_of(struct rpc_import *import)
{
    return container_of(import, struct rpc_promise, base.import);
}

/* ---- what it turns out to be (link->lock held in all of this) ---- */

static void break_promise(struct rpc_promise *promise, HRESULT hr, const char *detail, size_t detail_bytes)
{
    if (detail_bytes > RPC_DETAIL_MAX)
        detail_bytes = RPC_DETAIL_MAX;
    promise->state = BROKEN;
    promise->hr = hr;
    if (detail_bytes)
        memcpy(promise->detail, detail, detail_bytes);
    promise->detail[detail_bytes] = '\0';
}

static void break_with_text(struct rpc_promise *promise, HRESULT hr, const char *detail)
{
    break_promise(promise, hr, detail, strlen(detail));
}

/* Which of the references of a reply a parameter is, from 1; 0: none. */
static uint32_t index_of(struct wire_reader reply, uint32_t number)
{
    uint32_t tag, index = 0;

    while (wire_next(&reply, &tag)) {
        if (tag == WIRE_TAG(number, WIRE_VARINT))
            index = wire_get_uint32(&reply);
        else
            wire_skip(&reply, tag);
    }
    return reply.failed ? RPC_CAPS_MAX + 1 : index;
}

static void come_home(struct rpc_promise *promise, uint32_t id)
{
    struct rpc_export *entry = rpc_exports_find(&promise->link->session.exports, id);

    if (!entry || entry->is_revoked) {
        break_with_text(promise, entry ? CO_E_OBJNOTCONNECTED : RPC_E_INVALID_OBJECT, "");
        return;
    }
    promise->state = OWN;
    promise->own = (IUnknown *)entry->object;
    (void)IUnknown_AddRef(promise->own);
}

/*
 * The reference still counts as one that the call's record has: whoever takes it from there, or gives it
 * back, finds this import.
 */
static void resolve(struct rpc_promise *promise, const struct rpc_call *call)
{
    uint32_t index = index_of(call->reply, promise->number);
    struct rpc_cap cap = {.where = RPC_NIL};
    HRESULT hr;

    if (index && index <= call->reply_cap_count)
        cap = call->caps[index - 1];
    if (index > call->reply_cap_count) {
        break_with_text(promise, RPC_E_CLIENT_CANTUNMARSHAL_DATA, "the results are malformed");
    } else if (cap.where == RPC_NIL) {
        break_with_text(promise, RPC_E_INVALID_OBJECT, "the call returned no such object");
    } else if (cap.where == RPC_RECEIVER) {
        come_home(promise, cap.id);
    } else {
        cap.leads_on = false; /* it is called by its id over this link, and so must stay there */
        hr = rpc__import_enter(promise->link, &cap, &promise->target);
        if (SUCCEEDED(hr) && promise->target->shortcut)
            promise->target->shortcut->went_home = true;
        if (SUCCEEDED(hr))
            promise->state = RESOLVED;
        else
            break_with_text(promise, hr, "");
    }
}

/* The promise that a call is of; NULL: it is of an object. */
static const struct rpc_promise *origin_of(const struct rpc_async *async)
{
    struct rpc_import *import = async->target->import;
    const struct rpc_rebinding *rebinding = rpc__rebinding_of(import);

    return rebinding && rebinding->address ? promise_of(import) : NULL;
}

/* Whether a call was not executed because of the one that it is of, whose failure is in. */
static bool has_failed_with(const struct rpc_async *async, const struct rpc_promise *origin)
{
    const struct rpc_async *before = origin ? origin->async : NULL;

    return before && origin->state == PENDING && async->call.reply_executed == RPC_EXECUTED_NO &&
           before->has_begun && before->call.done && FAILED(before->call.hr);
}

/* In a chain of calls, all fail like the first that does: others need not have been told why. */
static void break_like(struct rpc_promise *promise, const struct rpc_async *async)
{
    const struct rpc_promise *origin = origin_of(async);

    while (has_failed_with(async, origin)) {
        async = origin->async;
        origin = origin_of(async);
    }
    if (origin && origin->state == BROKEN && async->call.reply_executed == RPC_EXECUTED_NO)
        break_with_text(promise, origin->hr, origin->detail);
    else
        break_promise(promise, async->call.hr, (const char *)async->call.detail.data,
                      async->call.detail.size);
}

static void settle(struct rpc_async *async)
{
    const struct rpc_call *call = &async->call;
    struct rpc_promise *promise;

    if (!async->has_begun || !call->done)
        return;
    async->has_begun = false;
    while ((promise = async->promises) != NULL) {
        async->promises = promise->next;
        if (FAILED(call->hr))
            break_like(promise, async);
        else
            resolve(promise, call);
    }
}

/* ---- calls of it ---- */

static HRESULT promise_address(struct rpc_import *import, struct rpc_call_message *message)
{
    struct rpc_promise *promise = promise_of(import);

    if (promise->state == PENDING)
        settle(promise->async);
    switch (promise->state) {
    case PENDING:
        promise->async->is_called = true;
        message->promise = promise->async->call.id;
        message->target = promise->number;
        return S_OK;
    case RESOLVED:
        message->target = promise->target->entry.id;
        return S_OK;
    case OWN:
        return CO_E_OBJNOTCONNECTED;
    default:
        return promise->hr;
    }
}

/* What it is by now. The call that it was of is let go of when that is known: what came with it is ours, or
 * is given back. (no lock held) */
static enum promise_state look(struct rpc_promise *promise, bool *out_waits)
{
    struct rpc_link *link = promise->link;
    struct rpc_async *over = NULL;
    enum promise_state state;

    port_mutex_lock(&link->lock);
    if (promise->state == PENDING)
        settle(promise->async);
    state = promise->state;
    *out_waits = state == PENDING && !(promise->async->has_begun && promise->async->is_kept);
    if (state != PENDING) {
        over = promise->async;
        promise->async = NULL;
    }
    port_mutex_unlock(&link->lock);
    if (over)
        (void)rpc_async_Release(over);
    return state;
}

/* With what its calls fail here, with the text. @retval S_OK they need not */
static HRESULT failure_of(const struct rpc_promise *promise, enum promise_state state)
{
    if (state == BROKEN)
        return com_fail(promise->hr, promise->detail, NULL);
    if (state == OWN)
        return com_fail(CO_E_OBJNOTCONNECTED, "the object is of this process: ask for it (QueryInterface)",
                        NULL);
    return S_OK;
}

static HRESULT promise_explain(struct rpc_import *import, HRESULT hr)
{
    struct rpc_promise *promise = promise_of(import);
    bool waits;
    HRESULT reason = failure_of(promise, look(promise, &waits));

    return FAILED(reason) ? reason : hr;
}

/* Waits until it is known what it is, unless it is. (no lock held) @retval a failure: not in time */
static HRESULT await_call(struct rpc_promise *promise, int64_t deadline_ns, enum promise_state *out_state)
{
    struct rpc_link *link = promise->link;
    struct rpc_async *async;
    bool has_begun, waits;
    HRESULT hr;

    *out_state = look(promise, &waits);
    if (*out_state != PENDING)
        return S_OK;
    port_mutex_lock(&link->lock);
    async = promise->async;
    has_begun = async && async->has_begun;
    if (async)
        (void)rpc_async_AddRef(async);
    port_mutex_unlock(&link->lock);
    if (async) {
        hr = has_begun ? rpc__call_follow(&async->call, deadline_ns)
                       : com_fail(E_UNEXPECTED, "the call that is to return this was not begun", NULL);
        (void)rpc_async_Release(async);
        if (FAILED(hr))
            return hr;
    }
    *out_state = look(promise, &waits);
    return S_OK;
}

static HRESULT promise_ready(struct rpc_import *import, int64_t deadline_ns)
{
    struct rpc_promise *promise = promise_of(import);
    bool waits;
    enum promise_state state = look(promise, &waits);
    HRESULT hr = waits ? await_call(promise, deadline_ns, &state) : S_OK;

    return FAILED(hr) ? hr : failure_of(promise, state);
}

/* ---- what else can be asked of it ---- */

static HRESULT promise_take_target(struct rpc_proxy *self, int64_t deadline_ns, struct rpc_proxy **out_target)
{
    struct rpc_promise *promise = promise_of(self->import);
    enum promise_state state;
    HRESULT hr = await_call(promise, deadline_ns, &state);

    if (SUCCEEDED(hr))
        hr = failure_of(promise, state);
    if (FAILED(hr))
        return hr;
    return rpc_proxy_QueryInterface(&promise->target->identity,
                                    self->interface ? self->interface->iid : &IID_IUnknown,
                                    (void **)out_target);
}

/* Its own interface it has by itself; others, and who it is, only what it stands for can say. */
static HRESULT promise_query(struct rpc_proxy *self, const IID *iid, void **out_object)
{
    struct rpc_promise *promise = promise_of(self->import);
    enum promise_state state;
    HRESULT hr;

    if (self->interface && com_guid_equal(iid, self->interface->iid)) {
        (void)rpc_proxy_AddRef(self);
        *out_object = self;
        return S_OK;
    }
    hr = await_call(promise, port_now_ns() + RPC_DEFAULT_TIMEOUT_NS, &state);
    if (FAILED(hr))
        return hr;
    if (state == OWN)
        return IUnknown_QueryInterface(promise->own, iid, out_object);
    if (state == BROKEN)
        return failure_of(promise, state);
    return rpc_proxy_QueryInterface(&promise->target->identity, iid, out_object);
}

static void promise_forget(struct rpc_proxy *self, const struct rpc_proxy *target)
{
    (void)self;
    (void)target;
}

static void promise_destroy(struct rpc_import *import)
{
    struct rpc_promise *promise = promise_of(import), **at;
    struct rpc_link *link = promise->link;

    port_mutex_lock(&link->lock);
    if (promise->state == PENDING) {
        for (at = &promise->async->promises; *at != promise; at = &(*at)->next)
            ;
        *at = promise->next;
    }
    port_mutex_unlock(&link->lock);
    if (promise->async)
        (void)rpc_async_Release(promise->async); /* before the target: what came with the Return finds it */
    if (promise->target)
        (void)rpc_proxy_Release(&promise->target->identity);
    if (promise->own)
        (void)IUnknown_Release(promise->own);
    rpc__stand_in_end(&promise->base);
    port_free(promise);
    rpc__link_release(link);
}

/* ---- making one ---- */

/* Enters it among those of the call. */
static void promise_of_call(struct rpc_promise *promise, struct rpc_async *async)
{
    struct rpc_link *link = promise->link;

    port_mutex_lock(&link->lock);
    promise->next = async->promises;
    async->promises = promise;
    async->settle = settle;
    if (async->is_out && !async->has_begun) { /* too late to tell the peer: calls wait here */
        async->call.keeps = true;
        async->has_begun = true;
        async->is_kept = false;
    }
    port_mutex_unlock(&link->lock);
}

static HRESULT promise_create(struct rpc_async *async, uint32_t number, const IID *iid, void **out_object)
{
    struct rpc_promise *promise = (struct rpc_promise *)port_alloc(sizeof(*promise));
    HRESULT hr;

    if (!promise)
        return E_OUTOFMEMORY;
    memset(promise, 0, sizeof(*promise));
    promise->rebinding = (struct rpc_rebinding){.take_target = promise_take_target,
                                                .forget = promise_forget,
                                                .address = promise_address,
                                                .ready = promise_ready,
                                                .explain = promise_explain,
                                                .query = promise_query,
                                                .destroy = promise_destroy};
    promise->link = rpc__async_link(async);
    rpc__link_addref(promise->link);
    promise->number = number;
    promise->async = async;
    (void)rpc_async_AddRef(async);
    promise->base.import.link = promise->link;
    rpc__stand_in_init(&promise->base, promise->link->node, &promise->rebinding,
                       async->target->import->identity.vtbl);
    promise_of_call(promise, async);
    hr = rpc__stand_in_proxy(&promise->base, iid, out_object);
    (void)rpc_proxy_Release(&promise->base.import.identity);
    return hr;
}

HRESULT rpc_async_promise(void *call, uint32_t number, const IID *iid, void **out_object)
{
    struct rpc_async *async;

    if (!call || !iid || !out_object)
        return E_POINTER;
    *out_object = NULL;
    async = rpc__async_of(call);
    if (!async)
        return E_NOINTERFACE;
    if (!number)
        return E_INVALIDARG;
    return promise_create(async, number, iid, out_object);
}

/* ---- of a Bind ---- */

/* INamespace::Bind: its slot, and its parameters' places. */
enum { BIND_SLOT = 5, BIND_PATH = 1, BIND_OBJECT = 3 };

static HRESULT begin_bind(struct rpc_async *async, const char *path)
{
    size_t length = strlen(path);
    struct rpc_call call;
    HRESULT hr;

    if (length > NAMESPACE_PATH_MAX)
        return NS_E_BAD_PATH;
    hr = rpc_call_begin(&call, async->target, BIND_SLOT, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(length));
    if (FAILED(hr))
        return hr;
    wire_put_bytes(&call.request, BIND_PATH, path, length);
    hr = rpc_async_begin(async, &call);
    rpc_call_end(&call);
    return hr;
}

/* Binds a path of a namespace of a peer. */
static HRESULT bind_remote(INamespace *ns, const char *path, const IID *iid, void **out_object)
{
    struct rpc_async *async;
    IUnknown *object;
    HRESULT hr = rpc__async_create(ns, &IID_IUnknown, &async);

    if (FAILED(hr))
        return hr;
    hr = promise_create(async, BIND_OBJECT, iid, (void **)&object);
    if (SUCCEEDED(hr)) {
        hr = begin_bind(async, path);
        if (FAILED(hr))
            (void)IUnknown_Release(object);
        else
            *out_object = object;
    }
    (void)rpc_async_Release(async);
    return hr;
}

/*
 * The first namespace on the way that is of a peer: there the rest of the path goes in one call, whoever
 * makes it.
 * @retval S_FALSE there is none
 */
static HRESULT find_remote(INamespace *ns, const char *path, INamespace **out_remote, const char **out_rest)
{
    COM_SCOPED(INamespace) at = ns;
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest = path;

    INamespace_AddRef(at);
    while (!rpc__import_of(at)) {
        INamespace *next;

        if (FAILED(com_path_split(rest, name, &rest)) || !*rest ||
            FAILED(com_bind(at, name, &IID_INamespace, (void **)&next)))
            return S_FALSE;
        INamespace_Release(at);
        at = next;
    }
    *out_remote = COM_TAKE(at);
    *out_rest = rest;
    return S_OK;
}

HRESULT rpc_bind_pipelined(INamespace *ns, const char *path, const IID *iid, void **out_object)
{
    INamespace *remote;
    const char *rest;
    HRESULT hr;

    if (!ns || !path || !iid || !out_object)
        return E_POINTER;
    *out_object = NULL;
    if (find_remote(ns, path, &remote, &rest) == S_FALSE)
        return com_bind(ns, path, iid, out_object);
    hr = bind_remote(remote, rest, iid, out_object);
    INamespace_Release(remote);
    return hr;
}
