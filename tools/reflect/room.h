/* Rooms: counts that say how much an output may have, and what is taken where the caller does not say. */
#ifndef REFLECT_ROOM_H
#define REFLECT_ROOM_H

#include "reply.h"
#include "request.h"

/**
 * Whether a parameter only says how much room outputs have whose length the callee tells: then it may be left
 * out.
 */
bool room_is_only(const struct type_method *method, uint32_t index);

/**
 * The room that is asked for when the caller does not say: what a small node has memory for, and what the
 * parameter's range allows.
 *
 * @param least  what it must be, for the elements that go in
 */
uint64_t room_default(const struct type_method *method, uint32_t index, uint64_t least);

/** Most that the parameter can say. */
uint64_t room_most(const struct type_member *param);

/** The first output that has no room left, so that there may be more of it. @retval NULL there is none */
const struct type_member *room_filled(const struct request *request, const struct reply *reply,
                                      uint32_t index);

#endif
