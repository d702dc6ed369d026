#include "calls.h"
#include <string.h>

size_t rpc_calls_bytes(uint16_t capacity)
{
    return capacity * sizeof(struct rpc_call_slot);
}

void rpc_calls_init(struct rpc_calls *calls, uint16_t capacity, void *memory)
{
    memset(calls, 0, sizeof(*calls));
    calls->slots = (struct rpc_call_slot *)memory;
    calls->capacity = capacity;
}

uint32_t rpc_calls_begin(struct rpc_calls *calls, void *owner, const struct rpc_cap *caps, uint32_t cap_count,
                         int64_t now_ns)
{
    struct rpc_call_slot *slot;
    uint32_t index, i;

    if (calls->free) {
        index = calls->free - 1u;
        calls->free = calls->slots[index].next;
    } else if (calls->used < calls->capacity) {
        index = calls->used++;
    } else {
        return 0;
    }
    slot = &calls->slots[index];
    slot->owner = owner;
    slot->state = RPC_CALL_WAITING;
    slot->sent_ns = now_ns;
    if (!++slot->generation)
        slot->generation = 1; /* so that no id is 0 */
    slot->charged = 0;
    slot->keeps = false;
    slot->lent_count = (uint8_t)cap_count;
    for (i = 0; i < cap_count; i++)
        slot->lent[i] = caps[i].where == RPC_SENDER ? caps[i].id : 0;
    calls->outstanding++;
    return rpc_calls_id(calls, slot);
}

struct rpc_call_slot *rpc_calls_find(struct rpc_calls *calls, uint32_t call_id)
{
    struct rpc_call_slot *slot;

    if ((call_id & 0xFFFF) >= calls->used)
        return NULL;
    slot = &calls->slots[call_id & 0xFFFF];
    if (slot->state == RPC_CALL_FREE || slot->generation != call_id >> 16)
        return NULL;
    return slot;
}

static uint16_t link_to(const struct rpc_calls *calls, const struct rpc_call_slot *slot)
{
    return (uint16_t)(1 + (slot - calls->slots));
}

static void tell(struct rpc_calls *calls, struct rpc_call_slot *slot, enum rpc_call_state state)
{
    slot->state = (uint8_t)state;
    slot->owner = NULL;
    slot->next = calls->cancels;
    calls->cancels = link_to(calls, slot);
}

void rpc_calls_abandon(struct rpc_calls *calls, struct rpc_call_slot *slot)
{
    tell(calls, slot, RPC_CALL_ABANDONED);
}

void rpc_calls_return(struct rpc_calls *calls, struct rpc_call_slot *slot)
{
    tell(calls, slot, RPC_CALL_RETURNED);
}

uint32_t rpc_calls_id(const struct rpc_calls *calls, const struct rpc_call_slot *slot)
{
    return (uint32_t)(slot - calls->slots) | (uint32_t)slot->generation << 16;
}

struct rpc_call_slot *rpc_calls_take_cancel(struct rpc_calls *calls)
{
    struct rpc_call_slot *slot = &calls->slots[calls->cancels - 1];

    calls->cancels = slot->next;
    slot->next = 0;
    slot->keeps = false; /* it needs no other */
    return slot;
}

/* The peer need not be told any more. */
static void forget_cancel(struct rpc_calls *calls, const struct rpc_call_slot *slot)
{
    uint16_t *at = &calls->cancels;

    while (*at && *at != link_to(calls, slot))
        at = &calls->slots[*at - 1].next;
    if (*at)
        *at = slot->next;
}

void rpc_calls_end(struct rpc_calls *calls, struct rpc_call_slot *slot)
{
    if (slot->state != RPC_CALL_WAITING)
        forget_cancel(calls, slot);
    slot->state = RPC_CALL_FREE;
    slot->owner = NULL;
    slot->lent_count = 0;
    slot->next = calls->free;
    calls->free = link_to(calls, slot);
    calls->outstanding--;
}
