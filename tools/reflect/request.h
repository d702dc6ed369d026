/* The request of a call, made of arguments as they are written on a command line. */
#ifndef REFLECT_REQUEST_H
#define REFLECT_REQUEST_H

#include "value.h"
#include <rpc_dynamic.h>

struct request_argument {
    const char *name;
    struct value_text value;
};

struct request {
    struct pool pool;
    const struct type_info *info;
    const struct type_method *method;
    struct message_type type;
    ProtobufCMessage *message;
    /* Paths of interface parameters; the message has the value 1 + their index. */
    const char *paths[RPC_CAPS_MAX];
    const struct type_interface *path_interfaces[RPC_CAPS_MAX]; /* NULL: IUnknown */
    uint32_t path_count;
    /* By parameter: what counts what; of those that are integers. */
    uint64_t counts[TYPE_INFO_PARAMS_MAX];
    bool is_counted[TYPE_INFO_PARAMS_MAX];
    bool is_taken[TYPE_INFO_PARAMS_MAX]; /* a room that was not given: the count is that of room.h */
};

/**
 * Makes the message of a method's [in] parameters. An argument may be left out if the parameter may be NULL,
 * if it says how many elements an array has, or if it only is the room for an output.
 *
 * @param request  zeros; afterwards to be given to request_free, also on failure
 * @param error    what is wrong, with what is expected
 */
bool request_build(struct request *request, const struct type_info *info, const struct type_method *method,
                   const struct request_argument *arguments, uint32_t argument_count,
                   char error[VALUE_ERROR_BYTES]);

/** The message's bytes; freed with the request. */
const uint8_t *request_pack(struct request *request, size_t *out_size_bytes);

void request_free(struct request *request);

#endif
