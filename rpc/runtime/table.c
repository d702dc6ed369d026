/* What the two sides of a call that a table describes have in common. */
#include "table.h"

#include <string.h>

void *rpc__table_pointer(const struct rpc_table_frame *frame, uint32_t index)
{
    void *pointer;

    memcpy(&pointer, frame->base + frame->members[index].offset, sizeof(pointer));
    return pointer;
}

void rpc__table_set_pointer(const struct rpc_table_frame *frame, uint32_t index, const void *pointer)
{
    memcpy(frame->base + frame->members[index].offset, &pointer, sizeof(pointer));
}

void *rpc__table_value(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];

    return member->flags & WIRE_POINTER ? rpc__table_pointer(frame, index) : frame->base + member->offset;
}

uint64_t rpc__table_number(const struct rpc_table_frame *frame, uint32_t index)
{
    return wire_table_load(frame->members[index].kind, rpc__table_value(frame, index));
}

bool rpc__table_has(const struct rpc_table_frame *frame, uint32_t flags, uint32_t wanted)
{
    uint32_t i;

    for (i = 0; i < frame->count; i++)
        if ((frame->members[i].flags & flags) == wanted)
            return true;
    return false;
}

bool rpc__table_is_sized(const struct wire_member *member)
{
    return member->kind >= WIRE_KIND_TEXT && member->kind <= WIRE_KIND_ARRAY;
}

uint32_t rpc__table_size(const struct rpc_table_frame *frame, const struct wire_member *member)
{
    return member->size == WIRE_CONSTANT ? member->array->size
                                         : (uint32_t)rpc__table_number(frame, member->size);
}

uint32_t rpc__table_length(const struct rpc_table_frame *frame, const struct wire_member *member)
{
    return member->length == WIRE_CONSTANT ? member->array->length
                                           : (uint32_t)rpc__table_number(frame, member->length);
}

uint32_t rpc__table_limit(const struct wire_member *member)
{
    return member->kind == WIRE_KIND_ARRAY || member->flags & WIRE_FIXED ? member->array->limit
                                                                         : member->limit;
}

/* A count that is known before the method runs: not negative, and below the array's limit. */
static bool is_good_count(const struct rpc_table_frame *frame, uint32_t index, uint32_t limit)
{
    const struct wire_member *counter = &frame->members[index];

    if (index == WIRE_CONSTANT || !(counter->flags & WIRE_IN))
        return true;
    return rpc__table_number(frame, index) <= limit; /* negative ones are large */
}

bool rpc__table_counts_are_good(const struct rpc_table_frame *frame, const struct wire_member *member)
{
    /* The array of a text may be longer than the text. */
    uint32_t limit = member->kind == WIRE_KIND_TEXT ? WIRE_TABLE_BYTES_MAX : rpc__table_limit(member);

    return is_good_count(frame, member->size, limit) && is_good_count(frame, member->length, limit);
}

bool rpc__table_number_is_good(const struct wire_member *member, uint64_t value)
{
    if (member->kind == WIRE_KIND_CLOSED)
        return wire_table_is_listed(member->values, value);
    return member->kind >= WIRE_KIND_NUMBERS || wire_table_in_range(member->kind, member->range, value);
}

size_t rpc__table_bound(const struct wire_member *member, uint32_t count)
{
    switch (member->kind) {
    case WIRE_KIND_GUID:
        return WIRE_BYTES_BOUND(16);
    case WIRE_KIND_RECORD:
        return WIRE_BYTES_BOUND(member->record->bound);
    case WIRE_KIND_TEXT:
    case WIRE_KIND_BYTES:
        return WIRE_BYTES_BOUND(count);
    case WIRE_KIND_ARRAY:
        return wire_table_array_bound(member->array, count);
    default:
        return WIRE_SCALAR_BOUND;
    }
}

size_t rpc__table_measure(struct wire_budget *budget, const struct wire_member *member, const void *value,
                          uint32_t count)
{
    const uint8_t *element = (const uint8_t *)value;
    uint32_t i;

    wire_budget_init(budget);
    if (member->kind == WIRE_KIND_RECORD)
        wire_table_measure(budget, member->record, value);
    for (i = 0; member->kind == WIRE_KIND_ARRAY && member->array->kind == WIRE_KIND_RECORD && i < count; i++)
        wire_table_measure(budget, member->array->record, element + i * member->array->bytes);
    return rpc__table_bound(member, count) + budget->texts;
}

void rpc__table_put(struct wire_writer *writer, const struct wire_member *member, const void *value,
                    uint32_t count)
{
    struct wire_budget budget;
    uint8_t *at;

    if (!wire_budget_room(&budget, writer, rpc__table_measure(&budget, member, value, count)))
        return;
    at = writer->at;
    switch (member->kind) {
    case WIRE_KIND_GUID:
        at = wire_store_guid(at, member->number, (const GUID *)value);
        break;
    case WIRE_KIND_RECORD:
        at = wire_table_put_record(at, member->number, member->record, value, &budget);
        break;
    case WIRE_KIND_TEXT:
    case WIRE_KIND_BYTES:
        at = wire_store_bytes(at, member->number, value, count);
        break;
    case WIRE_KIND_ARRAY:
        at = wire_table_put_elements(at, member->number, member->array, value, count, &budget);
        break;
    default:
        at = wire_store_varint32(at, WIRE_TAG(member->number, wire_table_type(member->kind)));
        at = wire_table_put_number(at, member->kind, wire_table_load(member->kind, value));
    }
    writer->at = at;
    writer->failed = budget.failed;
}
