/* Type information from a peer: what is good is read, everything else is refused, whatever it is. */
#include "reflecting.h"
#include <reflect/describe.h>
#include <rpc/type_info.idl.h>
#include <wire/typeinfo.pb-c.h>

typedef Mmlite__Wire__TypeInfo Message;

static const char TEXT[] =
    HEAD "const HRESULT A_E_BAD = 0x80040201;\n"
         "/** How many. */ const uint32_t A_MOST = 7;\n"
         "[closed] enum mode { MODE_ON = 1, MODE_OFF };\n"
         "struct inner { int32_t x; enum mode mode; };\n"
         "struct outer { struct inner pair[2]; [string] char name[16]; uint8_t bytes[4]; };\n" UUID(
             "01") "interface IBase : IUnknown { HRESULT First(); [local] HRESULT Stays([in] void *memory); "
                   "}\n" UUID("02") "interface IA : IBase\n"
                                    "{\n"
                                    "    /** Does it. */\n"
                                    "    [timeout(1234)] HRESULT M([in, range(-5, 5)] int16_t a, [in, "
                                    "size_is(count)] const struct outer *list,\n"
                                    "        [in] uint32_t count, [in, string, max_len(9)] const char *text, "
                                    "[in, unique] const enum mode *mode,\n"
                                    "        [in, range(0, 64)] uint32_t capacity, [out, size_is(capacity), "
                                    "length_is(*out_length)] uint8_t *bytes,\n"
                                    "        [out] uint32_t *out_length, [out] IB **out_b, [out, retval] "
                                    "IUnknown **out_any);\n"
                                    "}\n" UUID("03") "interface IB : IUnknown { HRESULT N(); }";

static void what_the_compiler_writes_is_read(void **state)
{
    struct type_info *info = reflect_text(TEXT, "IA");
    const struct type_method *method = type_info_method(info, "M");
    const struct type_member *params = method->params;

    (void)state;
    assert_string_equal(type_info_interface(info)->name, "IA");
    assert_string_equal(info->file, "test.idl");
    assert_int_equal(info->known_count, 2);
    assert_string_equal(type_info_interface(info)->base->name, "IBase");
    assert_int_equal(type_info_interface(info)->first_slot, 5);
    assert_int_equal(method->slot, 5);
    assert_int_equal(method->timeout_ms, 1234);
    assert_string_equal(method->doc, "Does it.");
    assert_int_equal(type_info_method(info, "First")->slot, 3);
    assert_true(type_info_method(info, "Stays")->is_local);
    assert_null(type_info_method(info, "N"));
    assert_true(params[0].has_range && params[0].range_min == -5 && params[0].range_max == 5);
    assert_int_equal(params[1].shape, SHAPE_ARRAY);
    assert_string_equal(params[1].structure->name, "outer");
    assert_true(params[1].size.kind == SIZE_PARAM && params[1].size.param == 2);
    assert_true(params[2].is_rebuilt);
    assert_true(params[3].shape == SHAPE_STRING && params[3].max_len == 9);
    assert_true(params[4].is_unique && params[4].is_indirect && type_refuses_zero(&params[4]));
    assert_true(params[6].length.kind == SIZE_POINTED && params[6].length.param == 7);
    assert_string_equal(params[8].interface->name, "IB");
    assert_true(params[9].kind == KIND_INTERFACE && !params[9].interface && params[9].is_retval);
    assert_int_equal(params[1].structure->depth, 1);
    assert_int_equal(params[1].structure->leaves, 2 * 3 + 2);
    assert_string_equal(type_info_result(info, (HRESULT)0x80040201)->name, "A_E_BAD");
    assert_int_equal(type_info_constant(info, "A_MOST")->integer, 7);
    assert_string_equal(type_enum_name(params[4].enumeration, 2), "MODE_OFF");
    assert_null(type_enum_name(params[4].enumeration, 3));
    assert_true(type_info_has_docs(info));
    type_info_free(info);
}

static void names_of_numbers_are_known_without_documentation(void **state)
{
    struct compiling c;
    struct text message;
    struct type_info *info;

    (void)state;
    compiling_begin(&c);
    message = message_of(
        &c,
        compiling_text(&c, HEAD
                       "/** Most. */ const uint32_t A_MOST = 7;\n"
                       "enum { A_ONE = 1 };\n"
                       "enum flags { A_FLAG = 4 };\n"
                       "enum used { USED = 1 };\n" UUID(
                           "01") "interface IA : IUnknown { const uint32_t A_INNER = 9; "
                                 "HRESULT M([in] uint32_t flags); }\n" UUID(
                                     "02") "interface IB : IUnknown { HRESULT N([in] enum used used); }"),
        "IA", false);
    info = read_message(&message);
    assert_false(type_info_has_docs(info));
    assert_int_equal(type_info_constant(info, "A_MOST")->integer, 7);
    assert_null(type_info_constant(info, "A_MOST")->doc);
    assert_int_equal(type_info_constant(info, "A_INNER")->integer, 9);
    assert_int_equal(type_info_constant(info, "A_ONE")->integer, 1);
    assert_int_equal(info->enum_count, 1); /* the other one is known with the interface that has it */
    assert_string_equal(info->enums[0].enumerators[0].name, "A_FLAG");
    type_info_free(info);
    compiling_end(&c);
}

/* ---- what is refused ---- */

static Message *unpacked(void)
{
    struct compiling c;
    struct text text;
    Message *message;

    compiling_begin(&c);
    text = message_of(&c, compiling_text(&c, TEXT), "IA", true);
    message = mmlite__wire__type_info__unpack(NULL, text.length, (const uint8_t *)text.bytes);
    assert_non_null(message);
    compiling_end(&c);
    return message;
}

static struct type_info *read_again(Message *message, char *error)
{
    size_t size = mmlite__wire__type_info__get_packed_size(message);
    uint8_t *bytes = malloc(size + 1);
    struct type_info *info;

    mmlite__wire__type_info__pack(message, bytes);
    info = type_info_read(bytes, size, error);
    free(bytes);
    return info;
}

static void expect_refused(void (*spoil)(Message *message), const char *why)
{
    Message *message = unpacked();
    char error[TYPE_INFO_ERROR_BYTES];
    struct type_info *info;

    spoil(message);
    info = read_again(message, error);
    if (info || !strstr(error, why))
        fail_msg("it is %s with '%s', not with '%s'", info ? "read" : "refused", error, why);
    mmlite__wire__type_info__free_unpacked(message, NULL);
}

static void replace(char **text, const char *by)
{
    free(*text);
    *text = strdup(by);
}

#define METHOD(message) ((message)->interfaces[0]->methods[0])
#define PARAM(message, index) (METHOD(message)->params[index])

#define SPOILER(name, statement)       \
    static void name(Message *message) \
    {                                  \
        statement;                     \
    }

SPOILER(newer_version, message->version = 3)
SPOILER(name_with_escape, replace(&message->interfaces[0]->name, "I\033[31mA"))
SPOILER(name_with_newline, replace(&METHOD(message)->name, "M\n"))
SPOILER(empty_name, replace(&PARAM(message, 0)->name, ""))
SPOILER(name_with_digit, replace(&message->enums[0]->name, "1st"))
SPOILER(kind_unknown, PARAM(message, 0)->kind = 99)
SPOILER(kind_none, PARAM(message, 0)->kind = 0)
SPOILER(shape_unknown, PARAM(message, 0)->shape = 99)
SPOILER(struct_missing, PARAM(message, 1)->index = 2)
SPOILER(struct_in_itself, message->structs[0]->fields[0]->kind = (Mmlite__Wire__TypeKind)KIND_STRUCT;
        message->structs[0]->fields[0]->index = 0)
SPOILER(struct_in_a_later_one, message->structs[0]->fields[0]->kind = (Mmlite__Wire__TypeKind)KIND_STRUCT;
        message->structs[0]->fields[0]->index = 1)
SPOILER(enum_missing, PARAM(message, 4)->index = 1)
SPOILER(interface_missing, PARAM(message, 8)->index = 4)
SPOILER(base_missing, message->interfaces[0]->parent = 9)
SPOILER(base_is_itself, message->interfaces[0]->parent = 1)
SPOILER(base_before, message->interfaces[1]->parent = 1)
SPOILER(base_out_of_order, message->interfaces[0]->parent = 3)
SPOILER(short_iid, message->interfaces[0]->iid.len = 15)
SPOILER(counter_missing, PARAM(message, 1)->size->param = 11)
SPOILER(counter_is_text, PARAM(message, 1)->size->param = 4)
SPOILER(iid_missing, PARAM(message, 8)->iid_param = 12)
SPOILER(iid_is_no_id, PARAM(message, 8)->iid_param = 1)
SPOILER(iid_of_a_number, PARAM(message, 0)->iid_param = 1)
SPOILER(size_unknown, PARAM(message, 1)->size->param = 0;
        PARAM(message, 1)->shape = (Mmlite__Wire__TypeShape)SHAPE_BYTES)
SPOILER(range_backwards, PARAM(message, 0)->range->min = 6)
SPOILER(range_of_text, PARAM(message, 3)->range = PARAM(message, 0)->range; PARAM(message, 0)->range = NULL)
SPOILER(same_number, PARAM(message, 1)->number = 1)
SPOILER(huge_number, PARAM(message, 1)->number = 0x20000000)
SPOILER(same_name, replace(&PARAM(message, 1)->name, "a"))
SPOILER(no_direction, PARAM(message, 0)->flags = 0)
SPOILER(interface_both_ways, PARAM(message, 8)->flags |= 1; PARAM(message, 8)->iid_param = 1)
SPOILER(nobody_counts, PARAM(message, 0)->flags |= 32)
SPOILER(array_without_count, message->structs[1]->fields[2]->count = 0)
SPOILER(too_many_leaves, message->structs[1]->fields[0]->count = 1000000)
SPOILER(constant_of_no_kind, message->constants[0]->kind = (Mmlite__Wire__TypeKind)KIND_STRUCT)
SPOILER(no_interface,
        while (message->n_interfaces > 0)
            mmlite__wire__type_interface__free_unpacked(message->interfaces[--message->n_interfaces], NULL))

static void what_does_not_fit_together_is_refused(void **state)
{
    (void)state;
    expect_refused(newer_version, "version 3");
    expect_refused(name_with_escape, "no identifier");
    expect_refused(name_with_newline, "no identifier");
    expect_refused(empty_name, "no identifier");
    expect_refused(name_with_digit, "no identifier");
    expect_refused(kind_unknown, "older than the node");
    expect_refused(kind_none, "older than the node");
    expect_refused(shape_unknown, "older than the node");
    expect_refused(struct_missing, "a struct that is not there");
    expect_refused(struct_in_itself, "a struct that is not there");
    expect_refused(struct_in_a_later_one, "a struct that is not there");
    expect_refused(enum_missing, "an enum that is not there");
    expect_refused(interface_missing, "an interface that is not there");
    expect_refused(base_missing, "does not come behind it");
    expect_refused(base_is_itself, "does not come behind it");
    expect_refused(base_before, "does not come behind it");
    expect_refused(base_out_of_order, "not in order");
    expect_refused(short_iid, "16 bytes");
    expect_refused(counter_missing, "counts with what is not there");
    expect_refused(counter_is_text, "'text' cannot count");
    expect_refused(iid_missing, "whose id is not there");
    expect_refused(iid_is_no_id, "does not say which interface");
    expect_refused(iid_of_a_number, "does not say which interface");
    expect_refused(size_unknown, "bytes of another kind");
    expect_refused(range_backwards, "the range of 'a' is empty");
    expect_refused(range_of_text, "is no integer");
    expect_refused(same_number, "one name or number");
    expect_refused(huge_number, "no number that a message can have");
    expect_refused(same_name, "one name or number");
    expect_refused(no_direction, "goes nowhere");
    expect_refused(interface_both_ways, "goes both ways");
    expect_refused(nobody_counts, "nothing says what 'a' is");
    expect_refused(array_without_count, "cannot be a field");
    expect_refused(too_many_leaves, "larger than any message");
    expect_refused(constant_of_no_kind, "of no kind that constants have");
    expect_refused(no_interface, "describes no interface");
}

static void documentation_cannot_leave_its_comment(void **state)
{
    Message *message = unpacked();
    char error[TYPE_INFO_ERROR_BYTES], *idl = NULL;
    const struct type_info *info;
    size_t size = 0;
    FILE *stream = open_memstream(&idl, &size);
    struct compiling c;

    (void)state;
    replace(&METHOD(message)->doc, "*/ evil [ /* \033[2J \xC2\x9B");
    info = read_again(message, error);
    assert_non_null(info);
    assert_null(strpbrk(type_info_method(info, "M")->doc, "\033\x9B"));
    describe_idl(stream, &info, 1);
    fclose(stream);
    compiling_begin(&c);
    compiling_text(&c, idl);
    compiling_end(&c);
    free(idl);
    mmlite__wire__type_info__free_unpacked(message, NULL);
    type_info_free((struct type_info *)(uintptr_t)info);
}

/* ---- too much ---- */

static void structs_are_nested_so_deep_and_no_deeper(void **state)
{
    struct text text;
    struct compiling c;
    struct type_info *info;
    char error[TYPE_INFO_ERROR_BYTES];
    uint32_t depth, i;

    (void)state;
    for (depth = TYPE_INFO_DEPTH_MAX; depth <= TYPE_INFO_DEPTH_MAX + 1; depth++) {
        compiling_begin(&c);
        text_init(&text, c.arena);
        text_puts(&text, HEAD "struct s0 { int32_t x; };\n");
        for (i = 1; i <= depth; i++)
            text_printf(&text, "struct s%u { struct s%u s; };\n", i, i - 1);
        text_printf(&text, UUID("01") "interface IA : IUnknown { HRESULT M([in] struct s%u s); }", depth);
        text = message_of(&c, compiling_text(&c, text.bytes), "IA", false);
        info = type_info_read((const uint8_t *)text.bytes, text.length, error);
        assert_int_equal(info != NULL, depth == TYPE_INFO_DEPTH_MAX);
        assert_true(info || strstr(error, "nested too deeply"));
        type_info_free(info);
        compiling_end(&c);
    }
}

/* A message of empty submessages is small, and what it would be in memory is not. */
static void large_messages_are_refused(void **state)
{
    size_t size = TYPE_INFO_BYTES_MAX + 2, i;
    uint8_t *bytes = malloc(size);
    char error[TYPE_INFO_ERROR_BYTES];
    uint8_t field;

    (void)state;
    for (field = 3; field <= 6; field++) {
        bytes[0] = 0x08; /* version: 1 */
        bytes[1] = 1;
        for (i = 2; i + 1 < size; i += 2) {
            bytes[i] = (uint8_t)(field << 3 | 2);
            bytes[i + 1] = 0;
        }
        assert_null(type_info_read(bytes, size, error));
        assert_non_null(strstr(error, "larger than"));
        assert_null(type_info_read(bytes, size - 2, error));
        assert_non_null(
            strstr(error, field == 3 ? "interfaces, and 256 are the most" : "describes no interface"));
    }
    free(bytes);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Any bytes at all: read or refused; what is read can be printed. */
static void damaged_messages_do_no_harm(void **state)
{
    struct text text;
    struct compiling c;
    uint32_t seed = 8151, round, good = 0, bad = 0;

    (void)state;
    compiling_begin(&c);
    text = message_of(&c, compiling_text(&c, TEXT), "IA", true);
    for (round = 0; round < 20000; round++) {
        size_t size = round % 4 ? text.length : next_random(&seed) % (text.length + 1);
        uint8_t *bytes = malloc(size + 1); /* of exactly that size, so that reading on is seen */
        char error[TYPE_INFO_ERROR_BYTES] = "", *printed = NULL;
        uint32_t flips = 1 + next_random(&seed) % 3;
        const struct type_info *info;
        size_t printed_size = 0;
        FILE *stream;

        memcpy(bytes, text.bytes, size);
        for (; flips > 0 && size > 0; flips--)
            bytes[next_random(&seed) % size] ^= (uint8_t)(1u << next_random(&seed) % 8);
        info = type_info_read(bytes, size, error);
        free(bytes);
        if (!info) {
            assert_true(error[0]);
            bad++;
            continue;
        }
        stream = open_memstream(&printed, &printed_size);
        describe_idl(stream, &info, 1);
        describe_json(stream, &info, 1);
        fclose(stream);
        free(printed);
        type_info_free((struct type_info *)(uintptr_t)info);
        good++;
    }
    assert_true(good > 500 && bad > 5000);
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_compiler_writes_is_read),
        cmocka_unit_test(names_of_numbers_are_known_without_documentation),
        cmocka_unit_test(what_does_not_fit_together_is_refused),
        cmocka_unit_test(documentation_cannot_leave_its_comment),
        cmocka_unit_test(structs_are_nested_so_deep_and_no_deeper),
        cmocka_unit_test(large_messages_are_refused),
        cmocka_unit_test(damaged_messages_do_no_harm),
    };

    return cmocka_run_group_tests_name("type_info", tests, NULL, NULL);
}
