/* The caller's side of a call that a table describes; idlc/emit/proxy.c writes the same as code. */
#include "table.h"

/* ---- the arguments ---- */

static bool is_out_interface(const struct wire_member *member)
{
    return member->kind == WIRE_KIND_INTERFACE && member->flags & WIRE_OUT;
}

/* Whether C passes a pointer that must be there whatever the counts say. */
static bool must_point(const struct wire_member *member)
{
    return (member->flags & WIRE_POINTER || member->kind == WIRE_KIND_TEXT) &&
           !(member->flags & WIRE_OPTIONAL);
}

/* Whether C passes a pointer that must be there if there are elements. */
static bool may_point(const struct wire_member *member)
{
    return (member->kind == WIRE_KIND_BYTES || member->kind == WIRE_KIND_ARRAY) &&
           !(member->flags & WIRE_OPTIONAL);
}

static void clear_interfaces(const struct rpc_table_frame *frame)
{
    static void *const nothing = NULL;
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);)
        if (is_out_interface(&frame->members[i]))
            memcpy(rpc__table_pointer(frame, i), &nothing, sizeof(nothing));
}

static HRESULT check_pointers(const struct rpc_table_frame *frame)
{
    bool any = false;
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        if (must_point(&frame->members[i]) && !rpc__table_pointer(frame, i))
            return E_POINTER;
        any |= may_point(&frame->members[i]);
    }
    if (frame->method->has_interfaces)
        clear_interfaces(frame);
    if (!any)
        return S_OK;
    for (set = frame->special; rpc__table_next(&set, &i);) {
        const struct wire_member *member = &frame->members[i];

        if (may_point(member) && !rpc__table_pointer(frame, i) &&
            (member->flags & WIRE_OUT ? rpc__table_size(frame, member) : rpc__table_length(frame, member)))
            return E_POINTER;
    }
    return S_OK;
}

/* Whether there is nothing to send: of what is rebuilt, and of optional parameters that are NULL. */
static bool is_left_out(const struct rpc_table_frame *frame, uint32_t index)
{
    uint32_t flags = frame->members[index].flags;

    if ((flags & (WIRE_IN | WIRE_UNSENT)) != WIRE_IN)
        return true;
    return flags & WIRE_OPTIONAL && !rpc__table_pointer(frame, index);
}

/* Of texts, bytes and arrays: how many elements go into the request is noted. @retval false a bound is broken
 */
static bool count_elements(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    size_t length;

    if (!rpc__table_counts_are_good(frame, member))
        return false;
    if (!(member->flags & WIRE_IN))
        return true;
    if (member->kind != WIRE_KIND_TEXT) {
        frame->slots[index].count = rpc__table_length(frame, member);
        return member->length == member->size || frame->slots[index].count <= rpc__table_size(frame, member);
    }
    if (is_left_out(frame, index))
        return true;
    length = strlen((const char *)rpc__table_pointer(frame, index));
    frame->slots[index].count = (uint32_t)length;
    return length <= rpc__table_limit(member) &&
           (!(member->flags & WIRE_OUT) || length < rpc__table_size(frame, member));
}

/* The value of a parameter that is no interface. */
static const void *given(const struct rpc_table_frame *frame, uint32_t index)
{
    return rpc__table_is_sized(&frame->members[index]) ? rpc__table_pointer(frame, index)
                                                       : rpc__table_value(frame, index);
}

/* Checks the arguments and adds up what they need. @retval false one breaks its bounds */
static bool measure(const struct rpc_table_frame *frame, size_t *out_bound)
{
    struct wire_budget budget;
    size_t bound = 0;
    uint32_t set, i;

    for (i = 0; i < frame->count; i++)
        bound += frame->special >> i & 1 ? 0 : WIRE_SCALAR_BOUND;
    for (set = frame->special; rpc__table_next(&set, &i);) {
        const struct wire_member *member = &frame->members[i];

        if (rpc__table_is_sized(member) && !count_elements(frame, i))
            return false;
        if (member->kind < WIRE_KIND_CLOSED && member->more && member->flags & WIRE_IN &&
            !(member->flags & WIRE_OPTIONAL && !rpc__table_pointer(frame, i)) &&
            !wire_table_is_good(member, rpc__table_number(frame, i)))
            return false;
        if (is_left_out(frame, i))
            continue;
        if (member->kind == WIRE_KIND_INTERFACE)
            bound += WIRE_SCALAR_BOUND;
        else
            bound += rpc__table_measure(&budget, member, given(frame, i), frame->slots[i].count);
    }
    *out_bound = bound;
    return true;
}

static void put_arguments(const struct rpc_table_frame *frame, struct rpc_call *call)
{
    const struct wire_member *member = frame->members;
    uint32_t i;

    for (i = 0; i < frame->count; i++, member++) {
        if (!(frame->special >> i & 1))
            call->request.at = wire_table_put_field(call->request.at, member->number, member->kind,
                                                    frame->base + member->offset); /* there is room */
        else if (is_left_out(frame, i))
            continue;
        else if (member->kind == WIRE_KIND_INTERFACE)
            rpc_call_put_interface(call, member->number, member->iid, rpc__table_pointer(frame, i));
        else
            rpc__table_put(&call->request, member, given(frame, i), frame->slots[i].count);
    }
}

/* ---- the results: all of them are good before the first is assigned ---- */

static void read_result(const struct rpc_table_frame *frame, struct wire_reader *reply, uint32_t tag)
{
    const struct wire_member *member = wire_table_member(frame->members, frame->count, tag >> 3);
    union wire_slot *slot;

    if (!member || !(member->flags & WIRE_OUT) || (tag & 7) != wire_table_type(member->kind)) {
        wire_skip(reply, tag);
        return;
    }
    slot = &frame->slots[member - frame->members];
    if (member->kind < WIRE_KIND_NUMBERS) {
        wire_table_get_number(reply, member->kind, member->values, slot);
    } else if (member->kind == WIRE_KIND_INTERFACE) {
        slot->count = wire_get_uint32(reply);
    } else {
        slot->bytes = wire_get_bytes(reply);
        if (member->kind == WIRE_KIND_GUID)
            wire_require(reply, slot->bytes.size == 16);
        else if (member->kind == WIRE_KIND_RECORD)
            wire_require(reply, wire_table_get_record(member->record, slot->bytes, NULL));
    }
}

/* Whether there are as many elements as the reply says, or as were asked for, and they have room. */
static bool is_expected(const struct rpc_table_frame *frame, const struct wire_member *member, uint32_t count)
{
    uint64_t expected;

    if (member->length != WIRE_CONSTANT && frame->members[member->length].flags & WIRE_OUT)
        expected = wire_table_load(frame->members[member->length].kind, &frame->slots[member->length]);
    else
        expected = rpc__table_length(frame, member);
    return count == expected && count <= rpc__table_size(frame, member);
}

static bool result_is_good(const struct rpc_table_frame *frame, uint32_t index,
                           const struct wire_reader *reply)
{
    const struct wire_member *member = &frame->members[index];
    const union wire_slot *slot = &frame->slots[index];
    uint32_t count;

    switch (member->kind) {
    case WIRE_KIND_GUID:
    case WIRE_KIND_RECORD:
    case WIRE_KIND_INTERFACE:
        return true;
    case WIRE_KIND_TEXT:
        return slot->bytes.size < rpc__table_size(frame, member) &&
               slot->bytes.size <= rpc__table_limit(member) && wire_is_text(slot->bytes);
    case WIRE_KIND_BYTES:
        return is_expected(frame, member, slot->bytes.size);
    case WIRE_KIND_ARRAY:
        count = UINT32_MAX;
        return wire_table_get_array(member, *reply, false, NULL, &count) && is_expected(frame, member, count);
    default:
        return wire_table_is_good(member, wire_table_load(member->kind, slot));
    }
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
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        void *object = NULL;
        HRESULT hr;

        if (!is_out_interface(&frame->members[i]))
            continue;
        hr = rpc_call_take_interface(call, frame->slots[i].count, frame->members[i].iid, &object);
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
    uint32_t count = UINT32_MAX;

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
        (void)wire_table_get_array(member, *reply, false, to, &count); /* as many as were counted */
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
    uint32_t set, i, tag;
    HRESULT hr;

    memset(frame->slots, 0, frame->count * sizeof(*frame->slots));
    while (wire_next(&reply, &tag))
        read_result(frame, &reply, tag);
    for (set = frame->special; rpc__table_next(&set, &i);)
        if (frame->members[i].flags & WIRE_OUT && !result_is_good(frame, i, &call->reply))
            reply.failed = true;
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = frame->method->has_interfaces ? take_interfaces(frame, call) : S_OK;
    if (FAILED(hr))
        return hr;
    for (set = frame->special; rpc__table_next(&set, &i);)
        if (frame->members[i].flags & WIRE_OUT)
            assign(frame, i, &call->reply);
    return S_OK;
}

static uint32_t number_of(const struct wire_method *method)
{
    return method->number | (method->is_oneway ? RPC_ONEWAY : 0) |
           (method->is_idempotent ? RPC_IDEMPOTENT : 0);
}

static uint32_t timeout_of(const struct wire_method *method)
{
    return method->timeout_ms == WIRE_METHOD_NO_TIMEOUT ? RPC_TIMEOUT_NONE : method->timeout_ms;
}

HRESULT rpc_table_call(void *self, const struct wire_method *method, void *arguments)
{
    struct rpc_table_frame frame;
    struct rpc_call call;
    HRESULT hr, decoded;
    size_t bound;

    rpc__table_open(&frame, method, arguments);
    hr = check_pointers(&frame);
    if (FAILED(hr))
        return hr;
    if (!measure(&frame, &bound))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, number_of(method), timeout_of(method), bound);
    if (FAILED(hr))
        return hr;
    put_arguments(&frame, &call);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr) && method->has_output) {
        decoded = take_results(&frame, &call);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}
