#include "ir_json.h"

#include "ir_json_table.h"
#include "json.h"
#include "names.h"
#include "uuid.h"

#include <string.h>

/* What references name, in the order in which it was met. */
struct entity {
    enum ir_entity_kind kind;
    const void *pointer;
    const char *key;
    bool is_item;
};

struct writer {
    struct text *out;
    const struct ir_file *file;
    bool is_frozen;
    struct name_table keys[ENTITY_COUNT]; /* of struct entity */
    struct entity **entities;
    uint32_t count;
    uint32_t capacity;
};

/* ---- references ---- */

/* All three begin with their name. */
static const char *name_of(const void *entity)
{
    return *(const char *const *)entity;
}

static struct entity *add_entity(struct writer *writer, enum ir_entity_kind kind, const void *pointer,
                                 const char *key)
{
    struct entity *entity = arena_alloc(writer->out->arena, sizeof(*entity));

    if (writer->count == writer->capacity) {
        uint32_t capacity = writer->capacity ? writer->capacity * 2 : 64;
        struct entity **grown = arena_alloc(writer->out->arena, capacity * sizeof(struct entity *));

        if (writer->count)
            memcpy(grown, writer->entities, writer->count * sizeof(struct entity *));
        writer->entities = grown;
        writer->capacity = capacity;
    }
    *entity = (struct entity){kind, pointer, key, false};
    writer->entities[writer->count++] = entity;
    names_set(&writer->keys[kind], key, entity);
    return entity;
}

/* The entity with its key: its name, or name#n where several share one or have none. */
static struct entity *entity_of(struct writer *writer, enum ir_entity_kind kind, const void *pointer)
{
    const char *name = name_of(pointer) ? name_of(pointer) : "", *key = name;
    struct entity *entity;
    uint32_t number;

    for (number = 2;; number++) {
        entity = *key ? names_find(&writer->keys[kind], key) : NULL;
        if (*key && !entity)
            return add_entity(writer, kind, pointer, key);
        if (entity && entity->pointer == pointer)
            return entity;
        key = arena_format(writer->out->arena, "%s#%u", name, number);
    }
}

/* ---- members ---- */

static void write_record(struct writer *writer, const struct ir_record *record, const char *base,
                         unsigned indent);

static void put_levels(struct writer *writer, const char *base, const struct ir_member *member,
                       const struct ir_record *record)
{
    const struct ir_type *value = *(const struct ir_type *const *)(const void *)(base + member->offset);
    const struct ir_member *type = record->members;
    const struct ir_type *at;
    uint32_t levels = 0;

    while (strcmp(type->name, "type") != 0)
        type++;
    for (at = *(const struct ir_type *const *)(const void *)(base + type->offset); at && at != value;
         at = at->target)
        levels++;
    text_printf(writer->out, "%u", levels);
}

static void put_value(struct writer *writer, const struct value *value)
{
    switch (value->kind) {
    case VALUE_STRING:
        text_puts(writer->out, "{\"text\": ");
        json_put_string(writer->out, value->text);
        break;
    case VALUE_FLOAT:
        text_printf(writer->out, "{\"real\": \"%.17g\"", value->real);
        break;
    default:
        text_puts(writer->out, value->is_unsigned ? "{\"unsigned\": " : "{\"integer\": ");
        if (value->is_unsigned)
            json_put_uint64(writer->out, value->bits);
        else
            json_put_int64(writer->out, (int64_t)value->bits);
        break;
    }
    text_puts(writer->out, "}");
}

static void put_list(struct writer *writer, const struct ir_record *record, const char *elements,
                     uint32_t count, unsigned indent)
{
    uint32_t i;

    text_puts(writer->out, "[");
    for (i = 0; i < count; i++) {
        text_printf(writer->out, "%s\n%*s", i ? "," : "", (int)indent + 2, "");
        write_record(writer, record, elements + i * record->size_bytes, indent + 2);
    }
    text_printf(writer->out, "\n%*s]", (int)indent, "");
}

static void put_methods(struct writer *writer, const struct ir_interface *interface, unsigned indent)
{
    const struct ir_method *own = interface->methods + interface->inherited_count;

    put_list(writer, &ir_record_method, (const char *)own,
             interface->method_count - interface->inherited_count, indent);
}

static void put_uuid(struct writer *writer, const uint8_t *bytes)
{
    char text[UUID_TEXT_BYTES];

    uuid_format(bytes, text);
    text_printf(writer->out, "\"%s\"", text);
}

static bool is_zero(const char *bytes, size_t size)
{
    while (size > 0 && !bytes[size - 1])
        size--;
    return size == 0;
}

static bool is_same_text(const char *other, const char *text)
{
    return !other || (text && strcmp(other, text) == 0);
}

/* Whether a member has the value that a reader takes when it is not there. */
static bool is_default(const struct ir_member *member, const char *base)
{
    const char *at = base + member->offset;
    const struct ir_interface *interface;

    if (member->is_required)
        return false;
    switch (member->kind) {
    case MEMBER_BOOL:
        return !*(const bool *)at;
    case MEMBER_UINT32:
    case MEMBER_INT32:
    case MEMBER_WORD:
        return is_zero(at, sizeof(uint32_t));
    case MEMBER_UINT64:
    case MEMBER_INT64:
        return is_zero(at, sizeof(uint64_t));
    case MEMBER_UUID:
        return is_zero(at, 16);
    case MEMBER_TEXT_OR_EMPTY:
        return !**(const char *const *)(const void *)at;
    case MEMBER_OTHER_NAME:
        return is_same_text(*(const char *const *)(const void *)at,
                            *(const char *const *)(const void *)(base + member->same_offset));
    case MEMBER_RECORD: /* each member: what lies between them may be anything */
        for (member = member->record->members; member->name; member++)
            if (!is_default(member, at))
                return false;
        return true;
    case MEMBER_LIST:
        return is_zero(base + member->count_offset, sizeof(uint32_t));
    case MEMBER_METHODS:
        interface = (const struct ir_interface *)(const void *)base;
        return interface->method_count == interface->inherited_count;
    default:
        return is_zero(at, sizeof(void *));
    }
}

static void put_member(struct writer *writer, const struct ir_record *record, const struct ir_member *member,
                       const char *base, unsigned indent)
{
    const void *at = base + member->offset;
    struct text *out = writer->out;

    switch (member->kind) {
    case MEMBER_TEXT:
    case MEMBER_TEXT_OR_EMPTY:
    case MEMBER_OTHER_NAME:
        json_put_string(out, *(const char *const *)at);
        break;
    case MEMBER_BOOL:
        text_puts(out, "true");
        break;
    case MEMBER_UINT32:
        text_printf(out, "%u", *(const uint32_t *)at);
        break;
    case MEMBER_INT32:
        text_printf(out, "%d", *(const int32_t *)at);
        break;
    case MEMBER_UINT64:
        json_put_uint64(out, *(const uint64_t *)at);
        break;
    case MEMBER_INT64:
        json_put_int64(out, *(const int64_t *)at);
        break;
    case MEMBER_WORD:
        json_put_string(out, member->words[*(const unsigned *)at]);
        break;
    case MEMBER_UUID:
        put_uuid(writer, at);
        break;
    case MEMBER_RECORD:
        write_record(writer, member->record, at, indent);
        break;
    case MEMBER_POINTER:
        write_record(writer, member->record, *(const char *const *)at, indent);
        break;
    case MEMBER_LIST:
        put_list(writer, member->record, *(const char *const *)at,
                 *(const uint32_t *)(const void *)(base + member->count_offset), indent);
        break;
    case MEMBER_METHODS:
        put_methods(writer, (const struct ir_interface *)(const void *)base, indent);
        break;
    case MEMBER_LEVELS:
        put_levels(writer, base, member, record);
        break;
    case MEMBER_VALUE:
        put_value(writer, at);
        break;
    case MEMBER_REFERENCE:
        json_put_string(out, entity_of(writer, member->entity, *(const void *const *)at)->key);
        break;
    }
}

/* In one line, but for the elements of its lists. */
static void write_record(struct writer *writer, const struct ir_record *record, const char *base,
                         unsigned indent)
{
    const struct ir_member *member;
    bool is_first = true;

    text_puts(writer->out, "{");
    for (member = record->members; member->name; member++) {
        if (is_default(member, base) ||
            (writer->is_frozen && (member->is_internal || strcmp(member->name, "doc") == 0)))
            continue;
        text_printf(writer->out, "%s\"%s\": ", is_first ? "" : ", ", member->name);
        put_member(writer, record, member, base, indent);
        is_first = false;
    }
    text_puts(writer->out, "}");
}

/* ---- the file ---- */

static const void *item_pointer(const struct ir_item *item)
{
    return item->quote; /* a union of pointers */
}

static void write_item(struct writer *writer, enum ir_item_kind kind, const void *pointer, bool is_first)
{
    struct entity *entity;

    text_printf(writer->out, "%s\n    {\"%s\": ", is_first ? "" : ",", ir_item_words[kind]);
    if (ir_item_record(kind))
        write_record(writer, ir_item_record(kind), pointer, 4);
    else
        json_put_string(writer->out, pointer);
    if (ir_item_entity(kind) != ENTITY_COUNT) {
        entity = entity_of(writer, ir_item_entity(kind), pointer);
        if (!name_of(pointer) || strcmp(entity->key, name_of(pointer)) != 0) {
            text_puts(writer->out, ", \"key\": ");
            json_put_string(writer->out, entity->key);
        }
    }
    text_puts(writer->out, "}");
}

static void write_items(struct writer *writer)
{
    const struct ir_file *file = writer->file;
    uint32_t i;

    /* First of all: the file's own have the plain names. */
    for (i = 0; i < file->item_count; i++)
        if (ir_item_entity(file->items[i].kind) != ENTITY_COUNT)
            entity_of(writer, ir_item_entity(file->items[i].kind), item_pointer(&file->items[i]))->is_item =
                true;
    for (i = 0; i < file->item_count; i++)
        write_item(writer, file->items[i].kind, item_pointer(&file->items[i]), i == 0);
}

/* What the items need of other files. The list grows while it is written. */
static void write_used(struct writer *writer)
{
    static const enum ir_item_kind KINDS[] = {
        [ENTITY_STRUCT] = ITEM_STRUCT, [ENTITY_ENUM] = ITEM_ENUM, [ENTITY_INTERFACE] = ITEM_INTERFACE};
    bool is_first = true;
    uint32_t i;

    for (i = 0; i < writer->count; i++) {
        const struct entity *entity = writer->entities[i];

        if (entity->is_item)
            continue;
        write_item(writer, KINDS[entity->kind], entity->pointer, is_first);
        is_first = false;
    }
}

static void write_strings(struct writer *writer, const char *name, const char *const *strings, uint32_t count)
{
    uint32_t i;

    text_printf(writer->out, ",\n  \"%s\": [", name);
    for (i = 0; i < count; i++) {
        text_puts(writer->out, i ? ", " : "");
        json_put_string(writer->out, strings[i]);
    }
    text_puts(writer->out, "]");
}

static void write_references(struct writer *writer, const char *name, enum ir_entity_kind kind,
                             const void *const *pointers, uint32_t count)
{
    uint32_t i;

    text_printf(writer->out, ",\n  \"%s\": [", name);
    for (i = 0; i < count; i++) {
        text_puts(writer->out, i ? ", " : "");
        json_put_string(writer->out, entity_of(writer, kind, pointers[i])->key);
    }
    text_puts(writer->out, "]");
}

static void write_file(struct text *out, const struct ir_file *file, bool is_frozen)
{
    struct writer writer = {.out = out, .file = file, .is_frozen = is_frozen};
    uint32_t i;

    for (i = 0; i < ENTITY_COUNT; i++)
        names_init(&writer.keys[i], out->arena);
    text_printf(out, "{\n  \"idlc_ir\": %d,\n  \"path\": ", IR_JSON_VERSION);
    json_put_string(out, file->path);
    write_strings(&writer, "imports", file->imports, file->import_count);
    if (file->c_include_count)
        write_strings(&writer, "c_includes", file->c_includes, file->c_include_count);
    if (file->uses_windows)
        text_puts(out, ",\n  \"uses_windows\": true");
    text_puts(out, ",\n  \"items\": [");
    write_items(&writer);
    text_puts(out, "\n  ]");
    write_references(&writer, "forwards", ENTITY_INTERFACE, (const void *const *)file->forwards,
                     file->forward_count);
    write_references(&writer, "struct_forwards", ENTITY_STRUCT, (const void *const *)file->struct_forwards,
                     file->struct_forward_count);
    text_puts(out, ",\n  \"used\": [");
    write_used(&writer);
    text_puts(out, "\n  ]\n}\n");
}

void ir_json_write(struct text *out, const struct ir_file *file)
{
    write_file(out, file, false);
}

void ir_json_write_frozen(struct text *out, const struct ir_file *file)
{
    write_file(out, file, true);
}
