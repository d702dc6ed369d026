/* Texts and arrays: those of structs, which are measured before and ended in place, and those spread over a
 * message. */
#include <cmocka_all.h>
#include <stdlib.h>
#include <wire_values.h>

/* ---- texts in place ---- */

/* Texts of all kinds of lengths in one message, with keys of one and more bytes, on the heap with the spare
 * byte. */
static void texts_are_ended_where_they_lie(void **state)
{
    static const uint32_t LENGTHS[] = {0, 1, 127, 128, 300, 16383, 16384, 0, 5, 20000, 0, 0};
    enum { COUNT = sizeof(LENGTHS) / sizeof(LENGTHS[0]) };
    uint8_t *message = malloc(100000), *at = message, *exact;
    static const uint32_t FIELDS[] = {1, 15, 16, 2000, 300000};
    const char *texts[COUNT];
    struct wire_reader reader;
    size_t size;
    uint32_t i, tag;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        char *text = malloc(LENGTHS[i] + 1);

        memset(text, (int)('a' + i), LENGTHS[i]);
        at = wire_store_bytes(at, FIELDS[i % 5], text, LENGTHS[i]);
        free(text);
    }
    size = (size_t)(at - message);
    exact = malloc(size + 1);
    memcpy(exact, message, size);
    wire_reader_init(&reader, exact, size);
    for (i = 0; wire_next(&reader, &tag); i++)
        texts[i] = wire_get_text(&reader, 20000);
    assert_false(reader.failed);
    assert_int_equal(i, COUNT);
    for (i = 0; i < COUNT; i++)
        wire_end_text(texts[i]);
    wire_end_text(NULL);
    for (i = 0; i < COUNT; i++) {
        assert_int_equal(strlen(texts[i]), LENGTHS[i]);
        assert_true(LENGTHS[i] == 0 || texts[i][LENGTHS[i] - 1] == (char)('a' + i));
    }
    free(exact);
    free(message);
}

/* Other libraries may write a length with more bytes than it needs. */
static void padded_lengths_are_found_backwards(void **state)
{
    uint8_t message[] = {0x0A, 0x83, 0x80, 0x00, 'a',  'b', 'c', 0x12,
                         0x81, 0x80, 0x80, 0x80, 0x00, 'd', 0xFF};
    const char *first, *second;
    struct wire_reader reader;
    uint32_t tag;

    (void)state;
    wire_reader_init(&reader, message, sizeof(message) - 1);
    assert_true(wire_next(&reader, &tag));
    first = wire_get_text(&reader, 3);
    assert_true(wire_next(&reader, &tag));
    second = wire_get_text(&reader, 3);
    assert_false(reader.failed);
    wire_end_text(first);
    wire_end_text(second);
    assert_string_equal(first, "abc");
    assert_string_equal(second, "d");
}

static void longer_texts_than_allowed_are_refused(void **state)
{
    uint8_t message[] = {0x03, 'a', 'b', 'c', 0};
    struct wire_reader reader;

    (void)state;
    wire_reader_init(&reader, message, 4);
    (void)wire_get_text(&reader, 2);
    assert_true(reader.failed);
}

/* ---- texts that are measured before ---- */

/* More texts than there are lengths; some are not there. */
static void all_texts_are_stored_in_order(void **state)
{
    const char *texts[3 * WIRE_LENGTHS_MAX];
    struct wire_budget budget;
    uint8_t buffer[400] = {0}, *at = buffer;
    struct wire_reader reader;
    uint32_t i, tag, count = sizeof(texts) / sizeof(texts[0]);

    (void)state;
    for (i = 0; i < count; i++)
        texts[i] = i % 5 == 3 ? NULL : &"abcdefgh"[i % 8];
    wire_budget_init(&budget);
    for (i = 0; i < count; i++)
        wire_measure(&budget, texts[i]);
    for (i = 0; i < count; i++)
        at = wire_store_text(at, i + 1, texts[i], 8, &budget);
    assert_false(budget.failed);
    wire_reader_init(&reader, buffer, (size_t)(at - buffer));
    for (i = 0; i < count; i++) {
        struct wire_bytes text;

        if (!texts[i])
            continue;
        assert_true(wire_next(&reader, &tag));
        assert_int_equal(tag, WIRE_TAG(i + 1, WIRE_BYTES));
        text = wire_get_bytes(&reader);
        assert_int_equal(text.size, strlen(texts[i]));
        assert_memory_equal(text.data, texts[i], text.size);
    }
    assert_true(wire_is_read(&reader));
}

/* Whatever another thread does to them: what was measured is the most that is stored. */
static void texts_that_grew_are_not_stored(void **state)
{
    char text[20] = "abc";
    struct wire_budget budget;
    uint8_t buffer[100], *at = buffer;
    uint32_t i;

    (void)state;
    wire_budget_init(&budget);
    for (i = 0; i < WIRE_LENGTHS_MAX + 2; i++)
        wire_measure(&budget, text);
    strcpy(text, "abcdefghijk");
    for (i = 0; i < WIRE_LENGTHS_MAX; i++)
        at = wire_store_text(at, 1, text, 100, &budget);
    assert_false(budget.failed);
    assert_int_equal(at - buffer, WIRE_LENGTHS_MAX * 5);
    at = wire_store_text(at, 1, text, 100, &budget); /* 11 bytes, of the 6 that are left for two */
    assert_true(budget.failed);
    assert_int_equal(at - buffer, WIRE_LENGTHS_MAX * 5);
}

static void texts_over_their_limit_are_not_stored(void **state)
{
    char array[4] = {'a', 'b', 'c', 'd'};
    struct wire_budget budget;
    uint8_t buffer[100];

    (void)state;
    wire_budget_init(&budget);
    wire_measure(&budget, "abc");
    assert_ptr_equal(wire_store_text(buffer, 1, "abc", 2, &budget), buffer);
    assert_true(budget.failed);
    wire_budget_init(&budget);
    assert_ptr_equal(wire_store_text_in(buffer, 1, array, sizeof(array), &budget), buffer); /* no NUL */
    assert_true(budget.failed);
    array[3] = '\0';
    wire_budget_init(&budget);
    assert_ptr_equal(wire_store_text_in(buffer, 1, array, sizeof(array), &budget), buffer + 5);
    assert_false(budget.failed);
}

static void a_budget_beyond_all_messages_is_refused(void **state)
{
    struct wire_budget budget;
    struct wire_writer writer;
    uint8_t buffer[10];

    (void)state;
    wire_budget_init(&budget);
    wire_writer_init(&writer, buffer, sizeof(buffer));
    assert_true(wire_budget_room(&budget, &writer, sizeof(buffer)));
    assert_false(wire_budget_room(&budget, &writer, (size_t)UINT32_MAX / 2 + 1));
    assert_true(writer.failed);
}

/* ---- lists ---- */

/* Walks over the message as generated code does; @return elements, or -1 if it is malformed */
static int read_list(struct wire_list *list, const char *bytes, size_t size, int32_t *values)
{
    uint8_t *exact = malloc(size ? size : 1);
    struct wire_reader message, piece;
    uint32_t tag, i = 0;
    struct wire_list walk;

    memcpy(exact, bytes, size);
    wire_reader_init(&message, exact, size);
    while (wire_next(&message, &tag)) {
        if (tag == list->packed_tag || tag == list->single_tag)
            wire_list_add(list, &message, tag);
        else
            wire_skip(&message, tag);
    }
    walk = *list;
    while (wire_next_piece(&walk)) {
        piece = wire_reader_of(walk.piece);
        for (; piece.at < piece.end && i < list->count; i++)
            values[i] =
                (list->single_tag & 7) == WIRE_FIXED32 ? wire_get_sfixed32(&piece) : wire_get_sint32(&piece);
        wire_require(&message, wire_is_read(&piece));
    }
    free(exact);
    return message.failed ? -1 : (int)i;
}

#define READ_LIST(type, bytes, values) \
    read_list(&(struct wire_list)WIRE_LIST(1, type), bytes, sizeof(bytes) - 1, values)

static void elements_are_found_wherever_they_lie(void **state)
{
    int32_t values[20] = {0};

    (void)state;
    assert_int_equal(READ_LIST(WIRE_VARINT, "", values), 0);
    assert_int_equal(READ_LIST(WIRE_VARINT, "\x0a\x00", values), 0);
    assert_int_equal(READ_LIST(WIRE_VARINT, "\x0a\x03\x02\x80\x01", values), 2);
    assert_true(values[0] == 1 && values[1] == 64);
    /* packed, another field, single, another type with the same number, an empty and another packed one */
    assert_int_equal(
        READ_LIST(WIRE_VARINT, "\x0a\x01\x02\x10\x07\x08\x04\x0d....\x0a\x00\x0a\x02\x06\x08", values), 4);
    assert_true(values[0] == 1 && values[1] == 2 && values[2] == 3 && values[3] == 4);
    assert_int_equal(READ_LIST(WIRE_FIXED32, "\x0a\x08\x01\0\0\0\x02\0\0\0\x0d\x03\0\0\0", values), 3);
    assert_true(values[0] == 1 && values[1] == 2 && values[2] == 3);
}

static void malformed_elements_are_refused(void **state)
{
    int32_t values[20];

    (void)state;
    assert_int_equal(READ_LIST(WIRE_VARINT, "\x0a\x02\x80\x80", values), -1); /* no end */
    assert_int_equal(READ_LIST(WIRE_VARINT, "\x0a\x03\x02\x04", values), -1); /* cut */
    assert_int_equal(READ_LIST(WIRE_VARINT, "\x08\x80", values), -1);         /* cut */
    assert_int_equal(READ_LIST(WIRE_FIXED32, "\x0a\x05\x01\0\0\0\x02", values), -1);
    assert_int_equal(READ_LIST(WIRE_VARINT, "\x0a\x0b\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", values),
                     -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_ended_where_they_lie),
        cmocka_unit_test(padded_lengths_are_found_backwards),
        cmocka_unit_test(longer_texts_than_allowed_are_refused),
        cmocka_unit_test(all_texts_are_stored_in_order),
        cmocka_unit_test(texts_that_grew_are_not_stored),
        cmocka_unit_test(texts_over_their_limit_are_not_stored),
        cmocka_unit_test(a_budget_beyond_all_messages_is_refused),
        cmocka_unit_test(elements_are_found_wherever_they_lie),
        cmocka_unit_test(malformed_elements_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
