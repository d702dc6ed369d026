/* The callee's side of a call: from the frame to the stub, and the answer. */
#include "caller.h"
#include "observe.h"
#include "view.h"
#include <string.h>

/* One block of rpc_incoming_scratch. */
struct scratch {
    struct scratch *next;
    uint64_t memory[];
};

void rpc__incoming_init(struct rpc_incoming *call, struct rpc_link *link, const struct rpc_event *event,
                        struct rpc_buffer *frame, int64_t now_ns)
{
    const struct rpc_call_message *message = &event->call;

    memset(call, 0, sizeof(*call));
    rpc__link_addref(link);
    call->link = link;
    call->request_buffer = frame;
    call->id = event->call_id;
    call->charge = event->charge;
    call->method = message->method;
    call->target = message->target;
    call->depth = message->depth;
    call->causality = message->causality;
    call->iid = message->iid;
    call->begin_ns = now_ns;
    if (message->timeout_us == RPC_TIMEOUT_NONE)
        call->deadline_ns = 0;
    else if (message->timeout_us)
        call->deadline_ns = now_ns + (int64_t)message->timeout_us * 1000;
    else
        call->deadline_ns = now_ns + RPC_DEFAULT_TIMEOUT_NS;
    call->cap_count = (uint8_t)message->cap_count;
    memcpy(call->caps, message->caps, message->cap_count * sizeof(message->caps[0]));
    rpc__pin_homecoming(link, call->caps, call->cap_count);
    call->answer = message->keeps ? link->answers : NULL; /* the latest is its own */
    call->next = link->running;
    call->at = &link->running;
    if (call->next)
        call->next->at = &call->next;
    link->running = call;
    if (event->entry)
        rpc__incoming_attach(call, event->entry);
    wire_reader_init(&call->request, message->params.data, message->params.size);
    rpc__observe_arrived(call, message);
}

void rpc__incoming_attach(struct rpc_incoming *call, const struct rpc_export *entry)
{
    call->object = entry->object;
    call->world = entry->world;
    if (!entry->interface || !com_guid_equal(entry->interface->iid, &call->iid))
        return;
    call->interface = entry->interface;
    call->pointer = entry->pointer;
}

/* A call that nobody answers would stay in the caller's table for ever. (lock held, let go of meanwhile) */
static void send_answer(struct rpc_link *link, const uint8_t *frame, size_t size, int64_t deadline_ns)
{
    if (rpc__link_send(link, frame, size, deadline_ns) == RPC_E_TIMEOUT)
        rpc__link_fail(link, RPC_E_DISCONNECTED, "a result could not be sent", false);
}

/* What came with a [oneway] call is ours; nobody uses it. (lock held) */
static void discard_caps(struct rpc_link *link, const struct rpc_cap *caps, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        rpc_session_discard(&link->session, &caps[i]);
}

void rpc__incoming_refuse(struct rpc_link *link, const struct rpc_event *event, HRESULT hr)
{
    struct rpc_return_message message = {.hr = hr, .executed = RPC_EXECUTED_NO};
    uint8_t buffer[RPC_RETURN_HEADROOM + RPC_TAILROOM];
    uint8_t *frame;
    size_t size;

    rpc__observe_refused(link);
    if (event->call.keeps)
        rpc__answers_settle(link, link->answers, hr, NULL); /* the latest is its own */
    else
        rpc_session_return_call(&link->session, event->call_id, event->charge);
    if (event->entry)
        rpc_session_finish_call(&link->session, event->call.target);
    if (!event->call_id) {
        discard_caps(link, event->call.caps, event->call.cap_count);
        return;
    }
    if (link->sending && rpc_session_refuse_call(&link->session, event->call_id, hr))
        return; /* who is sending sends it as well */
    frame = rpc_return_write(&message, event->call_id, buffer + RPC_RETURN_HEADROOM, 0, &size);
    send_answer(link, frame, size, rpc__send_deadline(link, port_now_ns()));
}

HRESULT rpc_incoming_execute(struct rpc_incoming *call, size_t reply_bound)
{
    size_t bytes = RPC_RETURN_HEADROOM + reply_bound + RPC_TAILROOM;

    if (bytes - RPC_HEADER_BYTES > call->link->session.peer.limits.max_message_bytes)
        return RPC_E_OUT_OF_RESOURCES;
    call->reply_buffer = rpc_buffer_alloc(bytes);
    if (!call->reply_buffer)
        return E_OUTOFMEMORY;
    wire_writer_init(&call->reply, call->reply_buffer->data + RPC_RETURN_HEADROOM, reply_bound);
    if (call->cancellation.is_cancelled) /* as late as possible: what its caller does next comes after it */
        return RPC_E_CALL_CANCELED;
    call->executed = true;
    return S_OK;
}

/* What a buffer has behind its frame is nobody's, and most frames are small. */
static void *take_spare(struct rpc_incoming *call, size_t size_bytes)
{
    const struct rpc_buffer *frame = call->request_buffer;
    size_t used = (size_t)frame->size_bytes + 1; /* the byte behind it ends a text */
    size_t end = (frame->capacity_bytes & ~(size_t)7) - call->spare_bytes;

    size_bytes = (size_bytes + 7) & ~(size_t)7; /* data and end are multiples of 8 too */
    if (end < used || size_bytes > end - used)
        return NULL;
    call->spare_bytes += size_bytes;
    return frame->data + end - size_bytes;
}

void *rpc_incoming_scratch(struct rpc_incoming *call, size_t size_bytes)
{
    struct scratch *block;
    void *memory;

    if (size_bytes > PORT_MAX_SCRATCH_BYTES - call->scratch_bytes)
        return NULL;
    memory = take_spare(call, size_bytes);
    if (memory)
        return memory;
    block = (struct scratch *)port_alloc(sizeof(*block) + size_bytes);
    if (!block)
        return NULL;
    block->next = (struct scratch *)call->scratch;
    call->scratch = block;
    call->scratch_bytes += size_bytes;
    return block->memory;
}

HRESULT rpc_incoming_interface(struct rpc_incoming *call, uint32_t index, const IID *iid, void **out_object)
{
    struct rpc_cap *cap;
    HRESULT hr;

    *out_object = NULL;
    if (!index)
        return S_OK;
    if (index > call->cap_count || call->cap_objects[index - 1])
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    cap = &call->caps[index - 1];
    if (cap->where == RPC_NIL)
        return S_OK;
    if (cap->where == RPC_RECEIVER)
        hr = rpc__come_home(call->link, cap->id, iid, out_object);
    else
        hr = rpc__import(call->link, cap, iid, !call->id, out_object); /* lent, or given if [oneway] */
    if (SUCCEEDED(hr))
        call->cap_objects[index - 1] = *out_object;
    return hr;
}

void rpc_incoming_put_interface(struct rpc_incoming *call, uint32_t field, const IID *iid, void *object)
{
    uint8_t index = call->reply_cap_count;
    HRESULT hr;

    (void)iid;
    if (!object)
        return;
    hr = index < RPC_CAPS_MAX ? rpc__export(call->link, object, &call->reply_caps[index])
                              : RPC_E_OUT_OF_RESOURCES;
    if (FAILED(hr)) {
        call->put_hr = FAILED(call->put_hr) ? call->put_hr : hr;
        IUnknown_Release((IUnknown *)object);
        return;
    }
    call->reply_fields[index] = field;
    call->reply_objects[index] = object;
    call->reply_cap_count++;
    wire_put_uint32(&call->reply, field, call->reply_cap_count);
}

/* ---- running ---- */

/* The stub that the call goes through; from here on its table stays. @retval false this node has none */
static bool find_stub(struct rpc_incoming *call)
{
    struct rpc_link *link = call->link;
    bool found;

    rpc__interface_lock(link);
    call->interface = rpc__node_interface(link->node, &call->iid);
    found = call->interface != NULL;
    rpc__interface_unlock(link);
    return found;
}

/*
 * The object's pointer of the interface that the call is for, asked for once and remembered with the export.
 */
static HRESULT find_pointer(struct rpc_incoming *call)
{
    struct rpc_export *entry;
    HRESULT hr;

    if (call->interface)
        return S_OK;
    if (!find_stub(call))
        return E_NOINTERFACE;
    hr = IUnknown_QueryInterface((IUnknown *)call->object, &call->iid, &call->pointer);
    if (FAILED(hr))
        return hr;
    (void)IUnknown_Release(
        (IUnknown *)call->pointer); /* the export keeps the object, and with it all its interfaces */

    port_mutex_lock(&call->link->lock);
    entry = rpc_exports_find(&call->link->session.exports, call->target);
    if (entry && entry->object == call->object) {
        entry->interface = call->interface;
        entry->pointer = call->pointer;
    }
    port_mutex_unlock(&call->link->lock);
    return S_OK;
}

/* Method 0. The answer is yes only if the peer could also make the calls. */
static HRESULT query_interface(struct rpc_incoming *call)
{
    bool found = false;
    IUnknown *pointer;
    uint32_t tag;
    HRESULT hr;
    IID iid;

    while (wire_next(&call->request, &tag)) {
        struct wire_bytes bytes;

        if (tag != WIRE_TAG(1, WIRE_BYTES)) {
            wire_skip(&call->request, tag);
            continue;
        }
        bytes = wire_get_bytes(&call->request);
        if (bytes.size != sizeof(iid))
            return RPC_E_SERVER_CANTUNMARSHAL_DATA;
        rpc_iid_load(bytes.data, &iid);
        found = true;
    }
    if (call->request.failed || !found)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    call->executed = true;
    if (!rpc__shows_interface(call->link, &iid))
        return E_NOINTERFACE;
    hr = IUnknown_QueryInterface((IUnknown *)call->object, &iid, (void **)&pointer);
    if (SUCCEEDED(hr))
        (void)IUnknown_Release(pointer);
    return hr;
}

static HRESULT dispatch(struct rpc_incoming *call)
{
    const struct rpc_introducer *introducer = call->link->node->introducer;
    HRESULT hr;

    if (call->cancellation.is_cancelled)
        return RPC_E_CALL_CANCELED; /* nobody waits for it any more */
    if (FAILED(call->refusal))
        return call->refusal;
    if (call->deadline_ns && port_now_ns() >= call->deadline_ns)
        return RPC_E_TIMEOUT;
    if (call->method == 0)
        return query_interface(call);
    if (introducer && com_guid_equal(&call->iid, introducer->iid)) {
        hr = rpc__view_allows(call->link, &call->iid, call->method);
        return FAILED(hr) ? hr : introducer->serve(call);
    }
    hr = find_pointer(call);
    if (FAILED(hr))
        return hr;
    if (call->method < 3 || call->method >= call->interface->method_count)
        return RPC_E_INVALIDMETHOD;
    hr = rpc__view_allows(call->link, &call->iid, call->method);
    if (FAILED(hr))
        return hr;
    return call->interface->stub(call->pointer, call->method, call);
}

/* Whether the method ran. Where the object is a third node's, this one only passed the call on. */
static uint32_t executed_by(const struct rpc_incoming *call, const struct rpc_thread *thread)
{
    if (!call->executed)
        return RPC_EXECUTED_NO;
    return rpc__import_of(call->object) ? thread->executed : RPC_EXECUTED_YES;
}

/*
 * Ends the loans of the request's references; which of them the method kept goes into the answer. (lock held)
 */
static uint32_t return_loans(struct rpc_incoming *call)
{
    uint32_t i, kept = 0;

    for (i = 0; i < call->cap_count; i++) {
        if (!call->cap_objects[i] || call->caps[i].where != RPC_SENDER)
            continue;
        if (rpc__rebinding_of(rpc__import_of(call->cap_objects[i])))
            continue; /* it needs the peer's reference no more, and goes with the call */
        if (rpc__import_return_loan(call->link, rpc__import_of(call->cap_objects[i])))
            kept |= 1u << i;
        call->cap_objects[i] = NULL;
    }
    return kept;
}

/* References of a [oneway] call that its method was not given. (lock held) */
static void discard_untaken(struct rpc_incoming *call)
{
    uint32_t i;

    for (i = 0; i < call->cap_count; i++)
        if (!call->cap_objects[i])
            discard_caps(call->link, &call->caps[i], 1);
}

/* Sends the answer; a [oneway] call has none, and only gives back what it had. (lock held) */
static void answer(struct rpc_incoming *call, HRESULT hr, const char *detail)
{
    uint8_t small[RPC_RETURN_HEADROOM + RPC_TAILROOM];
    uint8_t *results = small + RPC_RETURN_HEADROOM;
    struct rpc_return_message message;
    size_t size, results_bytes = 0;
    int64_t now_ns = port_now_ns();
    uint8_t *frame;
    uint32_t i;

    memset(&message, 0, sizeof(message));
    message.hr = hr;
    message.executed = executed_by(call, rpc_thread_current());
    if (call->id)
        message.kept = return_loans(call);
    if (call->reply_buffer) {
        results = call->reply_buffer->data + RPC_RETURN_HEADROOM;
        results_bytes = SUCCEEDED(hr) ? (size_t)(call->reply.at - results) : 0;
    }
    if (SUCCEEDED(hr) && call->id) {
        message.cap_count = call->reply_cap_count;
        memcpy(message.caps, call->reply_caps, call->reply_cap_count * sizeof(message.caps[0]));
    } else {
        message.detail.data = (uint8_t *)(uintptr_t)detail; /* only read */
        message.detail.size = (uint32_t)strlen(detail);
        for (i = 0; i < call->reply_cap_count; i++)
            if (call->reply_caps[i].where == RPC_SENDER && call->reply_caps[i].id)
                (void)rpc_exports_release(&call->link->session.exports, call->reply_caps[i].id,
                                          1); /* not sent */
    }
    if (call->answer)
        rpc__answers_settle(call->link, call->answer, hr, call);
    else
        rpc_session_return_call(&call->link->session, call->id, call->charge);
    if (!call->id) {
        rpc__observe_served(call, &message, (struct wire_bytes){NULL, 0}, 0, now_ns);
        discard_untaken(call);
        rpc__link_flush(call->link, now_ns + RPC_SEND_NS); /* the Window: perhaps nothing else is sent here */
        return;
    }
    frame = rpc_return_write(&message, call->id, results, results_bytes, &size);
    rpc__observe_served(call, &message, (struct wire_bytes){results, (uint32_t)results_bytes}, size, now_ns);
    send_answer(call->link, frame, size, now_ns + RPC_SEND_NS);
}

static void free_call(struct rpc_incoming *call)
{
    struct scratch *block, *next;
    uint32_t i;

    for (i = 0; i < call->cap_count; i++) /* those that came home */
        if (call->cap_objects[i])
            (void)IUnknown_Release((IUnknown *)call->cap_objects[i]);
    for (i = 0; i < call->reply_cap_count; i++)
        (void)IUnknown_Release((IUnknown *)call->reply_objects[i]);
    for (block = (struct scratch *)call->scratch; block; block = next) {
        next = block->next;
        port_free(block);
    }
    if (call->reply_buffer)
        rpc_buffer_free(call->reply_buffer);
    rpc_buffer_free(call->request_buffer);
}

void rpc__incoming_run(struct rpc_incoming *call)
{
    struct rpc_thread *thread = rpc_thread_current();
    struct rpc_link *link = call->link;
    uint64_t causality = thread->causality;
    int64_t deadline_ns = thread->deadline_ns;
    struct INamespace *names = thread->names;
    struct rpc_cancellation *cancellation = thread->cancellation;
    const struct rpc_trace_context *trace = thread->trace;
    struct rpc_link *serving = thread->serving;
    uint8_t depth = thread->depth;
    HRESULT hr;

    thread->causality = call->causality;
    /* On a thread that waits for a call of its own, that one's deadline counts, too: transit is in no budget.
     */
    if (!deadline_ns || (call->deadline_ns && call->deadline_ns < deadline_ns))
        thread->deadline_ns = call->deadline_ns;
    thread->depth = (uint8_t)(call->depth + 1); /* the session has refused more than max_depth */
    thread->cancellation = &call->cancellation;
    thread->trace = call->has_trace ? &call->trace : NULL;
    thread->serving = link;
    thread->names = call->world ? (struct INamespace *)call->world : link->node->world;
    thread->detail[0] = '\0';
    thread->executed = RPC_EXECUTED_YES; /* unless a call that it passes on says something else */
    hr = dispatch(call);
    if (SUCCEEDED(hr) && FAILED(call->put_hr))
        hr = call->put_hr;
    if (SUCCEEDED(hr) && call->reply_buffer && call->reply.failed)
        hr = RPC_E_SERVER_CANTMARSHAL_DATA;
    if (FAILED(hr))
        rpc__thread_make_text(thread);

    port_mutex_lock(&link->lock);
    answer(call, hr, FAILED(hr) ? thread->detail : "");
    rpc__unpin_homecoming(link, call->caps, call->cap_count);
    rpc_session_finish_call(&link->session, call->target);
    *call->at = call->next;
    if (call->next)
        call->next->at = call->at;
    rpc__link_reap_soon(link);
    rpc__link_close_if_drained(link);
    port_mutex_unlock(&link->lock);

    thread->causality = causality;
    thread->deadline_ns = deadline_ns;
    thread->depth = depth;
    thread->names = names;
    thread->cancellation = cancellation;
    thread->trace = trace;
    thread->serving = serving;
    free_call(call);
    rpc__link_release(link);
}
