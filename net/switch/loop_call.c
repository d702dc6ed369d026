/* See loop_call.h. */
#include "loop_call.h"
#include <stdio.h>

struct loop_call {
    HRESULT (*run)(void *argument);
    void *argument;
    HRESULT hr;
    char detail[COM_DETAIL_MAX + 1];
    bool done;              /* (lock) */
    struct loop_call *next; /* (lock) */
};

static struct loop_call *take_call(struct loop_calls *calls)
{
    struct loop_call *call;

    uv_mutex_lock(&calls->lock);
    call = calls->first;
    if (call)
        calls->first = call->next;
    uv_mutex_unlock(&calls->lock);
    return call;
}

static void finish_call(struct loop_calls *calls, struct loop_call *call)
{
    uv_mutex_lock(&calls->lock);
    call->done = true;
    uv_cond_broadcast(&calls->done);
    uv_mutex_unlock(&calls->lock);
}

static void run_calls(uv_async_t *wake)
{
    struct loop_calls *calls = wake->data;
    struct loop_call *call;

    while ((call = take_call(calls)) != NULL) {
        com_set_error_detail("");
        call->hr = call->run(call->argument);
        snprintf(call->detail, sizeof(call->detail), "%s", com_error_detail());
        finish_call(calls, call);
    }
}

bool loop_calls_init(struct loop_calls *calls, uv_loop_t *loop)
{
    calls->first = NULL;
    calls->ended = false;
    if (uv_async_init(loop, &calls->wake, run_calls) != 0)
        return false;
    calls->wake.data = calls;
    if (uv_mutex_init(&calls->lock) != 0 || uv_cond_init(&calls->done) != 0)
        return false;
    return true;
}

HRESULT loop_calls_run(struct loop_calls *calls, HRESULT (*run)(void *argument), void *argument)
{
    struct loop_call call = {.run = run, .argument = argument, .hr = RPC_E_DISCONNECTED};

    uv_mutex_lock(&calls->lock);
    if (!calls->ended) {
        struct loop_call **last = &calls->first;

        while (*last)
            last = &(*last)->next;
        *last = &call;
        (void)uv_async_send(&calls->wake); /* of a handle that is open it cannot fail */
        while (!call.done)
            uv_cond_wait(&calls->done, &calls->lock);
    }
    uv_mutex_unlock(&calls->lock);
    if (FAILED(call.hr))
        com_set_error_detail(call.detail);
    return call.hr;
}

void loop_calls_end(struct loop_calls *calls)
{
    struct loop_call *call;

    uv_mutex_lock(&calls->lock);
    calls->ended = true;
    uv_mutex_unlock(&calls->lock);
    while ((call = take_call(calls)) != NULL)
        finish_call(calls, call); /* with RPC_E_DISCONNECTED */
    uv_close((uv_handle_t *)&calls->wake, NULL);
}

void loop_calls_destroy(struct loop_calls *calls)
{
    uv_mutex_destroy(&calls->lock);
    uv_cond_destroy(&calls->done);
}
