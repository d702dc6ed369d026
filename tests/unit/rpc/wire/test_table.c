/* Tables of structs, written by hand; what idlc writes is tested by tests/unit/generated. */
#include <cmocka_all.h>
#include <stdlib.h>
#include <wire_table.h>

/* ---- numbers ---- */

/* As straight-line code writes and reads them, for values of all lengths. */
static void numbers_are_what_straight_line_code_writes(void **state)
{
    static const struct {
        uint32_t kind;
        uint64_t value; /* as it is in memory, extended */
        const char *bytes;
        size_t size;
    } ROWS[] = {
        {WIRE_KIND_UINT8, 200, "\x08\xc8\x01", 3},
        {WIRE_KIND_CHAR, 'a', "\x08\x61", 2},
        {WIRE_KIND_INT8, (uint64_t)-128, "\x08\xff\x01", 3},
        {WIRE_KIND_INT16, (uint64_t)-300, "\x08\xd7\x04", 3},
        {WIRE_KIND_UINT16, 65535, "\x08\xff\xff\x03", 4},
        {WIRE_KIND_INT32, (uint64_t)INT32_MIN, "\x08\xff\xff\xff\xff\x0f", 6},
        {WIRE_KIND_UINT32, UINT32_MAX, "\x08\xff\xff\xff\xff\x0f", 6},
        {WIRE_KIND_INT64, (uint64_t)INT64_MIN, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
        {WIRE_KIND_UINT64, UINT64_MAX, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
        {WIRE_KIND_SIZE, 300, "\x08\xac\x02", 3},
        {WIRE_KIND_OFFSET, (uint64_t)-2, "\x08\x03", 2},
        {WIRE_KIND_FLOAT, 0x3F800000, "\x0d\x00\x00\x80\x3f", 5},
        {WIRE_KIND_DOUBLE, UINT64_C(0x3FF0000000000000), "\x09\x00\x00\x00\x00\x00\x00\xf0\x3f", 9},
        {WIRE_KIND_BOOLEAN, 1, "\x08\x01", 2},
        {WIRE_KIND_BOOL, 1, "\x08\x01", 2},
        {WIRE_KIND_HRESULT, (uint64_t)(int32_t)0x80004005, "\x0d\x05\x40\x00\x80", 5},
        {WIRE_KIND_ENUM, (uint64_t)-3, "\x08\xfd\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        uint8_t memory[8] = {0}, back[8] = {0}, buffer[20] = {0};
        struct wire_reader reader;
        uint32_t tag;

        wire_table_store(ROWS[i].kind, memory, ROWS[i].value);
        assert_true(wire_table_load(ROWS[i].kind, memory) == ROWS[i].value);
        assert_int_equal(wire_table_put_field(buffer, 1, ROWS[i].kind, memory) - buffer, ROWS[i].size);
        assert_memory_equal(buffer, ROWS[i].bytes, ROWS[i].size);
        assert_true(ROWS[i].size - 1 <= wire_table_bound(ROWS[i].kind));
        wire_reader_init(&reader, buffer, ROWS[i].size);
        assert_true(wire_next(&reader, &tag));
        wire_table_get_number(&reader, ROWS[i].kind, NULL, back);
        assert_true(wire_is_read(&reader));
        assert_memory_equal(back, memory, sizeof(memory));
    }
}

static void kinds_are_as_large_as_their_types(void **state)
{
    static const struct {
        uint32_t kind;
        size_t size;
    } ROWS[] = {
        {WIRE_KIND_CHAR, sizeof(char)},       {WIRE_KIND_INT8, sizeof(int8_t)},
        {WIRE_KIND_UINT8, sizeof(uint8_t)},   {WIRE_KIND_INT16, sizeof(int16_t)},
        {WIRE_KIND_UINT16, sizeof(uint16_t)}, {WIRE_KIND_INT32, sizeof(int32_t)},
        {WIRE_KIND_UINT32, sizeof(uint32_t)}, {WIRE_KIND_INT64, sizeof(int64_t)},
        {WIRE_KIND_UINT64, sizeof(uint64_t)}, {WIRE_KIND_SIZE, sizeof(size_t)},
        {WIRE_KIND_OFFSET, sizeof(intptr_t)}, {WIRE_KIND_FLOAT, sizeof(float)},
        {WIRE_KIND_DOUBLE, sizeof(double)},   {WIRE_KIND_BOOLEAN, sizeof(boolean)},
        {WIRE_KIND_BOOL, sizeof(bool)},       {WIRE_KIND_HRESULT, sizeof(HRESULT)},
        {WIRE_KIND_ENUM, sizeof(uint32_t)},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        assert_int_equal(wire_table_bytes(ROWS[i].kind), ROWS[i].size);
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        uint32_t kind;
        const char *bytes;
        bool is_good;
    } ROWS[] = {
        {WIRE_KIND_UINT8, "\x80\x02", false},
        {WIRE_KIND_INT8, "\x80\x02", false},
        {WIRE_KIND_INT8, "\xff\x01", true},
        {WIRE_KIND_UINT16, "\x80\x80\x04", false},
        {WIRE_KIND_INT16, "\x80\x80\x04", false},
        {WIRE_KIND_UINT32, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", true}, /* cut, as everywhere */
        {WIRE_KIND_INT32, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", true},
        {WIRE_KIND_UINT64, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", false},
        {WIRE_KIND_FLOAT, "\x01\x02\x03", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        uint8_t buffer[16] = {0}, memory[8];
        struct wire_reader reader;

        memcpy(buffer, ROWS[i].bytes, strlen(ROWS[i].bytes));
        wire_reader_init(&reader, buffer, strlen(ROWS[i].bytes));
        wire_table_get_number(&reader, ROWS[i].kind, NULL, memory);
        assert_int_equal(!reader.failed, ROWS[i].is_good);
    }
}

static void ranges_and_lists_are_kept(void **state)
{
    static const struct wire_range BELOW = {-10, (uint64_t)-5}, AROUND = {-5, 5}, ABOVE = {7, UINT64_MAX};
    static const int32_t VALUES[] = {3, -1, 0x40000000, 7};
    const struct wire_member below = {.kind = WIRE_KIND_INT32, .range = &BELOW};
    const struct wire_member around = {.kind = WIRE_KIND_INT64, .range = &AROUND};
    const struct wire_member above = {.kind = WIRE_KIND_UINT64, .range = &ABOVE};
    const struct wire_member closed = {.kind = WIRE_KIND_CLOSED, .values = VALUES};
    const struct wire_member any = {.kind = WIRE_KIND_INT8};

    (void)state;
    assert_true(wire_table_is_good(&below, (uint64_t)-10) && wire_table_is_good(&below, (uint64_t)-5));
    assert_false(wire_table_is_good(&below, (uint64_t)-11) || wire_table_is_good(&below, (uint64_t)-4) ||
                 wire_table_is_good(&below, 7));
    assert_true(wire_table_is_good(&around, 0) && wire_table_is_good(&around, (uint64_t)-5));
    assert_false(wire_table_is_good(&around, 6) || wire_table_is_good(&around, (uint64_t)-6));
    assert_true(wire_table_is_good(&above, 7) && wire_table_is_good(&above, UINT64_MAX));
    assert_false(wire_table_is_good(&above, 6));
    assert_true(wire_table_is_good(&closed, (uint64_t)-1) && wire_table_is_good(&closed, 7));
    assert_false(wire_table_is_good(&closed, 0) || wire_table_is_good(&closed, 3));
    assert_true(wire_table_is_good(&any, (uint64_t)-128));
}

/* ---- structs ---- */

struct inner {
    int16_t number;
    const char *text;
};

struct outer {
    uint32_t first;
    char name[8];
    uint8_t bytes[3];
    int16_t shorts[2];
    struct inner pair[2];
    GUID id;
};

static const struct wire_member INNER_MEMBERS[] = {
    {.kind = WIRE_KIND_INT16, .number = 1, .offset = offsetof(struct inner, number)},
    {.kind = WIRE_KIND_TEXT,
     .flags = WIRE_POINTER,
     .number = 2,
     .offset = offsetof(struct inner, text),
     .limit = 100},
};

static const struct wire_record INNER = {.members = INNER_MEMBERS,
                                         .size = sizeof(struct inner),
                                         .bound = 30,
                                         .room = 130,
                                         .count = 2,
                                         .has_texts = true};

static const struct wire_array SHORTS = {
    .limit = 2, .size = 2, .bytes = sizeof(int16_t), .kind = WIRE_KIND_INT16};
static const struct wire_array PAIR = {
    .limit = 2, .size = 2, .bytes = sizeof(struct inner), .kind = WIRE_KIND_RECORD, .record = &INNER};

/* Numbers are not those of the positions. */
static const struct wire_member OUTER_MEMBERS[] = {
    {.kind = WIRE_KIND_UINT32, .number = 3, .offset = offsetof(struct outer, first)},
    {.kind = WIRE_KIND_TEXT, .number = 1, .offset = offsetof(struct outer, name), .limit = 8},
    {.kind = WIRE_KIND_BYTES, .number = 2, .offset = offsetof(struct outer, bytes), .limit = 3},
    {.kind = WIRE_KIND_ARRAY,
     .number = 400,
     .offset = offsetof(struct outer, shorts),
     .size = 0,
     .array = &SHORTS},
    {.kind = WIRE_KIND_ARRAY, .number = 5, .offset = offsetof(struct outer, pair), .size = 1, .array = &PAIR},
    {.kind = WIRE_KIND_GUID, .number = 6, .offset = offsetof(struct outer, id)},
};

static const struct wire_record OUTER = {.members = OUTER_MEMBERS,
                                         .size = sizeof(struct outer),
                                         .bound = 300,
                                         .count = 6,
                                         .has_texts = true,
                                         .has_checks = true};

static size_t store(const struct outer *value, uint8_t *buffer)
{
    struct wire_budget budget;
    struct wire_writer writer;

    wire_writer_init(&writer, buffer, 1000);
    wire_budget_init(&budget);
    wire_table_measure(&budget, &OUTER, value);
    assert_true(wire_budget_room(&budget, &writer, WIRE_BYTES_BOUND(OUTER.bound) + budget.texts));
    writer.at = wire_table_put_record(writer.at, 1, &OUTER, value, &budget);
    assert_false(budget.failed);
    return (size_t)(writer.at - buffer);
}

static void structs_come_back(void **state)
{
    const struct outer value = {.first = 70000,
                                .name = "abcdefg",
                                .bytes = {1, 2, 255},
                                .shorts = {-1, 300},
                                .pair = {{-7, "a text"}, {8, NULL}},
                                .id = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}}};
    uint8_t *message = malloc(1001), *exact;
    struct wire_reader reader;
    struct outer back;
    size_t size;
    uint32_t tag;

    (void)state;
    size = store(&value, message);
    exact = malloc(size + 1);
    memcpy(exact, message, size);
    wire_reader_init(&reader, exact, size);
    assert_true(wire_next(&reader, &tag));
    assert_true(wire_table_get_record(&OUTER, wire_get_bytes(&reader), &back));
    assert_true(wire_is_read(&reader));
    wire_table_end(&OUTER, &back);
    assert_int_equal(back.first, value.first);
    assert_string_equal(back.name, value.name);
    assert_memory_equal(back.bytes, value.bytes, 3);
    assert_memory_equal(back.shorts, value.shorts, sizeof(value.shorts));
    assert_int_equal(back.pair[0].number, -7);
    assert_string_equal(back.pair[0].text, "a text");
    assert_int_equal(back.pair[1].number, 8);
    assert_null(back.pair[1].text);
    assert_memory_equal(&back.id, &value.id, sizeof(back.id));
    free(exact);
    free(message);
}

static void refuse(const char *bytes, size_t size)
{
    uint8_t *exact = malloc(size);
    struct outer back;

    memcpy(exact, bytes, size);
    assert_false(wire_table_get_record(&OUTER, (struct wire_bytes){exact, (uint32_t)size}, &back));
    assert_false(wire_table_get_record(&OUTER, (struct wire_bytes){exact, (uint32_t)size}, NULL));
    free(exact);
}

#define REFUSE(bytes) refuse(bytes, sizeof(bytes) - 1)

static void malformed_structs_are_refused(void **state)
{
    (void)state;
    REFUSE("\x0a\x08"
           "12345678");         /* no room for its NUL */
    REFUSE("\x0a\x02\xc3\x28"); /* no UTF-8 */
    REFUSE("\x12\x02"
           "ab");                                   /* two bytes of three */
    REFUSE("\x82\x19\x01\x02");                     /* one short of two */
    REFUSE("\x82\x19\x03\x02\x04\x06");             /* three */
    REFUSE("\x80\x19\x02\x80\x19\x04\x80\x19\x06"); /* three that are not packed */
    REFUSE("\x82\x19\x03\x80\x80\x10");             /* does not fit */
    REFUSE("\x2a\x00");                             /* one struct of two */
    REFUSE("\x32\x0f"
           "123456789012345");                  /* a GUID of 15 bytes */
    REFUSE("\x2a\x03\x12\x02\xff\xff\x2a\x00"); /* a nested text that is none */
    REFUSE("\x18");
}

/* What is there twice counts once, as the later one; what nobody knows is skipped. */
static void fields_may_come_in_any_order(void **state)
{
    uint8_t message[] = "\x80\x19\x02\x18\x05\x7a\x03"
                        "abc\x80\x19\x04\x18\x07\x1d\x01\x02\x03\x04";
    struct outer back;

    (void)state;
    assert_true(wire_table_get_record(&OUTER, (struct wire_bytes){message, sizeof(message) - 1}, &back));
    assert_int_equal(back.first, 7);
    assert_int_equal(back.shorts[0], 1);
    assert_int_equal(back.shorts[1], 2);
}

/* ---- arrays ---- */

static void elements_are_counted_and_read(void **state)
{
    static const struct wire_array NUMBERS = {.limit = 10, .bytes = 2, .kind = WIRE_KIND_INT16};
    const struct wire_member member = {.kind = WIRE_KIND_ARRAY, .number = 1, .array = &NUMBERS};
    uint8_t message[] = "\x0a\x02\x02\x04\x10\x01\x08\x06\x0a\x00";
    struct wire_reader reader;
    int16_t values[3] = {0};
    uint32_t count = UINT32_MAX;

    (void)state;
    wire_reader_init(&reader, message, sizeof(message) - 1);
    assert_true(wire_table_get_array(&member, reader, true, NULL, &count));
    assert_int_equal(count, 3);
    assert_true(wire_table_get_array(&member, reader, false, values, &count));
    assert_true(values[0] == 1 && values[1] == 2 && values[2] == 3);
    count = 2; /* no more than there is room for */
    assert_false(wire_table_get_array(&member, reader, false, values, &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_straight_line_code_writes),
        cmocka_unit_test(kinds_are_as_large_as_their_types),
        cmocka_unit_test(numbers_that_do_not_fit_are_refused),
        cmocka_unit_test(ranges_and_lists_are_kept),
        cmocka_unit_test(structs_come_back),
        cmocka_unit_test(malformed_structs_are_refused),
        cmocka_unit_test(fields_may_come_in_any_order),
        cmocka_unit_test(elements_are_counted_and_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
