#include "oracles.h"

#include <everything.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES(method, words)                                                              \
    {"IEverything_" #method "_Request", &mmlite__ieverything##words##__request__descriptor}, \
    {                                                                                        \
        "IEverything_" #method "_Reply", &mmlite__ieverything##words##__reply__descriptor    \
    }

static const struct {
    const char *type;
    const ProtobufCMessageDescriptor *descriptor;
} TYPES[] = {
    MESSAGES(Nothing, __nothing),
    MESSAGES(Signed, __signed),
    MESSAGES(Unsigned, __unsigned),
    MESSAGES(Others, __others),
    MESSAGES(InOut, __in_out),
    MESSAGES(ByReference, __by_reference),
    MESSAGES(Strings, __strings),
    MESSAGES(Blobs, __blobs),
    MESSAGES(Integers, __integers),
    MESSAGES(MoreArrays, __more_arrays),
    MESSAGES(Truths, __truths),
    MESSAGES(Structs, __structs),
    MESSAGES(StructArrays, __struct_arrays),
    MESSAGES(Labels, __labels),
    MESSAGES(Interfaces, __interfaces),
    MESSAGES(Ranges, __ranges),
    MESSAGES(Names, __names),
    MESSAGES(Fill, __fill),
    MESSAGES(Objects, __objects),
    MESSAGES(get_Level, _get__level),
    MESSAGES(Wide, __wide),
    MESSAGES(WideStructs, __wide_structs),
    MESSAGES(Allocated, __allocated),
    MESSAGES(Copy, __copy),
    MESSAGES(RemoteSum, __remote_sum),
    MESSAGES(Bstrs, __bstrs),
    MESSAGES(get_Title, _get__title),
    MESSAGES(put_Title, _put__title),
};

static void die(const char *type, const char *why)
{
    fprintf(stderr, "protobuf-c: %s: %s\n", type, why);
    abort();
}

void oracle_protobuf_c(const char *type, uint8_t **bytes, size_t *size)
{
    ProtobufCMessage *message;
    size_t i = 0;

    while (i < sizeof(TYPES) / sizeof(TYPES[0]) && strcmp(TYPES[i].type, type) != 0)
        i++;
    if (i == sizeof(TYPES) / sizeof(TYPES[0]))
        die(type, "unknown");
    message = protobuf_c_message_unpack(TYPES[i].descriptor, NULL, *size, *bytes);
    if (!message)
        die(type, "not parsed");
    if (message->n_unknown_fields)
        die(type, "has fields that it does not know");
    free(*bytes);
    *size = protobuf_c_message_get_packed_size(message);
    *bytes = malloc(*size ? *size : 1);
    if (protobuf_c_message_pack(message, *bytes) != *size)
        die(type, "not written");
    protobuf_c_message_free_unpacked(message, NULL);
}
