/* Values as people write them: into messages, and what to write when they are wrong. */
#ifndef REFLECT_VALUE_H
#define REFLECT_VALUE_H

#include "message_type.h"
#include "type_info.h"

/* Room for what is wrong with a value, and where in it. */
#define VALUE_ERROR_BYTES 1200

struct value_reader {
    const struct type_info *info; /* whose constants may be named */
    struct pool *pool;            /* of the message */
    char *error;                  /* VALUE_ERROR_BYTES */
    /* Takes the path of an object that the message refers to: its value, from 1; 0: there is no more room. */
    uint32_t (*take_path)(void *context, const char *path, const struct type_interface *interface);
    void *context;
};

/* A value as it stands on the command line. */
struct value_text {
    const char *bytes;
    size_t size;
    bool is_file; /* it is what a file holds: taken as it is for texts and bytes */
};

/**
 * Sets a member of a message.
 *
 * - integers: decimal, 0x…, the name of a constant or of an enum's value; HRESULTs by name
 * - characters: one, also in '…', or a number; floats also nan, inf and -inf, and none that is too large
 * - booleans: true, false, 1, 0; GUIDs as 8-4-4-4-12 digits
 * - texts as they are; bytes as text, or hex:00ff…; text:… is a text that begins like something else
 * - arrays in structs have all their elements; null is for what may be NULL
 * - structs and arrays as JSON, in which all of the above may be strings, and numbers and booleans may be
 * bare
 *
 * @param out_count  elements of an array or bytes; bytes of a text; else 1
 * @retval false reader->error says what is wrong where, and what is expected
 */
bool value_set(struct value_reader *reader, const struct type_member *member,
               const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, struct value_text text,
               size_t *out_count);

/** Sets an integer member: its range is checked. */
bool value_set_integer(struct value_reader *reader, const struct type_member *member,
                       const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, uint64_t value);

/** The same of a value that is known to fit. */
void value_store_integer(const struct type_member *member, const ProtobufCFieldDescriptor *field,
                         ProtobufCMessage *message, int64_t value);

/** The integer that a member has. */
int64_t value_integer(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/** Whether a union, NULL if it is empty, has the arm that goes with the value of its `choice`. */
bool value_check_arm(struct value_reader *reader, const char *path, const struct type_member *member,
                     ProtobufCMessage *value, int64_t number);

/** What may be written, such as "uint16_t from 0 to 100". */
#define VALUE_EXPECTED_BYTES 240
void value_expected(const struct type_member *member, char text[VALUE_EXPECTED_BYTES]);

/** Whether an integer is one of its kind, in its range, and in its closed enum. */
bool value_fits(const struct type_member *member, bool is_negative, uint64_t magnitude);

/** Whether bytes are UTF-8, with NULs or without. */
bool value_is_text(const void *bytes, size_t size, bool with_nul);

#endif
