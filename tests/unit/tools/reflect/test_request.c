/*
 * Requests made of words, and replies: what is wrong is said with what is expected. That good requests are
 * those of generated proxies is tested in tests/unit/generated.
 */
#include "reflecting.h"
#include <reflect/reply.h>
#include <reflect/request.h>

static const char TEXT[] = HEAD
    "const HRESULT A_E_BAD = 0x80040201;\n"
    "const uint32_t A_MOST = 7;\n"
    "const double A_HALF = 0.5;\n"
    "const boolean A_ON = TRUE;\n"
    "[closed] enum mode { MODE_ON = 1, MODE_OFF };\n"
    "enum color { RED, GREEN = 5 };\n"
    "struct point { int32_t x; int32_t y; };\n"
    "struct sample { [string] char name[8]; uint8_t raw[4]; struct point at; int16_t past[2]; enum mode "
    "mode;\n"
    "                [string] const char *note; };\n" UUID(
        "01") "interface IA : IUnknown\n"
              "{\n"
              "    HRESULT Numbers([in] int8_t a, [in, range(1, 100)] uint16_t b, [in] uint64_t c, [in] "
              "int64_t d);\n"
              "    HRESULT Others([in] boolean flag, [in] enum mode mode, [in] enum color color, [in] "
              "HRESULT code,\n"
              "                   [in] const GUID *id, [in] double real, [in] char letter);\n"
              "    HRESULT Text([in, string, max_len(5)] const char *text, [in, string, unique] const char "
              "*maybe);\n"
              "    HRESULT Bytes([in, size_is(length)] const uint8_t *data, [in] uint32_t length);\n"
              "    HRESULT Two([in, size_is(count)] const int32_t *a, [in, size_is(count)] const int32_t *b, "
              "[in] uint8_t count);\n"
              "    HRESULT Part([in, size_is(room), length_is(used)] const int32_t *a, [in] uint32_t room, "
              "[in] uint32_t used);\n"
              "    HRESULT Sample([in] const struct sample *sample);\n"
              "    HRESULT Object([in] IA *other, [in] IUnknown *any);\n"
              "    HRESULT Read([in, range(1, 2048)] uint32_t capacity,\n"
              "                 [out, size_is(capacity), length_is(*out_length)] uint8_t *data, [out] "
              "uint32_t *out_length);\n"
              "    HRESULT Wide([in, range(1920, 4000)] uint32_t capacity,\n"
              "                 [out, size_is(capacity), length_is(*out_length)] int64_t *a,\n"
              "                 [out, size_is(capacity), length_is(*out_length)] double *b, [out] uint32_t "
              "*out_length);\n"
              "    HRESULT Samples([in] uint8_t capacity, [out, size_is(capacity), length_is(*out_count)] "
              "struct sample_out *samples,\n"
              "                    [out] uint32_t *out_count);\n"
              "    HRESULT Reals([in] float single, [in] double real);\n"
              "    HRESULT Characters([in] char c, [in] wchar_t w);\n"
              "    HRESULT Longs([in, size_is(count)] const uint64_t *a, [in] uint8_t count);\n"
              "    HRESULT Maybe([in] BSTR text, [in, unique] const int32_t *number, [in, unique] const "
              "struct "
              "point *at,\n"
              "                  [in] uint8_t count);\n"
              "    HRESULT Flags([in] uint32_t flags, [in] boolean on);\n"
              "    HRESULT Exactly([in] uint32_t count, [out, size_is(count)] int32_t *values);\n"
              "    HRESULT Name([out, string, size_is(capacity)] char *name, [in] uint32_t capacity);\n"
              "    HRESULT Get([out, range(0, 9)] uint8_t *out_a, [out] enum mode *out_mode, [out] IA "
              "**out_b, [out] IA **out_c,\n"
              "                [out] struct sample_out *out_sample);\n"
              "    HRESULT Change([in, out, string, size_is(capacity)] char *text, [in] uint32_t capacity);\n"
              "    HRESULT Matrix([in] uint32_t rows, [in] int16_t columns,\n"
              "                   [in, size_is(rows * columns)] const int32_t *values,\n"
              "                   [in, unique, size_is(rows * columns)] const int32_t *weights);\n"
              "    HRESULT Bits([in] uint8_t bits, [in, size_is((bits + 7) / 8)] const uint8_t *data);\n"
              "    HRESULT Head([in] uint8_t room, [in] uint8_t used,\n"
              "                 [in, size_is(room * 2), length_is(used)] const uint8_t *data);\n"
              "    HRESULT Title([in] uint8_t room, [in, out, string, size_is(room + 1)] char *text);\n"
              "    HRESULT Grid([in] const int16_t m[2][2], [in] const struct board *board, [out] int16_t "
              "turned[2][3]);\n"
              "    HRESULT Fill([in] uint32_t rows, [in] uint32_t per, [out, size_is(rows / per)] int32_t "
              "*values);\n"
              "}\n"
              "struct sample_out { [string] char name[8]; int16_t past[2]; uint8_t raw[4]; };\n"
              "struct board { uint8_t squares[2][3]; };\n";

static struct type_info *info;

static int setup(void **state)
{
    (void)state;
    info = reflect_text(TEXT, "IA");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    type_info_free(info);
    return 0;
}

/* Makes a request of a method's name and words NAME=VALUE up to a NULL. */
static bool build(struct request *request, char error[VALUE_ERROR_BYTES], const char *method, va_list words)
{
    struct request_argument arguments[20];
    char copies[20][300];
    const char *word;
    uint32_t count = 0;

    for (; (word = va_arg(words, const char *)) != NULL; count++) {
        snprintf(copies[count], sizeof(copies[count]), "%s", word);
        *strchr(copies[count], '=') = '\0';
        arguments[count].name = copies[count];
        arguments[count].value =
            (struct value_text){strchr(word, '=') + 1, strlen(strchr(word, '=') + 1), false};
    }
    memset(request, 0, sizeof(*request));
    return request_build(request, info, type_info_method(info, method), arguments, count, error);
}

static void expect_error(const char *why, const char *method, ...)
{
    char error[VALUE_ERROR_BYTES];
    struct request request;
    va_list words;
    bool good;

    va_start(words, method);
    good = build(&request, error, method, words);
    va_end(words);
    request_free(&request);
    if (good || strcmp(error, why) != 0)
        fail_msg("%s: '%s' is said, not '%s'", method, good ? "nothing" : error, why);
}

/* The message must have these bytes, written as hex. */
static void expect_bytes(const char *hex, const char *method, ...)
{
    char error[VALUE_ERROR_BYTES], text[600] = "";
    struct request request;
    const uint8_t *bytes;
    va_list words;
    size_t size, i;

    va_start(words, method);
    if (!build(&request, error, method, words))
        fail_msg("%s: %s", method, error);
    va_end(words);
    bytes = request_pack(&request, &size);
    for (i = 0; i < size && i < 250; i++)
        snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x", bytes[i]);
    request_free(&request);
    assert_string_equal(text, hex);
}

static void numbers_are_read_in_all_forms(void **state)
{
    (void)state;
    expect_bytes("0801"
                 "1007"
                 "1801"
                 "2001",
                 "Numbers", "a=-1", "b=A_MOST", "c=0x1", "d=-1", NULL);
    expect_bytes("08ff01"
                 "1064"
                 "18ffffffffffffffffff01"
                 "20ffffffffffffffffff01",
                 "Numbers", "a=-128", "b=100", "c=18446744073709551615", "d=-9223372036854775808", NULL);
    expect_bytes("0801"
                 "1002"
                 "1805"
                 "2501020480"
                 "2a10010001000200000304050607"
                 "08090a0b"
                 "31000000000000e03f"
                 "3861",
                 "Others", "flag=true", "mode=MODE_OFF", "color=GREEN", "code=A_E_BAD",
                 "id=00010001-0002-0300-0405-060708090a0b", "real=.5", "letter=a", NULL);
}

static void what_is_no_such_number_is_refused(void **state)
{
    (void)state;
    expect_error("a: `128` is not what is expected: int8_t from -128 to 127", "Numbers", "a=128", NULL);
    expect_error("a: `` is not what is expected: int8_t from -128 to 127", "Numbers", "a=", NULL);
    expect_error("a: `1x` is not what is expected: int8_t from -128 to 127", "Numbers", "a=1x", NULL);
    expect_error("a: ` 1` is not what is expected: int8_t from -128 to 127", "Numbers", "a= 1", NULL);
    expect_error("b: `0` is not what is expected: uint16_t from 1 to 100", "Numbers", "a=1", "b=0", NULL);
    expect_error("b: `101` is not what is expected: uint16_t from 1 to 100", "Numbers", "a=1", "b=101", NULL);
    expect_error("c: `-1` is not what is expected: uint64_t from 0 to 18446744073709551615", "Numbers",
                 "c=-1", NULL);
    expect_error("c: `18446744073709551616` is not what is expected: uint64_t from 0 to 18446744073709551615",
                 "Numbers", "c=18446744073709551616", NULL);
    expect_error("d: `9223372036854775808` is not what is expected: int64_t from -9223372036854775808 to "
                 "9223372036854775807",
                 "Numbers", "d=9223372036854775808", NULL);
    expect_error("flag: `yes` is not what is expected: true or false", "Others", "flag=yes", NULL);
    expect_error("mode: `3` is not what is expected: one of MODE_ON, MODE_OFF", "Others", "mode=3", NULL);
    expect_error("mode: `MODE_ONN` is not what is expected: one of MODE_ON, MODE_OFF; did you mean "
                 "MODE_ON?",
                 "Others", "mode=MODE_ONN", NULL);
    expect_error("color: `BLUE` is not what is expected: a number, or one of RED, GREEN", "Others",
                 "color=BLUE", NULL);
    expect_error(
        "code: `0x1ffffffff` is not what is expected: the name or number of a result, such as E_FAIL or "
        "0x80004005",
        "Others", "code=0x1ffffffff", NULL);
    expect_error("id: `1-2` is not what is expected: a GUID such as 6d6d6c01-0003-4001-8001-000000000016",
                 "Others", "id=1-2", NULL);
    expect_error("real: `1.5.` is not what is expected: double, at most 1.79e308; or nan, inf, -inf",
                 "Others", "real=1.5.", NULL);
}

static void floats_have_their_range(void **state)
{
    (void)state;
    expect_bytes("0d0000c03f"
                 "11000000000000f07f",
                 "Reals", "single=1.5", "real=inf", NULL);
    expect_bytes("0d000080ff"
                 "11000000000000e03f",
                 "Reals", "single=-inf", "real=A_HALF", NULL);
    expect_bytes("0d0000c07f"
                 "11ffffffffffffef7f",
                 "Reals", "single=nan", "real=1.7976931348623157e308", NULL);
    expect_error("single: `1e40` is not what is expected: float, at most 3.4e38; or nan, inf, -inf", "Reals",
                 "single=1e40", NULL);
    expect_error("single: `-1e40` is not what is expected: float, at most 3.4e38; or nan, inf, -inf", "Reals",
                 "single=-1e40", NULL);
    expect_error("real: `1e309` is not what is expected: double, at most 1.79e308; or nan, inf, -inf",
                 "Reals", "real=1e309", NULL);
    expect_error("single: this cannot be null; it is float, at most 3.4e38; or nan, inf, -inf", "Reals",
                 "single=null", NULL);
}

static void characters_are_written_as_they_are(void **state)
{
    (void)state;
    expect_bytes("0841"
                 "1041",
                 "Characters", "c=A", "w=A", NULL);
    expect_bytes("0807"
                 "1009",
                 "Characters", "c=7", "w=0x9", NULL);
    expect_bytes("0837"
                 "10ac41",
                 "Characters", "c='7'", "w=\xE2\x82\xAC", NULL); /* the euro sign */
    expect_bytes("0827"
                 "10e901",
                 "Characters", "c='", "w='\xC3\xA9'", NULL);
    expect_error("c: `ab` is not what is expected: a character, or a number from 0 to 255", "Characters",
                 "c=ab", NULL);
    expect_error("c: `\xC3\xA9` is not what is expected: a character, or a number from 0 to 255",
                 "Characters", "c=\xC3\xA9", NULL);
    expect_error("w: `\xF0\x9F\x98\x80` is not what is expected: a character, or a number from 0 to 65535",
                 "Characters", "w=\xF0\x9F\x98\x80", NULL); /* two of 16 bits */
}

static void integers_of_64_bits_are_exact(void **state)
{
    (void)state;
    expect_bytes("0a0b"
                 "ffffffffffffffffff01"
                 "00",
                 "Longs", "a=[18446744073709551615, 0]", NULL);
    expect_bytes("0a0a"
                 "ffffffffffffffffff01",
                 "Longs", "a=[\"18446744073709551615\"]", NULL);
    expect_error("a[0]: `18446744073709551616` is not what is expected: uint64_t from 0 to "
                 "18446744073709551615",
                 "Longs", "a=[18446744073709551616]", NULL);
    expect_error("a[1]: `-18446744073709551615` is not what is expected: uint64_t from 0 to "
                 "18446744073709551615",
                 "Longs", "a=[1, -18446744073709551615]", NULL);
    expect_error("a[0]: `a fraction` is not what is expected: uint64_t from 0 to 18446744073709551615",
                 "Longs", "a=[1.0]", NULL);
    expect_error("a: a number is larger than any float", "Longs", "a=[1e999]", NULL);
}

static void null_is_for_what_may_be_null(void **state)
{
    (void)state;
    expect_bytes("0a002000", "Maybe", "text=", "count=0", NULL); /* an empty BSTR is there, */
    expect_bytes("2000", "Maybe", "count=0", NULL);              /* one that is left out is not */
    expect_bytes("0a046e756c6c2000", "Maybe", "text=null", "count=0", NULL);
    expect_bytes("1000"
                 "1a020802"
                 "2000",
                 "Maybe", "number=0", "at={\"x\": 1}", "count=0", NULL);
    expect_bytes("2000", "Maybe", "number=null", "at=null", "count=0", NULL);
    expect_error("count: this cannot be null; it is uint8_t from 0 to 255", "Maybe", "count=null", NULL);
    expect_error("a: this cannot be null; it is a JSON array of uint64_t from 0 to 18446744073709551615",
                 "Longs", "a=null", NULL);
}

static void names_of_any_kind_are_known(void **state)
{
    (void)state;
    expect_bytes("0805"
                 "1001",
                 "Flags", "flags=GREEN", "on=A_ON", NULL); /* of an enum that is another parameter's */
    expect_bytes("0807"
                 "1000",
                 "Flags", "flags=A_MOST", "on=false", NULL);
    expect_error(
        "flags: `A_MAST` is not what is expected: uint32_t from 0 to 4294967295; did you mean A_MOST?",
        "Flags", "flags=A_MAST", NULL);
    expect_error("code: `E_FALI` is not what is expected: the name or number of a result, such as E_FAIL or "
                 "0x80004005; did you mean E_FAIL?",
                 "Others", "code=E_FALI", NULL);
}

static void parameters_are_named_right_and_once(void **state)
{
    (void)state;
    expect_error("e: Numbers has no such parameter; it takes a, b, c, d", "Numbers", "e=1", NULL);
    expect_error("tetx: Text has no such parameter; it takes text, maybe; did you mean text?", "Text",
                 "tetx=1", NULL);
    expect_error(
        "4 parameters are missing: a (int8_t from -128 to 127), b (uint16_t from 1 to 100), c (uint64_t "
        "from 0 to 18446744073709551615), d (int64_t from -9223372036854775808 to 9223372036854775807)",
        "Numbers", NULL);
    expect_error("a: this is given twice", "Numbers", "a=1", "a=2", NULL);
    expect_error("b: this parameter is missing; it is uint16_t from 1 to 100", "Numbers", "a=1", "c=1", "d=1",
                 NULL);
    expect_error("data: this is a result, not a parameter to be given", "Read", "data=1", NULL);
    expect_error("x: Get takes no parameters", "Get", "x=1", NULL);
}

static void texts_and_bytes_have_their_bounds(void **state)
{
    (void)state;
    expect_bytes("0a0568656c6c6f", "Text", "text=hello", NULL); /* what may be NULL may be left out */
    expect_bytes("0a00"
                 "1200",
                 "Text", "text=", "maybe=", NULL);
    expect_error("text: the text has 6 bytes, and at most 5 are expected", "Text", "text=hellos", NULL);
    expect_error("text: a text is UTF-8 without NUL, and this is not", "Text", "text=\xFF", NULL);
    expect_error("maybe: a text is UTF-8 without NUL, and this is not", "Text", "text=a",
                 "maybe=\xED\xA0\x80", NULL);
    expect_bytes("0a026869", "Bytes", "data=hi", NULL);
    expect_bytes("0a0200ff", "Bytes", "data=hex:00FF", "length=2", NULL);
    expect_bytes("0a066865783a3030", "Bytes", "data=text:hex:00", NULL);
    expect_error("data: two hexadecimal digits for each byte go behind hex:", "Bytes", "data=hex:0", NULL);
    expect_error("data: two hexadecimal digits for each byte go behind hex:", "Bytes", "data=hex:0g", NULL);
    expect_error("data: there are 2 elements, but length says 3", "Bytes", "data=hi", "length=3", NULL);
    expect_error("data: this parameter is missing; it is bytes: a text, hex:00ff..., or @FILE", "Bytes",
                 "length=3", NULL);
    expect_error("length: `-1` is not what is expected: uint32_t from 0 to 4294967295", "Bytes", "data=hi",
                 "length=-1", NULL);
}

static void arrays_that_share_a_count_are_as_long(void **state)
{
    (void)state;
    expect_bytes("0a020204"
                 "12020608",
                 "Two", "a=[1, 2]", "b=[3, \"4\"]", NULL);
    expect_bytes("", "Two", "a=[]", "b=[]", NULL);
    expect_error("b: there are 1 elements, but a has 2, and count counts both", "Two", "a=[1, 2]", "b=[3]",
                 NULL);
    expect_error("a: several values are a JSON array, such as [1, 2]", "Two", "a=1", "b=[]", NULL);
    expect_error("a: this is no JSON: ']' expected near end of file (line 1, column 1)", "Two", "a=[", NULL);
    expect_error("a[1]: `x` is not what is expected: int32_t from -2147483648 to 2147483647", "Two",
                 "a=[1, \"x\"]", NULL);
    expect_error("a[0]: `a fraction` is not what is expected: int32_t from -2147483648 to 2147483647", "Two",
                 "a=[1.5]", NULL);
    expect_error("a[0]: `18446744073709551615` is not what is expected: int32_t from -2147483648 to "
                 "2147483647",
                 "Two", "a=[18446744073709551615]", NULL);
    expect_bytes("0a0102"
                 "1001",
                 "Part", "a=[1]", NULL); /* as much room as is used; what is used is not sent */
    expect_bytes("0a0102"
                 "1009",
                 "Part", "a=[1]", "room=9", NULL);
    expect_error("room: 1 is less than what the arrays need, which is 2", "Part", "a=[1, 2]", "room=1", NULL);
    expect_error("a: there are 1 elements, but used says 0", "Part", "a=[1]", "room=1", "used=0", NULL);
}

static void structs_are_json(void **state)
{
    (void)state;
    expect_bytes(
        "0a1a"
        "0a0161"
        "120401020000"
        "1a020802"
        "22020204"
        "2801"
        "3205"
        "68656c6c6f",
        "Sample",
        "sample={\"name\": \"a\", \"raw\": \"hex:01020000\", \"at\": {\"x\": 1}, \"past\": [1, 2], \"mode\": "
        "\"MODE_ON\", \"note\": \"hello\"}",
        NULL);
    expect_bytes("0a08"
                 "1204"
                 "01020304"
                 "2802",
                 "Sample", "sample={\"raw\": [1, 2, 3, 4], \"mode\": 2, \"note\": null}", NULL);
    expect_error("sample: struct sample is a JSON object", "Sample", "sample=[]", NULL);
    expect_error("sample: struct sample has no field `nam`; did you mean name?", "Sample",
                 "sample={\"nam\": 1}", NULL);
    expect_error("sample: struct sample has no field `other`", "Sample", "sample={\"other\": 1}", NULL);
    expect_error("sample.mode: this field is missing, and 0 is none of its values", "Sample", "sample={}",
                 NULL);
    expect_error("sample.name: the text has 8 bytes, and at most 7 are expected", "Sample",
                 "sample={\"name\": \"12345678\"}", NULL);
    expect_error("sample.name: a text is a JSON string", "Sample", "sample={\"name\": 1}", NULL);
    expect_error("sample.raw: there are 5 bytes, and 4 are expected", "Sample", "sample={\"raw\": \"12345\"}",
                 NULL);
    expect_error("sample.raw: there are 2 bytes, and 4 are expected", "Sample",
                 "sample={\"raw\": \"hex:0102\"}", NULL);
    expect_error("sample.raw: there are 3 bytes, and 4 are expected", "Sample", "sample={\"raw\": [1, 2, 3]}",
                 NULL);
    expect_error("sample.raw: this cannot be null; it is 4 bytes: a text, hex:00ff..., or @FILE", "Sample",
                 "sample={\"raw\": null}", NULL);
    expect_error("sample.at.x: this cannot be null; it is int32_t from -2147483648 to 2147483647", "Sample",
                 "sample={\"at\": {\"x\": null}}", NULL);
    expect_error("sample.past[1]: this cannot be null; it is int16_t from -32768 to 32767", "Sample",
                 "sample={\"past\": [1, null]}", NULL);
    expect_error("sample.raw[0]: `256` is not what is expected: uint8_t from 0 to 255", "Sample",
                 "sample={\"raw\": [256]}", NULL);
    expect_error("sample.past: there are 1 values, and 2 are expected", "Sample", "sample={\"past\": [1]}",
                 NULL);
    expect_error("sample.at.y: `32768000000` is not what is expected: int32_t from -2147483648 to 2147483647",
                 "Sample", "sample={\"at\": {\"y\": 32768000000}}", NULL);
    expect_error("sample: this is no JSON: duplicate object key near '\"mode\"' (line 1, column 16)",
                 "Sample", "sample={\"mode\":1,\"mode\":2}", NULL);
    expect_error("sample: this parameter is missing; it is struct sample as a JSON object", "Sample", NULL);
}

static void interfaces_are_paths(void **state)
{
    char error[VALUE_ERROR_BYTES];
    struct request request;
    const uint8_t *bytes;
    size_t size;
    struct request_argument arguments[] = {{"any", {"/net/n1/probe", 13, false}},
                                           {"other", {"null", 4, false}}};

    (void)state;
    memset(&request, 0, sizeof(request));
    assert_true(request_build(&request, info, type_info_method(info, "Object"), arguments, 2, error));
    assert_int_equal(request.path_count, 1);
    assert_string_equal(request.paths[0], "/net/n1/probe");
    assert_null(request.path_interfaces[0]);
    bytes = request_pack(&request, &size);
    assert_int_equal(size, 2);
    assert_memory_equal(bytes, "\x10\x01", 2);
    request_free(&request);
    expect_error(
        "2 parameters are missing: other (the path of an object with IA), any (the path of an object "
        "with any interface)",
        "Object", NULL);
}

static void room_for_outputs_need_not_be_said(void **state)
{
    (void)state;
    expect_bytes("088010", "Read", NULL); /* all that its range allows, below 4096 */
    expect_bytes("0864", "Read", "capacity=100", NULL);
    expect_bytes("108008", "Name", NULL);  /* 1024 bytes, which a small kernel has, too */
    expect_bytes("08800f", "Wide", NULL);  /* 4096 / (2 * 8) for both arrays, but the range begins above */
    expect_bytes("0840", "Samples", NULL); /* 1024 by the size of a struct */
    expect_error("count: this parameter is missing; it is uint32_t from 0 to 4294967295", "Exactly", NULL);
    expect_bytes("0a026869"
                 "108008",
                 "Change", "text=hi", NULL);
    expect_error("capacity: 2 is less than what the arrays need, which is 3", "Change", "text=hi",
                 "capacity=2", NULL);
}

static void computed_sizes_are_those_of_the_peers(void **state)
{
    (void)state;
    expect_bytes("0802"
                 "1004"
                 "1a0402040608",
                 "Matrix", "rows=2", "columns=2", "values=[1, 2, 3, 4]", NULL);
    expect_bytes("08001004", "Matrix", "rows=0", "columns=2", "values=[]", "weights=null", NULL);
    expect_error("values: there are 6 elements, and rows * columns comes to 4", "Matrix", "rows=2",
                 "columns=2", "values=[1, 2, 3, 4, 5, 6]", NULL);
    expect_error("weights: there are 1 elements, and rows * columns comes to 0", "Matrix", "rows=0",
                 "columns=2", "values=[]", "weights=[1]", NULL);
    expect_error("values: rows * columns comes to -6, and no array has so many elements", "Matrix", "rows=2",
                 "columns=-3", "values=[]", NULL);
    expect_error(
        "values: this parameter is missing; it is a JSON array of int32_t from -2147483648 to 2147483647",
        "Matrix", "rows=2", "columns=2", NULL);
    expect_error("rows: this parameter is missing; it is uint32_t from 0 to 4294967295", "Matrix",
                 "columns=2", "values=[]", NULL);
    expect_bytes("0811"
                 "1203010203",
                 "Bits", "bits=17", "data=hex:010203", NULL);
    expect_error("data: there are 2 elements, and (bits + 7) / 8 comes to 3", "Bits", "bits=17",
                 "data=hex:0102", NULL);
    expect_error("data: there are 3 elements, and there is room for room * 2, which comes to 2", "Head",
                 "room=1", "data=hex:010203", NULL);
    expect_error("text: the text has 3 characters, and room + 1 comes to 3 with its end", "Title", "room=2",
                 "text=abc", NULL);
    expect_error("values: rows / per comes to more elements than an array can have, or to no number", "Fill",
                 "rows=1", "per=0", NULL);
}

static void arrays_of_arrays_are_nested_or_flat(void **state)
{
    static const char GOOD[] = "0a0402040608"
                               "12080a06010203040506";

    (void)state;
    expect_bytes(GOOD, "Grid", "m=[[1, 2], [3, 4]]", "board={\"squares\": [[1, 2, 3], [4, 5, 6]]}", NULL);
    expect_bytes(GOOD, "Grid", "m=[1, 2, 3, 4]", "board={\"squares\": \"hex:010203040506\"}", NULL);
    expect_error("m[1]: there are 3 values, and 2 are expected", "Grid", "m=[[1, 2], [3, 4, 5]]", NULL);
    expect_error("m: there are 1 values, and 2 are expected", "Grid", "m=[[1, 2]]", NULL);
    expect_error("m[1]: a row is a JSON array of 2 values", "Grid", "m=[[1, 2], 3]", NULL);
    expect_error("m: there are 3 elements, and 4 are expected", "Grid", "m=[1, 2, 3]",
                 "board={\"squares\": [1, 2, 3, 4, 5, 6]}", NULL);
    expect_error("board.squares[1][2]: `-1` is not what is expected: uint8_t from 0 to 255", "Grid",
                 "m=[1, 2, 3, 4]", "board={\"squares\": [[1, 2, 3], [4, 5, -1]]}", NULL);
}

/* ---- replies ---- */

static char *read_reply(const char *method, const char *const *words, const char *bytes, size_t size,
                        char *error)
{
    struct request_argument arguments[4];
    struct request request;
    struct reply reply;
    char *text = NULL;
    size_t text_size = 0;
    uint32_t count = 0, i;
    FILE *stream;

    for (; words && words[count]; count++) {
        arguments[count].name = strtok(strdup(words[count]), "=");
        arguments[count].value =
            (struct value_text){strchr(words[count], '=') + 1, strlen(strchr(words[count], '=') + 1), false};
    }
    memset(&request, 0, sizeof(request));
    memset(&reply, 0, sizeof(reply));
    if (!request_build(&request, info, type_info_method(info, method), arguments, count, error))
        fail_msg("%s", error);
    if (reply_read(&reply, &request, (const uint8_t *)bytes, size, 2, error)) {
        stream = open_memstream(&text, &text_size);
        for (i = 0; i < reply.method->count; i++)
            if (reply.method->params[i].is_out && reply.method->params[i].kind != KIND_INTERFACE) {
                fprintf(stream, "%s=", reply.method->params[i].name);
                reply_print(stream, PRINT_JSON, &reply, i, NULL);
                fputc(' ', stream);
            }
        fclose(stream);
    }
    reply_free(&reply);
    request_free(&request);
    for (i = 0; i < count; i++)
        free((char *)(uintptr_t)arguments[i].name);
    return text;
}

#define BYTES(text) text, sizeof(text) - 1

static void expect_reply(const char *expected, const char *method, const char *const *words,
                         const char *bytes, size_t size)
{
    char error[VALUE_ERROR_BYTES];
    char *text = read_reply(method, words, bytes, size, error);

    if (!text)
        fail_msg("%s: %s", method, error);
    assert_string_equal(text, expected);
    free(text);
}

static void expect_bad_reply(const char *why, const char *method, const char *const *words, const char *bytes,
                             size_t size)
{
    char error[VALUE_ERROR_BYTES];
    char *text = read_reply(method, words, bytes, size, error);

    if (text)
        fail_msg("%s was read: %s", method, text);
    assert_string_equal(error, why);
}

static void replies_are_read_with_what_is_left_out(void **state)
{
    static const char *const three[] = {"count=3", NULL};

    (void)state;
    expect_reply("data=\"hex:6869\" out_length=2 ", "Read", NULL, BYTES("\x12\x02hi\x18\x02"));
    expect_reply("data=\"hex:\" out_length=0 ", "Read", NULL, BYTES(""));
    expect_reply("values=[1, -1, 64] ", "Exactly", three, BYTES("\x12\x04\x02\x01\x80\x01"));
    expect_reply("name=\"n\\\"1\" ", "Name", NULL, BYTES("\x0a\x03n\"1"));
    expect_reply("out_a=9 out_mode=\"MODE_ON\" out_sample={\"name\": \"\", \"past\": [0, 0], \"raw\": "
                 "\"hex:00000000\"} ", /* what is left out is zeros, as memory has it */
                 "Get", NULL, BYTES("\x08\x09\x10\x01\x7a\x00"));
    expect_reply("out_a=0 out_mode=\"MODE_ON\" out_sample={\"name\": \"a\", \"past\": [1, 2], \"raw\": "
                 "\"hex:01000000\"} ",
                 "Get", NULL,
                 BYTES("\x10\x01\x2a\x0a\x0a\x01"
                       "a\x12\x02\x02\x04\x1a\x01\x01"));
}

static void replies_that_break_their_bounds_are_refused(void **state)
{
    static const char *const three[] = {"count=3", NULL};
    static const char *const small[] = {"capacity=1", NULL};
    static const char *const six_by_two[] = {"rows=6", "per=2", NULL};
    static const char *const grid[] = {"m=[1,2,3,4]", "board={}", NULL};
    static const char *const title[] = {"room=1", "text=", NULL};

    (void)state;
    expect_reply("turned=[[1, 2, 3], [4, 5, 6]] ", "Grid", grid, BYTES("\x1a\x06\x02\x04\x06\x08\x0a\x0c"));
    expect_reply("values=[1, 2, 3] ", "Fill", six_by_two, BYTES("\x1a\x03\x02\x04\x06"));
    expect_bad_reply("values has 2 elements, and 3 are announced", "Fill", six_by_two,
                     BYTES("\x1a\x02\x02\x04"));
    expect_bad_reply("text has 2 characters, and there is no room for them", "Title", title,
                     BYTES("\x12\x02"
                           "ab"));
    expect_bad_reply("the results are malformed, or too deep", "Read", NULL, BYTES("\x12\x05hi"));
    expect_bad_reply("data has 2 elements, and 3 are announced", "Read", NULL, BYTES("\x12\x02hi\x18\x03"));
    expect_bad_reply("data has 2 elements, and there is no room for them", "Read", small,
                     BYTES("\x12\x02hi\x18\x02"));
    expect_bad_reply("values has 2 elements, and 3 are announced", "Exactly", three,
                     BYTES("\x12\x02\x02\x01"));
    expect_bad_reply("name has 1 characters, and there is no room for them", "Name", small,
                     BYTES("\x0a\x01n"));
    expect_bad_reply("name is no UTF-8", "Name", NULL, BYTES("\x0a\x01\xff"));
    expect_bad_reply("out_a has the value 10, which is not one of its values", "Get", NULL,
                     BYTES("\x08\x0a\x10\x01"));
    expect_bad_reply("out_mode has the value 3, which is not one of its values", "Get", NULL,
                     BYTES("\x10\x03"));
    expect_bad_reply("out_mode did not come", "Get", NULL, BYTES(""));
    expect_bad_reply("out_b is an interface that did not come", "Get", NULL, BYTES("\x10\x01\x18\x03"));
    expect_bad_reply("out_c is an interface that came once, for out_b", "Get", NULL,
                     BYTES("\x10\x01\x18\x01\x20\x01"));
    expect_bad_reply("past has 1 elements, and 2 are expected", "Get", NULL,
                     BYTES("\x10\x01\x2a\x03\x12\x01\x02"));
    expect_bad_reply("past has the value 32768, which is not one of its values", "Get", NULL,
                     BYTES("\x10\x01\x2a\x06\x12\x04\x80\x80\x04\x02"));
    expect_bad_reply("name has 8 elements, and 8 are expected", "Get", NULL,
                     BYTES("\x10\x01\x2a\x0a\x0a\x08"
                           "12345678"));
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void any_reply_is_survived(void **state)
{
    static const char GOOD[] = "\x08\x01\x10\x01\x18\x01\x20\x02\x2a\x0a\x0a\x01"
                               "a\x12\x02\x02\x04\x1a\x01\x01";
    char bytes[sizeof(GOOD)], error[VALUE_ERROR_BYTES];
    uint32_t seed = 8151, round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        size_t size = next_random(&seed) % sizeof(GOOD);

        memcpy(bytes, GOOD, size);
        if (size > 0)
            bytes[next_random(&seed) % size] = (char)next_random(&seed);
        free(read_reply("Get", NULL, bytes, size, error));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_in_all_forms),
        cmocka_unit_test(what_is_no_such_number_is_refused),
        cmocka_unit_test(floats_have_their_range),
        cmocka_unit_test(characters_are_written_as_they_are),
        cmocka_unit_test(integers_of_64_bits_are_exact),
        cmocka_unit_test(null_is_for_what_may_be_null),
        cmocka_unit_test(names_of_any_kind_are_known),
        cmocka_unit_test(parameters_are_named_right_and_once),
        cmocka_unit_test(texts_and_bytes_have_their_bounds),
        cmocka_unit_test(arrays_that_share_a_count_are_as_long),
        cmocka_unit_test(structs_are_json),
        cmocka_unit_test(interfaces_are_paths),
        cmocka_unit_test(room_for_outputs_need_not_be_said),
        cmocka_unit_test(arrays_of_arrays_are_nested_or_flat),
        cmocka_unit_test(computed_sizes_are_those_of_the_peers),
        cmocka_unit_test(replies_are_read_with_what_is_left_out),
        cmocka_unit_test(replies_that_break_their_bounds_are_refused),
        cmocka_unit_test(any_reply_is_survived),
    };

    return cmocka_run_group_tests_name("request", tests, setup, teardown);
}
