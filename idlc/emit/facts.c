/*
 * What a file says, one fact a line, fields separated by tabs, for comparisons with other compilers:
 *   iface  NAME IID BASE LAST_SLOT                  '-' for none
 *   method NAME SLOT OWNER METHOD RESULT PARAM...   every slot; OWNER is the interface that declares it
 *   wire   NAME SLOT METHOD PARAM...                own methods that travel; PARAM is
 * name:direction:@partner..., partners being what size_is, length_is and iid_is name guid   NAME GUID of
 * classes, libraries and dispinterfaces, and of DEFINE_GUID in quoted text
 */
#include "emit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *uuid_text(struct arena *arena, const uint8_t *u)
{
    return arena_format(arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0],
                        u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13],
                        u[14], u[15]);
}

/* A struct by value: Windows' compilers return it through a pointer in front of the parameters. */
static bool is_returned_in_memory(const struct ir_type *type)
{
    return type->kind == IR_STRUCT || (type->kind == IR_BASE && type->base == BASE_GUID);
}

static void put_method(struct text *out, const struct ir_interface *interface, const struct ir_method *method)
{
    const char *result = idl_declaration(out->arena, method->result, "");
    uint32_t i;

    text_printf(out, "method\t%s\t%u\t%s\t%s\t%s", interface->name, method->slot, method->owner, method->name,
                result);
    if (is_returned_in_memory(method->result))
        text_printf(out, " *\t%s *__ret", result);
    for (i = 0; i < method->param_count; i++)
        text_printf(out, "\t%s",
                    idl_declaration(out->arena, method->params[i].type, method->params[i].idl_name));
    text_puts(out, method->is_variadic ? "\t...\n" : "\n");
}

static void put_wire(struct text *out, const struct ir_interface *interface, const struct ir_method *method)
{
    const struct ir_method *travels = method->remote ? method->remote : method;
    uint32_t i;

    if (travels->is_local)
        return;
    text_printf(out, "wire\t%s\t%u\t%s", interface->name, method->slot, travels->name);
    for (i = 0; i < travels->param_count; i++) {
        const struct ir_param *param = &travels->params[i];

        text_printf(out, "\t%s:%s:%s", param->idl_name,
                    param->is_in ? param->is_out ? "in,out" : "in" : "out", param->partners);
    }
    text_puts(out, "\n");
}

static void put_interface(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    if (interface->is_rpc)
        return;
    text_printf(out, "iface\t%s\t%s\t%s\t%d\n", interface->name,
                interface->has_uuid ? uuid_text(out->arena, interface->uuid) : "-",
                interface->base ? interface->base->name : "-", (int)interface->method_count - 1);
    if (interface->is_dispinterface && interface->has_uuid)
        text_printf(out, "guid\tDIID_%s\t%s\n", interface->name, uuid_text(out->arena, interface->uuid));
    for (i = 0; i < interface->method_count; i++)
        put_method(out, interface, &interface->methods[i]);
    for (i = interface->inherited_count; i < interface->method_count && !interface->is_local; i++)
        put_wire(out, interface, &interface->methods[i]);
}

/* DEFINE_GUID(NAME, a, b, c, d0, ... d7) in quoted text. */
static void put_quoted_guid(struct text *out, const char *text)
{
    unsigned long numbers[11];
    const char *name = text, *at;
    char *end;
    int i;

    while (isspace((unsigned char)*name))
        name++;
    for (at = name; isalnum((unsigned char)*at) || *at == '_'; at++)
        ;
    for (i = 0, end = (char *)at; i < 11; i++) {
        while (isspace((unsigned char)*end))
            end++;
        if (*end != ',')
            return;
        at = end + 1;
        numbers[i] = strtoul(at, &end, 16);
        if (end == at)
            return;
    }
    if (strncmp(name, "IID_", 4) == 0)
        return;
    text_printf(out, "guid\t%.*s\t%08lx-%04lx-%04lx-%02lx%02lx-%02lx%02lx%02lx%02lx%02lx%02lx\n",
                (int)strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"), name,
                numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6],
                numbers[7], numbers[8], numbers[9], numbers[10]);
}

static void put_quote(struct text *out, const char *quote)
{
    const char *at;

    for (at = strstr(quote, "DEFINE_GUID("); at; at = strstr(at + 1, "DEFINE_GUID("))
        put_quoted_guid(out, at + strlen("DEFINE_GUID("));
}

void emit_facts(struct text *out, const struct ir_file *file)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_item *item = &file->items[i];

        if (item->kind == ITEM_INTERFACE)
            put_interface(out, item->interface);
        else if (item->kind == ITEM_GUID)
            text_printf(out, "guid\t%s\t%s\n", item->guid->name, uuid_text(out->arena, item->guid->uuid));
        else if (item->kind == ITEM_QUOTE)
            put_quote(out, item->quote);
    }
}
