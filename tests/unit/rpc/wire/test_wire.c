/* The codec beside nanopb's: random values of every kind, and messages that are cut or wrong. */
#include <cmocka_all.h>
#include <pb_decode.h>
#include <pb_encode.h>
#include <stdlib.h>
#include <wire_values.h>

enum { ROUNDS = 20000, BUFFER_BYTES = 64 };

/* Values of all lengths, not mostly long ones; the same in every run. */
static uint64_t random_value(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> state % 64;
}

static struct wire_writer writer_on(uint8_t *buffer)
{
    struct wire_writer writer;

    memset(buffer, 0xAA, BUFFER_BYTES);
    wire_writer_init(&writer, buffer, BUFFER_BYTES);
    return writer;
}

/* Reads the one field that was written. */
static struct wire_reader reader_on(uint8_t *buffer, const struct wire_writer *writer, uint32_t tag)
{
    struct wire_reader reader;
    uint32_t got = 0;

    assert_false(writer->failed);
    wire_reader_init(&reader, buffer, (size_t)(writer->at - buffer));
    assert_true(wire_next(&reader, &got));
    assert_int_equal(got, tag);
    return reader;
}

/* nanopb's reading of the same field. */
static pb_istream_t oracle_on(uint8_t *buffer, const struct wire_writer *writer, uint32_t field,
                              pb_wire_type_t type)
{
    pb_istream_t stream = pb_istream_from_buffer(buffer, (size_t)(writer->at - buffer));
    pb_wire_type_t got_type;
    uint32_t got_field;
    bool ended;

    assert_true(pb_decode_tag(&stream, &got_type, &got_field, &ended));
    assert_int_equal(got_field, field);
    assert_int_equal(got_type, type);
    return stream;
}

static void integers_are_what_nanopb_reads(void **state)
{
    uint8_t buffer[BUFFER_BYTES];
    uint32_t i;

    (void)state;
    for (i = 0; i < ROUNDS; i++) {
        uint32_t field = 1 + (uint32_t)(random_value() % 0x1FFFFFFF);
        uint64_t value = random_value(), got;
        int64_t signed_value = (int64_t)(random_value() ^ (i & 1 ? UINT64_MAX : 0)), got_signed;
        struct wire_writer writer = writer_on(buffer);
        struct wire_reader reader;
        pb_istream_t oracle;

        wire_put_uint64(&writer, field, value);
        reader = reader_on(buffer, &writer, WIRE_TAG(field, WIRE_VARINT));
        assert_true(wire_get_uint64(&reader) == value);
        oracle = oracle_on(buffer, &writer, field, PB_WT_VARINT);
        assert_true(pb_decode_varint(&oracle, &got) && got == value && !oracle.bytes_left);

        writer = writer_on(buffer);
        wire_put_sint64(&writer, field, signed_value);
        reader = reader_on(buffer, &writer, WIRE_TAG(field, WIRE_VARINT));
        assert_true(wire_get_sint64(&reader) == signed_value);
        oracle = oracle_on(buffer, &writer, field, PB_WT_VARINT);
        assert_true(pb_decode_svarint(&oracle, &got_signed) && got_signed == signed_value);

        writer = writer_on(buffer);
        wire_put_sint32(&writer, field, (int32_t)signed_value);
        reader = reader_on(buffer, &writer, WIRE_TAG(field, WIRE_VARINT));
        assert_int_equal(wire_get_sint32(&reader), (int32_t)signed_value);
        oracle = oracle_on(buffer, &writer, field, PB_WT_VARINT);
        assert_true(pb_decode_svarint(&oracle, &got_signed) && got_signed == (int32_t)signed_value);

        writer = writer_on(buffer);
        wire_put_enum(&writer, field, (int32_t)signed_value);
        reader = reader_on(buffer, &writer, WIRE_TAG(field, WIRE_VARINT));
        assert_int_equal(wire_get_enum(&reader), (int32_t)signed_value);
        oracle = oracle_on(buffer, &writer, field, PB_WT_VARINT);
        assert_true(pb_decode_varint(&oracle, &got) && got == (uint64_t)(int64_t)(int32_t)signed_value);
    }
}

static void fixed_values_are_what_nanopb_reads(void **state)
{
    uint8_t buffer[BUFFER_BYTES];
    uint32_t i;

    (void)state;
    for (i = 0; i < ROUNDS; i++) {
        uint32_t field = 1 + (uint32_t)(random_value() % 2000), got32;
        uint64_t value = random_value(), got64;
        struct wire_writer writer = writer_on(buffer);
        struct wire_reader reader;
        pb_istream_t oracle;

        wire_put_fixed64(&writer, field, value);
        reader = reader_on(buffer, &writer, WIRE_TAG(field, WIRE_FIXED64));
        assert_true(wire_get_fixed64(&reader) == value);
        oracle = oracle_on(buffer, &writer, field, PB_WT_64BIT);
        assert_true(pb_decode_fixed64(&oracle, &got64) && got64 == value);

        writer = writer_on(buffer);
        wire_put_sfixed32(&writer, field, (int32_t)value);
        reader = reader_on(buffer, &writer, WIRE_TAG(field, WIRE_FIXED32));
        assert_int_equal(wire_get_sfixed32(&reader), (int32_t)value);
        oracle = oracle_on(buffer, &writer, field, PB_WT_32BIT);
        assert_true(pb_decode_fixed32(&oracle, &got32) && got32 == (uint32_t)value);
    }
}

static void nanopbs_varints_are_read(void **state)
{
    uint8_t buffer[BUFFER_BYTES];
    uint32_t i;

    (void)state;
    for (i = 0; i < ROUNDS; i++) {
        uint64_t value = random_value();
        pb_ostream_t stream = pb_ostream_from_buffer(buffer, sizeof(buffer));
        struct wire_reader reader;

        assert_true(pb_encode_varint(&stream, value) && pb_encode_svarint(&stream, -(int64_t)(value >> 1)));
        wire_reader_init(&reader, buffer, stream.bytes_written);
        assert_true(wire_get_uint64(&reader) == value);
        assert_true(wire_get_sint64(&reader) == -(int64_t)(value >> 1));
        assert_false(reader.failed);
        assert_ptr_equal(reader.at, reader.end);
    }
}

/* ---- what does not fit, and what is malformed ---- */

static void nothing_is_written_beyond_the_end(void **state)
{
    uint8_t buffer[BUFFER_BYTES];
    struct wire_writer writer;
    size_t size;

    (void)state;
    for (size = 0; size < 40; size++) {
        size_t i;

        memset(buffer, 0xAA, sizeof(buffer));
        wire_writer_init(&writer, buffer, size);
        wire_put_uint64(&writer, 1, UINT64_MAX);
        wire_put_fixed64(&writer, 2, 7);
        wire_put_bytes(&writer, 3, "0123456789", 10);
        for (i = size; i < sizeof(buffer); i++)
            assert_int_equal(buffer[i], 0xAA);
    }
    assert_true(writer.failed); /* bounds are for the longest forms: more room than these fields take */
    wire_put_bool(&writer, 4, true);
    assert_true(writer.failed); /* for good */
}

/* Reads a message of all wire types to its end, as generated code does. */
static bool read_all(uint8_t *message, size_t size)
{
    struct wire_reader reader;
    uint32_t tag;

    wire_reader_init(&reader, message, size);
    while (wire_next(&reader, &tag)) {
        if (tag == WIRE_TAG(1, WIRE_VARINT)) {
            (void)wire_get_uint64(&reader);
        } else if (tag == WIRE_TAG(2, WIRE_BYTES)) {
            struct wire_reader nested = wire_get_message(&reader);
            uint32_t nested_tag;

            while (wire_next(&nested, &nested_tag))
                wire_skip(&nested, nested_tag);
            reader.failed |= nested.failed;
        } else {
            wire_skip(&reader, tag);
        }
    }
    return !reader.failed;
}

static size_t write_all_types(uint8_t *buffer)
{
    uint8_t nested[BUFFER_BYTES];
    struct wire_writer writer = writer_on(nested);
    size_t nested_size;

    wire_put_fixed32(&writer, 1, 1);
    wire_put_uint32(&writer, 2, 300);
    nested_size = (size_t)(writer.at - nested);
    writer = writer_on(buffer);
    wire_put_uint64(&writer, 1, UINT64_MAX);
    wire_put_bytes(&writer, 2, nested, nested_size);
    wire_put_fixed64(&writer, 3, 1);
    wire_put_bytes(&writer, 900, "text", 4);
    wire_put_fixed32(&writer, 4, 1);
    assert_false(writer.failed);
    return (size_t)(writer.at - buffer);
}

static void cut_messages_are_refused(void **state)
{
    /* Where a message may end: after each of its fields. */
    uint8_t buffer[BUFFER_BYTES], *cut;
    size_t size = write_all_types(buffer), length, whole = 0;

    (void)state;
    for (length = 0; length <= size; length++) {
        cut = malloc(length ? length : 1); /* exactly so many bytes: a read beyond them is seen */
        assert_non_null(cut);
        memcpy(cut, buffer, length);
        whole += read_all(cut, length);
        free(cut);
    }
    assert_int_equal(whole, 6);
}

static void wrong_bytes_do_no_harm(void **state)
{
    uint8_t buffer[BUFFER_BYTES], *copy;
    size_t size = write_all_types(buffer), i;
    int bit;

    (void)state;
    for (i = 0; i < size; i++) {
        for (bit = 0; bit < 8; bit++) {
            copy = malloc(size);
            assert_non_null(copy);
            memcpy(copy, buffer, size);
            copy[i] ^= (uint8_t)(1 << bit);
            (void)read_all(copy, size); /* either way: within its bytes */
            free(copy);
        }
    }
}

static bool read_varint(const char *bytes, size_t size)
{
    uint8_t copy[16];
    struct wire_reader reader;

    memcpy(copy, bytes, size);
    wire_reader_init(&reader, copy, size);
    (void)wire_get_uint64(&reader);
    return !reader.failed;
}

static void malformed_varints_and_tags_are_refused(void **state)
{
    uint8_t group[] = {0x0B, 0x0C}, zero[] = {0x00, 0x00}, high[] = {0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0};

    (void)state;
    assert_true(read_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10));
    assert_false(read_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10)); /* 65 bits */
    assert_false(read_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11));
    assert_false(read_varint("\x80", 1));
    assert_false(read_varint("", 0));
    assert_false(read_all(group, sizeof(group)));
    assert_false(read_all(zero, sizeof(zero)));
    assert_false(read_all(high, sizeof(high)));
}

static void narrow_integers_that_do_not_fit_are_refused(void **state)
{
    uint8_t buffer[BUFFER_BYTES] = {0}, *end;
    struct wire_reader reader;

    (void)state;
    end = wire_store_element_uint32(wire_store_element_uint32(buffer, 255), 256);
    wire_reader_init(&reader, buffer, (size_t)(end - buffer));
    assert_int_equal(wire_get_uint8(&reader), 255);
    assert_false(reader.failed);
    (void)wire_get_uint8(&reader);
    assert_true(reader.failed);

    end = wire_store_element_sint32(wire_store_element_sint32(buffer, -32768), -32769);
    wire_reader_init(&reader, buffer, (size_t)(end - buffer));
    assert_int_equal(wire_get_sint16(&reader), -32768);
    (void)wire_get_sint16(&reader);
    assert_true(reader.failed);
}

static bool is_text(const char *bytes)
{
    struct wire_bytes text = {(uint8_t *)(uintptr_t)bytes, (uint32_t)strlen(bytes)};

    return wire_is_text(text);
}

static void text_is_utf8_without_nul(void **state)
{
    struct wire_bytes with_nul = {(uint8_t *)(uintptr_t) "a\0b", 3};

    (void)state;
    assert_true(is_text(""));
    assert_true(is_text("plain"));
    assert_true(is_text("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf"));
    assert_false(is_text("\xc3"));             /* cut */
    assert_false(is_text("\xe2\x82"));         /* cut */
    assert_false(is_text("\x80"));             /* no lead */
    assert_false(is_text("\xc0\xaf"));         /* overlong */
    assert_false(is_text("\xe0\x80\xaf"));     /* overlong */
    assert_false(is_text("\xed\xa0\x80"));     /* a surrogate */
    assert_false(is_text("\xf4\x90\x80\x80")); /* beyond Unicode */
    assert_false(is_text("\xf8\x88\x80\x80\x80"));
    assert_false(is_text("\xe2\x28\xac"));
    assert_false(wire_is_text(with_nul));
}

/* The definition, character by character. */
static bool is_text_by_definition(const uint8_t *at, size_t size)
{
    while (size) {
        uint32_t code = at[0], more = code < 0x80 ? 0 : code < 0xE0 ? 1 : code < 0xF0 ? 2 : 3, i;
        static const uint32_t LEAST[] = {1, 0x80, 0x800, 0x10000};

        if ((code >= 0x80 && code < 0xC0) || code >= 0xF8 || more >= size)
            return false;
        code &= more ? 0x3Fu >> more : 0x7F;
        for (i = 1; i <= more; i++) {
            if ((at[i] & 0xC0) != 0x80)
                return false;
            code = code << 6 | (at[i] & 0x3F);
        }
        if (code < LEAST[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
            return false;
        at += more + 1;
        size -= more + 1;
    }
    return true;
}

/* It looks at whole words where it can: each byte in turn, in texts of all lengths and beginnings, on the
 * heap. */
static void texts_of_all_lengths_are_checked(void **state)
{
    static const uint8_t WRONG[] = {0x00, 0x80, 0xC3, 0xFF, 0x01, 0x7F};
    size_t size, at, wrong;

    (void)state;
    for (size = 1; size <= 40; size++)
        for (at = 0; at < size; at++)
            for (wrong = 0; wrong < sizeof(WRONG); wrong++) {
                uint8_t *bytes = malloc(size);

                memset(bytes, 'x', size);
                bytes[at] = WRONG[wrong];
                assert_int_equal(wire_is_text((struct wire_bytes){bytes, (uint32_t)size}),
                                 WRONG[wrong] - 1u < 0x7F);
                free(bytes);
            }
}

static void random_texts_are_checked_as_defined(void **state)
{
    static const char *const PIECES[] = {
        "a",        "quite a long piece", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
        "\xED\xA0", "\xF4\x90\x80\x80",   "\x80",     "\xE0\x80\x80", "\xC1\x81"};
    uint32_t i, good = 0;

    (void)state;
    for (i = 0; i < ROUNDS; i++) {
        size_t size = 0, pieces = random_value() % 12;
        uint8_t buffer[300], *exact;
        bool expected;

        while (pieces--) {
            const char *piece = PIECES[random_value() % (random_value() % 16 ? 5 : 10)];

            memcpy(buffer + size, piece, strlen(piece));
            size += strlen(piece);
        }
        exact = malloc(size ? size : 1);
        memcpy(exact, buffer, size);
        expected = is_text_by_definition(exact, size);
        assert_int_equal(wire_is_text((struct wire_bytes){exact, (uint32_t)size}), expected);
        good += expected;
        free(exact);
    }
    assert_in_range(good, ROUNDS / 10, ROUNDS * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_what_nanopb_reads),
        cmocka_unit_test(fixed_values_are_what_nanopb_reads),
        cmocka_unit_test(nanopbs_varints_are_read),
        cmocka_unit_test(nothing_is_written_beyond_the_end),
        cmocka_unit_test(cut_messages_are_refused),
        cmocka_unit_test(wrong_bytes_do_no_harm),
        cmocka_unit_test(malformed_varints_and_tags_are_refused),
        cmocka_unit_test(narrow_integers_that_do_not_fit_are_refused),
        cmocka_unit_test(text_is_utf8_without_nul),
        cmocka_unit_test(texts_of_all_lengths_are_checked),
        cmocka_unit_test(random_texts_are_checked_as_defined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
