/* How a caller waits, reading its link meanwhile if nobody else does, and how it is woken. */
#include "caller.h"
#include "observe.h"
#include <string.h>

/* Wakes who waits for it, and who follows it. (lock held) */
static void wake(struct rpc_call *call)
{
    struct rpc_call *waiter = call->keeps ? rpc__caller_link(call)->waiters : NULL;

    if (call->wake)
        port_condition_wake_one(call->wake);
    for (; waiter; waiter = waiter->next)
        if (waiter->awaited == call)
            port_condition_wake_one(waiter->wake);
}

void rpc__call_complete(struct rpc_call *call, const struct rpc_return_message *reply,
                        struct rpc_buffer *frame)
{
    call->hr = reply->hr;
    rpc__observe_made(call, reply->hr, reply, frame->size_bytes);
    call->reply_executed = (uint8_t)reply->executed;
    call->reply_cap_count = (uint8_t)reply->cap_count;
    memcpy(call->caps, reply->caps, reply->cap_count * sizeof(reply->caps[0]));
    rpc__pin_homecoming(rpc__caller_link(call), call->caps, call->reply_cap_count);
    call->reply_buffer = frame;
    wire_reader_init(&call->reply, reply->results.data, reply->results.size);
    call->detail = reply->detail;
    call->done = true;
    wake(call);
}

void rpc__call_fail(struct rpc_call *call, HRESULT hr)
{
    call->hr = hr;
    rpc__observe_made(call, call->hr, NULL, 0);
    call->reply_executed = RPC_EXECUTED_UNKNOWN;
    call->detail.size = 0;
    call->done = true;
    wake(call);
}

void rpc__call_disconnect(struct rpc_call *call, const char *detail)
{
    rpc__call_fail(call, RPC_E_DISCONNECTED);
    call->detail.data = (uint8_t *)(uintptr_t)detail; /* only read; lives as long as the link */
    call->detail.size = (uint32_t)strlen(detail);
}

/* Sleeps until somebody completed the call, or gives us the reading role, or time runs out. (lock held) */
static void follow(struct rpc_link *link, struct rpc_call *call, int64_t until_ns)
{
    struct port_condition wake;
    struct rpc_call **at;

    if (!port_condition_init(&wake)) {
        /* No memory to sleep on: wait for any change of the link instead, in short slices. */
        (void)port_condition_wait(&link->changed, &link->lock, port_now_ns() + PORT_LINGER_NS);
        return;
    }
    call->wake = &wake;
    call->next = link->waiters;
    link->waiters = call;
    (void)port_condition_wait(&wake, &link->lock, until_ns);
    for (at = &link->waiters; *at != call; at = &(*at)->next)
        ;
    *at = call->next;
    call->wake = NULL;
    port_condition_destroy(&wake);
}

/*
 * Who is woken to read but leaves must not keep the role from the others. (lock held)
 * @param role  in which the thread runs the call that this one was made in, if it was inherited
 */
static void leave_reading(struct rpc_link *link, struct rpc_thread *thread, bool inherited,
                          enum rpc_reader role)
{
    if (inherited && link->reader_thread == thread) {
        link->reader = role;
        link->executing = true;
        link->since_ns = port_now_ns();
    } else if (link->reader_thread == thread) {
        rpc__reader_leave(link);
    } else if (link->reader == RPC_NOBODY && !link->watched) {
        rpc__reader_pass_on(link, RPC_CALLER); /* woken to read, perhaps, and its call is done already */
    }
}

/* Whether there is something to wait for: the Return, or credit. (lock held) */
static bool must_wait(struct rpc_link *link, const struct rpc_call *call, const struct rpc_thread *thread)
{
    if (call->wants_credit)
        return rpc_session_admit(&link->session, false) == S_FALSE && !rpc__thread_is_cancelled(thread);
    if (call->awaited)
        return !call->awaited->done && !rpc__thread_is_cancelled(thread);
    return !call->done;
}

void rpc__caller_wait(struct rpc_link *link, struct rpc_call *call, struct rpc_thread *thread,
                      int64_t deadline_ns)
{
    bool inherited = link->reader_thread == thread;
    int64_t before_ns = thread->deadline_ns;
    enum rpc_reader role = link->reader;

    if (inherited) {
        link->executing = false;
        link->reader = RPC_CALLER; /* even a worker now runs no calls but those that belong to its own */
    }
    thread->deadline_ns =
        deadline_ns == PORT_FOREVER ? 0 : deadline_ns; /* also of calls that run meanwhile */
    while (must_wait(link, call, thread)) {
        int64_t now_ns = port_now_ns();
        int64_t until_ns = rpc_session_tick(&link->session, now_ns);

        if (link->session.state == RPC_DEAD) {
            rpc__link_fail(link, link->session.hr, rpc_session_detail(&link->session), false);
            break;
        }
        rpc__link_flush(link, now_ns + RPC_SEND_NS);
        if (now_ns >= deadline_ns || !must_wait(link, call, thread))
            break;
        until_ns = rpc__thread_look_up_ns(thread, now_ns, until_ns < deadline_ns ? until_ns : deadline_ns);
        if (link->reader_thread == thread || rpc__reader_enter(link, RPC_CALLER, thread))
            (void)rpc__reader_step(link, until_ns); /* a failure ends the link, and the call with it */
        else
            follow(link, call, until_ns);
    }
    thread->deadline_ns = before_ns;
    leave_reading(link, thread, inherited, role);
}

void rpc__caller_give_up_role(struct rpc_thread *thread, const struct rpc_link *link)
{
    struct rpc_link *leading = thread->leading;

    if (!leading || leading == link)
        return;
    port_mutex_lock(&leading->lock);
    if (leading->reader_thread == thread) {
        leading->executing = false;
        rpc__reader_leave(leading);
    }
    port_mutex_unlock(&leading->lock);
}
