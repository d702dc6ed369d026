/* What travels with a thread: in the storage that port_thread_slot gives each of them. */
#ifndef RPC_RUNTIME_THREAD_H
#define RPC_RUNTIME_THREAD_H

#include <com_impl.h>
#include <port.h>
#include <rpc_types.h>

struct rpc_cancellation;
struct rpc_link;

#define RPC_RESULT_NAME_BYTES 40

/* All zero when the thread starts; only the thread itself touches it. */
struct rpc_thread {
    uint64_t causality;       /* of the logical thread it runs; 0: not chosen yet */
    int64_t deadline_ns;      /* of all it calls; 0: none */
    struct rpc_link *leading; /* link whose reading role it keeps while it runs a call from there */
    struct rpc_link *serving; /* link of the call that it runs; NULL: of no peer */
    struct INamespace *names; /* its world, borrowed */
    struct IHeap *heap;
    struct rpc_cancellation *cancellation; /* of all it calls; NULL: none */
    const struct rpc_trace_context *trace; /* of all it calls; NULL: none */
    uint8_t depth;                         /* calls nested around the one it runs */
    uint8_t executed;                      /* enum rpc_executed, of its last call */
    uint8_t handovers; /* of com_path_bind and the like, that it is in; of all its calls */
    char detail[RPC_DETAIL_MAX + 1];
    char result_name[RPC_RESULT_NAME_BYTES]; /* what rpc_result_name gave last */
};

_Static_assert(sizeof(struct rpc_thread) <= PORT_THREAD_SLOT_BYTES, "PORT_THREAD_SLOT_BYTES is too small");

static inline struct rpc_thread *rpc_thread_current(void)
{
    return (struct rpc_thread *)port_thread_slot();
}

/** The causality of the running thread, chosen at random the first time. */
uint64_t rpc_thread_causality(struct rpc_thread *thread);

/** Copies a detail text that need not end with a NUL; control characters are replaced. */
void rpc_thread_set_detail(struct rpc_thread *thread, const void *text, size_t length);

/** Makes the detail UTF-8, as messages have it: loses a character that was cut, or all that are not ASCII. */
void rpc__thread_make_text(struct rpc_thread *thread);

#endif
