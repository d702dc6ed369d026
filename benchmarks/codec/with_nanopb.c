/* nanopb with its tables: no malloc, structs of fixed size. */
#include "codecs.h"

#include <codec.pb.h>
#include <pb_decode.h>
#include <pb_encode.h>
#include <string.h>

static mmlite_ICodec_Text_Request text;
static mmlite_ICodec_Points_Request points;
static mmlite_ICodec_Person_Request person;
static mmlite_ICodec_Blob_Request blob;

static const struct {
    const pb_msgdesc_t *fields;
    void *message;
} messages[SHAPE_COUNT] = {
    [SHAPE_TEXT] = {mmlite_ICodec_Text_Request_fields, &text},
    [SHAPE_POINTS] = {mmlite_ICodec_Points_Request_fields, &points},
    [SHAPE_PERSON] = {mmlite_ICodec_Person_Request_fields, &person},
    [SHAPE_BLOB] = {mmlite_ICodec_Blob_Request_fields, &blob},
};

static void fill_address(mmlite_codec_address *to, const struct codec_address *from)
{
    strcpy(to->street, from->street);
    strcpy(to->city, from->city);
    to->postcode = from->postcode;
}

/* A program with nanopb works on such structs, so filling them is not part of what is measured. */
static void fill(void)
{
    uint32_t i;

    text.a = samples.a;
    text.b = samples.b;
    text.c = samples.c;
    strcpy(text.text, samples.text);
    points.points_count = POINT_COUNT;
    for (i = 0; i < POINT_COUNT; i++)
        points.points[i] =
            (mmlite_codec_point){samples.points[i].x, samples.points[i].y, samples.points[i].z};
    person.has_person = person.person.has_home = person.person.has_work = true;
    person.person.id = samples.person.id;
    strcpy(person.person.name, samples.person.name);
    fill_address(&person.person.home, &samples.person.home);
    fill_address(&person.person.work, &samples.person.work);
    person.person.active = samples.person.active != 0;
    blob.offset = samples.offset;
    blob.data.size = BLOB_BYTES;
    memcpy(blob.data.bytes, samples.blob, BLOB_BYTES);
}

static bool nanopb_encode(enum shape shape, uint8_t *buffer, size_t *out_size)
{
    pb_ostream_t stream = pb_ostream_from_buffer(buffer, MESSAGE_BYTES_MAX);
    static bool filled;

    if (!filled)
        fill();
    filled = true;
    *out_size = 0;
    if (shape == SHAPE_NULL)
        return true;
    if (!pb_encode(&stream, messages[shape].fields, messages[shape].message))
        return false;
    *out_size = stream.bytes_written;
    return true;
}

static void digest_points_read(uint64_t *digest)
{
    uint32_t i;

    digest_number(digest, points.points_count);
    for (i = 0; i < points.points_count; i++) {
        digest_number(digest, (uint32_t)points.points[i].x);
        digest_number(digest, (uint32_t)points.points[i].y);
        digest_number(digest, (uint32_t)points.points[i].z);
    }
}

static void digest_person_read(uint64_t *digest)
{
    const mmlite_codec_person *from = &person.person;
    const struct codec_person read = {
        .id = from->id,
        .name = from->name,
        .home = {from->home.street, from->home.city, from->home.postcode},
        .work = {from->work.street, from->work.city, from->work.postcode},
        .active = from->active,
    };

    digest_person(digest, &read);
}

static bool nanopb_decode(enum shape shape, uint8_t *message, size_t size, uint64_t *digest)
{
    pb_istream_t stream = pb_istream_from_buffer(message, size);

    if (shape == SHAPE_NULL)
        return true;
    if (!pb_decode(&stream, messages[shape].fields, messages[shape].message))
        return false;
    if (digest && shape == SHAPE_TEXT)
        digest_text(digest, text.a, text.b, text.c, text.text);
    else if (digest && shape == SHAPE_POINTS)
        digest_points_read(digest);
    else if (digest && shape == SHAPE_PERSON)
        digest_person_read(digest);
    else if (digest)
        digest_blob(digest, blob.offset, blob.data.bytes, blob.data.size);
    return true;
}

const struct codec nanopb_codec = {
    .name = "nanopb",
    .what = "nanopb: tables, static structs",
    .encode = nanopb_encode,
    .decode = nanopb_decode,
};
