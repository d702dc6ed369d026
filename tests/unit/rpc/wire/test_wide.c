/* UTF-16 and UTF-8, with the C library's iconv as oracle. */
#include <cmocka_all.h>
#include <iconv.h>
#include <stdlib.h>
#include <wire_wide.h>

static uint32_t units_of(uint32_t character, uint16_t units[3])
{
    if (character < 0x10000) {
        units[0] = (uint16_t)character;
        units[1] = 0;
        return 1;
    }
    units[0] = (uint16_t)(0xD800 + ((character - 0x10000) >> 10));
    units[1] = (uint16_t)(0xDC00 + (character & 0x3FF));
    units[2] = 0;
    return 2;
}

/* Every character of Unicode, alone. */
static void every_character_is_what_iconv_makes_of_it(void **state)
{
    iconv_t to_utf8 = iconv_open("UTF-8", "UTF-16LE");
    uint32_t character, failures = 0;

    (void)state;
    assert_true(to_utf8 != (iconv_t)-1);
    for (character = 1; character <= 0x10FFFF; character++) {
        uint16_t units[3], back[3] = {0xFFFF, 0xFFFF, 0xFFFF};
        uint8_t expected[8], field[16], *end;
        uint32_t count = units_of(character, units);
        char *in = (char *)units, *out = (char *)expected;
        size_t in_left = count * 2, out_left = sizeof(expected), bytes;
        struct wire_wide measured = wire_measure_wide(units);
        struct wire_bytes text;

        if (character >= 0xD800 && character <= 0xDFFF) {
            failures += !measured.failed;
            continue;
        }
        if (iconv(to_utf8, &in, &in_left, &out, &out_left) != 0)
            fail_msg("iconv does not know U+%04X", character);
        bytes = sizeof(expected) - out_left;
        assert_false(measured.failed);
        end = wire_store_wide(field, 1, units, measured);
        text = (struct wire_bytes){field + 2, (uint32_t)bytes};
        if (measured.bytes != bytes || end != field + 2 + bytes || field[0] != 0x0A || field[1] != bytes ||
            memcmp(field + 2, expected, bytes) != 0 || !wire_is_text(text) || wire_units(text) != count)
            failures++;
        wire_copy_wide(back, text);
        failures += memcmp(back, units, (count + 1) * sizeof(*units)) != 0;
    }
    iconv_close(to_utf8);
    assert_int_equal(failures, 0);
}

static void halves_of_pairs_are_no_text(void **state)
{
    static const struct {
        uint16_t text[4];
        bool is_good;
    } TEXTS[] = {
        {{0xD800, 0}, false},
        {{0xDC00, 0}, false},
        {{'a', 0xDBFF, 0}, false},
        {{0xDBFF, 'a', 0}, false},
        {{0xDC00, 0xD800, 0}, false},
        {{0xD800, 0xD800, 0xDC00, 0}, false},
        {{0xD800, 0xDC00, 'a', 0}, true},
        {{0xDBFF, 0xDFFF, 0}, true},
        {{0xD800, 0xDC00, 0xDC00, 0}, false},
        {{0xD7FF, 0xE000, 0xFFFF, 0}, true},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        assert_int_equal(wire_measure_wide(TEXTS[i].text).failed, !TEXTS[i].is_good);
}

static void a_text_in_an_array_has_its_nul(void **state)
{
    static const uint16_t text[4] = {'a', 'b', 0xD800, 0xDC00};
    struct wire_wide measured = wire_measure_wide_in(text, 4);

    (void)state;
    assert_true(measured.failed);
    assert_true(wire_measure_wide_in(text, 0).failed);
    assert_true(wire_measure_wide_in(NULL, 0).failed);
    assert_false(wire_measure_wide(NULL).failed);
    assert_int_equal(wire_measure_wide(NULL).units, 0);
}

/* Others may write to a text while it is sent: no more is stored than was measured. */
static void a_text_that_changed_is_not_stored(void **state)
{
    uint16_t text[] = {'a', 'b', 'c', 0};
    struct wire_wide measured = wire_measure_wide(text);
    uint8_t *field = malloc(5); /* exactly */
    struct wire_writer writer;

    (void)state;
    assert_non_null(wire_store_wide(field, 1, text, measured));
    text[1] = 0x20AC; /* longer */
    assert_null(wire_store_wide(field, 1, text, measured));
    text[1] = 0; /* shorter */
    assert_null(wire_store_wide(field, 1, text, measured));
    text[1] = 0xD800;
    assert_null(wire_store_wide(field, 1, text, measured));
    free(field);

    field = malloc(WIRE_BYTES_BOUND(3));
    wire_writer_init(&writer, field, WIRE_BYTES_BOUND(3));
    wire_put_wide(&writer, 1, text, measured);
    assert_true(writer.failed);
    assert_ptr_equal(writer.at, field);
    free(field);
}

static void texts_go_into_arrays_with_room_for_their_nul(void **state)
{
    uint8_t message[] = {4, 0xF0, 0x9F, 0x98, 0x80};
    struct wire_reader reader;
    uint16_t text[3] = {7, 7, 7};

    (void)state;
    wire_reader_init(&reader, message, sizeof(message));
    wire_get_wide_into(&reader, text, 2);
    assert_true(reader.failed);
    assert_int_equal(text[0], 7);
    wire_reader_init(&reader, message, sizeof(message));
    wire_get_wide_into(&reader, text, 3);
    assert_false(reader.failed);
    assert_int_equal(text[0], 0xD83D);
    assert_int_equal(text[1], 0xDE00);
    assert_int_equal(text[2], 0);
    message[1] = 0xFF;
    wire_reader_init(&reader, message, sizeof(message));
    wire_get_wide_into(&reader, text, 3);
    assert_true(reader.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_what_iconv_makes_of_it),
        cmocka_unit_test(halves_of_pairs_are_no_text),
        cmocka_unit_test(a_text_in_an_array_has_its_nul),
        cmocka_unit_test(a_text_that_changed_is_not_stored),
        cmocka_unit_test(texts_go_into_arrays_with_room_for_their_nul),
    };

    return cmocka_run_group_tests_name("wide", tests, NULL, NULL);
}
