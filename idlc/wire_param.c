/* How a parameter travels. */
#include "wire_internal.h"
#include "windows.h"

#include <ctype.h>

void wire_refuse(struct diagnostics *diagnostics, const struct ir_param *param, const char *why,
                 const char *hint)
{
    diagnose_error(diagnostics, ERROR_CANNOT_TRAVEL, param->span, "'%s' cannot travel: %s", param->name, why);
    diagnose_hint(diagnostics, "%s", hint);
}

static void plan_interface_param(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->type;
    bool twice = type->kind == IR_POINTER && type->target->kind == IR_POINTER;
    const struct ir_interface *interface = twice ? type->target->target->interface : type->target->interface;

    param->shape = WIRE_INTERFACE;
    param->value = twice ? type->target->target : type->target;
    param->is_indirect = twice;
    if (!interface->has_uuid) {
        diagnose_error(diagnostics, ERROR_CANNOT_TRAVEL, param->span,
                       "'%s' cannot travel: interface '%s' has no uuid", param->name, interface->name);
        diagnose_note(diagnostics, interface->span,
                      interface->is_forward ? "only declared here, not defined" : "defined here");
    } else if (param->is_in && param->is_out) {
        wire_refuse(diagnostics, param, "an interface that goes in and out is behind a pointer",
                    "write [in, out] I **name");
    } else if (param->is_out && !twice) {
        wire_refuse(diagnostics, param, "an [out] interface is returned through a pointer",
                    "write [out] I **name");
    } else if (param->is_in && twice) {
        wire_refuse(diagnostics, param, "nobody knows how many objects there are",
                    "an [in] interface is written I *name, an array of them has size_is(count)");
    } else if (interface->is_local && interface->base) {
        wire_refuse(diagnostics, param, "its interface is [local]",
                    "only interfaces with a proxy leave their node");
    }
}

/* An object as whatever interface another parameter says. */
static void plan_dynamic_interface(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->type;
    bool twice = type->kind == IR_POINTER && type->target->kind == IR_POINTER;

    param->shape = WIRE_INTERFACE;
    param->value = twice ? type->target->target : type->target;
    param->is_indirect = twice;
    if (type->kind != IR_POINTER ||
        (param->value->kind != IR_INTERFACE && !wire_is_base(param->value, BASE_VOID)))
        wire_refuse(diagnostics, param, "[iid_is] goes with objects", "write [in, iid_is(iid)] void *name");
    else if (param->is_in && param->is_out)
        wire_refuse(diagnostics, param, "objects of any interface go in or out, not both",
                    "use two parameters");
    else if (param->is_out != twice)
        wire_refuse(diagnostics, param, "an object goes in as one pointer and out through two",
                    "write [in, iid_is(iid)] void *name or [out, iid_is(iid)] void **name");
}

/* The type of the elements behind an array or pointer parameter. */
static const struct ir_type *element_of(const struct ir_param *param)
{
    return param->type->target;
}

static bool is_twice(const struct ir_type *type)
{
    return type->kind == IR_POINTER && type->target->kind == IR_POINTER;
}

bool wire_plan_allocated(struct diagnostics *diagnostics, struct ir_param *param)
{
    param->value = param->type->target->target;
    param->is_allocated = true;
    if (param->is_in)
        wire_refuse(diagnostics, param, "a pointer to a pointer is for results",
                    param->is_out ? "use two parameters: what goes in, and [out] T **name"
                                  : "pass what it leads to: [in] const T *name");
    else if (param->value->is_const)
        wire_refuse(diagnostics, param, "the caller frees it, so it is not const", "write [out] T **name");
    else if (param->length.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "all of the memory that the callee allocates is sent",
                    "leave length_is away");
    else
        return true;
    return false;
}

static void plan_array(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *element = param->is_inner_size ? element_of(param)->target : element_of(param);
    uint64_t each;

    if (param->is_inner_size && !wire_plan_allocated(diagnostics, param))
        return;

    param->value = element;
    if (param->type->kind == IR_ARRAY && param->type->count && param->size.kind == IR_SIZE_NONE)
        param->size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = param->type->count};
    if (wire_is_byte(element))
        param->shape = WIRE_BLOB;
    else if (wire_value_shape(diagnostics, element) != WIRE_NONE)
        param->shape = WIRE_ARRAY;
    else if (element->kind == IR_POINTER && param->is_out && !param->is_inner_size)
        wire_refuse(diagnostics, param, "arrays of pointers are not supported",
                    "memory that the callee allocates has its size behind a comma: size_is(, *count)");
    else if (element->kind != IR_STRUCT)
        wire_refuse(diagnostics, param, "arrays of this type are not supported",
                    "elements are numbers, enums, GUIDs and structs");
    if (param->shape == WIRE_NONE)
        return;
    each = param->shape == WIRE_BLOB ? 1 : wire_value_bound(element);
    if (param->shape == WIRE_ARRAY && wire_value_size(element) > each)
        each = wire_value_size(element);
    param->limit = (uint32_t)(WIRE_MESSAGE_BYTES_MAX / each);
    if (param->max_len && param->max_len < param->limit)
        param->limit = param->max_len;
    if (param->is_unique && param->shape == WIRE_ARRAY && param->length.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "all of an array that is [unique] is sent", "leave length_is away");
}

static void plan_string(struct diagnostics *diagnostics, struct ir_param *param)
{
    param->value = element_of(param);
    if (is_twice(param->type) && wire_is_character(param->type->target->target) &&
        !wire_plan_allocated(diagnostics, param))
        return;
    param->shape = WIRE_STRING;
    param->limit = WIRE_MESSAGE_BYTES_MAX / (wire_is_wide(param->value) ? WIRE_WIDE_BYTES : 1);
    if (!wire_is_character(param->value))
        wire_refuse(diagnostics, param, "[string] goes with char * and wchar_t *",
                    "write [string] const char *name");
    else if (param->is_allocated && param->size.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "a string ends at its NUL", "leave size_is away");
    else if (param->is_allocated)
        return;
    else if (param->is_out && param->size.kind == IR_SIZE_NONE && param->type->kind == IR_ARRAY)
        param->size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = param->type->count};
    else if (param->is_out && param->size.kind == IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "the room for an [out] string is not known",
                    "write [out, string, size_is(capacity)] char *name, [in] uint32_t capacity");
    else if (param->length.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "a string ends at its NUL", "leave length_is away");
}

/* A text that knows its length. NULL is no text. */
static void plan_bstr(struct diagnostics *diagnostics, struct ir_param *param)
{
    bool twice = !param->type->is_bstr;

    param->value = twice ? param->type->target->target : param->type->target;
    param->limit = WIRE_MESSAGE_BYTES_MAX / WIRE_WIDE_BYTES;
    if (param->size.kind != IR_SIZE_NONE || param->length.kind != IR_SIZE_NONE) {
        wire_refuse(diagnostics, param, "a BSTR knows its length",
                    "leave size_is away; an array of them is a BSTR *");
    } else if (param->is_out && !twice) {
        wire_refuse(diagnostics, param, "an [out] BSTR is returned through a pointer",
                    "write [out] BSTR *name");
    } else if (!param->is_out && twice) {
        wire_refuse(diagnostics, param, "a pointer to a BSTR is for results", "write [in] BSTR name");
    } else {
        param->shape = WIRE_STRING;
        param->is_bstr = true;
        param->is_allocated = twice;
        param->is_unique |= param->is_in;
    }
}

static bool is_bstr(const struct ir_type *type)
{
    return type->is_bstr || (type->kind == IR_POINTER && type->target->is_bstr);
}

/* HWND, HANDLE and the like: void pointers with such names. */
static bool is_handle(const struct ir_type *type)
{
    const char *at = type->spelling;

    if (!at || *at++ != 'H')
        return false;
    while (isupper((unsigned char)*at))
        at++;
    return !*at;
}

/* A pointer to one value, or a value. */
static void plan_value(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->type;

    param->is_indirect = type->kind == IR_POINTER;
    param->value = param->is_indirect ? type->target : type;
    if (is_twice(type) && !wire_plan_allocated(diagnostics, param))
        return;
    if (wire_is_base(param->value, BASE_VOID) && is_handle(type)) {
        wire_refuse(diagnostics, param, "a handle of the system means nothing on another node",
                    "pass an interface or a number, or make the method [local]");
        return;
    }
    if (wire_is_base(param->value, BASE_VOID)) {
        wire_refuse(
            diagnostics, param, "nobody knows what void * points to",
            param->is_allocated
                ? "add size_is(, *length) or iid_is(iid), pass an interface, or make the interface [local]"
                : "add size_is(length), pass an interface, or make the interface [local]");
        return;
    }
    /* What is only [in] is most often a text whose [string] was forgotten. */
    if (param->is_indirect && wire_is_character(param->value) && (!param->is_out || param->is_allocated)) {
        wire_refuse(diagnostics, param,
                    wire_is_wide(param->value) ? "a wchar_t * needs a size" : "a char * needs a size",
                    param->is_allocated ? "add [string] if it ends with NUL, else size_is(, *length)"
                                        : "add [string] if it ends with NUL, else size_is(length)");
        return;
    }
    param->shape = wire_value_shape(diagnostics, param->value);
    if (param->shape == WIRE_NONE && param->value->kind != IR_STRUCT)
        wire_refuse(
            diagnostics, param, "this type has no place in a message",
            "use integers, enums, structs, [string] or size_is arrays, interfaces, or make the interface "
            "[local]");
}

const char *wire_automation(const struct ir_type *type)
{
    const char *name = NULL;

    for (; type && !name; type = type->target) {
        name = windows_automation(type->spelling);
        if (!name && type->kind == IR_STRUCT && type->structure)
            name = windows_automation(type->structure->name);
    }
    return name;
}

static bool is_automation(struct diagnostics *diagnostics, const struct ir_param *param)
{
    const char *name = wire_automation(param->type);

    if (!name)
        return false;
    if (*name == 'S')
        wire_refuse(diagnostics, param, "SAFEARRAYs have headers only", "pass an array with size_is");
    else
        wire_refuse(diagnostics, param, "VARIANTs have headers only",
                    "pass a parameter of the type you need");
    return true;
}

static bool is_interface(const struct ir_type *type)
{
    if (type->kind != IR_POINTER)
        return false;
    type = type->target;
    return type->kind == IR_INTERFACE || (type->kind == IR_POINTER && type->target->kind == IR_INTERFACE);
}

void wire_plan_param(struct diagnostics *diagnostics, const struct ir_method *method, struct ir_param *param)
{
    const struct ir_type *type = param->type;

    if (is_automation(diagnostics, param))
        param->value = type;
    else if (wire_plan_deep_param(diagnostics, method, param))
        ; /* all of it */
    else if (param->iid.kind != IR_SIZE_NONE)
        plan_dynamic_interface(diagnostics, param);
    else if (is_interface(type))
        plan_interface_param(diagnostics, param);
    else if (type->kind == IR_FUNCTION || (type->kind == IR_POINTER && type->target->kind == IR_FUNCTION))
        wire_refuse(diagnostics, param, "functions stay in their process",
                    "pass an interface with one method");
    else if (is_bstr(type))
        plan_bstr(diagnostics, param);
    else if ((type->kind == IR_POINTER || type->kind == IR_ARRAY) && param->is_string)
        plan_string(diagnostics, param);
    else if (type->kind == IR_ARRAY || param->size.kind != IR_SIZE_NONE)
        plan_array(diagnostics, param);
    else
        plan_value(diagnostics, param);
    if (param->type->kind == IR_ARRAY && param->size.kind == IR_SIZE_NONE && param->shape != WIRE_NONE &&
        !(param->shape == WIRE_STRING && !param->is_out))
        wire_refuse(diagnostics, param, "its size is not known",
                    "write [size_is(count)], or the size between the brackets");
}
