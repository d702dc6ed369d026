/* What bench-codec compares: several ways to write and read the same four messages. */
#ifndef CODECS_H
#define CODECS_H

#include <codec.idl.h>

enum shape { SHAPE_NULL, SHAPE_TEXT, SHAPE_POINTS, SHAPE_PERSON, SHAPE_BLOB, SHAPE_COUNT };

enum {
    POINT_COUNT = 16,
    BLOB_BYTES = 1024,
    MESSAGE_BYTES_MAX = 2048,
};

/* The values of the messages, the same for all. */
struct samples {
    int32_t a, b, c;
    const char *text;
    struct codec_point points[POINT_COUNT];
    struct codec_person person;
    uint64_t offset;
    uint8_t blob[BLOB_BYTES];
};

extern const struct samples samples;

struct codec {
    const char *name;
    const char *what;

    /**
     * Writes the sample of one shape; nothing for SHAPE_NULL, which takes what all shapes take.
     * @param out_size  bytes, at most MESSAGE_BYTES_MAX
     */
    bool (*encode)(enum shape shape, uint8_t *buffer, size_t *out_size);

    /**
     * Reads a message; its bytes may be changed, and one spare byte lies behind them.
     * @param digest  NULL, or the values that were read are added to it: they must be the sample's
     * @retval false it was refused
     */
    bool (*decode)(enum shape shape, uint8_t *message, size_t size, uint64_t *digest);
};

extern const struct codec hand_codec;       /* as somebody would write it for just these messages */
extern const struct codec line_codec;       /* generated, straight-line */
extern const struct codec table_codec;      /* generated with --optimize=size */
extern const struct codec nanopb_codec;     /* with its tables and static structs */
extern const struct codec protobuf_c_codec; /* pack and unpack */

/* ---- digests of what was read ---- */

void digest_number(uint64_t *digest, uint64_t value);
void digest_bytes(uint64_t *digest, const void *bytes, size_t size);
void digest_text(uint64_t *digest, int32_t a, int32_t b, int32_t c, const char *text);
void digest_points(uint64_t *digest, const struct codec_point *points, uint32_t count);
void digest_person(uint64_t *digest, const struct codec_person *person);
void digest_blob(uint64_t *digest, uint64_t offset, const uint8_t *data, uint32_t length);

#endif
