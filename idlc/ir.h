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
    enum base_type base;
    const char *spelling;          /* how C writes it; NULL: made of `target` */
    const struct ir_type *target;  /* of a pointer, array, or function's result */
    uint32_t count;                /* of an array; 0: not known */
    const struct ir_param *params; /* of a function */
    uint32_t param_count;
    const struct ir_struct *structure;
    const struct ir_enum *enumeration;
    const struct ir_interface *interface;
};

struct ir_field {
    const char *name;
    const char *doc;
    const struct ir_type *type;
    uint32_t number; /* on the wire */
    bool is_string;
    bool has_range;
    int64_t range_min;
    uint64_t range_max;
    uint32_t max_len; /* elements or bytes; 0: none given */
};

struct ir_struct {
    const char *name; /* the tag */
    const char *doc;
    const char *file; /* relative path of the .idl it is in */
    const struct ir_field *fields;
    uint32_t field_count;
    bool is_opaque;
    bool is_remote; /* can travel */
    uint32_t bound; /* most bytes on the wire, without key and length; WIRE_UNBOUNDED */
    uint32_t size;  /* bytes in memory, at most */
};

struct ir_enumerator {
    const char *name;
    const char *doc;
    int32_t value;
};

struct ir_enum {
    const char *name;
    const char *doc;
    const char *file;
    const struct ir_enumerator *enumerators;
    uint32_t enumerator_count;
    bool is_closed; /* other values are refused on the wire */
    bool is_opaque;
};

/* What size_is or length_is say. */
enum ir_size_kind { IR_SIZE_NONE, IR_SIZE_CONSTANT, IR_SIZE_PARAM, IR_SIZE_POINTED };

struct ir_size {
    enum ir_size_kind kind;
    uint32_t constant;
    uint32_t param; /* its index */
};

/* How a parameter travels. */
enum wire_shape {
    WIRE_LOCAL,  /* it does not: the method is not remote */
    WIRE_SCALAR, /* integer, float, boolean, enum, HRESULT */
    WIRE_GUID,   /* 16 bytes */
    WIRE_STRING, /* char *, with NUL in memory */
    WIRE_STRUCT, /* a message */
    WIRE_BLOB,   /* array of bytes */
    WIRE_ARRAY,  /* array of anything else */
    WIRE_INTERFACE,
};

struct ir_param {
    const char *name;
    const char *doc;
    const struct ir_type *type;
    bool is_in;
    bool is_out;
    bool is_string;
    bool is_unique;
    struct ir_size size;
    struct ir_size length;
    bool has_range;
    int64_t range_min;
    uint64_t range_max;
    uint32_t max_len; /* 0: none given */

    /* The plan (wire.c); meaningful in a remote method. */
    uint32_t number; /* field number in request and reply */
    enum wire_shape shape;
    const struct ir_type *value; /* what travels: the type behind the pointer, or the element of an array */
    bool is_indirect;            /* C passes a pointer to the value (not of arrays and strings) */
    bool is_rebuilt;             /* a count that is not sent: the stub takes it from `rebuilt_from` */
    uint32_t rebuilt_from;
    bool in_place; /* an [out] blob or string that the method writes into the reply */
};

struct ir_method {
    const char *name;
    const char *doc;
    const struct ir_type *result;
    const struct ir_param *params;
    uint32_t param_count;
    uint32_t slot; /* in the method table, and the number on the wire */
    bool is_local;
    uint32_t timeout_ms; /* 0: not given */
};

struct ir_interface {
    const char *name;
    const char *doc;
    const char *file;
    uint8_t uuid[16]; /* in the order of GUID's fields, big endian */
    bool has_uuid;
    bool is_local;
    bool is_forward; /* declared, but defined nowhere */
    const struct ir_interface *base;
    const struct ir_method *methods; /* all slots, inherited ones first */
    uint32_t method_count;
    uint32_t inherited_count;
};

struct ir_const {
    const char *name;
    const char *doc;
    const struct ir_type *type;
    struct value value;
};

struct ir_typedef {
    const char *name;
    const char *doc;
    const struct ir_type *type;
};

enum ir_item_kind { ITEM_CONST, ITEM_STRUCT, ITEM_ENUM, ITEM_TYPEDEF, ITEM_INTERFACE, ITEM_QUOTE };

/* One declaration, in the order the header needs: what others need comes first. */
struct ir_item {
    enum ir_item_kind kind;
    union {
        const struct ir_const *constant;
        const struct ir_struct *structure;
        const struct ir_enum *enumeration;
        const struct ir_typedef *alias;
        const struct ir_interface *interface;
        const char *quote;
    };
};

struct ir_file {
    const char *path; /* relative: what outputs are named after */
    const char *const *imports;
    uint32_t import_count;
    const struct ir_item *items;
    uint32_t item_count;
    const struct ir_interface *const *forwards; /* interfaces that the items name, theirs and others' */
    uint32_t forward_count;
};

struct ir_file *ir_lower(struct compilation *compilation);

#endif
