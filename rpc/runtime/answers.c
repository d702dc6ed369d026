/*
 * Calls of results that are still to come (promise pipelining), as the callee sees them. What a call that is
 * kept returned stays known until its caller says that it has the Return (Cancel). A call that refers to it
 * before it has ended waits here, without a thread: it is a task that nobody has queued.
 *
 * A result's reference is the peer's from the Return on, so nothing here holds it: whoever is called is
 * pinned before the peer can have given it back, as it may only do behind its calls.
 */
#include "runtime.h"

/* Kept calls of a link, with those that take no credit. */
enum { ANSWERS_MAX = 2 * PORT_MAX_RUNNING };

/* An id that no export ever has: its slot is beyond every table. */
#define NO_EXPORT 0xFFFFu

/* An interface pointer that a call returned. */
struct result {
    uint32_t number; /* of its field in the _Reply message; 0: it is not named */
    struct rpc_cap cap;
};

/* What is known of a call that is kept. */
struct rpc_answer {
    struct rpc_answer *next; /* in link->answers */
    uint32_t call_id;
    uint32_t charge;
    bool is_returned;
    bool is_forgotten; /* its Cancel is in */
    HRESULT hr;        /* once it is returned */
    uint32_t result_count;
    struct result results[RPC_CAPS_MAX];
    struct rpc_incoming *waiting; /* the oldest first */
};

static struct rpc_answer *find(const struct rpc_link *link, uint32_t call_id)
{
    struct rpc_answer *answer = link->answers;

    while (answer && (answer->call_id != call_id || answer->is_forgotten))
        answer = answer->next;
    return answer;
}

/* Nobody can refer to it any more; with that the call is over. */
static void drop(struct rpc_link *link, struct rpc_answer *answer)
{
    struct rpc_answer **at = &link->answers;

    while (*at != answer)
        at = &(*at)->next;
    *at = answer->next;
    link->answer_count--;
    rpc_session_return_call(&link->session, answer->call_id, answer->charge);
    port_free(answer);
}

bool rpc__answers_keep(struct rpc_link *link, const struct rpc_event *event)
{
    struct rpc_answer *answer;

    if (link->answer_count == ANSWERS_MAX)
        return false;
    answer = (struct rpc_answer *)port_alloc(sizeof(*answer));
    if (!answer)
        return false;
    *answer = (struct rpc_answer){.next = link->answers, .call_id = event->call_id, .charge = event->charge};
    link->answers = answer;
    link->answer_count++;
    return true;
}

/* The export that a result is. */
static HRESULT result_of(struct rpc_link *link, const struct rpc_answer *answer, uint32_t number,
                         uint32_t *out_id, struct rpc_export **out_entry)
{
    const struct result *result = answer->results;
    uint32_t left;
    HRESULT hr;

    if (FAILED(answer->hr))
        return answer->hr;
    for (left = answer->result_count; left && result->number != number; left--)
        result++;
    if (!left || !number)
        return RPC_E_INVALID_OBJECT;
    if (result->cap.where != RPC_SENDER) /* the caller's own, which it can call better */
        return CO_E_OBJNOTCONNECTED;
    *out_id = result->cap.id;
    *out_entry = rpc_exports_find(&link->session.exports, result->cap.id);
    hr = rpc_session_check_target(*out_entry, result->cap.id);
    if (SUCCEEDED(hr))
        rpc_exports_pin(*out_entry);
    return hr;
}

HRESULT rpc__answers_find(struct rpc_link *link, struct rpc_event *event, struct rpc_answer **out_answer)
{
    struct rpc_answer *answer = find(link, event->call.promise);
    struct rpc_export *entry;
    HRESULT hr;

    if (!answer)
        return RPC_E_INVALID_OBJECT;
    if (!answer->is_returned) {
        *out_answer = answer;
        return S_FALSE;
    }
    hr = result_of(link, answer, event->call.target, &event->call.target, &entry);
    if (SUCCEEDED(hr))
        event->entry = entry;
    return hr;
}

void rpc__answers_wait(struct rpc_answer *answer, struct rpc_incoming *call)
{
    struct rpc_incoming **last = &answer->waiting;

    while (*last)
        last = &(*last)->next_waiting;
    *last = call;
    call->awaits = answer;
}

/* It waits no longer, but for a worker. */
static void resume(struct rpc_link *link, struct rpc_incoming *call)
{
    struct rpc_task *task = container_of(call, struct rpc_task, incoming); /* only those wait */

    call->awaits = NULL;
    if (FAILED(call->refusal))
        call->target = NO_EXPORT; /* nothing is pinned */
    (void)rpc__node_queue(link->node, &task->work);
}

void rpc__answers_leave(struct rpc_link *link, struct rpc_incoming *call, HRESULT hr)
{
    struct rpc_incoming **at = &call->awaits->waiting;

    while (*at != call)
        at = &(*at)->next_waiting;
    *at = call->next_waiting;
    call->refusal = hr;
    resume(link, call);
}

/* What waits for it goes on, in the order in which it came. */
static void resume_all(struct rpc_link *link, struct rpc_answer *answer)
{
    struct rpc_incoming *call;
    struct rpc_export *entry;

    while ((call = answer->waiting) != NULL) {
        answer->waiting = call->next_waiting;
        call->refusal = result_of(link, answer, call->target, &call->target, &entry);
        if (SUCCEEDED(call->refusal))
            rpc__incoming_attach(call, entry);
        resume(link, call);
    }
}

void rpc__answers_settle(struct rpc_link *link, struct rpc_answer *answer, HRESULT hr,
                         const struct rpc_incoming *call)
{
    uint32_t i;

    answer->is_returned = true;
    answer->hr = hr;
    if (SUCCEEDED(hr)) {
        answer->result_count = call->reply_cap_count;
        for (i = 0; i < call->reply_cap_count; i++)
            answer->results[i] = (struct result){call->reply_fields[i], call->reply_caps[i]};
    }
    resume_all(link, answer);
    if (answer->is_forgotten || link->closed)
        drop(link, answer);
}

void rpc__answers_forget(struct rpc_link *link, uint32_t call_id)
{
    struct rpc_answer *answer = find(link, call_id);

    if (!answer)
        return;
    answer->is_forgotten = true;
    if (answer->is_returned)
        drop(link, answer);
}

void rpc__answers_end(struct rpc_link *link)
{
    struct rpc_answer *answer, *next;

    for (answer = link->answers; answer; answer = next) {
        next = answer->next;
        while (answer->waiting)
            rpc__answers_leave(link, answer->waiting, RPC_E_DISCONNECTED);
        if (answer->is_returned)
            drop(link, answer);
    }
}
