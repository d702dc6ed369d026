/*
 * Who reads a link (leader and followers): the thread that waits for a Return reads it itself, so that a call
 * costs no thread hop; a worker that read a call runs and answers it before anybody is woken.
 */
#include "caller.h"
#include "observe.h"
#include "view.h"

bool rpc__reader_enter(struct rpc_link *link, enum rpc_reader reader, struct rpc_thread *thread)
{
    if (link->reader != RPC_NOBODY || link->closed)
        return false;
    link->reader = reader;
    link->reader_thread = thread;
    if (link->watched) {
        link->watched = false;
        com_ignore(ILink_Watch(link->channel, NULL)); /* a Ready that comes nevertheless finds a reader */
    }
    return true;
}

void rpc__reader_watch(struct rpc_link *link)
{
    if (link->closed) /* by a node that ends, before whoever made it came to this */
        return;
    link->watched = true;
    if (FAILED(ILink_Watch(link->channel, &link->sink_iface)))
        rpc__link_fail(link, RPC_E_DISCONNECTED, "the connection cannot be watched", true);
}

void rpc__reader_pass_on(struct rpc_link *link, enum rpc_reader reader)
{
    if (link->closed)
        return;
    if (link->waiters) {
        port_condition_wake_one(link->waiters->wake);
    } else if (reader == RPC_CALLER) {
        /* It probably calls again soon: the network's thread takes over only if it does not. */
        link->since_ns = port_now_ns();
        rpc__node_service_by(link->node, link->since_ns + PORT_LINGER_NS);
    } else {
        rpc__reader_watch(link);
    }
}

void rpc__reader_leave(struct rpc_link *link)
{
    enum rpc_reader reader = link->reader;

    link->reader = RPC_NOBODY;
    link->reader_thread = NULL;
    rpc__reader_pass_on(link, reader);
}

/*
 * Runs a call on the thread that read it, which keeps the role unless that takes long. (lock held, let go of)
 */
static void run_here(struct rpc_link *link, const struct rpc_event *event, struct rpc_buffer *frame,
                     int64_t now_ns)
{
    struct rpc_thread *thread = link->reader_thread;
    struct rpc_link *led_before = thread->leading;
    struct rpc_incoming call;

    rpc__incoming_init(&call, link, event, frame, now_ns);
    link->executing = true;
    link->since_ns = now_ns;
    thread->leading = link;
    rpc__node_service_by(link->node, now_ns + PORT_LINGER_NS);
    port_mutex_unlock(&link->lock);
    rpc__incoming_run(&call);
    port_mutex_lock(&link->lock);
    thread->leading = led_before;
    if (link->reader_thread == thread)
        link->executing = false;
}

/* Whether a thread waits for the Return of a call that it made over this link for `causality`. (lock held) */
static bool waits_for(const struct rpc_link *link, uint64_t causality)
{
    const struct rpc_calls *calls = &link->session.calls;
    uint16_t i;

    for (i = 0; i < calls->used; i++)
        if (calls->slots[i].owner && ((const struct rpc_call *)calls->slots[i].owner)->causality == causality)
            return true;
    return false;
}

/*
 * Whether a call is nested in one that a thread of this node waits for, over this link or another: only then
 * it has a claim to a worker of its own. That it says so proves nothing. (lock held, let go of meanwhile)
 */
static bool is_awaited(struct rpc_link *link, const struct rpc_call_message *call)
{
    struct rpc_link *links[PORT_MAX_LINKS];
    uint32_t i, count;
    bool found;

    if (!call->depth || !call->causality)
        return false;
    if (waits_for(link, call->causality))
        return true;
    port_mutex_unlock(&link->lock);
    count = rpc__node_take_links(link->node, links);
    for (i = 0, found = false; i < count; i++) {
        port_mutex_lock(&links[i]->lock);
        found = found || waits_for(links[i], call->causality);
        port_mutex_unlock(&links[i]->lock);
        rpc__link_release(links[i]);
    }
    port_mutex_lock(&link->lock);
    return found;
}

/*
 * Hands a call to a worker, or has it wait for what it is for. (lock held, let go of meanwhile if it is
 * refused)
 */
static void queue_call(struct rpc_link *link, const struct rpc_event *event, struct rpc_buffer *frame,
                       int64_t now_ns, bool is_nested, struct rpc_answer *awaits)
{
    struct rpc_task *task = rpc__node_take_task(link->node, link);

    if (!task) {
        rpc__incoming_refuse(link, event, RPC_E_SERVERCALL_RETRYLATER);
        rpc_buffer_free(frame);
        return;
    }
    rpc__incoming_init(&task->incoming, link, event, frame, now_ns);
    task->incoming.is_nested = is_nested;
    if (awaits)
        rpc__answers_wait(awaits, &task->incoming);
    else
        (void)rpc__node_queue(link->node, &task->work); /* a fresh task is never queued */
}

/*
 * Whether a call belongs on the stack of the thread that reads: it is nested in what that one waits for. One
 * of the same logical thread that is not nested so deeply comes from a call that this thread gave up before,
 * and that still runs somewhere. Were it run here, each of them would make the stack deeper than the chain of
 * calls is that it belongs to. (lock held)
 */
static bool is_nested_here(const struct rpc_link *link, const struct rpc_call_message *call)
{
    return link->reader == RPC_CALLER && call->causality &&
           call->causality == link->reader_thread->causality && call->depth > link->reader_thread->depth;
}

static void handle_call(struct rpc_link *link, struct rpc_event *event, struct rpc_buffer *frame,
                        int64_t now_ns)
{
    bool is_nested = is_nested_here(link, &event->call);
    bool runs_here = link->reader == RPC_WORKER || is_nested;
    struct rpc_answer *awaits = NULL;
    HRESULT hr = event->refusal;

    if (SUCCEEDED(hr))
        hr = rpc__view_admit(link, event, frame->size_bytes, now_ns);
    if (SUCCEEDED(hr) && !is_nested && (!runs_here || event->call.promise))
        is_nested =
            is_awaited(link, &event->call); /* before it is known what is called: this takes a while */
    if (SUCCEEDED(hr) && event->call.promise)
        hr = rpc__answers_find(link, event, &awaits);
    if (event->call.keeps && !rpc__answers_keep(link, event)) {
        event->call.keeps = false;
        hr = FAILED(hr) ? hr : RPC_E_SERVERCALL_RETRYLATER;
    }
    if (FAILED(hr)) {
        rpc__incoming_refuse(link, event, hr);
        rpc_buffer_free(frame);
    } else if (runs_here && !awaits) {
        run_here(link, event, frame, now_ns);
    } else {
        queue_call(link, event, frame, now_ns, is_nested, awaits);
    }
}

static void handle_frame(struct rpc_link *link, struct rpc_buffer *frame, int64_t now_ns)
{
    struct rpc_event event;

    rpc_session_receive(&link->session, frame->data, frame->size_bytes, now_ns, &event);
    switch (event.type) {
    case RPC_EVENT_CALL:
        handle_call(link, &event, frame, now_ns);
        break;
    case RPC_EVENT_RETURN:
        rpc__call_complete((struct rpc_call *)event.owner, &event.reply, frame);
        rpc__link_wake_waiters(link);
        break;
    case RPC_EVENT_CREDIT:
        rpc__link_wake_waiters(link);
        rpc_buffer_free(frame);
        break;
    case RPC_EVENT_CANCEL:
        rpc__answers_forget(link, event.call_id);
        rpc__incoming_cancel(link, event.call_id);
        rpc_buffer_free(frame);
        break;
    case RPC_EVENT_CLASS:
        rpc__class_announced(link, &event.announced.content);
        rpc_buffer_free(frame);
        break;
    case RPC_EVENT_OPEN:
        rpc__view_opened(link);
        rpc__link_compare_incarnations(link);
        port_condition_wake_all(&link->changed);
        rpc_buffer_free(frame);
        break;
    case RPC_EVENT_DEAD: /* of an Abort, the session knows that the peer holds nothing */
        rpc__link_fail(link, link->session.hr, rpc_session_detail(&link->session), false);
        rpc_buffer_free(frame);
        break;
    default:
        rpc_buffer_free(frame);
    }
    if (link->session.leaving)
        rpc__link_wake_waiters(link); /* there will be no credit any more */
    rpc__link_reap_soon(link);
    rpc__link_flush(link, rpc__send_deadline(link, now_ns));
    rpc__link_close_if_drained(link);
}

/*
 * The stream is at its end. Who is sending knows better why: a Send that ran out of time leaves half a frame
 * and ends the stream itself, and then the peer still trusts its lease. (lock held)
 */
static void stream_ended(struct rpc_link *link)
{
    if (link->sending && !link->closed)
        com_ignore(ILink_Shutdown(link->channel)); /* so that it does not wait any longer */
    while (link->sending && !link->closed)
        port_condition_wait(&link->changed, &link->lock, PORT_FOREVER);
    if (!link->closed) /* else it was ended from here */
        rpc__link_end(link, RPC_E_DISCONNECTED, "the peer closed the connection");
}

HRESULT rpc__reader_step(struct rpc_link *link, int64_t deadline_ns)
{
    struct rpc_buffer *frame;
    HRESULT hr;

    if (link->closed)
        return RPC_E_DISCONNECTED;
    link->receiving = true;
    port_mutex_unlock(&link->lock);
    hr = ILink_Receive(link->channel, deadline_ns, &frame);
    port_mutex_lock(&link->lock);
    link->receiving = false;
    if (link->closed)
        port_condition_wake_all(&link->changed); /* who gives the channel back waits for it */
    if (SUCCEEDED(hr)) {
        rpc__observe_frame_in(link, frame->size_bytes);
        handle_frame(link, frame, port_now_ns());
        return S_OK;
    }
    if (hr == NET_E_TIMEOUT)
        return hr;
    if (hr == RPC_E_INVALID_HEADER)
        rpc__link_fail(link, hr, "these bytes are not this protocol", true);
    else if (hr == RPC_E_OUT_OF_RESOURCES)
        rpc__link_fail(link, hr, "a frame is larger than this node takes", true);
    else if (hr == E_OUTOFMEMORY)
        rpc__link_fail(link, hr, "no memory for a frame", true);
    else
        stream_ended(link);
    return hr;
}

void rpc__reader_linger(struct rpc_link *link)
{
    struct rpc_thread *thread = rpc_thread_current();

    port_mutex_lock(&link->lock);
    if (rpc__reader_enter(link, RPC_WORKER, thread)) {
        while (link->reader_thread == thread && !rpc__node_is_pressed(link->node) &&
               rpc__reader_step(link, port_now_ns() + PORT_LINGER_NS) == S_OK)
            ;
        if (link->reader_thread == thread)
            rpc__reader_leave(link);
    }
    port_mutex_unlock(&link->lock);
}
