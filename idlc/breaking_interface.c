/* Interfaces: their ids, and what is in each slot. */
#include "breaking.h"
#include "emit/emit.h"
#include "wire.h"

#include <string.h>

/* ---- parameters ---- */

static const char *direction_text(const struct ir_param *param)
{
    return param->is_in && param->is_out ? "[in, out]" : param->is_out ? "[out]" : "[in]";
}

static const char *size_text(const struct breaking *breaking, const char *name, const struct ir_size *size,
                             const struct ir_method *method)
{
    switch (size->kind) {
    case IR_SIZE_CONSTANT:
        return arena_format(breaking->arena, "%s(%u)", name, size->constant);
    case IR_SIZE_PARAM:
        return arena_format(breaking->arena, "%s(%s)", name, method->params[size->param].name);
    case IR_SIZE_POINTED:
        return arena_format(breaking->arena, "%s(*%s)", name, method->params[size->param].name);
    case IR_SIZE_COMPUTED:
        return arena_format(breaking->arena, "%s(%s)", name, wire_size_text(breaking->arena, size, method));
    default:
        return arena_format(breaking->arena, "without %s", name);
    }
}

static bool same_size(const struct ir_size *old, const struct ir_size *today)
{
    uint32_t i;

    if (old->kind != today->kind || old->constant != today->constant || old->param != today->param ||
        old->term_count != today->term_count)
        return false;
    for (i = 0; i < old->term_count; i++)
        if (old->terms[i].kind != today->terms[i].kind || old->terms[i].value != today->terms[i].value)
            return false;
    return true;
}

static void check_type(struct breaking *breaking, const struct ir_param *old, const struct ir_param *today,
                       bool travels)
{
    unsigned classes = breaking_type_change(old->type, today->type);

    if (travels && breaking_value_change(old->travels, old->value, today->travels, today->value))
        classes |= BREAKS_WIRE;
    if (classes)
        breaking_report_in(breaking, RULE_PARAM_TYPE, classes, today->span,
                           breaking_type_text(breaking, old->type), "parameter '%s' has another type",
                           today->name);
}

static void check_sizes(struct breaking *breaking, const struct ir_method *old_method,
                        const struct ir_method *method, const struct ir_param *old,
                        const struct ir_param *today)
{
    if (!same_size(&old->size, &today->size))
        breaking_report(breaking, RULE_PARAM_SIZE, today->span,
                        size_text(breaking, "size_is", &old->size, old_method),
                        "parameter '%s' has another size: %s", today->name,
                        size_text(breaking, "size_is", &today->size, method));
    else if (!same_size(&old->length, &today->length))
        breaking_report(breaking, RULE_PARAM_SIZE, today->span,
                        size_text(breaking, "length_is", &old->length, old_method),
                        "parameter '%s' has another length: %s", today->name,
                        size_text(breaking, "length_is", &today->length, method));
    else if (old->is_rebuilt != today->is_rebuilt)
        breaking_report(breaking, RULE_PARAM_SIZE, today->span, old->is_rebuilt ? "not sent" : "sent",
                        "count '%s' is %s now", today->name, today->is_rebuilt ? "not sent" : "sent");
}

/* What only concerns those who send and receive it. */
static void check_on_wire(struct breaking *breaking, const struct ir_method *old_method,
                          const struct ir_method *method, uint32_t index)
{
    const struct ir_param *old = &old_method->params[index], *today = &method->params[index];
    const struct breaking_bound old_bound = {old->value, old->has_range, old->range_min, old->range_max,
                                             old->max_len};
    const struct breaking_bound bound = {today->value, today->has_range, today->range_min, today->range_max,
                                         today->max_len};
    const char *was = NULL;

    if (old->number != today->number)
        breaking_report(breaking, RULE_PARAM_TAG, today->span,
                        arena_format(breaking->arena, "%u", old->number),
                        "parameter '%s' has another number on the wire: %u", today->name, today->number);
    check_sizes(breaking, old_method, method, old, today);
    if (!same_size(&old->iid, &today->iid))
        breaking_report_in(breaking, RULE_PARAM_TYPE, BREAKS_WIRE, today->span,
                           size_text(breaking, "iid_is", &old->iid, old_method),
                           "parameter '%s' is of another interface: %s", today->name,
                           size_text(breaking, "iid_is", &today->iid, method));
    if (breaking_is_narrower(breaking, &old_bound, &bound, &was))
        breaking_report(breaking, RULE_PARAM_BOUND, today->span, was, "parameter '%s' has a smaller bound",
                        today->name);
    if (old->is_unique && !today->is_unique)
        breaking_report(breaking, RULE_PARAM_NULL, today->span, "[unique]",
                        "parameter '%s' must not be NULL any more", today->name);
}

static void check_param(struct breaking *breaking, const struct ir_method *old_method,
                        const struct ir_method *method, uint32_t index)
{
    const struct ir_param *old = &old_method->params[index], *today = &method->params[index];
    bool travels = old->travels != WIRE_NONE && !method->is_local;

    if (old->is_in != today->is_in || old->is_out != today->is_out)
        breaking_report(breaking, RULE_PARAM_DIRECTION, today->span, direction_text(old),
                        "parameter '%s' goes another way", today->name);
    check_type(breaking, old, today, travels);
    if (travels)
        check_on_wire(breaking, old_method, method, index);
    if (strcmp(old->name, today->name) != 0)
        breaking_report(breaking, RULE_PARAM_RENAMED, today->span, old->name,
                        "parameter '%s' has another name", today->name);
}

/* ---- methods ---- */

static const char *signature(const struct breaking *breaking, const struct ir_method *method)
{
    struct text text;
    uint32_t i;

    text_init(&text, breaking->arena);
    text_printf(&text, "%s(", c_declaration(breaking->arena, method->result, method->name));
    for (i = 0; i < method->param_count; i++)
        text_printf(&text, "%s%s", i ? ", " : "",
                    c_declaration(breaking->arena, method->params[i].type, method->params[i].name));
    text_puts(&text, method->is_variadic ? ", ...)" : ")");
    return text.bytes;
}

static const struct ir_method *find_method(const struct ir_interface *interface, const char *name)
{
    uint32_t i;

    for (i = interface->inherited_count; i < interface->method_count; i++)
        if (strcmp(interface->methods[i].name, name) == 0)
            return &interface->methods[i];
    return NULL;
}

/* Whether a slot holds the same method under whatever name. */
static bool same_signature(const struct ir_method *old, const struct ir_method *today)
{
    uint32_t i;

    if (old->param_count != today->param_count || breaking_type_change(old->result, today->result))
        return false;
    for (i = 0; i < old->param_count; i++)
        if (breaking_type_change(old->params[i].type, today->params[i].type) ||
            old->params[i].is_in != today->params[i].is_in ||
            old->params[i].is_out != today->params[i].is_out)
            return false;
    return true;
}

static void check_oneway(struct breaking *breaking, const struct ir_method *old,
                         const struct ir_method *today)
{
    if (old->is_oneway != today->is_oneway)
        breaking_report(breaking, RULE_METHOD_ONEWAY, today->span,
                        old->is_oneway ? "[oneway]" : "not [oneway]", "method '%s' is %s now", today->name,
                        today->is_oneway ? "[oneway]" : "not [oneway]");
}

static void check_call_as(struct breaking *breaking, const struct ir_method *old,
                          const struct ir_method *today)
{
    uint32_t i;

    if (!old->remote && !today->remote)
        return;
    if (!old->remote || !today->remote || !same_signature(old->remote, today->remote)) {
        breaking_report(breaking, RULE_METHOD_CALL_AS, today->span,
                        old->remote ? signature(breaking, old->remote) : "the method itself",
                        "something else travels for method '%s'", today->name);
        return;
    }
    check_oneway(breaking, old->remote, today->remote);
    for (i = 0; i < old->remote->param_count; i++)
        check_param(breaking, old->remote, today->remote, i);
}

static void check_method(struct breaking *breaking, const struct ir_method *old,
                         const struct ir_method *today, const struct ir_interface *interface)
{
    bool is_half = interface->async_of != NULL; /* the whole method is reported */
    bool is_local = interface->is_local;
    uint32_t i;

    if (breaking_type_change(old->result, today->result) & ~(unsigned)BREAKS_SOURCE)
        breaking_report(breaking, RULE_METHOD_RESULT, today->span, breaking_type_text(breaking, old->result),
                        "method '%s' returns another type", today->name);
    if (old->is_local != today->is_local && !is_local)
        breaking_report(breaking, RULE_METHOD_LOCAL, today->span, old->is_local ? "[local]" : "not [local]",
                        "method '%s' is %s now", today->name, today->is_local ? "[local]" : "not [local]");
    if (!is_half && !old->timeout_ms != !today->timeout_ms && !old->is_local && !today->is_local)
        breaking_report(breaking, RULE_METHOD_TIMEOUT, today->span,
                        old->timeout_ms ? arena_format(breaking->arena, "[timeout(%u)]", old->timeout_ms)
                                        : "the default of the runtime",
                        "method '%s' has %s", today->name,
                        today->timeout_ms ? "a timeout of its own now" : "no timeout of its own any more");
    if (!is_half)
        check_oneway(breaking, old, today);
    check_call_as(breaking, old, today);
    if (old->param_count != today->param_count || old->is_variadic != today->is_variadic) {
        breaking_report(breaking, RULE_PARAM_COUNT, today->span, signature(breaking, old),
                        "method '%s' has other parameters", today->name);
        return;
    }
    for (i = 0; i < old->param_count; i++)
        check_param(breaking, old, today, i);
}

/* Which method of today is which of before. */
struct pairing {
    const struct ir_interface *old;
    const struct ir_interface *today;
    const struct ir_method **now;    /* by slot of before; NULL: it is gone */
    const struct ir_method **before; /* by slot of today; NULL: it is new */
};

/*
 * The method of the same name; else what took its slot, if that is new, too, and is the same method or stands
 * where nothing else has moved.
 */
static const struct ir_method *successor(const struct ir_interface *old, const struct ir_interface *today,
                                         uint32_t slot)
{
    const struct ir_method *before = &old->methods[slot], *now = find_method(today, before->name);

    if (now || slot >= today->method_count || slot < today->inherited_count ||
        find_method(old, today->methods[slot].name))
        return now;
    now = &today->methods[slot];
    return same_signature(before, now) || old->method_count == today->method_count ? now : NULL;
}

static struct pairing pair_methods(struct arena *arena, const struct ir_interface *old,
                                   const struct ir_interface *today)
{
    struct pairing pairing = {.old = old, .today = today};
    uint32_t slot;

    pairing.now = arena_alloc(arena, old->method_count * sizeof(*pairing.now));
    pairing.before = arena_alloc(arena, today->method_count * sizeof(*pairing.before));
    for (slot = old->inherited_count; slot < old->method_count; slot++) {
        pairing.now[slot] = successor(old, today, slot);
        if (pairing.now[slot])
            pairing.before[pairing.now[slot]->slot] = &old->methods[slot];
    }
    return pairing;
}

/* How many methods that are in both tables stand before a slot. */
static uint32_t rank_of(const struct ir_method *const *paired, uint32_t first, uint32_t slot)
{
    uint32_t rank = 0;

    while (slot-- > first)
        rank += paired[slot] != NULL;
    return rank;
}

/* Whether it stands elsewhere among those that are in both: others that came or went do not move it. */
static bool has_moved(const struct pairing *pairing, uint32_t slot)
{
    return rank_of(pairing->now, pairing->old->inherited_count, slot) !=
           rank_of(pairing->before, pairing->today->inherited_count, pairing->now[slot]->slot);
}

static void check_successor(struct breaking *breaking, const struct pairing *pairing, uint32_t slot)
{
    const struct ir_method *before = &pairing->old->methods[slot], *now = pairing->now[slot];

    if (!now) {
        breaking_report(breaking, RULE_METHOD_REMOVED, pairing->today->span, signature(breaking, before),
                        "method '%s' of '%s' is gone", before->name, pairing->today->name);
    } else if (strcmp(before->name, now->name) == 0) {
        if (has_moved(pairing, slot))
            breaking_report(breaking, RULE_METHOD_MOVED, now->span,
                            arena_format(breaking->arena, "slot %u", slot), "method '%s' is in slot %u",
                            now->name, now->slot);
        check_method(breaking, before, now, pairing->today);
    } else if (same_signature(before, now)) {
        breaking_report(breaking, RULE_METHOD_RENAMED, now->span, before->name,
                        "method '%s' has another name", now->name);
        check_method(breaking, before, now, pairing->today);
    } else {
        breaking_report(breaking, RULE_METHOD_CHANGED, now->span, signature(breaking, before),
                        "method '%s' is in the slot of another", now->name);
    }
}

static void check_methods(struct breaking *breaking, const struct ir_interface *old,
                          const struct ir_interface *today)
{
    struct pairing pairing = pair_methods(breaking->arena, old, today);
    uint32_t slot;

    for (slot = old->inherited_count; slot < old->method_count; slot++)
        check_successor(breaking, &pairing, slot);
    for (slot = today->inherited_count; slot < today->method_count; slot++)
        if (!pairing.before[slot])
            breaking_report(breaking, RULE_METHOD_ADDED, today->methods[slot].span, NULL,
                            "method '%s' was added to '%s'", today->methods[slot].name, today->name);
}

/* ---- interfaces ---- */

static const struct ir_interface *interface_of(const struct ir_item *item)
{
    return item->kind == ITEM_INTERFACE ? item->interface : NULL;
}

static bool has_id(const struct ir_interface *interface, const struct ir_interface *other)
{
    return interface->has_uuid && other->has_uuid &&
           memcmp(interface->uuid, other->uuid, sizeof(other->uuid)) == 0;
}

static const struct ir_interface *find_by_id(const struct ir_file *file, const struct ir_interface *wanted)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (interface_of(&file->items[i]) && has_id(file->items[i].interface, wanted))
            return file->items[i].interface;
    return NULL;
}

static const struct ir_interface *find_by_name(const struct ir_file *file, const char *name)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (interface_of(&file->items[i]) && strcmp(file->items[i].interface->name, name) == 0)
            return file->items[i].interface;
    return NULL;
}

static bool same_base(const struct ir_interface *old, const struct ir_interface *today)
{
    if (!old->base || !today->base)
        return old->base == today->base;
    return has_id(old->base, today->base) || strcmp(old->base->name, today->base->name) == 0;
}

/* Whether all slots are as before, so that only the name is another. */
static bool same_methods(const struct ir_interface *old, const struct ir_interface *today)
{
    uint32_t slot;

    if (old->method_count != today->method_count || old->inherited_count != today->inherited_count)
        return false;
    for (slot = old->inherited_count; slot < old->method_count; slot++)
        if (!same_signature(&old->methods[slot], &today->methods[slot]))
            return false;
    return true;
}

static void check_interface(struct breaking *breaking, const struct ir_interface *old,
                            const struct ir_interface *today)
{
    if (strcmp(old->name, today->name) != 0) {
        if (!same_methods(old, today)) {
            breaking_report(breaking, RULE_INTERFACE_ID_REUSED, today->span, old->name,
                            "interface '%s' has the id of another", today->name);
            return;
        }
        breaking_report(breaking, RULE_INTERFACE_RENAMED, today->span, old->name,
                        "interface '%s' has another name", today->name);
    }
    if (!same_base(old, today)) {
        breaking_report(breaking, RULE_INTERFACE_BASE, today->span,
                        old->base ? old->base->name : "without a base", "interface '%s' has another base",
                        today->name);
        return;
    }
    if (old->inherited_count != today->inherited_count)
        breaking_report(breaking, RULE_INTERFACE_BASE, today->span,
                        arena_format(breaking->arena, "%u", old->inherited_count),
                        "the bases of interface '%s' have %u methods, so that its own have other slots",
                        today->name, today->inherited_count);
    if (!old->is_local && today->is_local)
        breaking_report(breaking, RULE_INTERFACE_LOCAL, today->span, "not [local]",
                        "interface '%s' is [local] now", today->name);
    check_methods(breaking, old, today);
}

static void report_gone(struct breaking *breaking, const struct ir_interface *old,
                        const struct ir_file *today)
{
    const struct ir_interface *namesake = find_by_name(today, old->name);

    if (namesake)
        breaking_report(breaking, RULE_INTERFACE_REMOVED, namesake->span, NULL,
                        "interface '%s' has another id: who asks for the one of before does not find it",
                        old->name);
    else
        breaking_report(breaking, RULE_INTERFACE_REMOVED, (struct span){0}, NULL, "interface '%s' is gone",
                        old->name);
}

void breaking_interfaces(struct breaking *breaking, const struct ir_file *old, const struct ir_file *today)
{
    uint32_t i;

    for (i = 0; i < old->item_count; i++) {
        const struct ir_interface *before = interface_of(&old->items[i]), *now;

        if (!before || before->is_forward)
            continue;
        now = before->has_uuid ? find_by_id(today, before) : find_by_name(today, before->name);
        if (now)
            check_interface(breaking, before, now);
        else
            report_gone(breaking, before, today);
    }
}
