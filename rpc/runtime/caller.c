/* The caller's side of a call: what generated proxies use. How it waits: caller_wait.c. */
#include "caller.h"
#include "observe.h"
#include <string.h>

/* An id that no export ever has: its slot is beyond every table. */
#define NO_EXPORT 0xFFFFu

/* How long the call may last, as the callee is told and as we wait. */
static int64_t call_deadline(const struct rpc_call *call, const struct rpc_thread *thread, int64_t now_ns)
{
    uint32_t timeout_ms = call->timeout_ms;
    int64_t deadline_ns;

    if (timeout_ms == RPC_TIMEOUT_DEFAULT)
        timeout_ms = call->proxy->import->timeout_ms;
    if (timeout_ms == RPC_TIMEOUT_NONE)
        deadline_ns = PORT_FOREVER;
    else if (timeout_ms == RPC_TIMEOUT_DEFAULT)
        deadline_ns = now_ns + RPC_DEFAULT_TIMEOUT_NS;
    else
        deadline_ns = now_ns + timeout_ms * PORT_NS_PER_MS;
    if (thread->deadline_ns && thread->deadline_ns < deadline_ns)
        deadline_ns = thread->deadline_ns;
    return deadline_ns;
}

static uint32_t budget_us(int64_t deadline_ns, int64_t now_ns)
{
    int64_t left_us = (deadline_ns - now_ns) / 1000;

    if (deadline_ns == PORT_FOREVER)
        return RPC_TIMEOUT_NONE;
    if (left_us < 1)
        return 1;
    return left_us < RPC_TIMEOUT_NONE ? (uint32_t)left_us : RPC_TIMEOUT_NONE - 1;
}

/* How long a call that has not begun may take. */
static int64_t deadline_of(uint32_t timeout_ms)
{
    int64_t now_ns = port_now_ns();

    if (timeout_ms == RPC_TIMEOUT_NONE)
        return PORT_FOREVER;
    return now_ns +
           (timeout_ms == RPC_TIMEOUT_DEFAULT ? RPC_DEFAULT_TIMEOUT_NS : timeout_ms * PORT_NS_PER_MS);
}

/* Begins a call of a rebinding proxy as one of what it stands for now. */
static HRESULT begin_at_target(struct rpc_call *call, struct rpc_proxy *stand_in, uint32_t method,
                               uint32_t timeout_ms, size_t request_bound)
{
    struct rpc_proxy *target;
    HRESULT hr;

    if (timeout_ms == RPC_TIMEOUT_DEFAULT)
        timeout_ms = stand_in->import->timeout_ms;
    hr = rpc__rebinding_of(stand_in->import)->take_target(stand_in, deadline_of(timeout_ms), &target);
    if (SUCCEEDED(hr)) {
        hr = rpc_call_begin(call, target, method, timeout_ms, request_bound);
        if (FAILED(hr) || call->stand_in) /* which was switched, and has a target of its own */
            (void)rpc_proxy_Release(target);
    }
    if (FAILED(hr))
        rpc_thread_current()->executed = RPC_EXECUTED_NO;
    else
        call->stand_in = stand_in;
    return hr;
}

HRESULT rpc__proxy_enter(struct rpc_proxy *proxy, int64_t deadline_ns, struct rpc_proxy **out_target)
{
    struct rpc_proxy *next;
    HRESULT hr;

    (void)rpc_proxy_AddRef(proxy);
    while (rpc__leads_elsewhere(proxy->import)) {
        hr = rpc__rebinding_of(proxy->import)->take_target(proxy, deadline_ns, &next);
        (void)rpc_proxy_Release(proxy);
        if (FAILED(hr))
            return hr;
        proxy = next;
    }
    *out_target = proxy;
    return S_OK;
}

static HRESULT begin_here(struct rpc_call *call, struct rpc_proxy *proxy, uint32_t method,
                          uint32_t timeout_ms, size_t request_bound)
{
    struct rpc_link *link = proxy->import->link;
    size_t bytes = RPC_CALL_HEADROOM + request_bound + RPC_TAILROOM;

    call->proxy = proxy;
    call->stand_in = NULL;
    call->iid = proxy->interface ? proxy->interface->iid : &IID_IUnknown;
    call->method = method;
    call->has_left = false;
    call->keeps = false;
    call->wants_credit = false;
    call->timeout_ms = timeout_ms;
    call->id = 0;
    call->begin_ns = 0;
    call->traced = 0;
    call->hr = S_OK;
    call->done = false;
    call->cap_count = 0;
    call->reply_cap_count = 0;
    call->reply_buffer = NULL;
    call->request_buffer = NULL;
    call->detail.size = 0;
    call->awaited = NULL;
    call->next = NULL;
    call->wake = NULL;
    call->buffer = call->inline_buffer;
    rpc_thread_current()->executed = RPC_EXECUTED_NO;
    rpc_thread_current()->detail[0] = '\0';

    if (bytes > sizeof(call->inline_buffer)) {
        /* The peer's limit does not change once it is known, so it needs no lock. */
        if (link->session.peer.limits.max_message_bytes &&
            bytes - RPC_HEADER_BYTES > link->session.peer.limits.max_message_bytes)
            return RPC_E_OUT_OF_RESOURCES;
        call->request_buffer = rpc_buffer_alloc(bytes);
        if (!call->request_buffer)
            return E_OUTOFMEMORY;
        call->buffer = call->request_buffer->data;
    }
    wire_writer_init(&call->request, call->buffer + RPC_CALL_HEADROOM,
                     (call->request_buffer ? bytes : sizeof(call->inline_buffer)) - RPC_CALL_HEADROOM -
                         RPC_TAILROOM);
    return S_OK;
}

HRESULT rpc_call_begin(struct rpc_call *call, void *self, uint32_t method, uint32_t timeout_ms,
                       size_t request_bound)
{
    struct rpc_proxy *proxy = (struct rpc_proxy *)self;
    struct rpc_import *import = proxy->import;
    HRESULT hr;

    if (rpc__leads_elsewhere(import))
        return begin_at_target(call, proxy, method, timeout_ms, request_bound);
    hr = begin_here(call, proxy, method, timeout_ms, request_bound);
    call->is_inside = true;
    if (FAILED(hr))
        rpc__way_leave(import);
    return hr;
}

void rpc_call_put_interface(struct rpc_call *call, uint32_t field, const IID *iid, void *object)
{
    (void)iid; /* all interfaces of an object share one reference; the callee asks for what it declared */
    if (!object || FAILED(call->hr))
        return;
    if (call->cap_count == RPC_CAPS_MAX) {
        call->hr = RPC_E_OUT_OF_RESOURCES;
        return;
    }
    call->hr = rpc__export(rpc__caller_link(call), object, &call->caps[call->cap_count]);
    if (FAILED(call->hr))
        return;
    call->cap_count++;
    wire_put_uint32(&call->request, field, call->cap_count);
}

void rpc__pin_homecoming(struct rpc_link *link, struct rpc_cap *caps, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        struct rpc_export *entry;

        if (caps[i].where != RPC_RECEIVER)
            continue;
        entry = rpc_exports_find(&link->session.exports, caps[i].id);
        if (entry)
            rpc_exports_pin(entry);
        else
            caps[i].id = NO_EXPORT;
    }
}

void rpc__unpin_homecoming(struct rpc_link *link, const struct rpc_cap *caps, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (caps[i].where == RPC_RECEIVER)
            rpc_exports_unpin(&link->session.exports, caps[i].id);
}

static bool is_oneway(const struct rpc_call *call)
{
    return (call->method & RPC_ONEWAY) != 0;
}

/* Whether a call is part of one that runs here: those take no credit, so that they never wait for it. */
static bool is_nested(const struct rpc_call *call, const struct rpc_thread *thread)
{
    return thread->depth > 0 && !is_oneway(call);
}

/* Waits until the peer has credit for the call. (lock held, let go of meanwhile) */
static HRESULT await_credit(struct rpc_link *link, struct rpc_call *call, struct rpc_thread *thread,
                            int64_t deadline_ns)
{
    HRESULT hr = rpc_session_admit(&link->session, is_nested(call, thread));

    if (hr != S_FALSE)
        return hr;
    if (thread->cancellation)
        (void)rpc__thread_waits_for(thread, link, 0, NULL); /* if it is cancelled already, that is seen */
    call->wants_credit = true;
    rpc__caller_wait(link, call, thread, deadline_ns);
    call->wants_credit = false;
    if (rpc__thread_is_cancelled(thread))
        return RPC_E_CALL_CANCELED;
    hr = rpc_session_admit(&link->session, false);
    return hr == S_FALSE ? RPC_E_TIMEOUT : hr;
}

/* Ends a link whose lease has ended while nobody looked: the peer may have given up what is called. (lock
 * held) */
static bool is_lease_over(struct rpc_link *link, int64_t now_ns)
{
    (void)rpc_session_tick(&link->session, now_ns); /* who waits for the Return asks when to look again */
    if (link->session.state != RPC_DEAD)
        return false;
    rpc__link_fail(link, link->session.hr, rpc_session_detail(&link->session), false);
    return true;
}

/* Enters the call into the link's table, where its Return will find `owner`. (lock held) */
static HRESULT enter(struct rpc_link *link, struct rpc_call *call, struct rpc_call *owner,
                     struct rpc_thread *thread, int64_t now_ns)
{
    HRESULT hr;

    if (is_oneway(call))
        return S_OK;
    hr = rpc_session_begin_call(&link->session, owner, call->caps, call->cap_count, now_ns, &call->id);
    if (FAILED(hr))
        return hr;
    owner->id = call->id;
    if (call->keeps && rpc__link_pipelines(link))
        rpc_calls_find(&link->session.calls, call->id)->keeps = true;
    if (!thread->cancellation || rpc__thread_waits_for(thread, link, call->id, NULL))
        return S_OK;
    rpc_session_cancel_call(&link->session, call->id);
    call->has_left = true; /* with that, what it referred to was taken back */
    return RPC_E_CALL_CANCELED;
}

/*
 * Sends the request; `owner` gets the reply. (lock held)
 * @retval a failure: the call was not sent, unless owner->done
 */
static HRESULT send_request(struct rpc_link *link, struct rpc_call *call, struct rpc_call *owner,
                            struct rpc_thread *thread, int64_t deadline_ns)
{
    uint8_t *params = call->buffer + RPC_CALL_HEADROOM;
    bool nested = is_nested(call, thread);
    struct rpc_call_message message;
    uint8_t *frame;
    int64_t now_ns;
    size_t size;
    HRESULT hr = await_credit(link, call, thread, deadline_ns);

    if (FAILED(hr))
        return hr;
    now_ns = port_now_ns();
    if (is_lease_over(link, now_ns))
        return RPC_E_DISCONNECTED;
    message.target = call->proxy->import->entry.id;
    message.promise = 0;
    message.keeps = call->keeps && rpc__link_pipelines(link) && !is_oneway(call);
    if (call->proxy->import->rebinding)
        hr = call->proxy->import->rebinding->address(call->proxy->import, &message);
    if (SUCCEEDED(hr))
        hr = enter(link, call, owner, thread, now_ns);
    if (FAILED(hr))
        return hr;
    message.iid = *call->iid;
    message.method = call->method & RPC_METHOD_MASK;
    message.timeout_us = budget_us(deadline_ns, now_ns);
    message.causality = is_oneway(call) ? 0 : rpc_thread_causality(thread);
    message.depth = is_oneway(call) ? 0 : thread->depth;
    message.cap_count = call->cap_count;
    memcpy(message.caps, call->caps, call->cap_count * sizeof(call->caps[0]));
    rpc__observe_sending(call, thread, &message, params);
    frame = rpc_call_write(&message, call->id, params, (size_t)(call->request.at - params), &size);
    if (!nested)
        rpc_session_charge(&link->session, call->id, (uint32_t)size);
    call->has_left = true;
    owner->begin_ns = now_ns;
    owner->causality = message.causality;
    owner->traced = call->traced;
    owner->sent_bytes = (uint32_t)size;
    link->session.naming += message.promise != 0;
    hr = rpc__link_send(link, frame, size, now_ns + RPC_SEND_NS);
    if (message.promise) {
        link->session.naming--;
        rpc__link_flush(link, now_ns + RPC_SEND_NS); /* the Cancel that had to wait for that */
    }
    if (hr != RPC_E_TIMEOUT)
        return hr;
    /* Nothing was sent. */
    owner->begin_ns = 0;
    if (!is_oneway(call)) {
        rpc_session_cancel_call(&link->session, call->id);
        return hr;
    }
    rpc_session_refund(&link->session, (uint32_t)size);
    call->has_left = false;
    return hr;
}

/* Waits for the Return, which is still to come if the deadline passes before. (lock held) */
static HRESULT await_reply(struct rpc_link *link, struct rpc_call *call, struct rpc_thread *thread,
                           int64_t deadline_ns)
{
    rpc__caller_wait(link, call, thread, deadline_ns);
    if (!call->done) {
        (void)rpc_session_abandon_call(&link->session, call->id);
        rpc__call_fail(call, RPC_E_TIMEOUT);
        rpc__node_service_by(link->node, port_now_ns()); /* sends the Cancel: this thread's time is over */
    }
    return call->hr;
}

/* Nobody can end what the thread waits for any more: it does not wait. */
static void stop_waiting(struct rpc_thread *thread)
{
    if (thread->cancellation)
        (void)rpc__thread_waits_for(thread, NULL, 0, NULL);
}

static HRESULT end_call(const struct rpc_call *call, struct rpc_thread *thread, HRESULT hr)
{
    stop_waiting(thread);
    thread->executed = call->reply_executed;
    if (FAILED(hr)) {
        rpc_thread_set_detail(thread, call->detail.data, call->detail.size);
        rpc__thread_make_text(thread); /* a peer may have said it */
    }
    return hr;
}

/* What can be said without sending it. */
static HRESULT check_request(const struct rpc_call *call, int64_t now_ns, int64_t deadline_ns)
{
    if (FAILED(call->hr))
        return call->hr;
    if (call->request.failed)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    if (now_ns >= deadline_ns)
        return RPC_E_TIMEOUT;
    if (!call->proxy->import->rebinding)
        return S_OK;
    return call->proxy->import->rebinding->ready(call->proxy->import, deadline_ns);
}

HRESULT rpc__call_explain(const struct rpc_call *call, HRESULT hr)
{
    const struct rpc_rebinding *rebinding = call->proxy->import->rebinding;

    if (!rebinding || call->reply_executed != RPC_EXECUTED_NO)
        return hr;
    return rebinding->explain(call->proxy->import, hr);
}

static HRESULT invoke(struct rpc_call *call, struct rpc_thread *thread, int64_t deadline_ns)
{
    struct rpc_link *link = rpc__caller_link(call);
    HRESULT hr;

    rpc__caller_give_up_role(thread, link);
    port_mutex_lock(&link->lock);
    hr = send_request(link, call, call, thread, deadline_ns);
    if (is_oneway(call)) {
        call->reply_executed = call->has_left ? RPC_EXECUTED_UNKNOWN : RPC_EXECUTED_NO;
        rpc__observe_made(call, hr, NULL, 0);
    } else if (SUCCEEDED(hr) || call->done) {
        hr = await_reply(link, call, thread, deadline_ns);
    } else {
        call->reply_executed = RPC_EXECUTED_NO;
    }
    port_mutex_unlock(&link->lock);
    return end_call(call, thread, hr);
}

/* Whether a call failed because its object or its node is gone. */
static bool found_it_gone(HRESULT hr)
{
    return hr == RPC_E_DISCONNECTED || hr == RPC_E_SERVER_DIED_DNE || hr == RPC_E_INVALID_OBJECT ||
           hr == CO_E_OBJNOTCONNECTED;
}

/*
 * Makes a call of a rebinding proxy ready to be made once more, if nobody can tell the difference: it was not
 * executed, or the interface says that it may be executed twice. What refers to objects is of the lost
 * connection.
 */
static bool may_repeat(struct rpc_call *call, const struct rpc_thread *thread, HRESULT hr,
                       int64_t deadline_ns)
{
    struct rpc_rebinding *rebinding = rpc__rebinding_of(call->stand_in->import);
    uint8_t executed = call->reply_executed;
    struct rpc_proxy *target;

    if (!found_it_gone(hr) || executed == RPC_EXECUTED_YES || !rebinding->forget)
        return false;
    rebinding->forget(call->stand_in, call->proxy);
    if (call->cap_count || call->reply_cap_count ||
        (executed != RPC_EXECUTED_NO && !(call->method & RPC_IDEMPOTENT)) ||
        rpc__thread_is_cancelled(thread) || FAILED(rpc__proxy_enter(call->stand_in, deadline_ns, &target)))
        return false;
    rpc__way_leave(call->proxy->import);
    (void)rpc_proxy_Release(call->proxy);
    if (call->reply_buffer)
        rpc_buffer_free(call->reply_buffer);
    call->proxy = target;
    call->reply_buffer = NULL;
    call->detail.size = 0;
    call->has_left = false;
    call->done = false;
    call->begin_ns = 0;
    call->id = 0;
    call->hr = S_OK;
    return true;
}

HRESULT rpc_call_invoke(struct rpc_call *call)
{
    struct rpc_thread *thread = rpc_thread_current();
    int64_t now_ns = port_now_ns();
    int64_t deadline_ns = call_deadline(call, thread, now_ns);
    HRESULT hr = check_request(call, now_ns, deadline_ns);
    uint8_t executed;

    if (FAILED(hr)) {
        thread->executed = RPC_EXECUTED_NO; /* not that of what had to be called before it could be sent */
        return hr;
    }
    hr = invoke(call, thread, deadline_ns);
    if (SUCCEEDED(hr))
        return hr;
    if (!call->stand_in)
        return rpc__call_explain(call, hr);
    executed = call->reply_executed;
    if (may_repeat(call, thread, hr, deadline_ns))
        hr = invoke(call, thread, deadline_ns);
    else
        thread->executed = executed; /* not that of the attempt to bind again */
    if (thread->executed == RPC_EXECUTED_NO)
        thread->executed = executed; /* that the second time it was not says nothing about the first */
    return hr;
}

/* ---- the same in two halves ---- */

HRESULT rpc__call_send(struct rpc_call *call, struct rpc_call *owner, int64_t *out_deadline_ns)
{
    struct rpc_thread *thread = rpc_thread_current();
    struct rpc_link *link = rpc__caller_link(call);
    int64_t now_ns = port_now_ns();
    HRESULT hr;

    *out_deadline_ns = call_deadline(call, thread, now_ns);
    hr = check_request(call, now_ns, *out_deadline_ns);
    if (FAILED(hr))
        return hr;
    rpc__caller_give_up_role(thread, link);

    port_mutex_lock(&link->lock);
    hr = send_request(link, call, owner, thread, *out_deadline_ns);
    if (is_oneway(call))
        rpc__observe_made(owner, hr, NULL, 0);
    if (owner->done)
        hr = S_OK; /* it failed meanwhile, as whoever waits for it will hear */
    port_mutex_unlock(&link->lock);
    stop_waiting(thread);
    return hr;
}

HRESULT rpc__call_await(struct rpc_call *owner, int64_t deadline_ns)
{
    struct rpc_thread *thread = rpc_thread_current();
    struct rpc_link *link = rpc__caller_link(owner);
    HRESULT hr;

    rpc__caller_give_up_role(thread, link);
    port_mutex_lock(&link->lock);
    if (thread->cancellation && !rpc__thread_waits_for(thread, link, owner->id, NULL) && !owner->done) {
        (void)rpc_session_abandon_call(&link->session, owner->id);
        rpc__call_fail(owner, RPC_E_CALL_CANCELED);
        rpc__node_service_by(link->node, port_now_ns()); /* sends the Cancel */
    }
    hr = await_reply(link, owner, thread, deadline_ns);
    port_mutex_unlock(&link->lock);
    return end_call(owner, thread, hr);
}

bool rpc__call_wait(struct rpc_call *owner, int64_t deadline_ns)
{
    struct rpc_thread *thread = rpc_thread_current();
    struct rpc_link *link = rpc__caller_link(owner);
    bool done;

    rpc__caller_give_up_role(thread, link);
    port_mutex_lock(&link->lock);
    rpc__caller_wait(link, owner, thread, deadline_ns);
    done = owner->done;
    port_mutex_unlock(&link->lock);
    return done;
}

HRESULT rpc__call_follow(struct rpc_call *owner, int64_t deadline_ns)
{
    struct rpc_thread *thread = rpc_thread_current();
    struct rpc_link *link = rpc__caller_link(owner);
    struct rpc_call follower;
    HRESULT hr;

    if (thread->deadline_ns && thread->deadline_ns < deadline_ns)
        deadline_ns = thread->deadline_ns;
    follower.proxy = owner->proxy;
    follower.awaited = owner;
    follower.keeps = false;
    follower.wants_credit = false;
    follower.wake = NULL;
    rpc__caller_give_up_role(thread, link);
    port_mutex_lock(&link->lock);
    rpc__caller_wait(link, &follower, thread, deadline_ns);
    hr = owner->done ? S_OK : rpc__thread_is_cancelled(thread) ? RPC_E_CALL_CANCELED : RPC_E_TIMEOUT;
    port_mutex_unlock(&link->lock);
    return hr;
}

HRESULT rpc_call_take_interface(struct rpc_call *call, uint32_t index, const IID *iid, void **out_object)
{
    struct rpc_link *link = rpc__caller_link(call);
    struct rpc_cap *cap;
    HRESULT hr;

    *out_object = NULL;
    if (!index)
        return S_OK;
    if (index > call->reply_cap_count)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    cap = &call->caps[index - 1];
    if (cap->where == RPC_SENDER) {
        hr = rpc__import(link, cap, iid, true, out_object);
        if (SUCCEEDED(hr))
            cap->where = RPC_NIL; /* taken; else rpc_call_end gives the reference back */
        return hr;
    }
    if (cap->where == RPC_RECEIVER)
        return rpc__come_home(link, cap->id, iid, out_object);
    return S_OK;
}

void rpc_call_end(struct rpc_call *call)
{
    struct rpc_link *link = rpc__caller_link(call);
    uint32_t i;

    if (call->reply_cap_count || (!call->has_left && call->cap_count)) {
        port_mutex_lock(&link->lock);
        rpc__unpin_homecoming(link, call->caps, call->reply_cap_count);
        for (i = 0; i < call->reply_cap_count; i++)
            rpc_session_discard(&link->session, &call->caps[i]);
        for (i = 0; !call->has_left && i < call->cap_count; i++)
            if (call->caps[i].where == RPC_SENDER)
                (void)rpc_exports_release(&link->session.exports, call->caps[i].id, 1); /* never lent */
        rpc__link_reap_soon(link);
        if (rpc_session_has_output(&link->session))
            rpc__node_service_by(link->node, port_now_ns() + PORT_LINGER_NS);
        port_mutex_unlock(&link->lock);
    }
    if (call->request_buffer)
        rpc_buffer_free(call->request_buffer);
    if (call->reply_buffer)
        rpc_buffer_free(call->reply_buffer);
    if (call->is_inside)
        rpc__way_leave(call->proxy->import);
    if (call->stand_in)
        (void)rpc_proxy_Release(call->proxy);
}
