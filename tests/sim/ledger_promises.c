/* Which pointers stand for what a call will return. */
#include "ledger_internal.h"

enum { PROMISES_MAX = 128 };

struct promise {
    void *pointer; /* NULL: free */
    uint32_t node;
    uint32_t call;
};

static struct promise promises[PROMISES_MAX];

void promises_reset(void)
{
    uint32_t i;

    for (i = 0; i < PROMISES_MAX; i++)
        promises[i].pointer = NULL;
}

void promises_crashed(uint32_t node)
{
    uint32_t i;

    for (i = 0; i < PROMISES_MAX; i++)
        if (promises[i].node == node)
            promises[i].pointer = NULL;
}

static struct promise *find(const void *pointer)
{
    uint32_t i;

    for (i = 0; i < PROMISES_MAX; i++)
        if (promises[i].pointer == pointer)
            return &promises[i];
    return NULL;
}

void ledger_promise(uint32_t node, void *pointer, uint32_t call)
{
    struct promise *promise = find(NULL);

    if (!promise)
        port_panic("more promises than the ledger has places for");
    *promise = (struct promise){pointer, node, call};
}

void ledger_promise_gone(void *pointer)
{
    struct promise *promise = find(pointer);

    if (promise)
        promise->pointer = NULL;
}

bool promises_find(const void *pointer, uint32_t *out_call)
{
    const struct promise *promise = find(pointer);

    if (!promise)
        return false;
    *out_call = promise->call;
    return true;
}
