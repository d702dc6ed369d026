#include "ir_json_table.h"

/* A row of the table of `struct record_name`: its member of that name. */
#define MEMBER(type, member, its_kind, ...)                                                     \
    {                                                                                           \
        .name = #member, .kind = its_kind, .offset = offsetof(struct type, member), __VA_ARGS__ \
    }
#define TEXT(type, member) MEMBER(type, member, MEMBER_TEXT, .is_required = false)
#define NAME(type, member) MEMBER(type, member, MEMBER_TEXT, .is_required = true)
#define FLAG(type, member) MEMBER(type, member, MEMBER_BOOL, .is_required = false)
#define NUMBER(type, member) MEMBER(type, member, MEMBER_UINT32, .is_required = false)
#define PLAN(type, member, its_kind) MEMBER(type, member, its_kind, .is_plan = true)
#define INTERNAL(type, member, its_kind) MEMBER(type, member, its_kind, .is_plan = true, .is_internal = true)
#define PLAN_WORD(type, member, its_words) \
    MEMBER(type, member, MEMBER_WORD, .words = its_words, .is_plan = true)
#define WORD(type, member, its_words) MEMBER(type, member, MEMBER_WORD, .words = its_words)
#define LIST(type, member, counter, its_record) \
    MEMBER(type, member, MEMBER_LIST, .count_offset = offsetof(struct type, counter), .record = its_record)
#define END          \
    {                \
        .name = NULL \
    }

static const char *const BASES[] = {
    [BASE_NONE] = "none",       [BASE_VOID] = "void",       [BASE_CHAR] = "char",
    [BASE_WCHAR] = "wchar",     [BASE_INT8] = "int8",       [BASE_UINT8] = "uint8",
    [BASE_INT16] = "int16",     [BASE_UINT16] = "uint16",   [BASE_INT32] = "int32",
    [BASE_UINT32] = "uint32",   [BASE_INT64] = "int64",     [BASE_UINT64] = "uint64",
    [BASE_SIZE] = "size",       [BASE_OFFSET] = "offset",   [BASE_FLOAT] = "float",
    [BASE_DOUBLE] = "double",   [BASE_BOOLEAN] = "boolean", [BASE_BOOL] = "bool",
    [BASE_HRESULT] = "hresult", [BASE_GUID] = "guid",       [BASE_COUNT] = "",
};

static const char *const TYPE_KINDS[] = {
    [IR_BASE] = "base",           [IR_ENUM] = "enum",       [IR_STRUCT] = "struct",
    [IR_INTERFACE] = "interface", [IR_POINTER] = "pointer", [IR_ARRAY] = "array",
    [IR_FUNCTION] = "function",   [IR_FOREIGN] = "foreign", [IR_FOREIGN + 1] = "",
};

static const char *const SHAPES[] = {
    [WIRE_NONE] = "none",     [WIRE_SCALAR] = "scalar",       [WIRE_GUID] = "guid",
    [WIRE_STRING] = "string", [WIRE_STRUCT] = "struct",       [WIRE_BLOB] = "bytes",
    [WIRE_ARRAY] = "array",   [WIRE_INTERFACE] = "interface", [WIRE_INTERFACE + 1] = "",
};

static const char *const STATES[] = {
    [WIRE_NEW] = "none",  [WIRE_RUNNING] = "running", [WIRE_GOOD] = "travels",
    [WIRE_BAD] = "stays", [WIRE_BAD + 1] = "",
};

static const char *const SIZES[] = {
    [IR_SIZE_NONE] = "none",       [IR_SIZE_CONSTANT] = "constant", [IR_SIZE_PARAM] = "param",
    [IR_SIZE_POINTED] = "pointed", [IR_SIZE_COMPUTED] = "computed", [IR_SIZE_COMPUTED + 1] = "",
};

static const char *const TERMS[] = {
    [TERM_CONSTANT] = "constant",
    [TERM_PARAM] = "param",
    [TERM_ADD] = "add",
    [TERM_SUBTRACT] = "subtract",
    [TERM_MULTIPLY] = "multiply",
    [TERM_DIVIDE] = "divide",
    [TERM_REMAINDER] = "remainder",
    [TERM_SHIFT_LEFT] = "shift_left",
    [TERM_SHIFT_RIGHT] = "shift_right",
    [TERM_AND] = "and",
    [TERM_OR] = "or",
    [TERM_XOR] = "xor",
    [TERM_XOR + 1] = "",
};

const char *const ir_item_words[] = {
    [ITEM_CONST] = "const",     [ITEM_STRUCT] = "struct",       [ITEM_ENUM] = "enum",
    [ITEM_TYPEDEF] = "typedef", [ITEM_INTERFACE] = "interface", [ITEM_QUOTE] = "quote",
    [ITEM_GUID] = "guid",       [ITEM_VARIABLE] = "variable",   [ITEM_VARIABLE + 1] = "",
};

static const struct ir_record record_param;
static const struct ir_record record_size;

static const struct ir_member TYPE[] = {
    WORD(ir_type, kind, TYPE_KINDS),
    FLAG(ir_type, is_const),
    FLAG(ir_type, defines),
    FLAG(ir_type, is_variadic),
    FLAG(ir_type, is_bstr),
    FLAG(ir_type, is_fixed),
    WORD(ir_type, base, BASES),
    TEXT(ir_type, spelling),
    MEMBER(ir_type, idl, MEMBER_OTHER_NAME, .same_offset = offsetof(struct ir_type, spelling),
           .is_internal = true),
    NUMBER(ir_type, count),
    MEMBER(ir_type, structure, MEMBER_REFERENCE, .entity = ENTITY_STRUCT),
    MEMBER(ir_type, enumeration, MEMBER_REFERENCE, .entity = ENTITY_ENUM),
    MEMBER(ir_type, interface, MEMBER_REFERENCE, .entity = ENTITY_INTERFACE),
    LIST(ir_type, params, param_count, &record_param),
    MEMBER(ir_type, target, MEMBER_POINTER, .record = &ir_record_type),
    END,
};

static const struct ir_member FIELD[] = {
    NAME(ir_field, name),
    TEXT(ir_field, doc),
    MEMBER(ir_field, type, MEMBER_POINTER, .record = &ir_record_type, .is_required = true),
    FLAG(ir_field, has_bits),
    NUMBER(ir_field, bits),
    FLAG(ir_field, is_string),
    FLAG(ir_field, is_unique),
    FLAG(ir_field, is_ref),
    MEMBER(ir_field, size, MEMBER_RECORD, .record = &record_size),
    MEMBER(ir_field, length, MEMBER_RECORD, .record = &record_size),
    MEMBER(ir_field, iid, MEMBER_RECORD, .record = &record_size),
    MEMBER(ir_field, choice, MEMBER_RECORD, .record = &record_size),
    FLAG(ir_field, has_range),
    MEMBER(ir_field, range_min, MEMBER_INT64),
    MEMBER(ir_field, range_max, MEMBER_UINT64),
    NUMBER(ir_field, max_len),
    NUMBER(ir_field, tag),
    PLAN(ir_field, number, MEMBER_UINT32),
    PLAN_WORD(ir_field, shape, SHAPES),
    PLAN(ir_field, value, MEMBER_LEVELS),
    PLAN(ir_field, count, MEMBER_UINT32),
    PLAN(ir_field, is_indirect, MEMBER_BOOL),
    INTERNAL(ir_field, limit, MEMBER_UINT32),
    END,
};

static const struct ir_record record_field = {sizeof(struct ir_field), FIELD,
                                              offsetof(struct ir_field, span)};

static const struct ir_member RESERVED[] = {
    NUMBER(ir_reserved, first),
    NUMBER(ir_reserved, last),
    TEXT(ir_reserved, name),
    END,
};

static const struct ir_record record_reserved = {sizeof(struct ir_reserved), RESERVED, 0};

static const struct ir_member CASE[] = {
    MEMBER(ir_case, value, MEMBER_INT64),
    FLAG(ir_case, is_empty),
    NUMBER(ir_case, arm),
    END,
};

static const struct ir_record record_case = {sizeof(struct ir_case), CASE, 0};

static const struct ir_member STRUCT[] = {
    TEXT(ir_struct, name),
    TEXT(ir_struct, doc),
    NAME(ir_struct, file),
    FLAG(ir_struct, is_closed),
    FLAG(ir_struct, is_opaque),
    FLAG(ir_struct, is_union),
    FLAG(ir_struct, is_nested),
    FLAG(ir_struct, is_apart),
    LIST(ir_struct, reserved, reserved_count, &record_reserved),
    LIST(ir_struct, fields, field_count, &record_field),
    LIST(ir_struct, cases, case_count, &record_case),
    FLAG(ir_struct, has_default),
    MEMBER(ir_struct, other, MEMBER_RECORD, .record = &record_case),
    PLAN_WORD(ir_struct, state, STATES),
    INTERNAL(ir_struct, has_pointers, MEMBER_BOOL),
    INTERNAL(ir_struct, is_deep, MEMBER_BOOL),
    INTERNAL(ir_struct, is_checked, MEMBER_BOOL),
    INTERNAL(ir_struct, is_recursive, MEMBER_BOOL),
    INTERNAL(ir_struct, bound, MEMBER_UINT64),
    INTERNAL(ir_struct, size, MEMBER_UINT64),
    END,
};

static const struct ir_member ENUMERATOR[] = {
    NAME(ir_enumerator, name),
    TEXT(ir_enumerator, doc),
    MEMBER(ir_enumerator, value, MEMBER_INT32),
    END,
};

static const struct ir_record record_enumerator = {sizeof(struct ir_enumerator), ENUMERATOR,
                                                   offsetof(struct ir_enumerator, span)};

static const struct ir_member ENUM[] = {
    TEXT(ir_enum, name),
    TEXT(ir_enum, doc),
    NAME(ir_enum, file),
    FLAG(ir_enum, is_opaque),
    FLAG(ir_enum, is_closed),
    FLAG(ir_enum, is_nested),
    FLAG(ir_enum, is_apart),
    LIST(ir_enum, enumerators, enumerator_count, &record_enumerator),
    END,
};

static const struct ir_member TERM[] = {
    WORD(ir_term, kind, TERMS),
    MEMBER(ir_term, value, MEMBER_INT64),
    END,
};

static const struct ir_record record_term = {sizeof(struct ir_term), TERM, 0};

static const struct ir_member SIZE[] = {
    WORD(ir_size, kind, SIZES),
    NUMBER(ir_size, constant),
    NUMBER(ir_size, param),
    LIST(ir_size, terms, term_count, &record_term),
    END,
};

static const struct ir_record record_size = {sizeof(struct ir_size), SIZE, 0};

static const struct ir_member PARAM[] = {
    TEXT(ir_param, name),
    MEMBER(ir_param, idl_name, MEMBER_OTHER_NAME, .same_offset = offsetof(struct ir_param, name)),
    TEXT(ir_param, doc),
    MEMBER(ir_param, type, MEMBER_POINTER, .record = &ir_record_type, .is_required = true),
    FLAG(ir_param, is_in),
    FLAG(ir_param, is_out),
    FLAG(ir_param, is_retval),
    FLAG(ir_param, is_string),
    FLAG(ir_param, is_unique),
    MEMBER(ir_param, size, MEMBER_RECORD, .record = &record_size),
    FLAG(ir_param, is_inner_size),
    MEMBER(ir_param, length, MEMBER_RECORD, .record = &record_size),
    MEMBER(ir_param, iid, MEMBER_RECORD, .record = &record_size),
    MEMBER(ir_param, choice, MEMBER_RECORD, .record = &record_size),
    FLAG(ir_param, has_range),
    MEMBER(ir_param, range_min, MEMBER_INT64),
    MEMBER(ir_param, range_max, MEMBER_UINT64),
    NUMBER(ir_param, max_len),
    NUMBER(ir_param, tag),
    MEMBER(ir_param, partners, MEMBER_TEXT_OR_EMPTY, .is_internal = true),
    PLAN(ir_param, number, MEMBER_UINT32),
    {.name = "shape",
     .kind = MEMBER_WORD,
     .offset = offsetof(struct ir_param, travels),
     .words = SHAPES,
     .is_plan = true},
    PLAN(ir_param, value, MEMBER_LEVELS),
    INTERNAL(ir_param, is_deep, MEMBER_BOOL),
    INTERNAL(ir_param, is_indirect, MEMBER_BOOL),
    PLAN(ir_param, is_rebuilt, MEMBER_BOOL),
    PLAN(ir_param, is_allocated, MEMBER_BOOL),
    PLAN(ir_param, is_bstr, MEMBER_BOOL),
    INTERNAL(ir_param, in_place, MEMBER_BOOL),
    INTERNAL(ir_param, limit, MEMBER_UINT32),
    END,
};

static const struct ir_record record_param = {sizeof(struct ir_param), PARAM,
                                              offsetof(struct ir_param, span)};

static const struct ir_member METHOD[] = {
    NAME(ir_method, name),
    TEXT(ir_method, doc),
    NUMBER(ir_method, slot),
    FLAG(ir_method, is_local),
    FLAG(ir_method, is_oneway),
    FLAG(ir_method, is_idempotent),
    FLAG(ir_method, is_async),
    FLAG(ir_method, is_variadic),
    NUMBER(ir_method, timeout_ms),
    LIST(ir_method, reserved, reserved_count, &record_reserved),
    MEMBER(ir_method, result, MEMBER_POINTER, .record = &ir_record_type, .is_required = true),
    LIST(ir_method, params, param_count, &record_param),
    MEMBER(ir_method, remote, MEMBER_POINTER, .record = &ir_record_method),
    END,
};

static const struct ir_member INTERFACE[] = {
    NAME(ir_interface, name),
    TEXT(ir_interface, doc),
    NAME(ir_interface, file),
    FLAG(ir_interface, has_uuid),
    MEMBER(ir_interface, uuid, MEMBER_UUID),
    FLAG(ir_interface, is_local),
    FLAG(ir_interface, is_forward),
    FLAG(ir_interface, is_dispinterface),
    FLAG(ir_interface, is_rpc),
    INTERNAL(ir_interface, is_planned, MEMBER_BOOL),
    MEMBER(ir_interface, base, MEMBER_REFERENCE, .entity = ENTITY_INTERFACE),
    MEMBER(ir_interface, async_of, MEMBER_REFERENCE, .entity = ENTITY_INTERFACE),
    MEMBER(ir_interface, methods, MEMBER_METHODS, .record = &ir_record_method),
    END,
};

static const struct ir_member CONST[] = {
    NAME(ir_const, name),
    TEXT(ir_const, doc),
    MEMBER(ir_const, type, MEMBER_POINTER, .record = &ir_record_type, .is_required = true),
    MEMBER(ir_const, value, MEMBER_VALUE, .is_required = true),
    END,
};

static const struct ir_member TYPEDEF[] = {
    NAME(ir_typedef, name),
    TEXT(ir_typedef, doc),
    MEMBER(ir_typedef, type, MEMBER_POINTER, .record = &ir_record_type, .is_required = true),
    END,
};

static const struct ir_member GUIDS[] = {
    NAME(ir_guid, name),
    MEMBER(ir_guid, uuid, MEMBER_UUID, .is_required = true),
    END,
};

static const struct ir_member VARIABLE[] = {
    NAME(ir_variable, name),
    MEMBER(ir_variable, type, MEMBER_POINTER, .record = &ir_record_type, .is_required = true),
    END,
};

const struct ir_record ir_record_type = {sizeof(struct ir_type), TYPE, 0};
const struct ir_record ir_record_struct = {sizeof(struct ir_struct), STRUCT,
                                           offsetof(struct ir_struct, span)};
const struct ir_record ir_record_enum = {sizeof(struct ir_enum), ENUM, offsetof(struct ir_enum, span)};
const struct ir_record ir_record_interface = {sizeof(struct ir_interface), INTERFACE,
                                              offsetof(struct ir_interface, span)};
const struct ir_record ir_record_method = {sizeof(struct ir_method), METHOD,
                                           offsetof(struct ir_method, span)};
const struct ir_record ir_record_const = {sizeof(struct ir_const), CONST, offsetof(struct ir_const, span)};
const struct ir_record ir_record_typedef = {sizeof(struct ir_typedef), TYPEDEF,
                                            offsetof(struct ir_typedef, span)};
const struct ir_record ir_record_guid = {sizeof(struct ir_guid), GUIDS, 0};
const struct ir_record ir_record_variable = {sizeof(struct ir_variable), VARIABLE, 0};

const struct ir_record *ir_item_record(enum ir_item_kind kind)
{
    switch (kind) {
    case ITEM_CONST:
        return &ir_record_const;
    case ITEM_STRUCT:
        return &ir_record_struct;
    case ITEM_ENUM:
        return &ir_record_enum;
    case ITEM_TYPEDEF:
        return &ir_record_typedef;
    case ITEM_INTERFACE:
        return &ir_record_interface;
    case ITEM_GUID:
        return &ir_record_guid;
    case ITEM_VARIABLE:
        return &ir_record_variable;
    default:
        return NULL;
    }
}

enum ir_entity_kind ir_item_entity(enum ir_item_kind kind)
{
    switch (kind) {
    case ITEM_STRUCT:
        return ENTITY_STRUCT;
    case ITEM_ENUM:
        return ENTITY_ENUM;
    case ITEM_INTERFACE:
        return ENTITY_INTERFACE;
    default:
        return ENTITY_COUNT;
    }
}
