/*
 * Shared by type_info.c (the whole, structs and enums), type_info_member.c and type_info_interface.c. What
 * they read comes from a node that may lie: nothing is believed.
 */
#ifndef REFLECT_TYPE_INFO_READER_H
#define REFLECT_TYPE_INFO_READER_H

#include "type_info.h"
#include <wire/typeinfo.pb-c.h>

typedef Mmlite__Wire__TypeInfo InfoMessage;
typedef Mmlite__Wire__TypeInterface InterfaceMessage;
typedef Mmlite__Wire__TypeMethod MethodMessage;
typedef Mmlite__Wire__TypeMember MemberMessage;

struct type_reader {
    struct type_info *info;
    const InfoMessage *message;
    char *error; /* TYPE_INFO_ERROR_BYTES; "" until something is refused */
};

/** Says why the message is refused. What is said first stays: the rest may follow from it. @retval false
 * always */
bool type_reader_refuse(struct type_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** A copy in the info's pool; "": refused, for it is no identifier. */
const char *type_reader_name(struct type_reader *reader, const char *text);
const char *type_reader_doc(struct type_reader *reader, const char *text);
bool type_reader_is_known_number(struct type_reader *reader, size_t count, size_t most, const char *what);

/** @param struct_count  the structs that it may have are those before this one */
bool type_reader_member(struct type_reader *reader, const MemberMessage *message, uint32_t position,
                        uint32_t struct_count, struct type_member *member);
/** Two fields of one message have different numbers. */
bool type_reader_check_numbers(struct type_reader *reader, const struct type_member *members, uint32_t count);
/** After its size is known: what an array of arrays has in all. */
bool type_reader_dimensions(struct type_reader *reader, const MemberMessage *message,
                            struct type_member *member);
/** What counts the elements of `name`: one of its neighbours, or computed of several. */
bool type_reader_size(struct type_reader *reader, const Mmlite__Wire__TypeSize *message, const char *name,
                      const struct type_member *members, uint32_t count, struct type_size *size);
/** Whether it can tell the arm of a union. */
bool type_reader_is_choice(const struct type_member *member);

/** Names and bases of all interfaces, before their methods: those refer to any interface. */
bool type_reader_heads(struct type_reader *reader);
/** Methods. The described interface is the first, and its bases follow one another. */
bool type_reader_chain(struct type_reader *reader);

#endif
