/* Values that have pointers: where they are, and what is done to each. */
#include "shape.h"

bool rpc__shape_is_good(const struct rpc_shape_field *field, uint64_t value)
{
    const struct wire_member member = {.kind = field->kind, .more = field->more};

    return wire_table_is_good(&member, value);
}

/* What a size or length says; the field is a number. */
static uint64_t count_of(const struct rpc_shape *shape, uint16_t counter, uint32_t constant,
                         const uint8_t *record)
{
    return counter ? rpc__shape_number(&shape->fields[counter - 1], record) : constant;
}

static void read_about(const struct rpc_shape *shape, const struct rpc_shape_field *field, uint8_t *record,
                       struct rpc_shape_items *items)
{
    const struct rpc_shape_field *about;

    if (!field->about)
        return;
    about = &shape->fields[field->about - 1];
    if (about->kind != WIRE_KIND_GUID)
        items->about = (int64_t)rpc__shape_number(about, record);
    else if (about->flags & RPC_SHAPE_POINTED)
        items->iid = (const IID *)rpc__shape_load(record + about->offset);
    else
        items->iid = (const IID *)(const void *)(record + about->offset);
}

bool rpc__shape_items(const struct rpc_shape *shape, const struct rpc_shape_field *field, uint8_t *record,
                      struct rpc_shape_items *out_items)
{
    uint64_t room = 1, count;

    memset(out_items, 0, sizeof(*out_items));
    out_items->first = record + field->offset;
    out_items->iid = field->kind == WIRE_KIND_INTERFACE ? field->iid : NULL;
    read_about(shape, field, record, out_items);
    if (field->form != RPC_SHAPE_ONE)
        room = count_of(shape, field->size, field->count, record);
    count = field->length ? count_of(shape, field->length, 0, record) : room;
    if (field->form == RPC_SHAPE_SIZED)
        out_items->first = (uint8_t *)rpc__shape_load(out_items->first);
    if (room > field->limit && field->form == RPC_SHAPE_SIZED) /* negative ones are large */
        return false;
    out_items->room = (uint32_t)room;
    out_items->count = (uint32_t)count;
    return count <= room;
}

struct rpc_shape_items rpc__shape_param(const struct rpc_shape_field *field, const void *value,
                                        uint32_t count, int64_t about)
{
    struct rpc_shape_items items = {(uint8_t *)(uintptr_t)value, count, count, about, NULL};

    if (field->kind == WIRE_KIND_INTERFACE)
        items.iid = field->iid;
    return items;
}

int32_t rpc__shape_arm(const struct rpc_shape *shape, int64_t about)
{
    uint32_t i;

    for (i = 0; i < shape->case_count; i++)
        if (shape->cases[i].value == about)
            return shape->cases[i].arm;
    return shape->others;
}

/* ---- visits ---- */

/* Where structs are: behind a pointer, or the values that a visit is for. */
struct rpc_shape_place {
    const struct rpc_shape_field *field;
    struct rpc_shape_items items;
    uint8_t *at;    /* the pointer; NULL: the values have none */
    bool is_array;  /* it is to the first of several */
    uint32_t depth; /* structs passed since the place before */
};

/*
 * Structs behind a pointer that lie too deep to be freed where they were found, as the stack would have no
 * end, wait in such a note. Without memory for one they stay where they are, and so does what leads to them.
 */
struct rpc_shape_later {
    struct rpc_shape_later *next;
    struct rpc_shape_place place;
    void *pointer;
};

static void visit_items(struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                        const struct rpc_shape_items *items);

/* `at` is the pointer. @retval false it is to be followed now */
static bool put_off(struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                    const struct rpc_shape_items *items, bool is_array, uint8_t *at)
{
    struct rpc_shape_later *later;

    if (field->kind != WIRE_KIND_RECORD)
        return false;
    if (visit->first) { /* nothing is done but looking for one */
        if (!visit->first->at)
            *visit->first = (struct rpc_shape_place){field, *items, at, is_array, visit->depth + 1};
        return true;
    }
    if (visit->depth < RPC_SHAPE_DEPTH_MAX || !visit->block)
        return false; /* only what is freed may be deeper: all else was refused */
    later = (struct rpc_shape_later *)com_alloc(sizeof(*later));
    if (!later) {
        visit->left++;
        return true;
    }
    *later = (struct rpc_shape_later){visit->later, {field, *items, NULL, is_array, 0}, rpc__shape_load(at)};
    visit->later = later;
    rpc__shape_store(at, NULL);
    return true;
}

static void visit_field(struct rpc_shape_visit *visit, const struct rpc_shape *shape,
                        const struct rpc_shape_field *field, uint8_t *record)
{
    struct rpc_shape_items items;
    bool is_good = rpc__shape_items(shape, field, record, &items);
    uint32_t left = visit->left;

    if (field->form == RPC_SHAPE_SIZED && !items.first)
        return;
    if (field->form == RPC_SHAPE_SIZED && is_good &&
        put_off(visit, field, &items, true, record + field->offset))
        return;
    if (is_good)
        visit_items(visit, field, &items);
    if (field->form == RPC_SHAPE_SIZED && visit->block && visit->left == left)
        visit->block(visit, record + field->offset);
}

static void visit_record(struct rpc_shape_visit *visit, const struct rpc_shape *shape, uint8_t *record,
                         int64_t about)
{
    uint32_t i;
    int32_t arm;

    if (shape->is_union) {
        arm = rpc__shape_arm(shape, about);
        if (arm >= 0)
            visit_field(visit, shape, &shape->fields[arm], record);
        return;
    }
    for (i = 0; i < shape->field_count; i++)
        visit_field(visit, shape, &shape->fields[i], record);
}

/* One value; `at` is where it is, or the pointer to it. */
static void visit_item(struct rpc_shape_visit *visit, const struct rpc_shape_field *field, uint8_t *at,
                       const struct rpc_shape_items *items)
{
    bool is_pointed = (field->flags & RPC_SHAPE_POINTED) != 0;
    uint8_t *value = is_pointed ? (uint8_t *)rpc__shape_load(at) : at;
    uint32_t left = visit->left;

    if (!value)
        return;
    switch (field->kind) {
    case WIRE_KIND_TEXT:
        if (is_pointed && visit->text)
            visit->text(visit, field, at);
        return;
    case WIRE_KIND_INTERFACE:
        if (rpc__shape_load(at) && visit->interface)
            visit->interface(visit, at, items->iid);
        return;
    case WIRE_KIND_RECORD:
        if (is_pointed && put_off(visit, field, items, false, at))
            return;
        visit->depth++;
        visit_record(visit, field->record, value, items->about);
        visit->depth--;
        break;
    default:
        break;
    }
    if (is_pointed && visit->block && visit->left == left)
        visit->block(visit, at);
}

static void visit_items(struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                        const struct rpc_shape_items *items)
{
    uint32_t stride = rpc__shape_stride(field), i;
    uint8_t *at = items->first;

    if (field->kind < WIRE_KIND_RECORD || field->kind == WIRE_KIND_BYTES) {
        if (!(field->flags & RPC_SHAPE_POINTED))
            return; /* numbers point nowhere */
    }
    for (i = 0; at && i < items->count; i++, at += stride)
        visit_item(visit, field, at, items);
}

/* All that is in a place, and then its block. */
static void visit_place(struct rpc_shape_visit *visit, const struct rpc_shape_place *place)
{
    uint32_t left = visit->left;

    visit->depth = 0;
    if (place->at && !place->is_array) {
        visit_item(visit, place->field, place->at, &place->items);
        return;
    }
    visit_items(visit, place->field, &place->items);
    if (place->at && visit->left == left)
        visit->block(visit, place->at);
}

/* Goes to the first pointer to structs that there is in a place. @retval false there is none */
static bool step(struct rpc_shape_place *place)
{
    struct rpc_shape_place first = {.at = NULL};
    struct rpc_shape_visit search = {.first = &first};

    if (place->at && !place->is_array)
        visit_record(&search, place->field->record, (uint8_t *)rpc__shape_load(place->at),
                     place->items.about);
    else
        visit_items(&search, place->field, &place->items);
    if (!first.at)
        return false;
    *place = first;
    return true;
}

/*
 * Frees the end of the way that always takes the first pointer, as much of it as a visit may be deep, without
 * memory for notes: it is found anew each time, so this is slow where there is much.
 */
static void visit_end(struct rpc_shape_visit *visit, const struct rpc_shape_place *begin)
{
    struct rpc_shape_place end = *begin, from = *begin;
    uint32_t between = 0; /* structs */

    while (step(&end)) {
        between += end.depth;
        while (between >= RPC_SHAPE_DEPTH_MAX && step(&from))
            between -= from.depth;
    }
    visit_place(visit, &from);
}

static void visit_whole(struct rpc_shape_visit *visit, const struct rpc_shape_place *place)
{
    visit->left = 0;
    visit_place(visit, place);
    while (visit->left) {
        visit_end(visit, place);
        visit->left = 0;
        visit_place(visit, place);
    }
}

void rpc__shape_visit(struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                      const struct rpc_shape_items *items)
{
    const struct rpc_shape_place all = {.field = field, .items = *items};
    struct rpc_shape_later *later;

    visit_whole(visit, &all);
    while (visit->later) {
        later = visit->later;
        visit->later = later->next;
        later->place.at = (uint8_t *)&later->pointer;
        visit_whole(visit, &later->place);
        com_free(later);
    }
}

/* ---- freeing ---- */

static void free_block(struct rpc_shape_visit *visit, void *at)
{
    (void)visit;
    com_free(rpc__shape_load(at));
    rpc__shape_store(at, NULL);
}

static void free_text(struct rpc_shape_visit *visit, const struct rpc_shape_field *field, void *at)
{
    if (!(field->flags & RPC_SHAPE_BSTR)) {
        free_block(visit, at);
        return;
    }
    SysFreeString((BSTR)rpc__shape_load(at));
    rpc__shape_store(at, NULL);
}

static void release_interface(struct rpc_shape_visit *visit, void *at, const IID *iid)
{
    IUnknown *object = (IUnknown *)rpc__shape_load(at);

    (void)visit;
    (void)iid;
    rpc__shape_store(at, NULL);
    (void)IUnknown_Release(object);
}

static void forget_interface(struct rpc_shape_visit *visit, void *at, const IID *iid)
{
    (void)visit;
    (void)iid;
    rpc__shape_store(at, NULL);
}

void rpc__shape_forget(const struct rpc_shape_field *field, const struct rpc_shape_items *items)
{
    struct rpc_shape_visit visit = {.text = free_text, .interface = forget_interface, .block = free_block};

    rpc__shape_visit(&visit, field, items);
}

void rpc_shape_free(const struct rpc_shape_field *field, void *value, uint32_t count, int64_t about)
{
    struct rpc_shape_visit visit = {.text = free_text, .interface = release_interface, .block = free_block};
    struct rpc_shape_items items = rpc__shape_param(field, value, count, about);

    rpc__shape_visit(&visit, field, &items);
}

void rpc_shape_owner_end(struct rpc_shape_owner *owner)
{
    if (!owner->value)
        return;
    rpc_shape_free(owner->field, owner->value, owner->count, owner->about);
    if (owner->is_block)
        com_free(owner->value);
}
