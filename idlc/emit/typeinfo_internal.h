/* Shared by typeinfo.c (messages), typeinfo_collect.c (what they name), typeinfo_constants.c and
 * typeinfo_put.c. */
#ifndef IDLC_EMIT_TYPEINFO_INTERNAL_H
#define IDLC_EMIT_TYPEINFO_INTERNAL_H

#include "emit.h"
#include "wire.h"

/* Field numbers of typeinfo.proto that several need. */
enum { INFO_VERSION = 1, INFO_FILE, INFO_INTERFACES, INFO_STRUCTS, INFO_ENUMS, INFO_CONSTANTS };
enum { DOC = 15 };

enum { KIND_ENUM = 19, KIND_STRUCT, KIND_INTERFACE };

/* The kinds of base types; 0: such a type has none. */
extern const uint8_t typeinfo_kinds[BASE_COUNT];

struct typeinfo_table {
    const void **items;
    uint32_t count;
    uint32_t capacity;
};

/* A message that is being made: all that it names. */
struct typeinfo {
    struct arena *arena;
    bool with_docs;
    bool has_deep; /* a parameter, or a number with all its bytes, is what version 1 did not have */
    struct typeinfo_table interfaces;
    struct typeinfo_table structs; /* inner ones first, but for those that pointers lead back to */
    struct typeinfo_table entered;
    struct typeinfo_table enums;
};

/* ---- the parts of a message ---- */

void typeinfo_put_varint(struct text *out, uint64_t value);
/** As proto3 has it: zero is not written. */
void typeinfo_put_number(struct text *out, uint32_t field, uint64_t value);
void typeinfo_put_double(struct text *out, uint32_t field, double value);
void typeinfo_put_bytes(struct text *out, uint32_t field, const char *bytes, size_t length);
/** @param string  NULL and the empty one are not written */
void typeinfo_put_string(struct text *out, uint32_t field, const char *string);
void typeinfo_put_message(struct text *out, uint32_t field, const struct text *message);
/** If the message is one with documentation. */
void typeinfo_put_doc(const struct typeinfo *info, struct text *out, const char *doc);
uint64_t typeinfo_zigzag(int64_t value);

/* ---- what is named ---- */

/** The position of an item; the table's count: it is not there. */
uint32_t typeinfo_find(const struct typeinfo_table *table, const void *item);
bool typeinfo_is_unknown(const struct ir_interface *interface);
/** All that an interface leads to; bases first, so that they are known with their methods. */
void typeinfo_collect(struct typeinfo *info, const struct ir_interface *interface);
/** Enums that no parameter of the file is of: their values are flags, or codes, of parameters that are
 * integers. */
void typeinfo_collect_flags(struct typeinfo *info, const struct ir_file *file);
/** Whoever calls by name may write them. The values of an enum without a name are constants, too. */
void typeinfo_put_constants(struct typeinfo *info, struct text *out, const struct ir_file *file);

#endif
