/* The callee's side of a call that a table describes; idlc/emit/stub.c writes the same as code. */
#include "table.h"

/* ---- decoding ---- */

/* What C has a pointer to lies behind the arguments; large structs in memory of the call. */
static HRESULT set_pointers(const struct rpc_table_frame *frame, struct rpc_incoming *call)
{
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        const struct wire_member *member = &frame->members[i];
        void *value;

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

static void read_special(const struct rpc_table_frame *frame, uint32_t index, struct wire_reader *request)
{
    const struct wire_member *member = &frame->members[index];
    union wire_slot *slot = &frame->slots[index];
    uint8_t *value;

    if (member->kind == WIRE_KIND_TEXT || member->kind == WIRE_KIND_BYTES) {
        slot->bytes = wire_get_bytes(request);
        return;
    }
    if (member->kind == WIRE_KIND_INTERFACE) {
        slot->count = wire_get_uint32(request);
        return;
    }
    slot->count = 1; /* it was there */
    value = rpc__table_value(frame, index);
    if (member->kind == WIRE_KIND_GUID)
        wire_get_guid(request, (GUID *)value);
    else if (member->kind == WIRE_KIND_RECORD)
        wire_require(request, wire_table_get_record(member->record, wire_get_bytes(request), value));
    else
        wire_table_get_number(request, member->kind, member->values, value);
}

/* Where numbers are not those of the positions. */
static uint32_t find(const struct rpc_table_frame *frame, uint32_t number)
{
    uint32_t i;

    for (i = 0; i < frame->count && frame->members[i].number != number; i++)
        ;
    return i;
}

static bool read_arguments(const struct rpc_table_frame *frame, struct wire_reader request)
{
    const struct wire_member *member;
    uint32_t tag, index;

    while (wire_next(&request, &tag)) {
        index = (tag >> 3) - 1; /* usually */
        if (index >= frame->count || frame->members[index].number != tag >> 3)
            index = find(frame, tag >> 3);
        member = &frame->members[index];
        if (index == frame->count || (member->flags & (WIRE_IN | WIRE_UNSENT)) != WIRE_IN ||
            (tag & 7) != wire_table_type(member->kind))
            wire_skip(&request, tag);
        else if (frame->special >> index & 1)
            read_special(frame, index, &request);
        else
            wire_table_get_number(&request, member->kind, NULL, frame->base + member->offset);
    }
    return !request.failed;
}

/* Elements of arrays are counted before there is memory for them. */
static bool count_elements(const struct rpc_table_frame *frame, const struct wire_reader *request)
{
    bool good = true;
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        if (frame->members[i].kind != WIRE_KIND_ARRAY || !(frame->members[i].flags & WIRE_IN))
            continue;
        frame->slots[i].count = UINT32_MAX;
        good &= wire_table_get_array(&frame->members[i], *request, true, NULL, &frame->slots[i].count);
    }
    return good;
}

/* How many elements or bytes came. */
static uint32_t received(const struct rpc_table_frame *frame, uint32_t index)
{
    return frame->members[index].kind == WIRE_KIND_ARRAY ? frame->slots[index].count
                                                         : frame->slots[index].bytes.size;
}

/* Counts that were not sent are those of the elements they count. @retval false one does not fit */
static bool rebuild_counts(const struct rpc_table_frame *frame)
{
    uint32_t set, i, count;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        const struct wire_member *member = &frame->members[i];

        if (!(member->flags & WIRE_UNSENT))
            continue;
        count = received(frame, member->size);
        wire_table_store(member->kind, frame->base + member->offset, count);
        if (rpc__table_number(frame, i) != count)
            return false;
    }
    return true;
}

static bool elements_are_good(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t count = received(frame, index);

    if (!rpc__table_counts_are_good(frame, member))
        return false;
    if (!(member->flags & WIRE_IN))
        return true;
    if (count > rpc__table_limit(member))
        return false;
    if (member->kind == WIRE_KIND_TEXT)
        return (!(member->flags & WIRE_OUT) || count < rpc__table_size(frame, member)) &&
               wire_is_text(frame->slots[index].bytes);
    if (member->flags & WIRE_OPTIONAL && !frame->slots[index].bytes.data)
        return true;
    return count == rpc__table_length(frame, member) &&
           (member->length == member->size || count <= rpc__table_size(frame, member));
}

static bool is_good(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];

    if (rpc__table_is_sized(member))
        return elements_are_good(frame, index);
    return member->kind >= WIRE_KIND_NUMBERS || !member->more || !(member->flags & WIRE_IN) ||
           (member->flags & WIRE_OPTIONAL && !frame->slots[index].count) ||
           wire_table_is_good(member, rpc__table_number(frame, index));
}

/* The walk, the counts, and all checks. */
static bool decode(const struct rpc_table_frame *frame, const struct rpc_incoming *call)
{
    uint32_t set, i;

    if (!read_arguments(frame, call->request))
        return false;
    if (frame->method->has_arrays && !count_elements(frame, &call->request))
        return false;
    if (frame->method->has_unsent && !rebuild_counts(frame))
        return false;
    for (set = frame->special; rpc__table_next(&set, &i);)
        if (!is_good(frame, i))
            return false;
    return true;
}

/* ---- memory ---- */

/* Of an array that came, or of an output that is not written in place. */
static HRESULT take_memory(const struct rpc_table_frame *frame, uint32_t index, struct rpc_incoming *call)
{
    const struct wire_member *member = &frame->members[index];
    uint32_t room = rpc__table_size(frame, member);
    bool is_array = member->kind == WIRE_KIND_ARRAY;
    size_t bytes = is_array ? (size_t)room * member->array->bytes : room;
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
    if (!is_array) {
        wire_copy(memory, frame->slots[index].bytes); /* a text has its NUL: there is more room */
        return S_OK;
    }
    return wire_table_get_array(member, call->request, false, memory, &room)
               ? S_OK
               : RPC_E_SERVER_CANTUNMARSHAL_DATA;
}

/* Texts of structs and the like get their NUL where they lie, now that nothing is to be read any more. */
static void end_texts(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];
    const uint8_t *element;
    uint32_t i;

    if (member->kind == WIRE_KIND_TEXT && !(member->flags & WIRE_OUT)) {
        (void)wire_terminate(frame->slots[index].bytes);
    } else if (member->kind == WIRE_KIND_RECORD) {
        element = (const uint8_t *)rpc__table_value(frame, index);
        if (element)
            wire_table_end(member->record, element);
    } else if (member->kind == WIRE_KIND_ARRAY && member->array->kind == WIRE_KIND_RECORD) {
        element = (const uint8_t *)rpc__table_pointer(frame, index);
        for (i = 0; i < frame->slots[index].count; i++, element += member->array->bytes)
            wire_table_end(member->array->record, element);
    }
}

static bool has_texts(const struct wire_member *member)
{
    return member->flags & WIRE_IN && member->kind >= WIRE_KIND_RECORD && member->kind != WIRE_KIND_BYTES;
}

/* The argument of a parameter that is more than a number. */
static HRESULT make_argument(const struct rpc_table_frame *frame, uint32_t index, struct rpc_incoming *call)
{
    const struct wire_member *member = &frame->members[index];
    union wire_slot *slot = &frame->slots[index];

    if (rpc__table_is_sized(member)) {
        if (member->flags & WIRE_IN_PLACE)
            return S_OK;
        if (member->kind == WIRE_KIND_ARRAY || member->flags & WIRE_OUT)
            return take_memory(frame, index, call);
        if (!slot->bytes.data && !(member->flags & WIRE_OPTIONAL))
            slot->bytes.data = call->request.end; /* absent, so empty */
        rpc__table_set_pointer(frame, index, slot->bytes.data);
    } else if ((member->flags & (WIRE_OPTIONAL | WIRE_POINTER)) == (WIRE_OPTIONAL | WIRE_POINTER) &&
               !slot->count) {
        rpc__table_set_pointer(frame, index, NULL);
    }
    return S_OK;
}

static HRESULT take_interfaces(const struct rpc_table_frame *frame, struct rpc_incoming *call)
{
    HRESULT hr = S_OK;
    uint32_t set, i;

    for (set = frame->special; SUCCEEDED(hr) && rpc__table_next(&set, &i);) {
        void *object;

        if (frame->members[i].kind != WIRE_KIND_INTERFACE || !(frame->members[i].flags & WIRE_IN))
            continue;
        hr = rpc_incoming_interface(call, frame->slots[i].count, frame->members[i].iid, &object);
        rpc__table_set_pointer(frame, i, object);
    }
    return hr;
}

static HRESULT make_arguments(const struct rpc_table_frame *frame, struct rpc_incoming *call)
{
    uint32_t set, i;
    HRESULT hr;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        hr = make_argument(frame, i, call);
        if (FAILED(hr))
            return hr;
        if (!(frame->method->has_arrays) && has_texts(&frame->members[i]))
            end_texts(frame, i);
    }
    for (set = frame->method->has_arrays ? frame->special : 0; rpc__table_next(&set, &i);)
        if (has_texts(&frame->members[i]))
            end_texts(frame, i);
    return frame->method->has_interfaces ? take_interfaces(frame, call) : S_OK;
}

/* ---- executing ---- */

static size_t reply_bound(const struct rpc_table_frame *frame)
{
    struct wire_budget budget;
    size_t bound = 0;
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        const struct wire_member *member = &frame->members[i];

        if (!(member->flags & WIRE_OUT))
            continue;
        if (member->kind == WIRE_KIND_ARRAY)
            bound += wire_table_array_bound(member->array, rpc__table_size(frame, member));
        else
            bound += rpc__table_measure(&budget, member, rpc__table_value(frame, i),
                                        rpc__table_is_sized(member) ? rpc__table_size(frame, member) : 1);
    }
    return bound;
}

/* The output that the method writes into the reply. */
static bool open_in_place(const struct rpc_table_frame *frame, struct rpc_incoming *call,
                          struct wire_mark *mark)
{
    uint32_t set, i, room;

    for (set = frame->special; rpc__table_next(&set, &i);) {
        const struct wire_member *member = &frame->members[i];
        uint8_t *at;

        if (!(member->flags & WIRE_IN_PLACE))
            continue;
        room = rpc__table_size(frame, member);
        at = wire_open(&call->reply, member->number, room, mark);
        if (!at)
            return false;
        rpc__table_set_pointer(frame, i, at);
        if (member->kind == WIRE_KIND_TEXT && room)
            at[frame->slots[i].bytes.size] = '\0';
        else
            memset(at, 0, room);
        wire_copy(at, frame->slots[i].bytes);
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
        return !member->more || wire_table_is_good(member, rpc__table_number(frame, index));
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

    if (member->kind == WIRE_KIND_INTERFACE) { /* its reference is taken even if the reply has failed */
        memcpy(&object, rpc__table_value(frame, index), sizeof(object));
        rpc_incoming_put_interface(call, member->number, member->iid, object);
        return;
    }
    if (call->reply.failed)
        return;
    if (member->kind == WIRE_KIND_TEXT) {
        wire_put_text_in(&call->reply, member->number, (const char *)rpc__table_pointer(frame, index),
                         kept_size(frame, member));
    } else if (rpc__table_is_sized(member)) {
        (void)result_count(frame, member, &count);
        rpc__table_put(&call->reply, member, rpc__table_pointer(frame, index), count);
    } else {
        rpc__table_put(&call->reply, member, rpc__table_value(frame, index), count);
    }
}

static void encode(const struct rpc_table_frame *frame, struct rpc_incoming *call,
                   const struct wire_mark *mark)
{
    uint32_t set, i;

    for (set = frame->special; rpc__table_next(&set, &i);)
        if (frame->members[i].flags & WIRE_OUT && !result_is_good(frame, i))
            call->reply.failed = true;
    for (set = frame->special; rpc__table_next(&set, &i);)
        if (frame->members[i].flags & WIRE_IN_PLACE)
            close_in_place(frame, i, &call->reply, mark);
    for (set = frame->special; rpc__table_next(&set, &i);)
        if ((frame->members[i].flags & (WIRE_OUT | WIRE_IN_PLACE)) == WIRE_OUT)
            put_result(frame, i, call);
}

/* ---- the call ---- */

static HRESULT prepare(const struct rpc_table_frame *frame, struct rpc_incoming *call)
{
    HRESULT hr = S_OK;

    if (frame->method->has_pointers)
        hr = set_pointers(frame, call);
    if (SUCCEEDED(hr) && frame->method->has_input && !decode(frame, call))
        hr = RPC_E_SERVER_CANTUNMARSHAL_DATA;
    return SUCCEEDED(hr) ? make_arguments(frame, call) : hr;
}

HRESULT rpc_table_serve(const struct wire_method *method, void *object, struct rpc_incoming *call,
                        void *arguments)
{
    struct wire_mark mark = {NULL, 0};
    struct rpc_table_frame frame;
    HRESULT hr;

    if (!method->invoke)
        return RPC_E_INVALIDMETHOD;
    rpc__table_open(&frame, method, arguments);
    if (frame.count)
        memset(arguments, 0, method->frame_bytes);
    hr = prepare(&frame, call);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, method->has_output ? reply_bound(&frame) : 0);
    if (FAILED(hr))
        return hr;
    if (method->has_in_place && !open_in_place(&frame, call, &mark))
        return RPC_E_SERVER_CANTMARSHAL_DATA;
    if (method->has_sized_output)
        keep_counts(&frame);
    hr = method->invoke(object, arguments);
    if (FAILED(hr) || !(method->has_output))
        return hr;
    encode(&frame, call, &mark);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}
