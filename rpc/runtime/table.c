/* What the two sides of a call that a table describes have in common. */
#include "table.h"

void *rpc__table_value(const struct rpc_table_frame *frame, uint32_t index)
{
    const struct wire_member *member = &frame->members[index];

    return member->flags & WIRE_POINTER ? rpc__table_pointer(frame, index) : frame->base + member->offset;
}

uint64_t rpc__table_number(const struct rpc_table_frame *frame, uint32_t index)
{
    const void *value = rpc__table_value(frame, index);
    uint32_t word;

    if (frame->members[index].kind != WIRE_KIND_UINT32)
        return wire_table_load(frame->members[index].kind, value);
    memcpy(&word, value, sizeof(word)); /* most counts */
    return word;
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

/* A count that is known before the method runs. */
static bool is_good_count(const struct rpc_table_frame *frame, uint32_t index, uint32_t limit)
{
    return index == WIRE_CONSTANT || !(frame->members[index].flags & WIRE_IN) ||
           rpc__table_number(frame, index) <= limit; /* negative ones are large */
}

bool rpc__table_counts_are_good(const struct rpc_table_frame *frame, const struct wire_member *member)
{
    /* The array of a text may be longer than the text. */
    uint32_t limit = member->kind == WIRE_KIND_TEXT ? WIRE_TABLE_BYTES_MAX : rpc__table_limit(member);

    return is_good_count(frame, member->size, limit) &&
           (member->length == member->size || is_good_count(frame, member->length, limit));
}

static void measure_records(struct wire_budget *budget, const struct wire_array *array, const void *value,
                            uint32_t count)
{
    const uint8_t *element = (const uint8_t *)value;

    for (; array->kind == WIRE_KIND_RECORD && count; count--, element += array->bytes)
        wire_table_measure(budget, array->record, element);
}

size_t rpc__table_measure(struct wire_budget *budget, const struct wire_member *member, const void *value,
                          uint32_t count)
{
    wire_budget_init(budget);
    switch (member->kind) {
    case WIRE_KIND_GUID:
        return WIRE_BYTES_BOUND(16);
    case WIRE_KIND_RECORD:
        wire_table_measure(budget, member->record, value);
        return WIRE_BYTES_BOUND(member->record->bound) + budget->texts;
    case WIRE_KIND_TEXT:
    case WIRE_KIND_BYTES:
        return WIRE_BYTES_BOUND(count);
    case WIRE_KIND_ARRAY:
        measure_records(budget, member->array, value, count);
        return wire_table_array_bound(member->array, count) + budget->texts;
    default:
        return WIRE_SCALAR_BOUND;
    }
}

void rpc__table_put(struct wire_writer *writer, const struct wire_member *member, const void *value,
                    uint32_t count)
{
    struct wire_budget budget;
    uint8_t *at = writer->at;

    if (member->kind < WIRE_KIND_NUMBERS) {
        if (wire_room(writer, WIRE_SCALAR_BOUND))
            writer->at = wire_table_put_field(at, member->number, member->kind, value);
        return;
    }
    if (!wire_budget_room(&budget, writer, rpc__table_measure(&budget, member, value, count)))
        return;
    switch (member->kind) {
    case WIRE_KIND_GUID:
        at = wire_store_guid(at, member->number, (const GUID *)value);
        break;
    case WIRE_KIND_RECORD:
        at = wire_table_put_record(at, member->number, member->record, value, &budget);
        break;
    case WIRE_KIND_ARRAY:
        at = wire_table_put_elements(at, member->number, member->array, value, count, &budget);
        break;
    default:
        at = wire_store_bytes(at, member->number, value, count);
    }
    writer->at = at;
    writer->failed = budget.failed;
}
