/*
 * What an interface looks like: the message TypeInfo of idl/wire/typeinfo.proto, read, checked, and with its
 * indices as pointers. It comes from a node that is trusted with nothing.
 */
#ifndef REFLECT_TYPE_INFO_H
#define REFLECT_TYPE_INFO_H

#include "pool.h"
#include <com.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

/* More than the messages' limits is refused. */
enum {
    TYPE_INFO_TABLE_MAX = 256,      /* interfaces, structs, enums */
    TYPE_INFO_ROWS_MAX = 1024,      /* constants; methods, fields or enumerators of one */
    TYPE_INFO_PARAMS_MAX = 64,      /* of one method */
    TYPE_INFO_NAME_MAX = 255,       /* bytes of a name */
    TYPE_INFO_DEPTH_MAX = 32,       /* of structs in structs */
    TYPE_INFO_LEAVES_MAX = 1 << 20, /* values in one struct, with those of the structs in it */
    TYPE_INFO_DIMENSIONS_MAX = 16,  /* of one array; of more nothing is said */
    TYPE_INFO_TERMS_MAX = 64,       /* numbers, parameters and operators of a computed size */
};

/* As the numbers of TypeKind and TypeShape. */
enum type_kind {
    KIND_VOID = 1,
    KIND_CHAR,
    KIND_INT8,
    KIND_UINT8,
    KIND_INT16,
    KIND_UINT16,
    KIND_INT32,
    KIND_UINT32,
    KIND_INT64,
    KIND_UINT64,
    KIND_SIZE,
    KIND_OFFSET,
    KIND_FLOAT,
    KIND_DOUBLE,
    KIND_BOOLEAN,
    KIND_BOOL,
    KIND_HRESULT,
    KIND_GUID,
    KIND_ENUM,
    KIND_STRUCT,
    KIND_INTERFACE,
    KIND_WCHAR,
    KIND_COUNT,
};

enum type_shape { SHAPE_VALUE = 1, SHAPE_STRING, SHAPE_BYTES, SHAPE_ARRAY, SHAPE_TEXTS };

struct type_enumerator {
    const char *name;
    const char *doc; /* NULL: none, as everywhere */
    int32_t value;
};

struct type_enum {
    const char *name;
    const char *doc;
    const struct type_enumerator *enumerators;
    uint32_t count;
    bool is_closed;
};

/* What a computed size is made of; the operators take the two values before them. */
enum computing {
    COMPUTE_CONSTANT,
    COMPUTE_PARAM,
    COMPUTE_ADD,
    COMPUTE_SUBTRACT,
    COMPUTE_MULTIPLY,
    COMPUTE_DIVIDE,
    COMPUTE_REMAINDER,
    COMPUTE_SHIFT_LEFT,
    COMPUTE_SHIFT_RIGHT,
    COMPUTE_AND,
    COMPUTE_OR,
    COMPUTE_XOR,
};

struct type_term {
    enum computing kind;
    int64_t value; /* of a constant; of a parameter its index */
};

enum size_kind { SIZE_NONE, SIZE_COMPUTED, SIZE_CONSTANT, SIZE_PARAM, SIZE_POINTED };

struct type_size {
    enum size_kind kind;
    const char *computed;          /* the expression, as IDL has it */
    const struct type_term *terms; /* the same, operators behind what they take; see computed_size.h */
    uint32_t term_count;
    uint32_t constant;
    uint32_t param; /* its index */
};

struct type_struct;
struct type_interface;

/* A parameter or a field. */
struct type_member {
    const char *name;
    const char *doc;
    enum type_kind kind;
    enum type_shape shape;
    const struct type_enum *enumeration;
    const struct type_struct *structure;
    const struct type_interface *interface; /* NULL: IUnknown, if the kind is an interface */
    const struct type_member *iid;    /* the parameter or field that says which interface it is; NULL: none */
    const struct type_member *choice; /* of a union: the one whose value tells its arm */
    bool is_in;
    bool is_out;
    bool is_retval;
    bool is_unique;
    bool is_indirect;
    bool is_rebuilt;
    bool is_const;
    bool is_allocated; /* the callee allocates it; it may be absent */
    bool is_bstr;
    bool is_fixed; /* an integer that has all its bytes on the wire */
    struct type_size size;
    struct type_size length;
    bool has_range;
    int64_t range_min;  /* of an unsigned kind: not negative */
    uint64_t range_max; /* of a signed kind: two's complement */
    uint32_t max_len;
    const uint32_t *dimensions; /* of an array of arrays, from outside */
    uint32_t dimension_count;   /* 0: it is none */
    uint32_t count;             /* of a field */
    uint32_t number;            /* of the field on the wire */
};

/* A message of protobuf-c that was made at run time. */
struct message_type {
    ProtobufCMessageDescriptor descriptor;
    const struct type_member **members;      /* in the order of the declaration */
    const ProtobufCFieldDescriptor **fields; /* of each member */
    uint32_t count;
};

/* Instead of the index of an arm. */
enum { ARM_EMPTY = -1, ARM_REFUSED = -2 };

struct type_case {
    int64_t value;
    int32_t arm;
};

/* A struct or union. */
struct type_struct {
    const char *name;
    const char *doc;
    const struct type_member *fields;
    uint32_t count;
    bool is_union;
    bool is_closed;
    const struct type_case *cases;
    uint32_t case_count;
    int32_t other;   /* the arm of all other values */
    uint32_t depth;  /* of structs in it, but not behind pointers; 0: none */
    uint32_t leaves; /* values in it */
    struct message_type message;
};

struct type_method {
    const char *name;
    const char *doc;
    const struct type_interface *interface;
    uint32_t slot;
    const struct type_member *params;
    uint32_t count;
    uint32_t timeout_ms; /* 0: the default; RPC_TIMEOUT_NONE of rpc_marshal.h */
    bool is_local;
    bool is_oneway;
    bool is_idempotent;
};

struct type_interface {
    const char *name;
    const char *doc;
    IID iid;
    const struct type_interface *base; /* NULL: IUnknown, or not known */
    const struct type_method *methods; /* its own */
    uint32_t count;
    uint32_t first_slot;
};

struct type_constant {
    const char *name;
    const char *doc;
    enum type_kind kind; /* KIND_CHAR: text */
    int64_t integer;     /* of KIND_UINT64 and KIND_SIZE: two's complement */
    double real;
    const char *text; /* with escapes as in C */
};

struct type_info {
    struct pool pool; /* all of it */
    const char *file;
    struct type_interface
        *interfaces; /* the first is the one described, then its bases, then others by name */
    uint32_t interface_count;
    uint32_t known_count;        /* of those whose methods are known: the first and its bases */
    struct type_struct *structs; /* inner ones first */
    uint32_t struct_count;
    struct type_enum *enums;
    uint32_t enum_count;
    struct type_constant *constants;
    uint32_t constant_count;
};

/* Room for the reason of a refusal. */
#define TYPE_INFO_ERROR_BYTES 160

/**
 * Reads and checks a message.
 * @param error  what is wrong with it
 * @retval NULL it is refused
 */
struct type_info *type_info_read(const uint8_t *bytes, size_t size_bytes, char error[TYPE_INFO_ERROR_BYTES]);

/** NULL is allowed. */
void type_info_free(struct type_info *info);

/** The interface that it describes. */
const struct type_interface *type_info_interface(const struct type_info *info);

/** Whether it says what things mean, not only what they look like. */
bool type_info_has_docs(const struct type_info *info);

/** A method of the interface or its bases; NULL: there is none of that name. */
const struct type_method *type_info_method(const struct type_info *info, const char *name);

/** The text that a code has in the interface's .idl, and its name; NULL: it is not one of those. */
const struct type_constant *type_info_result(const struct type_info *info, HRESULT hr);

const struct type_constant *type_info_constant(const struct type_info *info, const char *name);

/* ---- kinds ---- */

/** How C and the IDL write it; NULL: enum, struct and interface have names of their own. */
const char *type_kind_name(enum type_kind kind);

bool type_kind_is_integer(enum type_kind kind);
bool type_kind_is_signed(enum type_kind kind);

/** Smallest and largest value of an integer kind, on any host. */
int64_t type_kind_min(enum type_kind kind);
uint64_t type_kind_max(enum type_kind kind);

/** Of a value in memory, where that is largest; not of structs. */
size_t type_kind_bytes(enum type_kind kind);

/**
 * How long a text of UTF-8 is as its bounds count it: characters of 16 bits where memory has those, else
 * bytes.
 */
size_t type_text_length(const struct type_member *member, const char *text, size_t size_bytes);

/** The name of an enum's value; NULL: it has none. */
const char *type_enum_name(const struct type_enum *enumeration, int32_t value);

/** Whether a closed enum has no value 0, so that a field of it cannot be left out. */
bool type_refuses_zero(const struct type_member *member);

/** The arm that a value tells: an index, ARM_EMPTY or ARM_REFUSED. */
int32_t type_arm(const struct type_struct *structure, int64_t value);

/** Whether a field has the memory of its values elsewhere: it may lead to any struct. */
bool type_is_pointer(const struct type_member *field);

/** Whether a field is a pointer to one struct that is never NULL. */
bool type_is_ref(const struct type_member *field);

/** Whether there may be several. */
bool type_is_list(const struct type_member *member);

/** The size that says how many elements of an array are valid. */
const struct type_size *type_length_of(const struct type_member *member);

#endif
