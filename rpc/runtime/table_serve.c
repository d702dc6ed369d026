/* The callee's side of a call that a table describes; idlc/emit/stub.c writes the same as code. */
#include "table.h"

#include <string.h>

/* ---- decoding ---- */

static bool is_read(const struct wire_member *member)
{
    return (member->flags & (WIRE_IN | WIRE_UNSENT)) == WIRE_IN;
}

/* What C has a pointer to lies behind the arguments; large structs in memory of the call. */
static HRESULT prepare(const struct rpc_table_frame *frame, struct rpc_incoming *call)
{
    uint32_t i;

    for (i = 0; i < frame->count; i++) {
        const struct wire_member *member = &frame->members[i];
        void *value;

        if (rpc__table_is_sized(member)) {
            if (!(member->flags & WIRE_OPTIONAL))
                frame->slots[i].bytes.data = call->request.end;
            continue;
        }
        if (!(member->flags & WIRE_POINTER))
            continue;
        value = frame->base + member->value;
        if (member->flags & WIRE_SCRATCH) {
            value = rpc_incoming_scratch(call, member->record->size);
            if (!value)
                return E_OUTOFMEMORY;
            memset(value, 0, member->record->size);
        }
        rpc__table_set_pointer(frame, i, value);
    }
    return S_OK;
}

static void read_argument(const struct rpc_table_frame *frame, struct wire_reader *request, uint32_t tag)
{
    const struct wire_member *member = wire_table_member(frame->members, frame->count, tag >> 3);
    union wire_slot *slot;
    uint32_t index;

    if (!member || !is_read(member) || member->kind == WIRE_KIND_ARRAY || !wire_table_matches(member, tag)) {
        wire_skip(request, tag);
        return;
    }
    index = (uint32_t)(member - frame->members);
    slot = &frame->slots[index];
    switch (member->kind) {
    case WIRE_KIND_TEXT:
    case WIRE_KIND_BYTES:
        slot->bytes = wire_get_bytes(request);
        return;
    case WIRE_KIND_INTERFACE:
        slot->number = wire_get_uint32(request);
        return;
    case WIRE_KIND_GUID:
        wire_get_guid(request, (GUID *)rpc__table_value(frame, index));
        break;
    case WIRE_KIND_RECORD:
        wire_require(request, wire_table_get_record(member->record, wire_get_bytes(request),
                                                    rpc__table_value(frame, index)));
        break;
    default:
        wire_table_get_number(request, member->kind, member->values, rpc__table_value(frame, index));
    }
    slot->number = 1; /* it was there */
}

/* How many elements or bytes came. */
static uint32_t received(const struct rpc_table_frame *frame, uint32_t index)
{
    return frame->members[index].kind == WIRE_KIND_ARRAY ? (uint32_t)frame->slots[index].number
                                                         : frame->slots[index].bytes.size;
}

/* A count that was not sent is that of the first array it counts. @retval false it does not fit */
static bool rebuild(const struct rpc_table_frame *frame, uint32_t index)
{
    uint32_t i;

    for (i = 0; i < frame->count; i++)
        if (rpc__table_is_sized(&frame->members[i]) && frame->members[i].length == index)
            break;
    wire_table_store(frame->members[index].kind, rpc__table_value(frame, index), received(frame, i));
    return rpc__table_number(frame, index) == received(frame, i);
}

static bool is_good(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    const union wire_slot *slot = &frame->slots[index];

    if (!rpc__table_is_sized(member))
        return !(member->flags & WIRE_IN) || member->kind >= WIRE_KIND_NUMBERS ||
               (member->flags & WIRE_OPTIONAL && !slot->number) ||
               rpc__table_number_is_good(member, rpc__table_number(frame, index));
    if (!rpc__table_counts_are_good(frame, member))
        return false;
    if (!(member->flags & WIRE_IN))
        return true;
    if (received(frame, index) > rpc__table_limit(member))
        return false;
    if (member->kind == WIRE_KIND_TEXT)
        return (!(member->flags & WIRE_OUT) || slot->bytes.size < rpc__table_size(frame, member)) &&
               wire_is_text(slot->bytes);
    if (member->flags & WIRE_OPTIONAL && !slot->bytes.data)
        return true;
    return received(frame, index) == rpc__table_length(frame, member) &&
           received(frame, index) <= rpc__table_size(frame, member);
}

/* The walk, the counts, and all checks. */
static bool decode(const struct rpc_table_frame *frame, const struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_list list;
    uint32_t i, tag;
    bool good;

    if (!rpc__table_has(frame, WIRE_IN | WIRE_UNSENT, WIRE_IN))
        return true;
    while (wire_next(&request, &tag))
        read_argument(frame, &request, tag);
    good = !request.failed;
    for (i = 0; i < frame->count; i++)
        if (frame->members[i].kind == WIRE_KIND_ARRAY && frame->members[i].flags & WIRE_IN) {
            good &= wire_table_find(&frame->members[i], call->request, &list);
            frame->slots[i].number = list.count;
        }
    for (i = 0; i < frame->count; i++)
        if (frame->members[i].flags & WIRE_UNSENT)
            good &= rebuild(frame, i);
    for (i = 0; i < frame->count && good; i++)
        good = is_good(frame, i);
    return good;
}

/* ---- memory ---- */

/* Of an array that came, or of an output that is not written in place. */
static HRESULT take_memory(const struct rpc_table_frame *frame, uint32_t index, struct rpc_incoming *call)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t room = rpc__table_size(frame, member);
    bool is_array = member->kind == WIRE_KIND_ARRAY;
    size_t bytes = is_array ? (size_t)room * member->array->bytes : room;
    struct wire_list list;
    void *memory;

    if (!room)
        return S_OK;
    memory = rpc_incoming_scratch(call, bytes);
    if (!memory)
        return E_OUTOFMEMORY;
    memset(memory, 0, bytes);
    rpc__table_set_pointer(frame, index, memory);
    if (!(member->flags & WIRE_IN))
        return S_OK;
    if (is_array) {
        (void)wire_table_find(member, call->request, &list);
        return wire_table_fill(member->array, &list, memory) ? S_OK : RPC_E_SERVER_CANTUNMARSHAL_DATA;
    }
    wire_copy(memory, frame->slots[index].bytes); /* a text has its NUL: there is more room */
    return S_OK;
}

/* Texts of structs and arguments get their NUL where they lie, now that nothing is to be read any more. */
static void end_texts(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    const uint8_t *element;
    uint32_t i;

    if (!(member->flags & WIRE_IN))
        return;
    if (member->kind == WIRE_KIND_RECORD)
        wire_table_end(member->record, rpc__table_value(frame, index));
    if (member->kind == WIRE_KIND_TEXT && !(member->flags & WIRE_OUT))
        (void)wire_terminate(frame->slots[index].bytes);
    if (member->kind != WIRE_KIND_ARRAY || member->array->kind != WIRE_KIND_RECORD)
        return;
    element = (const uint8_t *)rpc__table_pointer(frame, index);
    for (i = 0; i < received(frame, index); i++, element += member->array->bytes)
        wire_table_end(member->array->record, element);
}

static HRESULT fill(const struct rpc_table_frame *frame, struct rpc_incoming *call)
{
    HRESULT hr = S_OK;
    uint32_t i;

    for (i = 0; i < frame->count && SUCCEEDED(hr); i++) {
        const struct wire_member *member = &frame->members[i];

        if (!rpc__table_is_sized(member) || member->flags & WIRE_IN_PLACE)
            continue;
        if (member->kind == WIRE_KIND_ARRAY || member->flags & WIRE_OUT)
            hr = take_memory(frame, i, call);
        else
            rpc__table_set_pointer(frame, i, frame->slots[i].bytes.data);
    }
    if (FAILED(hr))
        return hr;
    for (i = 0; i < frame->count; i++)
        end_texts(frame, i);
    for (i = 0; i < frame->count && SUCCEEDED(hr); i++) {
        const struct wire_member *member = &frame->members[i];
        void *object;

        if (member->kind == WIRE_KIND_INTERFACE && member->flags & WIRE_IN) {
            hr = rpc_incoming_interface(call, (uint32_t)frame->slots[i].number, member->iid, &object);
            rpc__table_set_pointer(frame, i, object);
        } else if (member->flags & WIRE_OPTIONAL && member->flags & WIRE_POINTER && !frame->slots[i].number) {
            rpc__table_set_pointer(frame, i, NULL);
        }
    }
    return hr;
}

/* ---- executing ---- */

static size_t reply_bound(const struct rpc_table_frame *frame)
{
    size_t bound = 0;
    uint32_t i;

    for (i = 0; i < frame->count; i++) {
        const struct wire_member *member = &frame->members[i];

        if (member->flags & WIRE_OUT)
            bound +=
                rpc__table_bound(member, rpc__table_is_sized(member) ? rpc__table_size(frame, member) : 1);
    }
    return bound;
}

/* The output that the method writes into the reply, if there is one. */
static bool open_in_place(const struct rpc_table_frame *frame, struct rpc_incoming *call,
                          struct wire_mark *mark)
{
    uint32_t i, room;

    for (i = 0; i < frame->count; i++) {
        const struct wire_member *member = &frame->members[i];
        uint8_t *at;

        if (!rpc__table_is_sized(member) || !(member->flags & WIRE_IN_PLACE))
            continue;
        room = rpc__table_size(frame, member);
        at = wire_open(&call->reply, member->number, room, mark);
        if (!at)
            return false;
        rpc__table_set_pointer(frame, i, at);
        if (member->flags & WIRE_IN && member->kind == WIRE_KIND_TEXT)
            wire_copy_text((char *)at, frame->slots[i].bytes);
        else if (member->flags & WIRE_IN)
            wire_copy(at, frame->slots[i].bytes);
        else
            memset(at, 0, member->kind == WIRE_KIND_TEXT ? room != 0 : room);
    }
    return true;
}

/* What counts were before the method ran: it may change those behind pointers, but that much memory there is.
 */
static void keep_counts(const struct rpc_table_frame *frame)
{
    uint32_t i;

    for (i = 0; i < frame->count; i++)
        if (frame->members[i].kind < WIRE_KIND_NUMBERS && !(frame->members[i].flags & WIRE_OPTIONAL))
            frame->slots[i].number = rpc__table_number(frame, i);
}

/* ---- encoding ---- */

static uint32_t kept_size(const struct rpc_table_frame *frame, const struct wire_member *member)
{
    return member->size == WIRE_CONSTANT ? member->array->size : (uint32_t)frame->slots[member->size].number;
}

/* How many elements of an output are good: as the method says, else as it was asked. @retval false it is no
 * count */
static bool result_count(const struct rpc_table_frame *frame, const struct wire_member *member,
                         uint32_t *out_count)
{
    uint64_t count;

    if (member->length == WIRE_CONSTANT)
        count = member->array->length;
    else if (frame->members[member->length].flags & WIRE_OUT)
        count = rpc__table_number(frame, member->length);
    else
        count = frame->slots[member->length].number;
    *out_count = (uint32_t)count;
    return count <= kept_size(frame, member); /* negative ones are large */
}

static bool result_is_good(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t count;

    if (member->kind < WIRE_KIND_CLOSED)
        return rpc__table_number_is_good(member, rpc__table_number(frame, index));
    return member->kind == WIRE_KIND_TEXT || !rpc__table_is_sized(member) ||
           result_count(frame, member, &count);
}

static void close_in_place(const struct rpc_table_frame *frame, uint32_t index, struct wire_writer *reply,
                           const struct wire_mark *mark)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t count;

    if (member->kind == WIRE_KIND_TEXT) {
        wire_close_text(reply, mark, (const char *)rpc__table_pointer(frame, index),
                        kept_size(frame, member));
        return;
    }
    (void)result_count(frame, member, &count);
    wire_close_sized(reply, mark, count);
}

static void put_result(const struct rpc_table_frame *frame, uint32_t index, struct rpc_incoming *call)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t count = 1;
    void *object;

    if (member->kind == WIRE_KIND_INTERFACE) {
        memcpy(&object, rpc__table_value(frame, index), sizeof(object));
        rpc_incoming_put_interface(call, member->number, member->iid, object);
        return;
    }
    if (call->reply.failed)
        return;
    if (member->kind == WIRE_KIND_TEXT)
        wire_put_text_in(&call->reply, member->number, (const char *)rpc__table_pointer(frame, index),
                         kept_size(frame, member));
    else if (rpc__table_is_sized(member) && result_count(frame, member, &count))
        rpc__table_put(&call->reply, member, rpc__table_pointer(frame, index), count);
    else
        rpc__table_put(&call->reply, member, rpc__table_value(frame, index), count);
}

static bool is_in_place(const struct wire_member *member)
{
    return rpc__table_is_sized(member) && member->flags & WIRE_IN_PLACE;
}

static void encode(const struct rpc_table_frame *frame, struct rpc_incoming *call,
                   const struct wire_mark *mark)
{
    uint32_t i;

    for (i = 0; i < frame->count; i++)
        if (frame->members[i].flags & WIRE_OUT && !result_is_good(frame, i))
            call->reply.failed = true;
    for (i = 0; i < frame->count; i++)
        if (is_in_place(&frame->members[i]))
            close_in_place(frame, i, &call->reply, mark);
    for (i = 0; i < frame->count; i++)
        if (frame->members[i].flags & WIRE_OUT && !is_in_place(&frame->members[i]))
            put_result(frame, i, call);
}

HRESULT rpc_table_serve(const struct wire_method *method, void *object, struct rpc_incoming *call,
                        void *arguments, size_t arguments_bytes)
{
    struct rpc_table_frame frame = {
        .members = method->members,
        .count = method->count,
        .base = (uint8_t *)arguments,
        .slots = (union wire_slot *)arguments,
    };
    struct wire_mark mark;
    HRESULT hr;

    if (!method->invoke)
        return RPC_E_INVALIDMETHOD;
    if (arguments_bytes)
        memset(arguments, 0, arguments_bytes);
    hr = prepare(&frame, call);
    if (FAILED(hr))
        return hr;
    if (!decode(&frame, call))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = fill(&frame, call);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, reply_bound(&frame));
    if (FAILED(hr))
        return hr;
    if (!open_in_place(&frame, call, &mark))
        return RPC_E_SERVER_CANTMARSHAL_DATA;
    keep_counts(&frame);
    hr = method->invoke(object, arguments);
    if (FAILED(hr))
        return hr;
    encode(&frame, call, &mark);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}
