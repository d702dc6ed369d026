/*
 * Which members of the IR's records are written, and how: one table that the writer and the reader walk, so
 * that they cannot disagree. A member that is new in ir.h needs a row here and nothing else.
 */
#ifndef IDLC_IR_JSON_TABLE_H
#define IDLC_IR_JSON_TABLE_H

#include "ir.h"

#include <stddef.h>

enum ir_member_kind {
    MEMBER_TEXT,
    MEMBER_TEXT_OR_EMPTY, /* a text that is "" where it is not written */
    MEMBER_OTHER_NAME,    /* a text that is another member's where it is not written */
    MEMBER_BOOL,
    MEMBER_UINT32,
    MEMBER_INT32,
    MEMBER_UINT64,
    MEMBER_INT64,
    MEMBER_WORD,      /* an enum, written as one of `words` */
    MEMBER_UUID,      /* 16 bytes */
    MEMBER_RECORD,    /* a record in place */
    MEMBER_POINTER,   /* a pointer to a record */
    MEMBER_LIST,      /* a pointer to records, and how many */
    MEMBER_METHODS,   /* of an interface: those that it does not inherit */
    MEMBER_LEVELS,    /* a type that is the record's `type`, some pointers and arrays taken off: how many */
    MEMBER_VALUE,     /* struct value */
    MEMBER_REFERENCE, /* a pointer to a struct, enum or interface: its name */
};

/* What references name; each is written once, as an item or in "used". */
enum ir_entity_kind { ENTITY_STRUCT, ENTITY_ENUM, ENTITY_INTERFACE, ENTITY_COUNT };

struct ir_record;

struct ir_member {
    const char *name; /* NULL: the end of the table */
    enum ir_member_kind kind;
    bool is_required; /* a reader refuses a record without it */
    bool is_plan;     /* made by wire.c */
    bool is_internal; /* what nobody is compiled with: how code is generated, how something was written */
    size_t offset;
    size_t count_offset;            /* MEMBER_LIST: of the uint32_t */
    size_t same_offset;             /* MEMBER_OTHER_NAME: of the other text, whose row is before this one */
    const char *const *words;       /* MEMBER_WORD: by value; NULL entries are no words; ends with "" */
    const struct ir_record *record; /* MEMBER_RECORD, MEMBER_POINTER, MEMBER_LIST */
    enum ir_entity_kind entity;     /* MEMBER_REFERENCE */
};

struct ir_record {
    size_t size_bytes;
    const struct ir_member *members;
    size_t span_offset; /* of the struct span that a reader sets; 0: it has none */
};

extern const struct ir_record ir_record_type;
extern const struct ir_record ir_record_struct;
extern const struct ir_record ir_record_enum;
extern const struct ir_record ir_record_interface;
extern const struct ir_record ir_record_method;
extern const struct ir_record ir_record_const;
extern const struct ir_record ir_record_typedef;
extern const struct ir_record ir_record_guid;
extern const struct ir_record ir_record_variable;

/* By enum ir_item_kind: the member of an item that holds it; ends with "". */
extern const char *const ir_item_words[];

/** The record of an item's kind; NULL: a quote, which is a string. */
const struct ir_record *ir_item_record(enum ir_item_kind kind);

/** ENTITY_COUNT: items of this kind are not referred to. */
enum ir_entity_kind ir_item_entity(enum ir_item_kind kind);

#endif
