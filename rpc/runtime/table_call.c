/* The caller's side of a call that a table describes; idlc/emit/proxy.c writes the same as code. */
#include "table.h"

#include <string.h>

/* ---- the arguments ---- */

static bool is_out_interface(const struct wire_member *member)
{
    return member->kind == WIRE_KIND_INTERFACE && member->flags & WIRE_OUT;
}

/* Pointers that must be there whatever the counts say. */
static bool must_point(const struct wire_member *member)
{
    if (member->flags & WIRE_OPTIONAL)
        return false;
    return member->flags & WIRE_POINTER || member->kind == WIRE_KIND_TEXT;
}

static HRESULT check_pointers(const struct rpc_table_frame *frame)
{
    static void *const nothing = NULL;
    uint32_t i;

    for (i = 0; i < frame->count; i++)
        if (must_point(&frame->members[i]) && !rpc__table_pointer(frame, i))
            return E_POINTER;
    for (i = 0; i < frame->count; i++)
        if (is_out_interface(&frame->members[i]))
            memcpy(rpc__table_pointer(frame, i), &nothing, sizeof(nothing));
    for (i = 0; i < frame->count; i++) {
        const struct wire_member *member = &frame->members[i];

        if (!rpc__table_is_sized(member) || member->kind == WIRE_KIND_TEXT || member->flags & WIRE_OPTIONAL ||
            rpc__table_pointer(frame, i))
            continue;
        if (member->flags & WIRE_OUT ? rpc__table_size(frame, member) : rpc__table_length(frame, member))
            return E_POINTER;
    }
    return S_OK;
}

/* Whether there is something to send: not of what is rebuilt, and of optional parameters that are NULL. */
static bool is_sent(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];

    if (!(member->flags & WIRE_IN) || member->flags & WIRE_UNSENT)
        return false;
    return !(member->flags & WIRE_OPTIONAL) || rpc__table_pointer(frame, index);
}

/* The value of a parameter, and how many elements it has. */
static const void *given(const struct rpc_table_frame *frame, uint32_t index, uint32_t *out_count)
{
    const struct wire_member *member = &frame->members[index];
    const void *value;
    size_t length;

    if (!rpc__table_is_sized(member)) {
        *out_count = 1;
        return rpc__table_value(frame, index);
    }
    value = rpc__table_pointer(frame, index);
    length = member->kind == WIRE_KIND_TEXT ? strlen((const char *)value) : rpc__table_length(frame, member);
    *out_count = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX; /* more than any limit */
    return value;
}

/* Whether an argument keeps to its bounds. */
static bool is_good(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t length;

    if (member->kind < WIRE_KIND_CLOSED)
        return !is_sent(frame, index) || rpc__table_number_is_good(member, rpc__table_number(frame, index));
    if (!rpc__table_is_sized(member))
        return true;
    if (!rpc__table_counts_are_good(frame, member))
        return false;
    if (!(member->flags & WIRE_IN))
        return true;
    if (member->kind != WIRE_KIND_TEXT)
        return rpc__table_length(frame, member) <= rpc__table_size(frame, member);
    if (!is_sent(frame, index))
        return true;
    (void)given(frame, index, &length);
    return length <= rpc__table_limit(member) &&
           (!(member->flags & WIRE_OUT) || length < rpc__table_size(frame, member));
}

/* Most bytes of the request; what is rebuilt is not sent, what is optional may be. */
static size_t request_bound(const struct rpc_table_frame *frame)
{
    struct wire_budget budget;
    size_t bound = 0;
    uint32_t i, count;

    for (i = 0; i < frame->count; i++) {
        const struct wire_member *member = &frame->members[i];
        const void *value;

        if (is_sent(frame, i)) {
            value = member->kind == WIRE_KIND_INTERFACE ? NULL : given(frame, i, &count);
            bound += rpc__table_measure(&budget, member, value, count);
        }
    }
    return bound;
}

static void put_arguments(const struct rpc_table_frame *frame, struct rpc_call *call)
{
    uint32_t i, count;

    for (i = 0; i < frame->count; i++) {
        const struct wire_member *member = &frame->members[i];
        const void *value;

        if (!is_sent(frame, i))
            continue;
        if (member->kind == WIRE_KIND_INTERFACE) {
            rpc_call_put_interface(call, member->number, member->iid, rpc__table_pointer(frame, i));
            continue;
        }
        value = given(frame, i, &count);
        rpc__table_put(&call->request, member, value, count);
    }
}

/* ---- the results: all of them are good before the first is assigned ---- */

static void read_result(const struct rpc_table_frame *frame, struct wire_reader *reply, uint32_t tag)
{
    const struct wire_member *member = wire_table_member(frame->members, frame->count, tag >> 3);
    union wire_slot *slot;

    if (!member || !(member->flags & WIRE_OUT) || member->kind == WIRE_KIND_ARRAY ||
        !wire_table_matches(member, tag)) {
        wire_skip(reply, tag);
        return;
    }
    slot = &frame->slots[member - frame->members];
    if (member->kind < WIRE_KIND_NUMBERS) {
        wire_table_get_number(reply, member->kind, member->values, slot);
    } else if (member->kind == WIRE_KIND_INTERFACE) {
        slot->number = wire_get_uint32(reply);
    } else {
        slot->bytes = wire_get_bytes(reply);
        if (member->kind == WIRE_KIND_GUID)
            wire_require(reply, slot->bytes.size == 16);
        else if (member->kind == WIRE_KIND_RECORD)
            wire_require(reply, wire_table_get_record(member->record, slot->bytes, NULL));
    }
}

/* How many elements the reply must have: what came back with it, else what was given. @retval false it is no
 * count */
static bool expected_count(const struct rpc_table_frame *frame, const struct wire_member *member,
                           uint32_t *out_count)
{
    const struct wire_member *counter = &frame->members[member->length];
    uint64_t value;

    if (member->length == WIRE_CONSTANT || !(counter->flags & WIRE_OUT)) {
        *out_count = rpc__table_length(frame, member);
        return true;
    }
    value = wire_table_load(counter->kind, &frame->slots[member->length]);
    *out_count = (uint32_t)value;
    return value <= UINT32_MAX; /* negative ones are large */
}

static bool result_is_good(const struct rpc_table_frame *frame, uint32_t index,
                           const struct wire_reader *reply)
{
    const struct wire_member *member = &frame->members[index];
    union wire_slot *slot = &frame->slots[index];
    struct wire_list list;
    uint32_t expected, count;

    switch (member->kind) {
    case WIRE_KIND_GUID:
    case WIRE_KIND_RECORD:
    case WIRE_KIND_INTERFACE:
        return true;
    case WIRE_KIND_TEXT:
        return slot->bytes.size < rpc__table_size(frame, member) &&
               slot->bytes.size <= rpc__table_limit(member) && wire_is_text(slot->bytes);
    case WIRE_KIND_BYTES:
        count = slot->bytes.size;
        break;
    case WIRE_KIND_ARRAY:
        if (!wire_table_find(member, *reply, &list) || !wire_table_fill(member->array, &list, NULL))
            return false;
        count = list.count;
        break;
    default:
        return rpc__table_number_is_good(member, wire_table_load(member->kind, slot));
    }
    return expected_count(frame, member, &expected) && count == expected &&
           count <= rpc__table_size(frame, member);
}

static void release_taken(const struct rpc_table_frame *frame, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (is_out_interface(&frame->members[i]) && frame->slots[i].bytes.data)
            (void)IUnknown_Release((IUnknown *)frame->slots[i].bytes.data);
}

/* The objects take the place of their indexes in the slots. */
static HRESULT take_interfaces(const struct rpc_table_frame *frame, struct rpc_call *call)
{
    uint32_t i;

    for (i = 0; i < frame->count; i++) {
        void *object = NULL;
        HRESULT hr;

        if (!is_out_interface(&frame->members[i]))
            continue;
        hr = rpc_call_take_interface(call, (uint32_t)frame->slots[i].number, frame->members[i].iid, &object);
        if (FAILED(hr)) {
            release_taken(frame, i);
            return hr;
        }
        frame->slots[i].bytes.data = (uint8_t *)object;
    }
    return S_OK;
}

static void assign(const struct rpc_table_frame *frame, uint32_t index, const struct wire_reader *reply)
{
    const struct wire_member *member = &frame->members[index];
    const union wire_slot *slot = &frame->slots[index];
    void *to = rpc__table_pointer(frame, index);
    struct wire_list list;

    switch (member->kind) {
    case WIRE_KIND_GUID:
        if (!wire_load_guid(slot->bytes, (GUID *)to))
            memset(to, 0, sizeof(GUID)); /* absent */
        break;
    case WIRE_KIND_RECORD:
        if (slot->bytes.data)
            (void)wire_table_get_record(member->record, slot->bytes, to);
        else
            memset(to, 0, member->record->size);
        break;
    case WIRE_KIND_TEXT:
        wire_copy_text((char *)to, slot->bytes);
        break;
    case WIRE_KIND_BYTES:
        wire_copy(to, slot->bytes);
        break;
    case WIRE_KIND_ARRAY:
        (void)wire_table_find(member, *reply, &list);
        (void)wire_table_fill(member->array, &list, to);
        break;
    case WIRE_KIND_INTERFACE:
        memcpy(to, &slot->bytes.data, sizeof(slot->bytes.data));
        break;
    default:
        memcpy(to, slot, wire_table_bytes(member->kind));
    }
}

static HRESULT take_results(const struct rpc_table_frame *frame, struct rpc_call *call)
{
    struct wire_reader reply = call->reply;
    uint32_t i, tag;
    HRESULT hr;

    if (!rpc__table_has(frame, WIRE_OUT, WIRE_OUT))
        return S_OK;
    memset(frame->slots, 0, frame->count * sizeof(*frame->slots));
    while (wire_next(&reply, &tag))
        read_result(frame, &reply, tag);
    for (i = 0; i < frame->count; i++)
        if (frame->members[i].flags & WIRE_OUT && !result_is_good(frame, i, &call->reply))
            reply.failed = true;
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = take_interfaces(frame, call);
    if (FAILED(hr))
        return hr;
    for (i = 0; i < frame->count; i++)
        if (frame->members[i].flags & WIRE_OUT)
            assign(frame, i, &call->reply);
    return S_OK;
}

HRESULT rpc_table_call(void *self, const struct wire_method *method, void *arguments)
{
    struct rpc_table_frame frame = {
        .members = method->members,
        .count = method->count,
        .base = (uint8_t *)arguments,
        .slots = (union wire_slot *)arguments,
    };
    struct rpc_call call;
    HRESULT hr, decoded;
    uint32_t i;

    hr = check_pointers(&frame);
    if (FAILED(hr))
        return hr;
    for (i = 0; i < frame.count; i++)
        if (!is_good(&frame, i))
            return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, method->number, method->timeout_ms, request_bound(&frame));
    if (FAILED(hr))
        return hr;
    put_arguments(&frame, &call);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = take_results(&frame, &call);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}
