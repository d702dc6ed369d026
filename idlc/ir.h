/*
 * The intermediate representation: flat tables of what a file declares, all names resolved, all constants
 * folded. Back ends read nothing else. Made by ir_lower; the wire plan of each remote method by wire_plan.
 */
#ifndef IDLC_IR_H
#define IDLC_IR_H

#include "ast.h"

struct compilation;
struct ir_interface;
struct ir_param;
struct ir_struct;
struct ir_enum;

enum ir_type_kind {
    IR_BASE,
    IR_ENUM,
    IR_STRUCT,
    IR_INTERFACE,
    IR_POINTER,
    IR_ARRAY,
    IR_FUNCTION,
    IR_FOREIGN, /* a type of quoted C: only its name is known */
};

struct ir_type {
    enum ir_type_kind kind;
    bool is_const;
    bool defines;     /* the text of its struct, union or enum stands here, within another */
    bool is_variadic; /* of a function */
    bool is_bstr;     /* a BSTR: its length is in front of it */
    bool is_fixed;    /* a number that has all its bytes on the wire */
    enum base_type base;
    const char *spelling;          /* how C writes it; NULL: made of `target` */
    const char *idl;               /* how Windows names it, where that is not `spelling` */
    const struct ir_type *target;  /* of a pointer, array, or function's result */
    uint32_t count;                /* of an array; 0: not known */
    const struct ir_param *params; /* of a function */
    uint32_t param_count;
    struct ir_struct *structure;
    const struct ir_enum *enumeration;
    const struct ir_interface *interface;
};

/* What size_is, length_is, iid_is and switch_is say. */
enum ir_size_kind { IR_SIZE_NONE, IR_SIZE_CONSTANT, IR_SIZE_PARAM, IR_SIZE_POINTED, IR_SIZE_COMPUTED };

/* A step of a computed size: a number, or what becomes of the last two. */
enum ir_term_kind {
    TERM_CONSTANT,
    TERM_PARAM, /* an [in] integer that is no pointer: `value` is its index */
    TERM_ADD,
    TERM_SUBTRACT,
    TERM_MULTIPLY,
    TERM_DIVIDE,
    TERM_REMAINDER,
    TERM_SHIFT_LEFT,
    TERM_SHIFT_RIGHT,
    TERM_AND,
    TERM_OR,
    TERM_XOR,
};

/* Most steps of one. */
#define IR_TERMS_MAX 64

struct ir_term {
    enum ir_term_kind kind;
    int64_t value;
};

struct ir_size {
    enum ir_size_kind kind;
    uint32_t constant;
    uint32_t param; /* its index; of a field: that of another field; of a computed size: that of the array
                       itself */
    const struct ir_term *terms; /* of a computed size: a number stands before what is done with it */
    uint32_t term_count;
};

/* How a parameter or field travels. */
enum wire_shape {
    WIRE_NONE,      /* it does not: the method is not remote */
    WIRE_SCALAR,    /* integer, float, boolean, enum, HRESULT */
    WIRE_GUID,      /* 16 bytes */
    WIRE_STRING,    /* char *, with NUL in memory */
    WIRE_STRUCT,    /* a message */
    WIRE_BLOB,      /* array of bytes */
    WIRE_ARRAY,     /* array of anything else */
    WIRE_INTERFACE, /* an index into the message's table of references */
    WIRE_DEEP,      /* a parameter that tables describe: its form is in `travels` */
};

struct ir_field {
    const char *name;
    const char *doc;
    const struct ir_type *type;
    struct span span;
    bool has_bits; /* a bit field of `bits` */
    uint32_t bits;
    bool is_string;
    bool is_unique; /* NULL is a value whatever counts say */
    bool is_ref;    /* it is never NULL; nobody checks that but those who read type information */
    struct ir_size size;
    struct ir_size length;
    struct ir_size iid;    /* the field that says which interface an object is */
    struct ir_size choice; /* the field that says which arm of a union is there */
    const char *refusal;   /* why its attributes keep it from travelling; NULL: they do not */
    bool has_range;
    int64_t range_min;
    uint64_t range_max;
    uint32_t max_len; /* elements or bytes; 0: none given */
    uint32_t tag;     /* its number; 0: its position says it */

    /* The plan (wire_struct.c), if a remote method uses the struct. */
    uint32_t number; /* on the wire */
    enum wire_shape shape;
    const struct ir_type *value; /* what travels: the element of an array */
    uint32_t count;              /* of the array; 0: it is a pointer to a string */
    bool is_indirect;            /* each value is behind a pointer */
    uint32_t limit;              /* most elements, or bytes of a string */
};

/* A value of what tells the arms of a union. */
struct ir_case {
    int64_t value;
    bool is_empty; /* there is nothing for it */
    uint32_t arm;  /* else the field */
};

/* What the plan knows of a struct. */
enum wire_state { WIRE_NEW, WIRE_RUNNING, WIRE_GOOD, WIRE_BAD };

/* Numbers first to last of a message, or a name, that must never be used again. */
struct ir_reserved {
    uint32_t first;
    uint32_t last;
    const char *name; /* NULL: the numbers */
};

struct ir_struct {
    const char *name; /* the tag */
    const char *doc;
    const char *file; /* relative path of the .idl it is in */
    struct ir_field *fields;
    uint32_t field_count;
    const struct ir_reserved *reserved;
    uint32_t reserved_count;
    struct span span;
    bool is_closed; /* fields that are not known are refused on the wire */
    bool is_opaque;
    bool is_union;
    bool is_nested;              /* written within another, never on its own */
    bool is_apart;               /* but others name it, so that the header has it before that (ir_apart.c) */
    const struct ir_case *cases; /* of a union */
    uint32_t case_count;
    bool has_default;     /* other values have an arm, too: this one */
    struct ir_case other; /* without a value */

    /* The plan (wire_struct.c), if a remote method uses it. */
    enum wire_state state;
    bool has_pointers;     /* strings outside of it */
    bool is_deep;          /* tables describe it: it has unions, arrays of its own, or other pointers */
    bool is_recursive;     /* it points to structs of its kind */
    bool is_checked;       /* it has texts or ranges: storing one can fail, and takes a wire_budget */
    bool is_bound_checked; /* --profile=embedded has reported it */
    const struct ir_struct *outer;   /* of one without a tag: what it stands in, */
    const struct ir_field *in_field; /* and the field whose type it is */
    uint64_t bound;                  /* most bytes on the wire without such strings, without key and length */
    uint64_t size;                   /* bytes in memory, at most */
    uint64_t alignment;              /* in memory */
};

struct ir_enumerator {
    const char *name;
    const char *doc;
    int32_t value;
    struct span span;
};

struct ir_enum {
    const char *name;
    const char *doc;
    const char *file;
    const struct ir_enumerator *enumerators;
    uint32_t enumerator_count;
    bool is_closed; /* other values are refused on the wire */
    bool is_opaque;
    struct span span;
    bool is_nested;
    bool is_apart; /* as of a struct */
};

struct ir_param {
    const char *name;     /* that C and C++ both take */
    const char *idl_name; /* as written */
    const char *doc;
    const struct ir_type *type;
    struct span span;
    bool is_in;
    bool is_out;
    bool is_retval;
    bool is_string;
    bool is_unique;
    struct ir_size size;
    bool is_inner_size; /* size_is(, n): it is of the memory that a pointer to a pointer leads to */
    struct ir_size length;
    struct ir_size iid;    /* of iid_is: the parameter that says which interface an object is passed as */
    struct ir_size choice; /* of switch_is: the parameter that says which arm of a union is there */
    bool has_range;
    int64_t range_min;
    uint64_t range_max;
    uint32_t max_len;     /* 0: none given */
    uint32_t tag;         /* its number; 0: its position says it */
    const char *partners; /* what its attributes name, each with an @ before it: "@count@used"; "" */

    /* The plan (wire.c); meaningful in a remote method. */
    uint32_t number; /* field number in request and reply */
    enum wire_shape shape;
    enum wire_shape travels;     /* the same; of WIRE_DEEP: WIRE_STRUCT or WIRE_ARRAY */
    bool is_deep;                /* its shape is WIRE_DEEP */
    const struct ir_type *value; /* what travels: the type behind the pointer, or the element of an array */
    bool is_indirect;            /* C passes a pointer to the value (not of arrays and strings) */
    bool is_rebuilt;             /* a count that is not sent: the stub takes it from the array it counts */
    bool is_allocated;           /* an [out] T **: the callee allocates the T, who gets it frees it */
    bool is_bstr;                /* a text that is a BSTR; NULL is absent */
    bool in_place;               /* an [out] blob or string that the method writes into the reply */
    uint32_t limit;              /* most elements or bytes: max_len, or what keeps sizes in 32 bits */
};

/* [timeout(-1)]: the call takes as long as it takes. */
#define IR_TIMEOUT_NONE 0xFFFFFFFFu

struct ir_method {
    const char *name;
    const char *doc;
    const struct ir_type *result;
    struct ir_param *params;
    uint32_t param_count;
    uint32_t slot; /* in the method table, and the number on the wire */
    bool is_local;
    bool is_oneway;
    bool is_idempotent;
    bool is_async; /* it has a Begin_ and a Finish_ */
    bool is_variadic;
    const char *owner;              /* the interface that declares it */
    const struct ir_method *remote; /* of [call_as]: what travels for this slot; NULL: the method itself */
    bool is_remote_form;            /* it is the `remote` of another */
    const struct ir_reserved *reserved;
    uint32_t reserved_count;
    uint32_t timeout_ms; /* 0: not given; IR_TIMEOUT_NONE */
    struct span span;
};

struct ir_interface {
    const char *name;
    const char *doc;
    const char *file;
    uint8_t uuid[16]; /* in the order of GUID's fields, big endian */
    bool has_uuid;
    struct span span;
    bool is_local;
    bool is_planned;       /* wire.c has seen it */
    bool is_forward;       /* declared, but defined nowhere */
    bool is_dispinterface; /* its own methods have no slots */
    bool is_rpc;           /* neither an object nor derived: functions, no method table */
    struct ir_interface *base;
    struct ir_interface *async_of; /* what async_uuid made it of, if it is remote; else NULL */
    struct ir_method *methods;     /* all slots, inherited ones first */
    uint32_t method_count;
    uint32_t inherited_count;
};

struct ir_const {
    const char *name;
    const char *doc;
    const struct ir_type *type;
    struct value value;
    struct span span;
};

struct ir_typedef {
    const char *name;
    const char *doc;
    const struct ir_type *type;
    struct span span;
};

/* A class or a library: C knows its id. */
struct ir_guid {
    const char *name; /* with CLSID_ or LIBID_ */
    uint8_t uuid[16];
};

/* extern TYPE NAME; */
struct ir_variable {
    const char *name;
    const struct ir_type *type;
};

enum ir_item_kind {
    ITEM_CONST,
    ITEM_STRUCT, /* and union */
    ITEM_ENUM,
    ITEM_TYPEDEF,
    ITEM_INTERFACE,
    ITEM_QUOTE,
    ITEM_GUID,
    ITEM_VARIABLE,
};

/* One declaration, in the order the header needs: what others need comes first. */
struct ir_item {
    enum ir_item_kind kind;
    union {
        const struct ir_const *constant;
        struct ir_struct *structure;
        const struct ir_enum *enumeration;
        const struct ir_typedef *alias;
        struct ir_interface *interface;
        const char *quote;
        const struct ir_guid *guid;
        const struct ir_variable *variable;
    };
};

struct ir_file {
    const char *path; /* relative: what outputs are named after */
    const char *const *imports;
    uint32_t import_count;
    const char *const *c_includes; /* C headers that #include brought, and whose types are used */
    uint32_t c_include_count;
    bool uses_windows; /* names types that com_windows.h has */
    struct ir_item *items;
    uint32_t item_count;
    const struct ir_interface *const *forwards; /* interfaces that the items name, theirs and others' */
    uint32_t forward_count;
    const struct ir_struct *const *struct_forwards; /* that C must know before the items */
    uint32_t struct_forward_count;
};

/** What travels for a slot: the method itself, or that of [call_as]; NULL: it is [local]. */
static inline const struct ir_method *ir_travelling(const struct ir_method *method)
{
    if (method->remote)
        return method->remote;
    return method->is_local ? NULL : method;
}

/** The struct, union or enum whose text stands in a field, within another one; NULL: there is none. */
static inline const struct ir_type *ir_defined_in(const struct ir_field *field)
{
    const struct ir_type *type = field->type;

    while (!type->spelling && (type->kind == IR_ARRAY || type->kind == IR_POINTER))
        type = type->target;
    return type->defines ? type : NULL;
}

struct ir_file *ir_lower(struct compilation *compilation);

#endif
