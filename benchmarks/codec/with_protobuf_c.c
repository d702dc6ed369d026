/*
 * protobuf-c: the size of a message, as every user needs it for the buffer, and pack; unpack into memory of
 * malloc, and free.
 */
#include "codecs.h"

#include <codec.pb-c.h>
#include <string.h>

static Mmlite__CodecPoint point[POINT_COUNT], *point_list[POINT_COUNT];
static Mmlite__CodecAddress home = MMLITE__CODEC_ADDRESS__INIT, work = MMLITE__CODEC_ADDRESS__INIT;
static Mmlite__CodecPerson somebody = MMLITE__CODEC_PERSON__INIT;
static Mmlite__ICodecTextRequest text = MMLITE__ICODEC__TEXT__REQUEST__INIT;
static Mmlite__ICodecPointsRequest points = MMLITE__ICODEC__POINTS__REQUEST__INIT;
static Mmlite__ICodecPersonRequest person = MMLITE__ICODEC__PERSON__REQUEST__INIT;
static Mmlite__ICodecBlobRequest blob = MMLITE__ICODEC__BLOB__REQUEST__INIT;

static ProtobufCMessage *const messages[SHAPE_COUNT] = {
    [SHAPE_TEXT] = &text.base,
    [SHAPE_POINTS] = &points.base,
    [SHAPE_PERSON] = &person.base,
    [SHAPE_BLOB] = &blob.base,
};

static void fill_address(Mmlite__CodecAddress *to, const struct codec_address *from)
{
    to->street = (char *)(uintptr_t)from->street; /* only read */
    to->city = (char *)(uintptr_t)from->city;
    to->postcode = from->postcode;
}

/* A program with protobuf-c works on such structs, so filling them is not part of what is measured. */
static void fill(void)
{
    uint32_t i;

    text.a = samples.a;
    text.b = samples.b;
    text.c = samples.c;
    text.text = (char *)(uintptr_t)samples.text;
    for (i = 0; i < POINT_COUNT; i++) {
        mmlite__codec_point__init(&point[i]);
        point[i].x = samples.points[i].x;
        point[i].y = samples.points[i].y;
        point[i].z = samples.points[i].z;
        point_list[i] = &point[i];
    }
    points.n_points = POINT_COUNT;
    points.points = point_list;
    somebody.id = samples.person.id;
    somebody.name = (char *)(uintptr_t)samples.person.name;
    fill_address(&home, &samples.person.home);
    fill_address(&work, &samples.person.work);
    somebody.home = &home;
    somebody.work = &work;
    somebody.active = samples.person.active;
    person.person = &somebody;
    blob.offset = samples.offset;
    blob.data.data = (uint8_t *)(uintptr_t)samples.blob;
    blob.data.len = BLOB_BYTES;
}

static bool protobuf_c_encode(enum shape shape, uint8_t *buffer, size_t *out_size)
{
    static bool filled;

    if (!filled)
        fill();
    filled = true;
    *out_size = 0;
    if (shape == SHAPE_NULL)
        return true;
    if (protobuf_c_message_get_packed_size(messages[shape]) > MESSAGE_BYTES_MAX)
        return false;
    *out_size = protobuf_c_message_pack(messages[shape], buffer);
    return true;
}

static void digest_points_read(uint64_t *digest, const Mmlite__ICodecPointsRequest *read)
{
    size_t i;

    digest_number(digest, read->n_points);
    for (i = 0; i < read->n_points; i++) {
        digest_number(digest, (uint32_t)read->points[i]->x);
        digest_number(digest, (uint32_t)read->points[i]->y);
        digest_number(digest, (uint32_t)read->points[i]->z);
    }
}

static void digest_person_read(uint64_t *digest, const Mmlite__CodecPerson *from)
{
    const struct codec_person read = {
        .id = from->id,
        .name = from->name,
        .home = {from->home->street, from->home->city, from->home->postcode},
        .work = {from->work->street, from->work->city, from->work->postcode},
        .active = (boolean)from->active,
    };

    digest_person(digest, &read);
}

static void digest_message(uint64_t *digest, enum shape shape, const ProtobufCMessage *message)
{
    const Mmlite__ICodecTextRequest *text_read = (const void *)message;
    const Mmlite__ICodecBlobRequest *blob_read = (const void *)message;

    if (shape == SHAPE_TEXT)
        digest_text(digest, text_read->a, text_read->b, text_read->c, text_read->text);
    else if (shape == SHAPE_POINTS)
        digest_points_read(digest, (const void *)message);
    else if (shape == SHAPE_PERSON)
        digest_person_read(digest, ((const Mmlite__ICodecPersonRequest *)(const void *)message)->person);
    else
        digest_blob(digest, blob_read->offset, blob_read->data.data, (uint32_t)blob_read->data.len);
}

static bool protobuf_c_decode(enum shape shape, uint8_t *bytes, size_t size, uint64_t *digest)
{
    ProtobufCMessage *message;

    if (shape == SHAPE_NULL)
        return true;
    message = protobuf_c_message_unpack(messages[shape]->descriptor, NULL, size, bytes);
    if (!message)
        return false;
    if (digest)
        digest_message(digest, shape, message);
    protobuf_c_message_free_unpacked(message, NULL);
    return true;
}

const struct codec protobuf_c_codec = {
    .name = "protobuf-c",
    .what = "protobuf-c: size and pack; unpack and free",
    .encode = protobuf_c_encode,
    .decode = protobuf_c_decode,
};
