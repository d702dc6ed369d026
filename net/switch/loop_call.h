/* Work that other threads have the loop's thread do, while they wait: what the loop owns needs no locks. */
#ifndef LOOP_CALL_H
#define LOOP_CALL_H

#include <com.h>
#include <uv.h>

struct loop_call;

struct loop_calls {
    uv_async_t wake;
    uv_mutex_t lock;
    uv_cond_t done;
    struct loop_call *first; /* (lock) */
    bool ended;              /* (lock) */
};

/** Called by the loop's thread, as all but loop_calls_run. @retval false the loop takes no more handles */
bool loop_calls_init(struct loop_calls *calls, uv_loop_t *loop);

/**
 * Has the loop's thread run a function, and waits for it. Its result and its detail become the caller's. Any
 * thread but the loop's.
 * @retval RPC_E_DISCONNECTED the loop has ended: it was not run
 */
COM_WARN_UNUSED HRESULT loop_calls_run(struct loop_calls *calls, HRESULT (*run)(void *argument),
                                       void *argument);

/** From here on every call fails, also those that wait. */
void loop_calls_end(struct loop_calls *calls);

/** When no thread can call any more, and the loop has closed its handles. */
void loop_calls_destroy(struct loop_calls *calls);

#endif
