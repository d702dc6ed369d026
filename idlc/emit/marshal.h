/* What proxies and stubs have in common: pieces of functions that write and read parameters. */
#ifndef IDLC_MARSHAL_H
#define IDLC_MARSHAL_H

#include "emit.h"
#include "wire.h"

/* One generated function, with names for its locals that no parameter has. */
struct marshal {
    struct text *out;
    struct arena *arena;
    const struct ir_interface *interface;
    const struct ir_method *method;
    const char *call;
    const char *tag;
    const char *hr;
    const char *i;
    const char *start; /* a copy of the reader, for walks over arrays */
    const char *elements;
    const char *element;
    const char *mark;
    const char *reader; /* "call->request", "call->reply" */
    const char *writer; /* "call.request", "call->reply" */
};

void marshal_init(struct marshal *marshal, struct text *out, const struct ir_interface *interface,
                  const struct ir_method *method);

/** A local variable that belongs to a parameter, such as data_bytes of data. */
const char *marshal_local(const struct marshal *marshal, const struct ir_param *param, const char *suffix);

/* ---- lists of pieces of an expression ---- */

struct pieces {
    struct arena *arena;
    bool repeats; /* the same piece may stand twice: terms of a sum, not conditions */
    const char **items;
    uint32_t count;
    uint32_t capacity;
};

/** Adds a piece; one that is there already only if the list repeats. */
void pieces_add(struct pieces *pieces, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** `head`, the pieces with `between` between them, wrapped under the head's last parenthesis, `tail`. */
void pieces_print(const struct pieces *pieces, struct text *out, const char *head, const char *between,
                  const char *tail);

/** if (any of the conditions) action; or nothing if there are none. */
void pieces_print_if(const struct pieces *conditions, struct text *out, const char *action);

/** if (any of the conditions) return code; or nothing if there are none. */
void pieces_print_check(const struct pieces *conditions, struct text *out, const char *code);

/** Conditions under which an integer breaks its range; none if it cannot. */
void pieces_add_range(struct pieces *conditions, const char *value, const struct ir_type *type,
                      bool has_range, int64_t min, uint64_t max);

/* ---- parameters ---- */

/** The value of size_is or length_is as a uint32_t expression; `value_of` names the counting parameter's
 * value. */
const char *marshal_count(const struct marshal *marshal, const struct ir_size *size, const char *value);

/** The type of a value without const, declaring `name`. */
const char *marshal_variable(struct arena *arena, const struct ir_type *type, const char *name);

/** How a scalar is handed to wire_put_...: some types need a cast to the one that travels. */
const char *marshal_scalar(struct arena *arena, const struct ir_type *type, const char *value);

/** "wire_put_..." of one value (scalar, GUID, struct); `value` is an expression of it. */
void marshal_put_value(struct text *out, const char *indent, const char *writer, uint32_t number,
                       const struct ir_type *type, const char *value);

/** Reads one value into a variable. A struct with pointers takes memory of `call`. */
void marshal_get_value(struct text *out, const char *indent, const char *reader, const struct ir_type *type,
                       const char *variable);

/** Writes `count` elements of `array`. */
void marshal_put_array(const struct marshal *marshal, const struct ir_param *param, const char *array,
                       const char *count);

/** case WIRE_TAG(...): of a parameter in the walk over the message; arrays of values are not read there. */
void marshal_case(const struct marshal *marshal, const struct ir_param *param, const char *variable);

/** Counts the elements of an array and, if `check`, reads each to see that it is good. */
void marshal_count_elements(const struct marshal *marshal, const struct ir_param *param, const char *counter,
                            bool check);

/** Reads elements that were counted. */
void marshal_fill(const struct marshal *marshal, const struct ir_param *param, const char *array,
                  const char *count);

/** The interface that an object is passed as, as a pointer; `is_local`: parameters are variables, as in
 * stubs. */
const char *marshal_iid(const struct marshal *marshal, const struct ir_param *param, bool is_local);

/** What a pointer to an object points to: "IThing", or "void" of iid_is. */
const char *marshal_object_type(const struct ir_param *param);

/** A term of the bound of a message; `count` of arrays and strings. */
void marshal_bound(const struct marshal *marshal, struct pieces *terms, const struct ir_param *param,
                   const char *count);

/* ---- structs (marshal_struct.c) ---- */

enum marshal_direction { MARSHAL_READS = 1, MARSHAL_WRITES = 2 };

/** The static functions that read and write the structs of a file's remote methods. */
void marshal_structs(struct text *out, const struct ir_file *file, bool is_stub);

#endif
