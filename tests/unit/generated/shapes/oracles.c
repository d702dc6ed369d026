/* nanopb and protobuf-c for the messages of shapes.idl. */
#include "oracles.h"

#include <pb_decode.h>
#include <pb_encode.h>
#include <shapes.pb-c.h>
#include <shapes.pb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES(method, words)                                                                   \
    {"IShapes_" #method "_Request", mmlite_IShapes_##method##_Request_fields,                     \
     sizeof(mmlite_IShapes_##method##_Request), &mmlite__ishapes##words##__request__descriptor},  \
    {                                                                                             \
        "IShapes_" #method "_Reply", mmlite_IShapes_##method##_Reply_fields,                      \
            sizeof(mmlite_IShapes_##method##_Reply), &mmlite__ishapes##words##__reply__descriptor \
    }

struct message_type {
    const char *name;
    const pb_msgdesc_t *fields;
    size_t size;
    const ProtobufCMessageDescriptor *descriptor;
};

static const struct message_type TYPES[] = {
    MESSAGES(Figure, __figure),   MESSAGES(FigureByValue, __figure_by_value),
    MESSAGES(Value, __value),     MESSAGES(Drawn, __drawn),
    MESSAGES(Node, __node),       MESSAGES(ChangeNode, __change_node),
    MESSAGES(Arrays, __arrays),   MESSAGES(Held, __held),
    MESSAGES(Lists, __lists),     MESSAGES(Objects, __objects),
    MESSAGES(Names, __names),     MESSAGES(Tagged, __tagged),
    MESSAGES(Card, __card),       MESSAGES(Cards, __cards),
    MESSAGES(Replace, __replace), MESSAGES(Bstrs, __bstrs),
    MESSAGES(Maybe, __maybe),     MESSAGES(Given, __given),
};

static void die(const char *library, const char *type, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", library, type, why);
    abort();
}

static const struct message_type *type_of(const char *name)
{
    size_t i = 0;

    while (i < sizeof(TYPES) / sizeof(TYPES[0]) && strcmp(TYPES[i].name, name) != 0)
        i++;
    if (i == sizeof(TYPES) / sizeof(TYPES[0]))
        die("oracle", name, "unknown");
    return &TYPES[i];
}

void oracle_nanopb(const char *type, uint8_t **bytes, size_t *size)
{
    pb_istream_t in = pb_istream_from_buffer(*bytes, *size);
    const struct message_type *known = type_of(type);
    void *message = calloc(1, known->size);
    size_t capacity = 1024 * 1024;
    pb_ostream_t out;

    if (!pb_decode(&in, known->fields, message))
        die("nanopb", type, PB_GET_ERROR(&in));
    free(*bytes);
    *bytes = malloc(capacity);
    out = pb_ostream_from_buffer(*bytes, capacity);
    if (!pb_encode(&out, known->fields, message))
        die("nanopb", type, PB_GET_ERROR(&out));
    *size = out.bytes_written;
    pb_release(known->fields, message);
    free(message);
}

void oracle_protobuf_c(const char *type, uint8_t **bytes, size_t *size)
{
    ProtobufCMessage *message = protobuf_c_message_unpack(type_of(type)->descriptor, NULL, *size, *bytes);

    if (!message)
        die("protobuf-c", type, "not parsed");
    if (message->n_unknown_fields)
        die("protobuf-c", type, "has fields that it does not know");
    free(*bytes);
    *size = protobuf_c_message_get_packed_size(message);
    *bytes = malloc(*size ? *size : 1);
    if (protobuf_c_message_pack(message, *bytes) != *size)
        die("protobuf-c", type, "not written");
    protobuf_c_message_free_unpacked(message, NULL);
}
