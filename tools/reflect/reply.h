/* The reply of a call: read, checked as a generated proxy would, and printed. */
#ifndef REFLECT_REPLY_H
#define REFLECT_REPLY_H

#include "request.h"
#include <stdio.h>

/* More memory than this is not spent on one reply, whatever it says; and more values are not in one. */
#define REPLY_MEMORY_MAX ((size_t)256 * 1024 * 1024)
#define REPLY_VALUES_MAX ((uint64_t)16 * 1024 * 1024)

struct reply {
    struct pool pool;
    const struct type_info *info;
    const struct type_method *method;
    struct message_type type;
    ProtobufCMessage *message;
    size_t memory_left; /* that it may still take */
    /* By parameter: 0: NULL or not an interface, else 1 + the index in the call's table. */
    uint32_t interfaces[TYPE_INFO_PARAMS_MAX];
};

/**
 * Reads the results of a call.
 *
 * @param reply    zeros; afterwards to be given to reply_free, also on failure
 * @param request  of the call: outputs have the room that it said
 * @param interface_count  that came with the reply
 * @param error    why the reply is refused
 */
bool reply_read(struct reply *reply, const struct request *request, const uint8_t *bytes, size_t size_bytes,
                uint32_t interface_count, char error[VALUE_ERROR_BYTES]);

/**
 * Reads the parameters of a call that somebody else made: afterwards the [in] parameters can be printed.
 * Values that have a wrong form are refused, but a callee may have refused more.
 *
 * @param reply  as for reply_read
 */
bool reply_read_request(struct reply *reply, const struct type_info *info, const struct type_method *method,
                        const uint8_t *bytes, size_t size_bytes, char error[VALUE_ERROR_BYTES]);

/** The bytes of an output that is text or bytes. @retval false it is none, or there is none of that name */
bool reply_bytes(const struct reply *reply, const char *name, const uint8_t **out_bytes, size_t *out_size);

/** How many elements an output has, or characters without NUL, as its bounds count them; 0: it is no output.
 */
size_t reply_length(const struct reply *reply, uint32_t param);

void reply_free(struct reply *reply);

/* ---- printing ---- */

/* What an interface that came is, for people. */
struct reply_interface {
    const char *name; /* of its interface */
    const IID *iid;
    const char *node; /* where it is; "" unknown */
};

/* Who knows the interfaces of a reply, wherever in it they are. */
struct reply_interfaces {
    /* Of the interface `index`, from 1, of a member. What it says is used before the next is asked for.
     * @retval false nobody knows */
    bool (*tell)(void *context, const struct type_member *member, uint32_t index,
                 struct reply_interface *out_interface);
    void *context;
};

enum print_style { PRINT_READABLE, PRINT_JSON, PRINT_LINE };

/**
 * Prints one output, of reply_read_request one input: in JSON and PRINT_LINE (for people, but one line)
 * without spaces to be read by people, else indented.
 * @param interfaces  NULL: nobody knows them, and they are printed as numbers
 */
void reply_print(FILE *file, enum print_style style, const struct reply *reply, uint32_t param,
                 const struct reply_interfaces *interfaces);

/** A JSON number of 64 bits; beyond 2^53 a string, because many readers would round it. */
void print_integer(FILE *file, bool is_signed, uint64_t bits);

/** A JSON string, in which a terminal finds nothing to obey. */
void print_string(FILE *file, const char *text);

#endif
