/* Interfaces of type information. */
#include "type_info_reader.h"
#include "guid_text.h"
#include <string.h>

static bool read_iid_is(struct type_reader *reader, const MemberMessage *message,
                        const struct type_method *method, struct type_member *param)
{
    if (!message->iid_param)
        return true;
    if (message->iid_param > method->count)
        return type_reader_refuse(reader, "'%s' is of an interface whose id is not there", param->name);
    param->iid = &method->params[message->iid_param - 1];
    if (param->kind != KIND_INTERFACE || param->iid->kind != KIND_GUID || param->iid->shape != SHAPE_VALUE ||
        !param->iid->is_in)
        return type_reader_refuse(reader, "'%s' does not say which interface '%s' is", param->iid->name,
                                  param->name);
    return true;
}

/* What goes in, too, is a text or struct that the callee may replace. */
static bool can_be_allocated(const struct type_member *param)
{
    if (param->kind == KIND_INTERFACE)
        return param->shape == SHAPE_ARRAY && !param->is_in;
    return param->is_out && (!param->is_in || param->shape == SHAPE_STRING ||
                             (param->shape == SHAPE_VALUE && param->kind == KIND_STRUCT));
}

/* After all parameters are known. */
static bool check_param(struct type_reader *reader, const MemberMessage *message,
                        const struct type_method *method, struct type_member *param)
{
    bool is_array = param->shape == SHAPE_BYTES || type_is_list(param);

    if (!type_reader_size(reader, message->size, method->name, method->params, method->count, &param->size) ||
        !type_reader_size(reader, message->length, method->name, method->params, method->count,
                          &param->length))
        return false;
    if (!param->is_in && !param->is_out)
        return type_reader_refuse(reader, "'%s' goes nowhere", param->name);
    if (param->count ||
        (param->size.kind == SIZE_NONE &&
         (is_array || (param->shape == SHAPE_STRING && param->is_out && !param->is_allocated))))
        return type_reader_refuse(reader, "the size of '%s' is not known", param->name);
    if (param->is_allocated && !can_be_allocated(param))
        return type_reader_refuse(reader, "'%s' is no result that could be allocated", param->name);
    if (message->iid_param && param->is_in && param->is_out)
        return type_reader_refuse(reader, "interface '%s' goes both ways", param->name);
    if (message->choice > method->count)
        return type_reader_refuse(reader, "'%s' depends on a parameter that is not there", param->name);
    if (message->choice)
        param->choice = &method->params[message->choice - 1];
    if (param->kind == KIND_STRUCT && param->structure->is_union ? !type_reader_is_choice(param->choice)
                                                                 : param->choice != NULL)
        return type_reader_refuse(reader, "nothing tells the arm of '%s'", param->name);
    return read_iid_is(reader, message, method, param) && type_reader_dimensions(reader, message, param);
}

/* A count that is not sent belongs to an [in] array. */
static bool check_rebuilt(struct type_reader *reader, const struct type_method *method, uint32_t index)
{
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        const struct type_size *length = type_length_of(&method->params[i]);

        if (method->params[i].is_in && length->kind == SIZE_PARAM && length->param == index)
            return true;
    }
    return type_reader_refuse(reader, "nothing says what '%s' is", method->params[index].name);
}

static bool read_method(struct type_reader *reader, const MethodMessage *message, struct type_method *method)
{
    struct type_member *params;
    uint32_t i;

    method->name = type_reader_name(reader, message->name);
    method->doc = type_reader_doc(reader, message->doc);
    method->timeout_ms = message->timeout_ms;
    method->is_local = message->is_local;
    method->is_oneway = message->is_oneway;
    method->is_idempotent = message->is_idempotent;
    if (!type_reader_is_known_number(reader, message->n_params, TYPE_INFO_PARAMS_MAX, "parameters"))
        return false;
    params = pool_alloc(&reader->info->pool, message->n_params * sizeof(*params));
    method->params = params;
    method->count = (uint32_t)message->n_params;
    for (i = 0; i < method->count; i++)
        if (!type_reader_member(reader, message->params[i], i, reader->info->struct_count, &params[i]))
            return false;
    for (i = 0; i < method->count; i++)
        if (!check_param(reader, message->params[i], method, &params[i]))
            return false;
    for (i = 0; i < method->count; i++) /* a count may stand before its array */
        if (params[i].is_rebuilt && !check_rebuilt(reader, method, i))
            return false;
    return type_reader_check_numbers(reader, params, method->count);
}

static bool read_iid(struct type_reader *reader, const ProtobufCBinaryData *bytes, const char *name, IID *iid)
{
    if (bytes->len != sizeof(*iid))
        return type_reader_refuse(reader, "the id of '%s' has not 16 bytes", name);
    guid_load(bytes->data, iid);
    return true;
}

bool type_reader_heads(struct type_reader *reader)
{
    const InfoMessage *message = reader->message;
    struct type_info *info = reader->info;
    uint32_t i;

    for (i = 0; i < info->interface_count; i++) {
        const InterfaceMessage *head = message->interfaces[i];
        struct type_interface *interface = &info->interfaces[i];

        interface->name = type_reader_name(reader, head->name);
        interface->doc = type_reader_doc(reader, head->doc);
        interface->first_slot = 3;
        if (!read_iid(reader, &head->iid, interface->name, &interface->iid))
            return false;
        if (!head->parent)
            continue;
        if (head->parent > info->interface_count || head->parent - 1 <= i)
            return type_reader_refuse(reader, "the base of '%s' does not come behind it", interface->name);
        interface->base = &info->interfaces[head->parent - 1];
    }
    return true;
}

bool type_reader_chain(struct type_reader *reader)
{
    struct type_info *info = reader->info;
    uint32_t i, slot = 3;

    for (info->known_count = 1; info->interfaces[info->known_count - 1].base; info->known_count++)
        if (info->interfaces[info->known_count - 1].base != &info->interfaces[info->known_count])
            return type_reader_refuse(reader, "the bases of '%s' are not in order", info->interfaces[0].name);
    for (i = info->known_count; i-- > 0;) {
        const InterfaceMessage *message = reader->message->interfaces[i];
        struct type_interface *interface = &info->interfaces[i];
        struct type_method *methods = pool_alloc(&info->pool, message->n_methods * sizeof(*methods));
        uint32_t m;

        if (!type_reader_is_known_number(reader, slot + message->n_methods, TYPE_INFO_ROWS_MAX, "methods"))
            return false;
        interface->first_slot = slot;
        interface->methods = methods;
        interface->count = (uint32_t)message->n_methods;
        for (m = 0; m < interface->count; m++) {
            methods[m].interface = interface;
            methods[m].slot = slot++;
            if (!read_method(reader, message->methods[m], &methods[m]))
                return false;
        }
    }
    return true;
}
