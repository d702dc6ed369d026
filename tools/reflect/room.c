#include "room.h"

/*
 * Memory of the callee's that a call asks for without being told to. A kernel may have 64 KiB for everything;
 * who declares a range has thought of what the callee can give.
 */
enum { ROOM_BYTES = 1024, ROOM_BYTES_DECLARED = 4096 };

/* What lies behind a pointer in an element: nobody knows before it comes. */
enum { BYTES_BEHIND_POINTER = 64, POINTER_BYTES = 8 };

bool room_is_only(const struct type_method *method, uint32_t index)
{
    bool is_room = false;
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        const struct type_member *other = &method->params[i];

        if (other->length.kind > SIZE_CONSTANT && other->length.param == index)
            return false;
        if (other->size.kind <= SIZE_CONSTANT || other->size.param != index)
            continue;
        if (!other->is_out || (other->length.kind == SIZE_NONE && other->shape != SHAPE_STRING))
            return false;
        is_room = true;
    }
    return is_room;
}

/* Of one element in the callee's memory, roughly. Structs are no deeper and larger than type_info.h says. */
static uint64_t element_bytes(const struct type_member *member)
{
    uint64_t bytes = 0;
    uint32_t i;

    if (member->shape == SHAPE_TEXTS)
        return POINTER_BYTES + BYTES_BEHIND_POINTER;
    if (member->shape == SHAPE_BYTES)
        return 1;
    if (member->kind != KIND_STRUCT)
        return type_kind_bytes(member->kind);
    for (i = 0; i < member->structure->count; i++) {
        const struct type_member *field = &member->structure->fields[i];

        if (type_is_pointer(field) || (field->shape == SHAPE_STRING && !field->count))
            bytes += POINTER_BYTES + BYTES_BEHIND_POINTER;
        else
            bytes += element_bytes(field) * (field->count ? field->count : 1);
    }
    return bytes ? bytes : 1;
}

uint64_t room_most(const struct type_member *param)
{
    return param->has_range ? param->range_max : type_kind_max(param->kind);
}

uint64_t room_default(const struct type_method *method, uint32_t index, uint64_t least)
{
    const struct type_member *param = &method->params[index];
    uint64_t bytes = 0, most = room_most(param), room;
    uint32_t i;

    for (i = 0; i < method->count; i++)
        if (method->params[i].size.kind > SIZE_CONSTANT && method->params[i].size.param == index)
            bytes += element_bytes(&method->params[i]);
    room = (param->has_range ? ROOM_BYTES_DECLARED : ROOM_BYTES) / (bytes ? bytes : 1);
    if (room < 1)
        room = 1;
    if (room < least)
        room = least;
    if (param->has_range && param->range_min > 0 && room < (uint64_t)param->range_min)
        room = (uint64_t)param->range_min;
    return room < most ? room : most;
}

const struct type_member *room_filled(const struct request *request, const struct reply *reply,
                                      uint32_t index)
{
    const struct type_method *method = request->method;
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        const struct type_member *param = &method->params[i];
        size_t nul = param->shape == SHAPE_STRING ? 1 : 0;

        if (param->is_out && param->size.kind > SIZE_CONSTANT && param->size.param == index &&
            reply_length(reply, i) + nul >= request->counts[index])
            return param;
    }
    return NULL;
}
