/* Calls that are ended before their time: by another thread of the caller, by the caller's Cancel, by a dead
 * link. */
#include "caller.h"
#include "runtime.h"

/* A waiting thread looks up this often, in case that nothing arrives which wakes it. */
#define LOOK_UP_NS (INT64_C(100) * PORT_NS_PER_MS)

void rpc_cancellation_begin(struct rpc_cancellation *cancellation)
{
    struct rpc_thread *thread = rpc_thread_current();

    *cancellation = (struct rpc_cancellation){.outer = thread->cancellation};
    thread->cancellation = cancellation;
}

void rpc_cancellation_end(struct rpc_cancellation *cancellation)
{
    rpc_thread_current()->cancellation = cancellation->outer;
    com_lock_take(&cancellation->lock); /* who is about to wake us has left it */
    com_lock_give(&cancellation->lock);
}

bool rpc__thread_is_cancelled(const struct rpc_thread *thread)
{
    const struct rpc_cancellation *cancellation;

    for (cancellation = thread->cancellation; cancellation; cancellation = cancellation->outer)
        if (__atomic_load_n(&cancellation->is_cancelled, __ATOMIC_RELAXED))
            return true;
    return false;
}

bool rpc_is_cancelled(void)
{
    const struct rpc_thread *thread = rpc_thread_current();

    return rpc__thread_is_cancelled(thread) || (thread->deadline_ns && port_now_ns() >= thread->deadline_ns);
}

bool rpc__thread_waits_for(struct rpc_thread *thread, struct rpc_link *link, uint32_t call_id,
                           struct rpc_node *sleeping)
{
    struct rpc_cancellation *cancellation;
    bool goes_on = true;

    for (cancellation = thread->cancellation; cancellation; cancellation = cancellation->outer) {
        com_lock_take(&cancellation->lock);
        cancellation->link = link;
        cancellation->call_id = call_id;
        cancellation->sleeping = sleeping;
        goes_on &= !cancellation->is_cancelled;
        com_lock_give(&cancellation->lock);
    }
    return goes_on;
}

int64_t rpc__thread_look_up_ns(const struct rpc_thread *thread, int64_t now_ns, int64_t until_ns)
{
    return thread->cancellation && until_ns > now_ns + LOOK_UP_NS ? now_ns + LOOK_UP_NS : until_ns;
}

/* What a cancelled thread waits for. */
struct waiting {
    struct rpc_link *link; /* with one reference, or NULL */
    uint32_t call_id;
};

/* Marks it. (a link's lock may be held) */
static struct waiting mark(struct rpc_cancellation *cancellation)
{
    struct waiting waiting;

    com_lock_take(&cancellation->lock);
    __atomic_store_n(&cancellation->is_cancelled, true, __ATOMIC_RELAXED);
    waiting.link = cancellation->link;
    waiting.call_id = cancellation->call_id;
    if (waiting.link)
        rpc__link_addref(waiting.link);
    if (cancellation->sleeping)
        rpc__node_wake_sleepers(cancellation->sleeping);
    com_lock_give(&cancellation->lock);
    return waiting;
}

/* Ends the call, unless it has ended. (no lock held) */
static void end_call(const struct waiting *waiting)
{
    struct rpc_link *link = waiting->link;
    struct rpc_call_slot *slot;

    if (!link)
        return;
    port_mutex_lock(&link->lock);
    slot = rpc_calls_find(&link->session.calls, waiting->call_id);
    if (slot && slot->owner) {
        rpc__call_fail((struct rpc_call *)slot->owner, RPC_E_CALL_CANCELED);
        (void)rpc_session_abandon_call(&link->session, waiting->call_id);
        rpc_session_ask(&link->session); /* the answer wakes the caller if it reads */
    }
    rpc__link_wake_waiters(link);                    /* one that has not sent its call yet */
    rpc__node_service_by(link->node, port_now_ns()); /* sends the Cancel: who cancels must not wait */
    port_mutex_unlock(&link->lock);
    rpc__link_release(link);
}

void rpc_cancel(struct rpc_cancellation *cancellation)
{
    struct waiting waiting = mark(cancellation);

    end_call(&waiting);
}

/* (lock held, let go of meanwhile) */
static void cancel_incoming(struct rpc_link *link, struct rpc_incoming *call)
{
    struct waiting waiting = mark(&call->cancellation);

    port_mutex_unlock(&link->lock);
    end_call(&waiting);
    port_mutex_lock(&link->lock);
}

void rpc__incoming_cancel(struct rpc_link *link, uint32_t call_id)
{
    struct rpc_incoming *call;

    for (call = link->running; call && (!call_id || call->id != call_id); call = call->next)
        ;
    if (call && call->awaits)
        rpc__answers_leave(link, call, RPC_E_CALL_CANCELED);
    else if (call)
        cancel_incoming(link, call);
}

void rpc__incoming_cancel_all(struct rpc_link *link)
{
    struct rpc_incoming *call = link->running;

    while (call) {
        if (!call->id || call->cancellation.is_cancelled) {
            call = call->next;
            continue;
        }
        cancel_incoming(link, call);
        call = link->running; /* the list may have changed */
    }
}
