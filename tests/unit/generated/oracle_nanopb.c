#include "oracles.h"

#include <everything.pb.h>
#include <pb_decode.h>
#include <pb_encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES(method)                                                              \
    {"IEverything_" #method "_Request", mmlite_IEverything_##method##_Request_fields, \
     sizeof(mmlite_IEverything_##method##_Request)},                                  \
    {                                                                                 \
        "IEverything_" #method "_Reply", mmlite_IEverything_##method##_Reply_fields,  \
            sizeof(mmlite_IEverything_##method##_Reply)                               \
    }

static const struct {
    const char *type;
    const pb_msgdesc_t *fields;
    size_t size;
} TYPES[] = {
    MESSAGES(Nothing),      MESSAGES(Signed),      MESSAGES(Unsigned),   MESSAGES(Others),
    MESSAGES(InOut),        MESSAGES(ByReference), MESSAGES(Strings),    MESSAGES(Blobs),
    MESSAGES(Integers),     MESSAGES(MoreArrays),  MESSAGES(Truths),     MESSAGES(Structs),
    MESSAGES(StructArrays), MESSAGES(Labels),      MESSAGES(Interfaces), MESSAGES(Ranges),
    MESSAGES(Fill),         MESSAGES(Objects),     MESSAGES(get_Level),  MESSAGES(Wide),
    MESSAGES(WideStructs),  MESSAGES(Allocated),   MESSAGES(Copy),       MESSAGES(RemoteSum),
    MESSAGES(Bstrs),        MESSAGES(get_Title),   MESSAGES(put_Title),
};

static void die(const char *type, const char *why)
{
    fprintf(stderr, "nanopb: %s: %s\n", type, why);
    abort();
}

void oracle_nanopb(const char *type, uint8_t **bytes, size_t *size)
{
    pb_istream_t in = pb_istream_from_buffer(*bytes, *size);
    size_t capacity = 1024 * 1024, i = 0;
    pb_ostream_t out;
    void *message;

    if (strncmp(type, "IEverything_Names_", 18) == 0)
        return; /* see everything.options */
    while (i < sizeof(TYPES) / sizeof(TYPES[0]) && strcmp(TYPES[i].type, type) != 0)
        i++;
    if (i == sizeof(TYPES) / sizeof(TYPES[0]))
        die(type, "unknown");
    message = calloc(1, TYPES[i].size ? TYPES[i].size : 1);
    if (!pb_decode(&in, TYPES[i].fields, message))
        die(type, PB_GET_ERROR(&in));
    free(*bytes);
    *bytes = malloc(capacity);
    out = pb_ostream_from_buffer(*bytes, capacity);
    if (!pb_encode(&out, TYPES[i].fields, message))
        die(type, PB_GET_ERROR(&out));
    *size = out.bytes_written;
    free(message);
}
