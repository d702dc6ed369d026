/*
 * [async_uuid(...)] of IX makes AsyncIX: for each method a Begin_ with the parameters that go in and a
 * Finish_ with those that come out, each of which travels as the method itself would. [async] of methods
 * makes it without an id: that one is made of IX's.
 */
#include "attributes.h"
#include "bind.h"
#include "compile.h"
#include "uuid.h"

#include <string.h>

static bool goes(const struct ast_member *parameter, enum attribute_id direction)
{
    bool is_out = attribute_has(parameter->attributes, ATTRIBUTE_OUT);

    if (direction == ATTRIBUTE_OUT)
        return is_out;
    return attribute_has(parameter->attributes, ATTRIBUTE_IN) || !is_out;
}

/* The parameters of one direction. */
static struct ast_member *choose(struct arena *arena, const struct ast_member *list,
                                 enum attribute_id direction)
{
    struct ast_member *first = NULL, **tail = &first;

    for (; list; list = list->next) {
        if (!goes(list, direction))
            continue;
        *tail = arena_alloc(arena, sizeof(**tail));
        **tail = *list;
        (*tail)->next = NULL;
        tail = &(*tail)->next;
    }
    return first;
}

static struct ast_method *make_half(struct arena *arena, const struct ast_method *method, const char *prefix,
                                    enum attribute_id direction)
{
    struct ast_method *half = arena_alloc(arena, sizeof(*half));

    *half = *method;
    half->next = NULL;
    half->is_half = true;
    half->name.text = arena_format(arena, "%s%s", prefix, method->name.text);
    half->type = arena_alloc(arena, sizeof(*half->type));
    *half->type = *method->type;
    half->type->parameters = choose(arena, method->type->parameters, direction);
    if (attribute_has(method->attributes, ATTRIBUTE_ONEWAY)) { /* a void one, too, can fail to be sent */
        half->type->target = arena_alloc(arena, sizeof(*half->type->target));
        *half->type->target = (struct ast_type){
            .kind = AST_TYPE_BASE, .base = BASE_HRESULT, .span = method->type->target->span};
    }
    return half;
}

static const struct ast_attribute *make_uuid(struct arena *arena, const struct ast_attribute *async)
{
    struct ast_attribute *uuid = arena_alloc(arena, sizeof(*uuid));
    struct ast_attribute *object = arena_alloc(arena, sizeof(*object));
    struct ast_attribute *local = arena_alloc(arena, sizeof(*local));

    *uuid = *async;
    uuid->info = attribute_lookup("uuid");
    uuid->next = object;
    object->info = attribute_lookup("object");
    object->name = (struct ast_name){"object", async->name.span};
    object->next = local;
    local->info = attribute_lookup("local"); /* the calls are the runtime's: no proxy of their own */
    local->name = (struct ast_name){"local", async->name.span};
    return uuid;
}

static struct ast_declaration *make_interface(struct arena *arena, const struct ast_declaration *interface,
                                              const struct ast_attribute *async)
{
    struct ast_declaration *made = arena_alloc(arena, sizeof(*made));
    struct ast_method **tail = &made->methods;
    const struct ast_method *method;

    *made = *interface;
    made->is_made = true;
    made->methods = NULL;
    made->name.text = arena_format(arena, "Async%s", interface->name.text);
    if (interface->base_name.text && strcmp(interface->base_name.text, "IUnknown") != 0)
        made->base_name.text = arena_format(arena, "Async%s", interface->base_name.text);
    made->attributes = (struct ast_attribute *)make_uuid(arena, async);
    for (method = interface->methods; method; method = method->next) {
        if (attribute_has(method->attributes, ATTRIBUTE_CALL_AS))
            continue;
        *tail = make_half(arena, method, "Begin_", ATTRIBUTE_IN);
        tail = &(*tail)->next;
        *tail = make_half(arena, method, "Finish_", ATTRIBUTE_OUT);
        tail = &(*tail)->next;
    }
    return made;
}

static bool has_async_methods(const struct ast_declaration *interface)
{
    const struct ast_method *method;

    for (method = interface->methods; method; method = method->next)
        if (attribute_has(method->attributes, ATTRIBUTE_ASYNC))
            return true;
    return false;
}

/* Of different ids come different ones, and always the same: the node's part changes by what is at work. */
static const struct ast_attribute *derive_uuid(struct arena *arena, const struct ast_declaration *interface)
{
    static const uint8_t MARK[16] = {[10] = 'a', 's', 'y', 'n', 'c', '1'};
    const struct ast_attribute *uuid = attribute_find(interface->attributes, ATTRIBUTE_UUID);
    struct ast_attribute *async = arena_alloc(arena, sizeof(*async));
    char *text = arena_alloc(arena, UUID_TEXT_BYTES);
    uint8_t bytes[16];
    uint32_t i;

    if (!uuid || !uuid->uuid || !uuid_parse(uuid->uuid, bytes))
        return NULL; /* reported, or a header without ids */
    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] ^= MARK[i];
    uuid_format(bytes, text);
    *async = *uuid;
    async->uuid = text;
    return async;
}

void async_declare(struct compilation *compilation, struct ast_unit *unit)
{
    struct ast_declaration *declaration, *made;

    for (declaration = unit->declarations; declaration; declaration = declaration->next) {
        const struct ast_attribute *async = attribute_find(declaration->attributes, ATTRIBUTE_ASYNC_UUID);

        if (declaration->kind != DECLARATION_INTERFACE || declaration->is_forward || declaration->is_made)
            continue;
        if (!async && has_async_methods(declaration))
            async = derive_uuid(compilation->arena, declaration);
        if (!async || !async->uuid)
            continue;
        made = make_interface(compilation->arena, declaration, async);
        made->async = declaration;
        declaration->async = made;
        made->next = declaration->next;
        declaration->next = made;
        declaration = made;
    }
}
