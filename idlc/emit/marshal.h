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
    const char *at;     /* where elements are stored */
    const char *list;   /* the list that is walked over */
    const char *piece;  /* a reader of one of its pieces */
    const char *mark;   /* of a field whose length is not known yet */
    const char *bound;  /* of the message */
    const char *shapes; /* the part of it that the walker over shapes measured */
    const char *reader; /* "request", "reply" */
    const char *writer; /* "request", "reply"; "call.request", "call->reply" if the runtime writes too */
};

/** `reader` and `writer` are left to the caller. */
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

/** `head`, the pieces with `between` between them, wrapped under the head's last parenthesis or behind it,
 * `tail`. */
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

/** The local that has a computed size of the method's parameters. */
const char *marshal_computed(const struct marshal *marshal, const struct ir_size *size);

/** Declares them, of results only or of all parameters, and gives them their values if those are there. */
void marshal_declare_computed(const struct marshal *marshal, bool is_out, bool has_value);

/** Whether any method of the file has one. */
bool marshal_computes(const struct ir_file *file);

/** The type of a value without const, declaring `name`. */
const char *marshal_variable(struct arena *arena, const struct ir_type *type, const char *name);

/** Whether it is a text of 16-bit characters. */
bool marshal_is_wide_text(const struct ir_param *param);

/** What measures a text of 16-bit characters: a call, of struct wire_wide. */
const char *marshal_measure(const struct marshal *marshal, const struct ir_param *param, const char *text);

/** Whether an array (not of bytes) may be NULL; on the wire it is the same as an empty one. */
bool marshal_is_optional_array(const struct ir_param *param);

/** Whether the callee allocates it, and code, not tables, sees to its memory. */
bool marshal_is_block(const struct ir_param *param);

/** What gives memory of a result back: "com_free", "SysFreeString". */
const char *marshal_free(const struct ir_param *param);

/** "wire_units(bytes)" or "bytes.size": how many characters a text in the message has. */
const char *marshal_received_length(const struct marshal *marshal, const struct ir_param *param,
                                    const char *bytes);

/** How a scalar is handed to wire_put_...: some types need a cast to the one that travels. */
const char *marshal_scalar(struct arena *arena, const struct ir_type *type, const char *value);

/** "&value"; "pointer" of "*pointer". */
const char *marshal_address(struct arena *arena, const char *value);

/** Writes one value (scalar, GUID, struct); `condition` (may be NULL) must hold for it. `value` is an
 * expression. */
void marshal_put_value(const struct marshal *marshal, const struct ir_param *param, const char *value,
                       const char *condition);

/** Reads one value into a variable; one statement. */
void marshal_get_value(struct text *out, const char *indent, const char *reader, const struct ir_type *type,
                       const char *variable);

/** Writes `count` elements of `array`. */
void marshal_put_array(const struct marshal *marshal, const struct ir_param *param, const char *array,
                       const char *count);

/** Declares what a struct that is checked wants to be stored; nothing for others. */
void marshal_declare_budget(const struct marshal *marshal, const struct ir_param *param);
void marshal_init_budget(const struct marshal *marshal, const struct ir_param *param);

/** case WIRE_TAG(...): of a parameter in the walk over the message; arrays are only noted there. */
void marshal_case(const struct marshal *marshal, const struct ir_param *param, const char *variable);

/**
 * The cases of an array whose memory is there: elements go to `array` while `count`, a variable, is below
 * `limit`. `reader` is a variable; of numbers, the variable `piece` reads those that are packed.
 */
void marshal_array_cases(struct text *out, uint32_t number, const struct ir_type *type, const char *reader,
                         const char *piece, const char *array, const char *count, uint32_t limit);

/** Declares the list of an array: where its elements lie in the message. */
void marshal_declare_list(const struct marshal *marshal, const struct ir_param *param);

/** Whether an element must be read into a variable to see that it is good. */
bool marshal_needs_element(const struct ir_type *type);

/** Reads the elements of a list: into `array`, or with NULL only to see that they are good. */
void marshal_fill(const struct marshal *marshal, const struct ir_param *param, const char *array);

/** The interface that an object is passed as, as a pointer; `is_local`: parameters are variables, as in
 * stubs. */
const char *marshal_iid(const struct marshal *marshal, const struct ir_param *param, bool is_local);

/** What a pointer to an object points to: "IThing", or "void" of iid_is. */
const char *marshal_object_type(const struct ir_param *param);

/** A term of the bound of a message; `count` of arrays and strings. */
void marshal_bound(const struct marshal *marshal, struct pieces *terms, const struct ir_param *param,
                   const char *count);

/** The sum of a bound's terms, in the variable `bound` if there are several. @return the expression */
const char *marshal_print_bound(const struct marshal *marshal, struct pieces *terms, uint32_t scalars);

/* ---- structs (marshal_struct.c) ---- */

/** Most bytes of its content with its texts; 0: they have no bound. */
uint32_t marshal_room(const struct ir_struct *structure);

/** store_X(...) of one struct; the budget is named if it wants one. */
const char *marshal_store(struct arena *arena, const char *at, uint32_t number,
                          const struct ir_struct *structure, const char *value, const char *budget);

/** The static functions that read and write the structs of a file's remote methods, of those that are wanted
 * (NULL: all). */
void marshal_structs(struct text *out, const struct ir_file *file, bool is_stub,
                     bool (*is_wanted)(const struct ir_method *method));

/** Whether a [oneway] method returns nothing, not even an HRESULT. */
static inline bool marshal_is_void(const struct ir_method *method)
{
    return method->result->kind == IR_BASE && method->result->base == BASE_VOID;
}

#endif
