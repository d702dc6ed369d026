#include "thread.h"
#include <rpc.h>
#include <string.h>

uint64_t rpc_thread_causality(struct rpc_thread *thread)
{
    while (!thread->causality)
        port_random(&thread->causality, sizeof(thread->causality));
    return thread->causality;
}

void rpc_thread_set_detail(struct rpc_thread *thread, const void *text, size_t length)
{
    const char *from = (const char *)text;
    size_t i;

    if (length > RPC_DETAIL_MAX)
        length = RPC_DETAIL_MAX;
    for (i = 0; i < length; i++)
        thread->detail[i] =
            (uint8_t)from[i] < ' ' ? '?' : from[i]; /* a peer must not steer somebody's terminal */
    thread->detail[length] = '\0';
}

struct INamespace *CurrentNamespace(void)
{
    return rpc_thread_current()->names;
}

struct IHeap *CurrentHeap(void)
{
    return rpc_thread_current()->heap;
}

void com_set_world(struct INamespace *names, struct IHeap *heap)
{
    struct rpc_thread *thread = rpc_thread_current();

    thread->names = names;
    thread->heap = heap;
}

const char *com_error_detail(void)
{
    return rpc_thread_current()->detail;
}

void com_set_error_detail(const char *text)
{
    rpc_thread_set_detail(rpc_thread_current(), text, strlen(text));
}

enum rpc_executed rpc_last_executed(void)
{
    return (enum rpc_executed)rpc_thread_current()->executed;
}

const struct rpc_trace_context *rpc_set_trace(const struct rpc_trace_context *context)
{
    struct rpc_thread *thread = rpc_thread_current();
    const struct rpc_trace_context *before = thread->trace;

    thread->trace = context;
    return before;
}

int64_t rpc_get_deadline(void)
{
    int64_t deadline_ns = rpc_thread_current()->deadline_ns;

    return deadline_ns ? deadline_ns : PORT_FOREVER;
}

int64_t rpc_set_deadline(int64_t deadline_ns)
{
    int64_t before_ns = rpc_get_deadline();

    rpc_thread_current()->deadline_ns = deadline_ns == PORT_FOREVER ? 0 : deadline_ns;
    return before_ns;
}

void *com_alloc(size_t size_bytes)
{
    return size_bytes ? port_alloc(size_bytes) : NULL;
}

void com_free(void *memory)
{
    port_free(memory);
}
