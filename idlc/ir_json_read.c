#include "ir_json.h"

#include "ir_json_table.h"
#include "json.h"
#include "uuid.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

/* How many interfaces stand above one. */
#define BASES_MAX 64

struct reader {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct name_table entities[ENTITY_COUNT];
    bool with_plan;
    bool failed;
};

static void fail(struct reader *reader, const struct json_value *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct reader *reader, const struct json_value *where, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    diagnose_error(reader->diagnostics, ERROR_BAD_IR, where->span, "%s",
                   arena_vformat(reader->arena, format, arguments));
    va_end(arguments);
    reader->failed = true;
}

/* ---- members ---- */

static void read_record(struct reader *reader, const struct ir_record *record, const struct json_value *json,
                        void *memory);

static void read_word(struct reader *reader, const struct ir_member *member, const struct json_value *json,
                      unsigned *out_word)
{
    struct name_suggestion suggestion = {.wanted = json->kind == JSON_STRING ? json->text : ""};
    unsigned i;

    for (i = 0; json->kind == JSON_STRING && (!member->words[i] || *member->words[i]); i++) {
        if (member->words[i] && strcmp(member->words[i], json->text) == 0) {
            *out_word = i;
            return;
        }
        if (member->words[i])
            names_offer(&suggestion, member->words[i]);
    }
    fail(reader, json, "'%s' has no such value", member->name);
    if (suggestion.best)
        diagnose_hint(reader->diagnostics, "did you mean \"%s\"?", suggestion.best);
}

static void read_number(struct reader *reader, const struct ir_member *member, const struct json_value *json,
                        void *out_number)
{
    bool is_signed = member->kind == MEMBER_INT32 || member->kind == MEMBER_INT64;
    bool is_wide = member->kind == MEMBER_INT64 || member->kind == MEMBER_UINT64;
    uint64_t number = 0;
    int64_t with_sign = 0;
    bool fits;

    if (is_signed)
        fits =
            json_int64(json, &with_sign) && (is_wide || (with_sign >= INT32_MIN && with_sign <= INT32_MAX));
    else
        fits = json_uint64(json, &number) && (is_wide || number <= UINT32_MAX);
    if (!fits)
        fail(reader, json, "'%s' is an integer of %d bits%s", member->name, is_wide ? 64 : 32,
             is_signed ? "" : " without sign");
    else if (is_wide)
        *(uint64_t *)out_number = is_signed ? (uint64_t)with_sign : number;
    else
        *(uint32_t *)out_number = is_signed ? (uint32_t)with_sign : (uint32_t)number;
}

static void read_list(struct reader *reader, const struct ir_member *member, const struct json_value *json,
                      void **out_elements, uint32_t *out_count)
{
    const struct json_value *element;
    char *at;

    if (json->kind != JSON_ARRAY) {
        fail(reader, json, "'%s' is a list", member->name);
        return;
    }
    at = arena_alloc(reader->arena, json->count * member->record->size_bytes);
    *out_elements = at;
    *out_count = json->count;
    for (element = json->first; element; element = element->next, at += member->record->size_bytes)
        read_record(reader, member->record, element, at);
}

static void read_value(struct reader *reader, const struct json_value *json, struct value *value)
{
    const struct json_value *text = json_member(json, "text"), *real = json_member(json, "real");
    const struct json_value *plain = json_member(json, "integer"), *positive = json_member(json, "unsigned");
    bool good = json->kind == JSON_OBJECT && json->count == 1;
    char *end;

    value->kind = VALUE_INTEGER;
    if (text) {
        value->kind = VALUE_STRING;
        value->text = text->text;
        good = good && text->kind == JSON_STRING;
    } else if (real) {
        value->kind = VALUE_FLOAT;
        good = good && real->kind == JSON_STRING && *real->text;
        value->real = good ? strtod(real->text, &end) : 0;
        good = good && !*end;
    } else if (positive) {
        value->is_unsigned = true;
        good = good && json_uint64(positive, &value->bits);
    } else {
        good = good && plain && json_int64(plain, (int64_t *)&value->bits);
    }
    if (!good)
        fail(reader, json, "a constant has one of \"integer\", \"unsigned\", \"real\" and \"text\"");
}

/* The type behind as many pointers and arrays. */
static void read_levels(struct reader *reader, const struct ir_record *record, const struct json_value *json,
                        const char *base, const struct ir_type **out_type)
{
    const struct ir_member *row = record->members;
    const struct ir_type *type;
    uint64_t levels = 0;

    while (strcmp(row->name, "type") != 0)
        row++;
    type = *(const struct ir_type *const *)(const void *)(base + row->offset);
    if (!json_uint64(json, &levels))
        levels = UINT64_MAX;
    for (; type && levels > 0; levels--)
        type = type->target;
    if (!type)
        fail(reader, json, "the type has not so many levels");
    *out_type = type;
}

static void read_member(struct reader *reader, const struct ir_record *record, const struct ir_member *member,
                        const struct json_value *json, char *base)
{
    void *at = base + member->offset;
    struct ir_interface *interface;

    switch (member->kind) {
    case MEMBER_TEXT:
    case MEMBER_TEXT_OR_EMPTY:
    case MEMBER_OTHER_NAME:
        if (json->kind != JSON_STRING)
            fail(reader, json, "'%s' is a string", member->name);
        else
            *(const char **)at = json->text;
        break;
    case MEMBER_BOOL:
        if (json->kind != JSON_BOOL)
            fail(reader, json, "'%s' is true or false", member->name);
        *(bool *)at = json->is_true;
        break;
    case MEMBER_UINT32:
    case MEMBER_INT32:
    case MEMBER_UINT64:
    case MEMBER_INT64:
        read_number(reader, member, json, at);
        break;
    case MEMBER_WORD:
        read_word(reader, member, json, at);
        break;
    case MEMBER_UUID:
        if (json->kind != JSON_STRING || !uuid_parse(json->text, at))
            fail(reader, json, "this is no UUID");
        break;
    case MEMBER_RECORD:
        read_record(reader, member->record, json, at);
        break;
    case MEMBER_POINTER:
        *(void **)at = arena_alloc(reader->arena, member->record->size_bytes);
        read_record(reader, member->record, json, *(void **)at);
        break;
    case MEMBER_LIST:
        read_list(reader, member, json, at, (uint32_t *)(void *)(base + member->count_offset));
        break;
    case MEMBER_METHODS: /* its own for now; see complete_interface */
        interface = (struct ir_interface *)(void *)base;
        read_list(reader, member, json, at, &interface->method_count);
        break;
    case MEMBER_LEVELS:
        read_levels(reader, record, json, base, at);
        break;
    case MEMBER_VALUE:
        read_value(reader, json, at);
        break;
    case MEMBER_REFERENCE:
        *(void **)at =
            json->kind == JSON_STRING ? names_find(&reader->entities[member->entity], json->text) : NULL;
        if (!*(void **)at)
            fail(reader, json, "'%s' names nothing that is in this file", member->name);
        break;
    }
}

/* ---- what back ends take for granted ---- */

static void check_type(struct reader *reader, const struct json_value *json, const struct ir_type *type)
{
    bool is_made = type->kind == IR_POINTER || type->kind == IR_ARRAY || type->kind == IR_FUNCTION;

    if (is_made && !type->target)
        fail(reader, json, "a type made of another has a \"target\"");
    else if (!is_made && !type->spelling)
        fail(reader, json, "a type has a \"spelling\"");
    else if ((type->kind == IR_STRUCT && !type->structure) || (type->kind == IR_ENUM && !type->enumeration) ||
             (type->kind == IR_INTERFACE && !type->interface) ||
             (type->kind == IR_BASE && type->base == BASE_NONE))
        fail(reader, json, "the type does not say which");
}

static void check_size(struct reader *reader, const struct json_value *json, const struct ir_method *method,
                       const struct ir_size *size, bool is_own)
{
    bool is_param = size->kind == IR_SIZE_PARAM || size->kind == IR_SIZE_POINTED;

    if (is_param && (size->param >= method->param_count || !method->params[size->param].type))
        fail(reader, json, "there is no parameter %u that could count", size->param);
    else if (size->kind == IR_SIZE_COMPUTED && (!is_own || !wire_size_is_sound(size, method)))
        fail(reader, json, "the size cannot be computed");
}

/* What code is made of a parameter: of those that tables describe, only how they travel is written. */
static void check_method(struct reader *reader, const struct json_value *json, struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        struct ir_param *param = &method->params[i];

        param->shape = param->is_deep ? WIRE_DEEP : param->travels;
        if (!param->name)
            fail(reader, json, "a parameter has no name");
        if (param->travels != WIRE_NONE && !param->value)
            fail(reader, json, "parameter %u travels but has no \"value\"", i);
        check_size(reader, json, method, &param->size, param->size.param == i);
        check_size(reader, json, method, &param->length, param->length.param == i);
        check_size(reader, json, method, &param->iid, false);
        check_size(reader, json, method, &param->choice, false);
    }
}

static void check_partner(struct reader *reader, const struct json_value *json,
                          const struct ir_struct *structure, const struct ir_size *size)
{
    if (size->kind == IR_SIZE_PARAM && size->param >= structure->field_count)
        fail(reader, json, "there is no field %u", size->param);
    else if (size->kind == IR_SIZE_POINTED || size->kind == IR_SIZE_COMPUTED)
        fail(reader, json, "fields count, or constants: nothing is computed, or behind a pointer");
}

static void check_struct(struct reader *reader, const struct json_value *json,
                         const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        if (field->type)
            wire_note_outer(structure, field);
        if (field->shape != WIRE_NONE && !field->value)
            fail(reader, json, "field %u travels but has no \"value\"", i);
        check_partner(reader, json, structure, &field->size);
        check_partner(reader, json, structure, &field->length);
        check_partner(reader, json, structure, &field->iid);
        check_partner(reader, json, structure, &field->choice);
    }
    for (i = 0; i < structure->case_count; i++)
        if (!structure->cases[i].is_empty && structure->cases[i].arm >= structure->field_count)
            fail(reader, json, "there is no arm %u", structure->cases[i].arm);
    if (structure->has_default && !structure->other.is_empty &&
        structure->other.arm >= structure->field_count)
        fail(reader, json, "there is no arm %u", structure->other.arm);
}

static void check_record(struct reader *reader, const struct ir_record *record, const struct json_value *json,
                         void *memory)
{
    if (record == &ir_record_type)
        check_type(reader, json, memory);
    else if (record == &ir_record_method)
        check_method(reader, json, memory);
    else if (record == &ir_record_struct)
        check_struct(reader, json, memory);
}

static void read_record(struct reader *reader, const struct ir_record *record, const struct json_value *json,
                        void *memory)
{
    const struct ir_member *row;
    const struct json_value *member;
    bool failed;

    if (json->kind != JSON_OBJECT) {
        fail(reader, json, "an object is expected");
        return;
    }
    for (member = json->first; member; member = member->next) {
        for (row = record->members; row->name && strcmp(row->name, member->name) != 0; row++)
            ;
        if (!row->name)
            fail(reader, member, "this version of idlc does not know '%s'", member->name);
    }
    if (record->span_offset)
        *(struct span *)(void *)((char *)memory + record->span_offset) = json->span;
    for (row = record->members; row->name; row++)
        if (row->kind == MEMBER_TEXT_OR_EMPTY)
            *(const char **)(void *)((char *)memory + row->offset) = "";
    failed = reader->failed;
    reader->failed = false;
    for (row = record->members; row->name; row++) {
        member = row->is_plan && !reader->with_plan ? NULL : json_member(json, row->name);
        if (member)
            read_member(reader, record, row, member, memory);
        else if (row->is_required)
            fail(reader, json, "'%s' is missing", row->name);
        else if (row->kind == MEMBER_OTHER_NAME)
            *(const char **)(void *)((char *)memory + row->offset) =
                *(const char **)(void *)((char *)memory + row->same_offset);
    }
    if (!reader->failed)
        check_record(reader, record, json, memory);
    reader->failed |= failed;
}

/* ---- items ---- */

/* An item is an object of one member, and perhaps its key. @retval NULL reported */
static const struct json_value *item_of(struct reader *reader, const struct json_value *json,
                                        enum ir_item_kind *out_kind)
{
    const struct json_value *member;
    unsigned kind;

    for (member = json->kind == JSON_OBJECT ? json->first : NULL; member; member = member->next)
        for (kind = 0; *ir_item_words[kind]; kind++)
            if (strcmp(ir_item_words[kind], member->name) == 0) {
                *out_kind = (enum ir_item_kind)kind;
                return member;
            }
    fail(reader, json, "an item is one of const, struct, enum, typedef, interface, quote, guid and variable");
    return NULL;
}

static const char *key_of(const struct json_value *json, const struct json_value *item)
{
    const struct json_value *key = json_member(json, "key");

    if (!key)
        key = json_member(item, "name");
    return key && key->kind == JSON_STRING && *key->text ? key->text : NULL;
}

/* Makes room for what references name, so that they may stand anywhere. */
static void declare_entities(struct reader *reader, const struct json_value *list)
{
    const struct json_value *json, *item;
    enum ir_entity_kind entity;
    enum ir_item_kind kind;
    const char *key;

    for (json = list->first; json; json = json->next) {
        item = item_of(reader, json, &kind);
        if (!item || ir_item_entity(kind) == ENTITY_COUNT)
            continue;
        entity = ir_item_entity(kind);
        key = key_of(json, item);
        if (!key || names_find(&reader->entities[entity], key))
            fail(reader, item, key ? "there is another %s of this name" : "the %s has no name",
                 ir_item_words[kind]);
        else
            names_set(&reader->entities[entity], key,
                      arena_alloc(reader->arena, ir_item_record(kind)->size_bytes));
    }
}

static void *read_item(struct reader *reader, const struct json_value *json, enum ir_item_kind *out_kind)
{
    const struct json_value *item = item_of(reader, json, out_kind);
    const struct ir_record *record;
    void *memory;

    if (!item)
        return NULL;
    record = ir_item_record(*out_kind);
    if (!record) {
        if (item->kind != JSON_STRING)
            fail(reader, item, "a quote is a string");
        return (void *)(uintptr_t)item->text;
    }
    memory = ir_item_entity(*out_kind) == ENTITY_COUNT
                 ? arena_alloc(reader->arena, record->size_bytes)
                 : names_find(&reader->entities[ir_item_entity(*out_kind)], key_of(json, item));
    read_record(reader, record, item, memory);
    return memory;
}

/* Puts the methods of its bases in front of an interface's own. */
static bool complete_interface(struct reader *reader, struct ir_interface *interface, uint32_t depth)
{
    struct ir_interface *base = interface->base;
    uint32_t own = interface->method_count, i;
    struct ir_method *methods;

    if (interface->inherited_count)
        return true;
    for (i = 0; i < own; i++) {
        struct ir_method *remote = (struct ir_method *)(uintptr_t)interface->methods[i].remote;

        interface->methods[i].owner = interface->name;
        if (remote) {
            remote->owner = interface->name;
            remote->is_remote_form = true;
        }
    }
    if (!base)
        return true;
    if (depth == BASES_MAX || !complete_interface(reader, base, depth + 1))
        return false;
    interface->inherited_count = base->method_count;
    interface->method_count += base->method_count;
    methods = arena_alloc(reader->arena, interface->method_count * sizeof(*methods));
    if (base->method_count)
        memcpy(methods, base->methods, base->method_count * sizeof(*methods));
    for (i = 0; i < own; i++)
        methods[base->method_count + i] = interface->methods[i];
    interface->methods = methods;
    return true;
}

static void complete_interfaces(struct reader *reader, const struct json_value *root)
{
    const struct name_table *table = &reader->entities[ENTITY_INTERFACE];
    size_t i;
    uint32_t slot;

    for (i = 0; i < table->slot_count; i++) {
        struct ir_interface *interface = table->slots[i].value;

        if (!interface)
            continue;
        if (!complete_interface(reader, interface, 0)) {
            fail(reader, root, "the bases of interface '%s' have no end", interface->name);
            return;
        }
        for (slot = 0; slot < interface->method_count; slot++)
            if (interface->methods[slot].slot != slot) {
                fail(reader, root, "method '%s' of '%s' is not in its slot", interface->methods[slot].name,
                     interface->name);
                return;
            }
    }
}

/* ---- the file ---- */

static const struct json_value *list_of(struct reader *reader, const struct json_value *root,
                                        const char *name)
{
    const struct json_value *list = json_member(root, name);

    if (!list || list->kind != JSON_ARRAY)
        fail(reader, list ? list : root, "the file has a list \"%s\"", name);
    return list && list->kind == JSON_ARRAY ? list : NULL;
}

/* A list of strings, or with a table of what they name. */
static const void *const *read_names(struct reader *reader, const struct json_value *root, const char *name,
                                     const struct name_table *table, uint32_t *out_count)
{
    const struct json_value *list = list_of(reader, root, name), *json;
    const void **pointers;
    uint32_t count = 0;

    if (!list)
        return NULL;
    pointers = arena_alloc(reader->arena, list->count * sizeof(*pointers));
    for (json = list->first; json; json = json->next) {
        const void *pointer = json->kind != JSON_STRING ? NULL
                              : table                   ? names_find(table, json->text)
                                                        : json->text;

        if (!pointer)
            fail(reader, json, "this names nothing that is in this file");
        pointers[count++] = pointer;
    }
    *out_count = count;
    return pointers;
}

static void read_uses_windows(struct reader *reader, const struct json_value *root, struct ir_file *file)
{
    const struct json_value *json = json_member(root, "uses_windows");

    if (json && json->kind != JSON_BOOL)
        fail(reader, json, "'uses_windows' is true or false");
    file->uses_windows = json && json->is_true;
}

static void read_file(struct reader *reader, const struct json_value *root, struct ir_file *file)
{
    const struct json_value *items = list_of(reader, root, "items"), *used = list_of(reader, root, "used"),
                            *json;
    const struct json_value *path = json_member(root, "path");
    enum ir_item_kind kind;

    if (!path || path->kind != JSON_STRING)
        fail(reader, root, "the file has no \"path\"");
    else
        file->path = path->text;
    if (reader->failed)
        return;
    declare_entities(reader, items);
    declare_entities(reader, used);
    if (reader->failed)
        return;
    file->items = arena_alloc(reader->arena, items->count * sizeof(*file->items));
    for (json = items->first; json; json = json->next) {
        struct ir_item *item = &file->items[file->item_count++];

        item->quote = read_item(reader, json, &item->kind); /* a union of pointers */
    }
    for (json = used->first; json; json = json->next)
        (void)read_item(reader, json, &kind);
    file->imports = (const char *const *)read_names(reader, root, "imports", NULL, &file->import_count);
    if (json_member(root, "c_includes"))
        file->c_includes =
            (const char *const *)read_names(reader, root, "c_includes", NULL, &file->c_include_count);
    read_uses_windows(reader, root, file);
    file->forwards = (const struct ir_interface *const *)read_names(
        reader, root, "forwards", &reader->entities[ENTITY_INTERFACE], &file->forward_count);
    file->struct_forwards = (const struct ir_struct *const *)read_names(
        reader, root, "struct_forwards", &reader->entities[ENTITY_STRUCT], &file->struct_forward_count);
    if (!reader->failed)
        complete_interfaces(reader, root);
}

const struct source *ir_json_open(struct arena *arena, struct diagnostics *diagnostics, const char *path)
{
    const char *reason = NULL;
    const struct source *source = source_load(arena, &(struct source_roots){NULL, 0}, path, &reason);

    if (!source)
        diagnose_error(diagnostics, ERROR_CANNOT_READ, (struct span){0}, "cannot read %s: %s", path, reason);
    return source;
}

struct ir_file *ir_json_read(struct arena *arena, struct diagnostics *diagnostics,
                             const struct source *source, bool with_plan)
{
    const struct json_value *root = json_read(arena, diagnostics, source), *version;
    struct reader reader = {.arena = arena, .diagnostics = diagnostics, .with_plan = with_plan};
    struct ir_file *file = arena_alloc(arena, sizeof(*file));
    uint64_t number = 0;
    uint32_t i;

    if (!root)
        return NULL;
    for (i = 0; i < ENTITY_COUNT; i++)
        names_init(&reader.entities[i], arena);
    version = json_member(root, "idlc_ir");
    if (!version)
        fail(&reader, root, "this is no IR of idlc: it has no \"idlc_ir\"");
    else if (!json_uint64(version, &number) || number != IR_JSON_VERSION)
        fail(&reader, version, "this version of idlc reads format %d", IR_JSON_VERSION);
    else
        read_file(&reader, root, file);
    return reader.failed ? NULL : file;
}

struct ir_file *ir_json_load(struct arena *arena, struct diagnostics *diagnostics,
                             const struct source *source)
{
    struct ir_file *written = ir_json_read(arena, diagnostics, source, true), *planned;
    uint32_t before = diagnostics->error_count;
    struct text old_text, new_text;

    if (!written)
        return NULL;
    planned = ir_json_read(arena, diagnostics, source, false);
    wire_plan(diagnostics, planned);
    if (diagnostics->error_count != before)
        return NULL;
    text_init(&old_text, arena);
    text_init(&new_text, arena);
    ir_json_write(&old_text, written);
    ir_json_write(&new_text, planned);
    if (strcmp(old_text.bytes, new_text.bytes) == 0)
        return planned;
    diagnose_error(diagnostics, ERROR_BAD_IR, (struct span){source, 0, 1},
                   "the wire plan of this file is not what this version of idlc makes");
    diagnose_hint(diagnostics, "make the file again from its .idl with --ir=json");
    return NULL;
}
