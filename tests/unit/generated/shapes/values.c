#include "values.h"

#include <stdlib.h>
#include <string.h>

uint32_t live_blocks, blocks_left = UINT32_MAX;

/* ---- memory ---- */

void *com_alloc(size_t size_bytes)
{
    void *memory;

    if (!size_bytes || !blocks_left)
        return NULL;
    blocks_left -= blocks_left != UINT32_MAX;
    memory = malloc(size_bytes);
    live_blocks++;
    return memory;
}

void com_free(void *memory)
{
    live_blocks -= memory != NULL;
    free(memory);
}

/* ---- objects ---- */

static uint32_t refs[OBJECTS];

static HRESULT object_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    (void)iid;
    refs[iface - objects]++;
    *out_object = iface;
    return S_OK;
}

static uint32_t object_AddRef(IUnknown *iface)
{
    return ++refs[iface - objects];
}

static uint32_t object_Release(IUnknown *iface)
{
    if (!refs[iface - objects])
        abort();
    return --refs[iface - objects];
}

static const struct IUnknownVtbl object_vtbl = {object_QueryInterface, object_AddRef, object_Release};
IUnknown objects[OBJECTS] = {{&object_vtbl}, {&object_vtbl}, {&object_vtbl}, {&object_vtbl}};

uint32_t object_refs(void)
{
    return refs[0] + refs[1] + refs[2] + refs[3];
}

IUnknown *share(IUnknown *object)
{
    if (object)
        (void)IUnknown_AddRef(object);
    return object;
}

/* ---- random values ---- */

static uint64_t random_state;
static uint32_t interfaces_left;

void random_seed(uint64_t seed)
{
    random_state = seed * 2 + 1;
}

uint64_t random_bits(void) /* splitmix64 */
{
    uint64_t bits = random_state += 0x9E3779B97F4A7C15u;

    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
    return bits ^ bits >> 31;
}

uint32_t random_below(uint32_t limit)
{
    return (uint32_t)(random_bits() % limit);
}

void random_begin(void)
{
    interfaces_left = 3;
}

char *random_text(uint32_t max)
{
    static const char *const PIECES[] = {"a", "Z", " ", "\xC3\xA9", "\xE2\x82\xAC", "\n", "0"};
    char text[64] = "";

    for (max = random_below(max + 1); strlen(text) + 3 <= max;)
        strcat(text, PIECES[random_below(7)]);
    return copy_text(text);
}

uint16_t *random_wide(uint32_t max)
{
    uint32_t count = random_below(max + 1), i;
    uint16_t *text = com_alloc((count + 1) * sizeof(*text));

    memset(text, 0, (count + 1) * sizeof(*text));
    for (i = 0; i < count; i++) {
        if (random_below(4) == 0 && i + 1 < count) { /* two that belong together */
            text[i++] = (uint16_t)(0xD800 + random_below(0x400));
            text[i] = (uint16_t)(0xDC00 + random_below(0x400));
        } else {
            text[i] = (uint16_t)(1 + random_below(0xD7FF));
        }
    }
    return text;
}

size_t wide_length(const uint16_t *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

IUnknown *random_object(void)
{
    if (!interfaces_left || random_below(3) == 0)
        return NULL;
    interfaces_left--;
    return share(&objects[random_below(OBJECTS)]);
}

static GUID random_guid(void)
{
    GUID guid = {(uint32_t)random_bits(), (uint16_t)random_bits(), (uint16_t)random_bits(), {0}};
    uint32_t i;

    for (i = 0; i < 8; i++)
        guid.data4[i] = (uint8_t)random_bits();
    return guid;
}

static void random_box(struct box *box)
{
    char *label = random_text(7);

    memset(box, 0, sizeof(*box));
    box->width = (int32_t)random_bits();
    box->height = (int32_t)random_below(1001);
    strcpy(box->label, label);
    com_free(label);
}

enum figure_kind random_figure(union figure *figure)
{
    static const int32_t KINDS[] = {FIGURE_NONE,  FIGURE_CIRCLE, FIGURE_BOX, FIGURE_BOX + 1,
                                    FIGURE_NAMED, FIGURE_TINTED, 99,         INT32_MIN};
    enum figure_kind kind = (enum figure_kind)KINDS[random_below(8)];

    memset(figure, 0, sizeof(*figure));
    switch ((int32_t)kind) {
    case FIGURE_CIRCLE:
        figure->radius = random_below(1000) / 8.0;
        break;
    case FIGURE_BOX:
    case FIGURE_BOX + 1:
        random_box(&figure->box);
        break;
    case FIGURE_NAMED:
        figure->name = random_below(4) ? random_text(20) : NULL;
        break;
    case FIGURE_TINTED:
        figure->tint = random_below(2) ? TINT_DARK : TINT_LIGHT;
        break;
    }
    return kind;
}

void random_value(value_t *value)
{
    uint32_t i;

    memset(value, 0, sizeof(*value));
    value->kind = (uint16_t)random_below(10);
    switch (value->kind) {
    case 1:
        value->as.number = (uint32_t)random_bits() & (random_below(2) ? 0xFF : 0xFFFFFFFF);
        break;
    case 2:
    case 3:
        value->as.text = random_below(4) ? random_text(40) : NULL;
        break;
    case 4:
        value->as.id = random_guid();
        break;
    case 5:
        value->as.object = random_object();
        break;
    case 6:
        for (i = 0; i < 4; i++)
            value->as.bytes[i] = (uint8_t)random_bits();
        break;
    case 7:
        break;
    default:
        value->as.other = (int64_t)random_bits();
        break;
    }
}

void random_drawn(struct drawn *drawn)
{
    memset(drawn, 0, sizeof(*drawn));
    drawn->kind = random_figure(&drawn->figure);
    drawn->how = (uint8_t)random_below(5);
    switch (drawn->how) {
    case 0:
        drawn->place.at.x = (int16_t)random_bits();
        drawn->place.at.y = (int16_t)random_bits();
        break;
    case 1:
        drawn->place.is_visible = (boolean)random_below(2);
        break;
    case 2:
        if (random_below(3) == 0)
            break;
        drawn->place.around = com_alloc(sizeof(*drawn->place.around));
        random_box(drawn->place.around);
        break;
    default:
        drawn->place.angle = (float)random_below(360);
        break;
    }
}

void random_node(struct node *node, uint32_t depth)
{
    uint32_t i;

    memset(node, 0, sizeof(*node));
    node->value = (int32_t)random_bits();
    node->name = random_below(2) ? random_text(12) : NULL;
    if (depth == 0)
        return;
    if (random_below(2)) {
        node->next = com_alloc(sizeof(*node->next));
        random_node(node->next, depth - 1);
    }
    node->child_count = random_below(3);
    if (!node->child_count)
        return;
    node->children = com_alloc(node->child_count * sizeof(*node->children));
    for (i = 0; i < node->child_count; i++)
        random_node(&node->children[i], depth - 1);
}

void random_arrays(struct arrays *arrays)
{
    uint16_t *code;
    uint32_t i;

    memset(arrays, 0, sizeof(*arrays));
    arrays->count = random_below(20);
    arrays->numbers = com_alloc(arrays->count * sizeof(*arrays->numbers));
    for (i = 0; i < arrays->count; i++)
        arrays->numbers[i] = (int32_t)random_bits() >> random_below(32);
    arrays->byte_count = (uint16_t)random_below(30);
    if (random_below(3))
        arrays->bytes = com_alloc(arrays->byte_count);
    for (i = 0; arrays->bytes && i < arrays->byte_count; i++)
        arrays->bytes[i] = (uint8_t)random_bits();
    arrays->room = (uint8_t)random_below(5);
    arrays->used = (uint8_t)random_below(arrays->room + 1u);
    arrays->boxes = com_alloc(arrays->room * sizeof(*arrays->boxes));
    for (i = 0; i < arrays->room; i++)
        random_box(&arrays->boxes[i]);
    arrays->name_count = random_below(4);
    arrays->names = com_alloc(arrays->name_count * sizeof(*arrays->names));
    for (i = 0; i < arrays->name_count; i++)
        arrays->names[i] = random_text(10);
    arrays->object_count = (int32_t)random_below(5);
    arrays->objects = com_alloc((uint32_t)arrays->object_count * sizeof(*arrays->objects));
    for (i = 0; i < (uint32_t)arrays->object_count; i++)
        arrays->objects[i] = random_object();
    for (i = 0; i < 2; i++) {
        random_box(&arrays->fixed[i]);
        arrays->pair[i] = random_text(5);
    }
    if (random_below(2)) {
        arrays->maybe = com_alloc(sizeof(*arrays->maybe));
        *arrays->maybe = (int64_t)random_bits();
    }
    if (random_below(2)) {
        arrays->box = com_alloc(sizeof(*arrays->box));
        random_box(arrays->box);
    }
    arrays->ids = com_alloc(3 * sizeof(*arrays->ids));
    for (i = 0; i < 3; i++)
        arrays->ids[i] = random_guid();
    arrays->value_count = random_below(4);
    arrays->values = com_alloc(arrays->value_count * sizeof(*arrays->values));
    for (i = 0; i < arrays->value_count; i++)
        random_value(&arrays->values[i]);
    if (random_below(2))
        arrays->title = random_wide(9);
    code = random_wide(5);
    memcpy(arrays->code, code, wide_length(code) * sizeof(*code));
    arrays->first = (uint8_t)random_bits();
    arrays->is_even = random_below(2);
    arrays->middle = (uint8_t)random_bits();
    for (i = 0; i < 3; i++)
        arrays->bits[i] = random_below(2);
    arrays->last = (uint8_t)random_bits();
    com_free(code);
    arrays->line_count = random_below(3);
    arrays->lines = com_alloc(arrays->line_count * sizeof(*arrays->lines));
    for (i = 0; i < arrays->line_count; i++)
        arrays->lines[i] = random_wide(20);
}

void random_held(struct held *held)
{
    held->iid = random_guid();
    held->object = random_object();
    held->plain = random_object();
}

/* ---- copies ---- */

static void *copy_bytes(const void *from, size_t size, bool *good)
{
    void *copy = from ? com_alloc(size) : NULL;

    if (copy)
        memcpy(copy, from, size);
    else if (from && size)
        *good = false;
    return copy;
}

static void *room_for(const void *from, size_t size, bool *good)
{
    void *copy = copy_bytes(from, size, good);

    if (copy)
        memset(copy, 0, size);
    return copy;
}

char *copy_text(const char *text)
{
    bool good = true;

    return copy_bytes(text, text ? strlen(text) + 1 : 0, &good);
}

static char *copy_text_of(const char *text, bool *good)
{
    return copy_bytes(text, text ? strlen(text) + 1 : 0, good);
}

static uint16_t *copy_wide(const uint16_t *text, bool *good)
{
    return copy_bytes(text, text ? (wide_length(text) + 1) * sizeof(*text) : 0, good);
}

bool copy_figure(union figure *to, enum figure_kind kind, const union figure *from)
{
    bool good = true;

    *to = *from;
    if (kind == FIGURE_NAMED)
        to->name = copy_text_of(from->name, &good);
    return good;
}

void free_figure(enum figure_kind kind, union figure *figure)
{
    if (kind == FIGURE_NAMED)
        com_free(figure->name);
}

bool copy_value(value_t *to, const value_t *from)
{
    bool good = true;

    *to = *from;
    if (from->kind == 2 || from->kind == 3)
        to->as.text = copy_text_of(from->as.text, &good);
    else if (from->kind == 5)
        share(to->as.object);
    return good;
}

bool copy_drawn(struct drawn *to, const struct drawn *from)
{
    bool good = true;

    *to = *from;
    if (from->how == 2)
        to->place.around = copy_bytes(from->place.around, sizeof(*from->place.around), &good);
    return copy_figure(&to->figure, from->kind, &from->figure) && good;
}

bool copy_node(struct node *to, const struct node *from)
{
    bool good = true;
    uint32_t i;

    memset(to, 0, sizeof(*to));
    to->value = from->value;
    to->name = copy_text_of(from->name, &good);
    to->next = room_for(from->next, sizeof(*from->next), &good);
    if (to->next)
        good &= copy_node(to->next, from->next);
    to->child_count = from->child_count;
    to->children = room_for(from->children, from->child_count * sizeof(*from->children), &good);
    for (i = 0; to->children && i < from->child_count; i++)
        good &= copy_node(&to->children[i], &from->children[i]);
    return good;
}

bool copy_arrays(struct arrays *to, const struct arrays *from)
{
    uint32_t objects_there = (uint32_t)from->object_count, i;
    bool good = true;

    *to = *from;
    to->numbers = copy_bytes(from->numbers, from->count * sizeof(*from->numbers), &good);
    to->bytes = copy_bytes(from->bytes, from->byte_count, &good);
    to->boxes = copy_bytes(from->boxes, from->room * sizeof(*from->boxes), &good);
    to->names = room_for(from->names, from->name_count * sizeof(*from->names), &good);
    for (i = 0; to->names && i < from->name_count; i++)
        to->names[i] = copy_text_of(from->names[i], &good);
    to->objects = copy_bytes(from->objects, objects_there * sizeof(*from->objects), &good);
    for (i = 0; to->objects && i < objects_there; i++)
        share(to->objects[i]);
    for (i = 0; i < 2; i++)
        to->pair[i] = copy_text_of(from->pair[i], &good);
    to->maybe = copy_bytes(from->maybe, sizeof(*from->maybe), &good);
    to->box = copy_bytes(from->box, sizeof(*from->box), &good);
    to->ids = copy_bytes(from->ids, 3 * sizeof(*from->ids), &good);
    to->values = room_for(from->values, from->value_count * sizeof(*from->values), &good);
    for (i = 0; to->values && i < from->value_count; i++)
        good &= copy_value(&to->values[i], &from->values[i]);
    to->title = copy_wide(from->title, &good);
    to->lines = room_for(from->lines, from->line_count * sizeof(*from->lines), &good);
    for (i = 0; to->lines && i < from->line_count; i++)
        to->lines[i] = copy_wide(from->lines[i], &good);
    return good;
}

bool copy_held(struct held *to, const struct held *from)
{
    *to = *from;
    share(to->object);
    share(to->plain);
    return true;
}
