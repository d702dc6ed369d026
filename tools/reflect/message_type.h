/* Messages of protobuf-c whose descriptors are made at run time. */
#ifndef REFLECT_MESSAGE_TYPE_H
#define REFLECT_MESSAGE_TYPE_H

#include "type_info.h"

/**
 * Describes a message with these members; every field knows whether it is there. The structs that they use
 * are described already.
 */
void message_type_init(struct message_type *type, struct pool *pool, const char *name,
                       const struct type_member *const *members, uint32_t count);

/** An empty message. */
ProtobufCMessage *message_create(const struct message_type *type, struct pool *pool);

/** Where a message keeps the value, or the pointer to elements, of its member. */
void *message_value(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/** Where it keeps how many elements there are. */
size_t *message_count(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/** Whether the field is there (not of arrays). */
bool message_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/** Says that the field is there; its value is set (not of arrays, texts and structs, which are by their
 * pointer). */
void message_set_present(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/** Bytes of one element in memory. */
size_t message_element_bytes(ProtobufCType type);

void message_set_absent(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Structs behind pointers in structs, at most: what the runtime takes (rpc_shape.h). */
#define MESSAGE_DEPTH_MAX 100

/** Whether messages in messages are not deeper than that: protobuf-c itself goes as deep as they are. */
bool message_is_shallow(const struct message_type *type, const uint8_t *bytes, size_t size_bytes,
                        uint32_t depth);

#endif
