/* Structs and arrays of tables. */
#include <wire_table.h>

/* ---- texts ---- */

/* Does one of two things with each text of a struct: measures it, or (without budget) ends it. */
static void each_text(struct wire_budget *budget, const struct wire_record *record, const uint8_t *value)
{
    uint32_t i, k;

    for (i = 0; i < record->count; i++) {
        const struct wire_member *member = &record->members[i];
        const uint8_t *at = value + member->offset;
        const char *text;

        if (member->kind == WIRE_KIND_TEXT && member->flags & WIRE_POINTER) {
            memcpy(&text, at, sizeof(text));
            if (budget)
                wire_measure(budget, text);
            else
                wire_end_text(text);
        } else if (member->kind == WIRE_KIND_RECORD && member->record->has_texts) {
            each_text(budget, member->record, at);
        } else if (member->kind == WIRE_KIND_ARRAY && member->array->kind == WIRE_KIND_RECORD &&
                   member->array->record->has_texts) {
            for (k = 0; k < member->array->size; k++)
                each_text(budget, member->array->record, at + k * member->array->bytes);
        }
    }
}

void wire_table_measure(struct wire_budget *budget, const struct wire_record *record, const void *from)
{
    if (record->has_texts)
        each_text(budget, record, (const uint8_t *)from);
}

void wire_table_end(const struct wire_record *record, const void *value)
{
    if (record->has_texts)
        each_text(NULL, record, (const uint8_t *)value);
}

/* ---- storing ---- */

/* One value with its key; a number, GUID or struct. */
static uint8_t *store_value(uint8_t *at, uint32_t field, uint32_t kind, const struct wire_record *record,
                            const uint8_t *from, struct wire_budget *budget)
{
    GUID guid;

    if (kind == WIRE_KIND_RECORD)
        return wire_table_put_record(at, field, record, from, budget);
    if (kind == WIRE_KIND_GUID) {
        memcpy(&guid, from, sizeof(guid));
        return wire_store_guid(at, field, &guid);
    }
    return wire_table_put_field(at, field, kind, from);
}

uint8_t *wire_table_put_elements(uint8_t *at, uint32_t field, const struct wire_array *array,
                                 const void *from, uint32_t count, struct wire_budget *budget)
{
    const uint8_t *element = (const uint8_t *)from;
    bool packs = array->kind < WIRE_KIND_NUMBERS;
    struct wire_mark mark;
    uint32_t i;

    if (packs)
        at = wire_store_begin(at, field, count * wire_table_bound(array->kind), &mark);
    for (i = 0; i < count; i++, element += array->bytes) {
        if (packs)
            at = wire_table_put_number(at, array->kind, wire_table_load(array->kind, element));
        else
            at = store_value(at, field, array->kind, array->record, element, budget);
    }
    return packs ? wire_store_end(at, &mark) : at;
}

static uint8_t *store_member(uint8_t *at, const struct wire_member *member, const uint8_t *from,
                             struct wire_budget *budget)
{
    const char *text;

    switch (member->kind) {
    case WIRE_KIND_TEXT:
        if (!(member->flags & WIRE_POINTER))
            return wire_store_text_in(at, member->number, (const char *)from, member->limit, budget);
        memcpy(&text, from, sizeof(text));
        return wire_store_text(at, member->number, text, member->limit, budget);
    case WIRE_KIND_BYTES:
        return wire_store_bytes(at, member->number, from, member->limit);
    case WIRE_KIND_ARRAY:
        return wire_table_put_elements(at, member->number, member->array, from, member->array->size, budget);
    default:
        if (member->kind < WIRE_KIND_CLOSED && member->more &&
            !wire_table_is_good(member, wire_table_load(member->kind, from)))
            budget->failed = true;
        return store_value(at, member->number, member->kind, member->record, from, budget);
    }
}

uint8_t *wire_table_put_record(uint8_t *at, uint32_t field, const struct wire_record *record,
                               const void *from, struct wire_budget *budget)
{
    struct wire_mark mark;
    uint32_t i;

    at = wire_store_begin(at, field, record->room || !record->has_texts ? record->room : budget->room, &mark);
    for (i = 0; i < record->count; i++) {
        const struct wire_member *member = &record->members[i];
        const uint8_t *value = (const uint8_t *)from + member->offset;

        if (member->kind < WIRE_KIND_NUMBERS && !member->more) /* usually */
            at = wire_table_put_field(at, member->number, member->kind, value);
        else
            at = store_member(at, member, value, budget);
    }
    return wire_store_end(at, &mark);
}

/* ---- reading ---- */

/* One value of a field, with its length if it has one; a number, GUID or struct. */
static void get_value(struct wire_reader *reader, const struct wire_array *array, uint8_t *to)
{
    uint64_t local;
    GUID guid;

    if (array->kind == WIRE_KIND_RECORD) {
        wire_require(reader, wire_table_get_record(array->record, wire_get_bytes(reader), to));
    } else if (array->kind == WIRE_KIND_GUID) {
        wire_get_guid(reader, &guid);
        if (to && !reader->failed)
            memcpy(to, &guid, sizeof(guid));
    } else {
        wire_table_get_number(reader, array->kind, array->values, to ? (void *)to : &local);
    }
}

/* Where the elements of an array go. */
struct walk {
    uint8_t *to; /* NULL: nowhere */
    bool skips;  /* GUIDs and structs are only counted */
    uint32_t room;
    uint32_t count;
};

/* The elements of one field: those of a packed one, or one. */
static void get_elements(struct wire_reader *message, uint32_t tag, const struct wire_array *array,
                         struct walk *walk)
{
    bool packed = array->kind < WIRE_KIND_NUMBERS && (tag & 7) == WIRE_BYTES;
    struct wire_reader pieces, *from = message;

    if (packed) {
        pieces = wire_reader_of(wire_get_bytes(message));
        from = &pieces;
    }
    while (!packed || from->at < from->end) {
        if (walk->count == walk->room) {
            message->failed = true;
            return;
        }
        if (walk->skips && array->kind >= WIRE_KIND_NUMBERS)
            (void)wire_get_bytes(from);
        else
            get_value(from, array, walk->to ? walk->to + walk->count * array->bytes : NULL);
        walk->count++;
        if (!packed)
            return;
    }
    wire_require(message, !from->failed);
}

static void get_text(struct wire_reader *reader, const struct wire_member *member, uint8_t *to)
{
    struct wire_bytes text;
    const char *pointer;

    if (member->flags & WIRE_POINTER) {
        pointer = wire_get_text(reader, member->limit);
        if (to)
            memcpy(to, &pointer, sizeof(pointer));
        return;
    }
    text = wire_get_bytes(reader);
    wire_require(reader, text.size < member->limit && wire_is_text(text));
    if (to && !reader->failed)
        wire_copy_text((char *)to, text);
}

static void get_bytes(struct wire_reader *reader, const struct wire_member *member, uint8_t *to)
{
    struct wire_bytes bytes = wire_get_bytes(reader);

    wire_require(reader, bytes.size == member->limit);
    if (to && !reader->failed)
        wire_copy(to, bytes);
}

/* What a struct has that is only known at its end. */
struct state {
    uint64_t bad; /* a bit for each number that must be another */
    uint32_t counts[WIRE_RECORD_ARRAYS_MAX];
};

static void get_number(struct wire_reader *reader, const struct wire_member *member, uint32_t index,
                       uint8_t *to, struct state *state)
{
    uint64_t local;
    void *at = to ? (void *)to : &local;
    uint64_t bit;

    wire_table_get_number(reader, member->kind, member->values, at);
    if (!member->more)
        return;
    bit = UINT64_C(1) << index;
    state->bad &= ~bit;
    if (!wire_table_is_good(member, wire_table_load(member->kind, at)))
        state->bad |= bit;
}

/* Whether a field of this key is this member; of arrays of numbers, packed or not. */
static bool matches(const struct wire_member *member, uint32_t tag)
{
    if (member->kind != WIRE_KIND_ARRAY)
        return (tag & 7) == wire_table_type(member->kind);
    return (tag & 7) == WIRE_BYTES || (tag & 7) == wire_table_type(member->array->kind);
}

static void get_member(struct wire_reader *reader, uint32_t tag, const struct wire_record *record,
                       uint8_t *to, struct state *state)
{
    const struct wire_member *member = wire_table_member(record->members, record->count, tag >> 3);
    struct wire_array alone;
    struct walk walk;

    if (!member || !matches(member, tag)) {
        wire_skip(reader, tag);
        return;
    }
    if (to)
        to += member->offset;
    if (to && member->kind < WIRE_KIND_NUMBERS && !member->more) { /* usually */
        wire_table_get_number(reader, member->kind, NULL, to);
        return;
    }
    switch (member->kind) {
    case WIRE_KIND_TEXT:
        get_text(reader, member, to);
        break;
    case WIRE_KIND_BYTES:
        get_bytes(reader, member, to);
        break;
    case WIRE_KIND_ARRAY:
        walk.to = to;
        walk.skips = false;
        walk.room = member->array->size;
        walk.count = state->counts[member->size];
        get_elements(reader, tag, member->array, &walk);
        state->counts[member->size] = walk.count;
        break;
    case WIRE_KIND_GUID:
    case WIRE_KIND_RECORD:
        alone.kind = member->kind;
        alone.record = member->record;
        get_value(reader, &alone, to);
        break;
    default:
        get_number(reader, member, (uint32_t)(member - record->members), to, state);
    }
}

/* Arrays came whole or not at all; elements that are not there are zero, which may be wrong. */
static bool is_whole(const struct wire_record *record, const struct state *state)
{
    uint32_t i;

    for (i = 0; i < record->count; i++) {
        const struct wire_member *member = &record->members[i];
        uint32_t count;

        if (member->kind != WIRE_KIND_ARRAY)
            continue;
        count = state->counts[member->size];
        if (count == member->array->size)
            continue;
        if (count ||
            (member->array->kind == WIRE_KIND_CLOSED && !wire_table_is_listed(member->array->values, 0)))
            return false;
    }
    return state->bad == 0;
}

/* As if nothing had been read yet. */
static void begin(const struct wire_record *record, struct state *state)
{
    uint32_t i;

    memset(state, 0, sizeof(*state));
    for (i = 0; i < record->count; i++)
        if (!wire_table_is_good(&record->members[i], 0))
            state->bad |= UINT64_C(1) << i;
}

bool wire_table_get_record(const struct wire_record *record, struct wire_bytes bytes, void *to)
{
    struct wire_reader reader = wire_reader_of(bytes);
    struct state state;
    uint32_t tag;

    if (record->has_checks)
        begin(record, &state);
    if (to)
        memset(to, 0, record->size);
    while (wire_next(&reader, &tag))
        get_member(&reader, tag, record, (uint8_t *)to, &state);
    return !reader.failed && (!record->has_checks || is_whole(record, &state));
}

/* ---- arrays ---- */

bool wire_table_get_array(const struct wire_member *member, struct wire_reader message, bool skips, void *to,
                          uint32_t *inout_count)
{
    struct walk walk = {.to = (uint8_t *)to, .skips = skips, .room = *inout_count};
    uint32_t tag;

    while (wire_next(&message, &tag)) {
        if (tag >> 3 == member->number && matches(member, tag))
            get_elements(&message, tag, member->array, &walk);
        else
            wire_skip(&message, tag);
    }
    *inout_count = walk.count;
    return !message.failed;
}

size_t wire_table_array_bound(const struct wire_array *array, uint32_t count)
{
    if (array->kind < WIRE_KIND_NUMBERS)
        return WIRE_BYTES_BOUND(count * wire_table_bound(array->kind));
    return count * WIRE_BYTES_BOUND(array->kind == WIRE_KIND_GUID ? 16 : array->record->bound);
}
