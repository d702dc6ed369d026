/* The IR as JSON: what is read back makes the same products, and what is damaged is refused. */
#include "breaking.h"
#include "compiling.h"
#include "ir_json.h"
#include "json.h"

#include <glob.h>

static const char *text_of(struct arena *arena, const struct ir_file *file,
                           void (*emit)(struct text *out, const struct ir_file *file))
{
    struct text text;

    text_init(&text, arena);
    emit(&text, file);
    return text.bytes;
}

static struct ir_file *read_back(struct compiling *c, const char *json, bool with_plan)
{
    return ir_json_read(c->arena, &c->diagnostics,
                        source_from_text(c->arena, "x.ir.json", json, strlen(json)), with_plan);
}

static void expect_same_products(struct compiling *c, const struct ir_file *file)
{
    static void (*const EMITTERS[])(struct text *, const struct ir_file *) = {
        emit_header, emit_proxy, emit_stub, emit_proto, ir_json_write};
    const char *json = text_of(c->arena, file, ir_json_write);
    struct ir_file *read = read_back(c, json, true), *loaded;
    size_t i;

    fflush(c->stream);
    if (!read)
        fail_msg("%s: %s", file->path, c->messages);
    loaded =
        ir_json_load(c->arena, &c->diagnostics, source_from_text(c->arena, "x.ir.json", json, strlen(json)));
    fflush(c->stream);
    if (!loaded)
        fail_msg("%s: %s", file->path, c->messages);
    for (i = 0; i < sizeof(EMITTERS) / sizeof(EMITTERS[0]); i++) {
        const char *expected = text_of(c->arena, file, EMITTERS[i]);

        assert_string_equal(expected, text_of(c->arena, read, EMITTERS[i]));
        assert_string_equal(expected, text_of(c->arena, loaded, EMITTERS[i]));
    }
}

static void every_file_of_the_project_comes_back_whole(void **state)
{
    static const char *const PATTERNS[] = {"idl/*/*.idl", "examples/*/*.idl", "tests/golden/sample/*.idl",
                                           "tests/unit/generated/*.idl"};
    static const char *const ROOTS[] = {"idl", "tests/golden"};
    size_t i, count = 0;
    glob_t found;

    (void)state;
    for (i = 0; i < sizeof(PATTERNS) / sizeof(PATTERNS[0]); i++)
        assert_int_equal(glob(PATTERNS[i], i ? GLOB_APPEND : 0, NULL, &found), 0);
    for (i = 0; i < found.gl_pathc; i++) {
        const struct ir_file *file = NULL;
        struct compiling c;

        compiling_begin(&c);
        c.cache.roots = (struct source_roots){ROOTS, 2};
        if (compile_load(&c.compilation, found.gl_pathv[i]))
            file = compile_units(&c.compilation);
        if (!file)
            fail_msg("%s does not compile", found.gl_pathv[i]);
        expect_same_products(&c, file);
        count++;
        compiling_end(&c);
    }
    globfree(&found);
    assert_true(count > 20);
}

static void texts_and_numbers_keep_their_value(void **state)
{
    const struct ir_file *file;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(
        &c, "/** \"quoted\" \\ back, a tab:\t, \xC3\xA9 and \xE2\x82\xAC */\n"
            "const int64_t LEAST = -0x7FFFFFFFFFFFFFFF - 1;\n"
            "const uint64_t MOST = 0xFFFFFFFFFFFFFFFF;\n"
            "const double TENTH = 0.1;\n"
            "const char *TEXT = \"a\\n\\\"b\\\"\";\n"
            "cpp_quote(\"#define A \\\"x\\\"\")\n"
            "struct s { [range(-5, 5)] int32_t a; [range(0, 0xFFFFFFFFFFFFFFFF)] uint64_t b; };\n");
    expect_same_products(&c, file);
    assert_non_null(strstr(text_of(c.arena, file, ir_json_write), "\"integer\": \"-9223372036854775808\""));
    assert_non_null(strstr(text_of(c.arena, file, ir_json_write), "\"range_min\": -5"));
    compiling_end(&c);
}

static void what_does_not_travel_comes_back_too(void **state)
{
    const struct ir_file *file, *read;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(
        &c,
        "import \"com/unknown.idl\";\n"
        "union number { int32_t whole; double real; };\n"
        "struct record { uint32_t low : 3; uint32_t high : 29; struct { int32_t x; } inner;\n"
        "                wchar_t letter; };\n"
        "extern int32_t counter;\n"
        "[uuid(6d6d6c01-0903-4001-8001-000000000009)] coclass Thing { interface IThing; };\n"
        "[object, uuid(6d6d6c01-0903-4001-8001-000000000001)]\n"
        "interface IThing : IUnknown\n"
        "{\n"
        "    [propget] HRESULT Size([out, retval] uint32_t *value);\n"
        "    [propput] HRESULT Size([in] uint32_t value);\n"
        "    HRESULT Find([in] const IID *class, [out, iid_is(class)] void **out_object);\n"
        "}\n"
        "[local, object, uuid(6d6d6c01-0903-4001-8001-000000000002)]\n"
        "interface ILocal : IThing\n"
        "{\n"
        "    HRESULT Print([in] const char *format, ...);\n"
        "    void Take([in] union number *number, [in] struct record record, [in] void (*end)(int32_t));\n"
        "}\n");
    expect_same_products(&c, file);
    read = read_back(&c, text_of(c.arena, file, ir_json_write), true);
    assert_string_equal(text_of(c.arena, file, emit_facts), text_of(c.arena, read, emit_facts));
    compiling_end(&c);
}

static void docs_that_are_no_utf8_become_it(void **state)
{
    const struct ir_file *file;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(&c, "/** caf\xE9 */ const int32_t A = 1;");
    assert_non_null(strstr(text_of(c.arena, file, ir_json_write), "caf\\u00e9"));
    file = read_back(&c, text_of(c.arena, file, ir_json_write), true);
    assert_string_equal(file->items[0].constant->doc, "caf\xC3\xA9");
    compiling_end(&c);
}

/* ---- what is refused ---- */

static void expect_refused(const char *json, const char *message)
{
    struct compiling c;

    compiling_begin(&c);
    assert_null(read_back(&c, json, true));
    fflush(c.stream);
    if (!strstr(c.messages, message))
        fail_msg("%s\nis refused with\n%snot with '%s'", json, c.messages, message);
    assert_int_equal(c.diagnostics.error_count > 0, 1);
    compiling_end(&c);
}

static void what_is_no_json_is_refused_where_it_is_wrong(void **state)
{
    (void)state;
    expect_refused("", "x.ir.json:1:1: error: this is neither a JSON value nor a number");
    expect_refused("{\"a\" 1}", "1:6: error: ':' is expected");
    expect_refused("{\"a\": 1,}", "1:9: error: the name of a member is expected, in quotes");
    expect_refused("{\"a\": 1, \"a\": 2}", "1:10: error: there is a member of this name already");
    expect_refused("[1 2]", "1:4: error: ',' or ']' is expected");
    expect_refused("[01]", "1:2: error: this is neither");
    expect_refused("[1.]", "neither");
    expect_refused("[-]", "neither");
    expect_refused("[1e]", "neither");
    expect_refused("[nul]", "neither");
    expect_refused("[\"a]", "1:2: error: the string does not end");
    expect_refused("[\"a\nb\"]", "a string ends in the line in which it began");
    expect_refused("[\"\\x\"]", "JSON has no such escape");
    expect_refused("[\"\\u12g4\"]", "four hexadecimal digits");
    expect_refused("[\"\\ud800\"]", "half of a surrogate pair");
    expect_refused("[\"\\ud800\\u0041\"]", "half of a surrogate pair");
    expect_refused("[\"\\u0000\"]", "NUL");
    expect_refused("[\"\xFF\"]", "1:3: error: this is not UTF-8");
    expect_refused("[\"\xC0\x80\"]", "not UTF-8");
    expect_refused("[\"\xED\xA0\x80\"]", "not UTF-8");
    expect_refused("[] []", "1:4: error: the file goes on behind its value");
}

static void nesting_is_bounded(void **state)
{
    char deep[5000];

    (void)state;
    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    expect_refused(deep, "nested too deeply");
}

#define FILE_WITH(items, used)                                                                          \
    "{\"idlc_ir\": 1, \"path\": \"x.idl\", \"imports\": [], \"items\": [" items "], \"forwards\": [], " \
    "\"struct_forwards\": [], \"used\": [" used "]}"
#define INTERFACE(name, more) "{\"interface\": {\"name\": \"" name "\", \"file\": \"x.idl\"" more "}}"
#define METHOD(params)                                                                             \
    ", \"methods\": [{\"name\": \"M\", \"result\": {\"spelling\": \"int\", \"base\": \"int32\"}, " \
    "\"params\": [" params "]}]"
#define INT "{\"spelling\": \"int\", \"base\": \"int32\"}"

static void what_is_no_ir_is_refused(void **state)
{
    (void)state;
    expect_refused("{}", "it has no \"idlc_ir\"");
    expect_refused("{\"idlc_ir\": 2}", "this version of idlc reads format 1");
    expect_refused("{\"idlc_ir\": 1}", "the file has a list \"items\"");
    expect_refused(FILE_WITH("3", ""), "an item is one of");
    expect_refused(FILE_WITH("{\"thing\": {}}", ""), "an item is one of");
    expect_refused(FILE_WITH("{\"struct\": {}}", ""), "the struct has no name");
    expect_refused(FILE_WITH("{\"struct\": {\"name\": \"s\"}}", ""), "'file' is missing");
    expect_refused(FILE_WITH(INTERFACE("I", ""), INTERFACE("I", "")),
                   "there is another interface of this name");
    expect_refused(FILE_WITH(INTERFACE("I", ", \"colour\": 3"), ""), "does not know 'colour'");
    expect_refused(FILE_WITH(INTERFACE("I", ", \"uuid\": \"6d\""), ""), "this is no UUID");
    expect_refused(FILE_WITH(INTERFACE("I", ", \"is_local\": 1"), ""), "'is_local' is true or false");
    expect_refused(FILE_WITH(INTERFACE("I", ", \"base\": \"J\""), ""), "names nothing that is in this file");
    expect_refused(FILE_WITH(INTERFACE("I", ", \"base\": \"I\""), ""),
                   "the bases of interface 'I' have no end");
    expect_refused(FILE_WITH(INTERFACE("I", ", \"base\": \"J\""), INTERFACE("J", ", \"base\": \"I\"")),
                   "have no end");
    expect_refused(FILE_WITH(INTERFACE("I", METHOD("{\"name\": \"a\"}")), ""), "'type' is missing");
    expect_refused(FILE_WITH(INTERFACE("I", METHOD("{\"type\": " INT "}")), ""), "a parameter has no name");
    expect_refused(
        FILE_WITH(INTERFACE("I", METHOD("{\"name\": \"a\", \"type\": {\"kind\": \"pointer\"}}")), ""),
        "has a \"target\"");
    expect_refused(
        FILE_WITH(INTERFACE("I", METHOD("{\"name\": \"a\", \"type\": {\"kind\": \"strukt\"}}")), ""),
        "did you mean \"struct\"?");
    expect_refused(
        FILE_WITH(
            INTERFACE("I",
                      METHOD("{\"name\": \"a\", \"type\": {\"kind\": \"struct\", \"spelling\": \"s\"}}")),
            ""),
        "does not say which");
    expect_refused(
        FILE_WITH(INTERFACE("I", METHOD("{\"name\": \"a\", \"type\": " INT ", \"value\": 1}")), ""),
        "has not so many levels");
    expect_refused(
        FILE_WITH(INTERFACE("I", METHOD("{\"name\": \"a\", \"type\": " INT ", \"shape\": \"scalar\"}")), ""),
        "travels but has no \"value\"");
    expect_refused(FILE_WITH(INTERFACE("I", METHOD("{\"name\": \"a\", \"type\": " INT
                                                   ", \"size\": {\"kind\": \"param\", \"param\": 1}}")),
                             ""),
                   "no parameter 1 that could count");
    expect_refused(FILE_WITH("{\"const\": {\"name\": \"A\", \"type\": " INT
                             ", \"value\": {\"integer\": 1, \"real\": \"2\"}}}",
                             ""),
                   "a constant has one of");
    expect_refused(
        FILE_WITH("{\"enum\": {\"name\": \"e\", \"file\": \"x\", \"enumerators\": [{\"name\": \"A\", "
                  "\"value\": 2147483648}]}}",
                  ""),
        "'value' is an integer of 32 bits");
}

static void another_wire_plan_is_not_compiled(void **state)
{
    struct compiling c;
    const char *json;
    char *number;

    (void)state;
    compiling_begin(&c);
    json = text_of(c.arena,
                   compiling_text(&c, "import \"com/unknown.idl\";\n"
                                      "[object, uuid(6d6d6c01-0903-4001-8001-000000000001)]\n"
                                      "interface IA : IUnknown { HRESULT M([in] int32_t a); }"),
                   ir_json_write);
    number = strstr(json, "\"number\": 1");
    assert_non_null(number);
    number[10] = '7';
    assert_non_null(read_back(&c, json, true));
    assert_null(
        ir_json_load(c.arena, &c.diagnostics, source_from_text(c.arena, "x.ir.json", json, strlen(json))));
    fflush(c.stream);
    assert_non_null(strstr(c.messages, "not what this version of idlc makes"));
    compiling_end(&c);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Damaged in one place, a file is refused or is another file; it never breaks the reader or a back end. */
static void damaged_files_do_no_harm(void **state)
{
    static const char SPOILERS[] = "{}[]\",:0-1a\\ \n\xFF";
    uint32_t seed = 8151, round, refused = 0;
    struct compiling c;
    size_t length;
    char *json;

    (void)state;
    compiling_begin(&c);
    assert_true(compile_load(&c.compilation, "tests/unit/generated/everything.idl"));
    json = (char *)text_of(c.arena, compile_units(&c.compilation), ir_json_write);
    length = strlen(json);
    for (round = 0; round < 2000; round++) {
        size_t at = next_random(&seed) % length;
        char kept = json[at];
        struct compiling other;
        struct ir_file *file;

        compiling_begin(&other);
        json[at] = SPOILERS[next_random(&seed) % (sizeof(SPOILERS) - 1)];
        file = ir_json_load(other.arena, &other.diagnostics,
                            source_from_text(other.arena, "x.ir.json", json,
                                             round % 10 ? length : next_random(&seed) % length));
        json[at] = kept;
        if (file) {
            text_of(other.arena, file, emit_header);
            text_of(other.arena, file, emit_proxy);
            text_of(other.arena, file, emit_stub);
            text_of(other.arena, file, emit_proto);
        } else {
            assert_true(other.diagnostics.error_count > 0);
            refused++;
        }
        compiling_end(&other);
    }
    assert_true(refused > 500);
    compiling_end(&c);
}

/* Whatever numbers an old file says: it is refused, or compared, in either direction. */
static void damaged_files_are_compared(void **state)
{
    static const char SPOILERS[] = "0123456789";
    uint32_t seed = 8151, round, compared = 0;
    struct compiling c;
    struct ir_file *good;
    size_t length;
    char *json;

    (void)state;
    compiling_begin(&c);
    assert_true(compile_load(&c.compilation, "tests/unit/generated/everything.idl"));
    good = compile_units(&c.compilation);
    json = (char *)text_of(c.arena, good, ir_json_write_frozen);
    length = strlen(json);
    for (round = 0; round < 20000; round++) {
        size_t at = next_random(&seed) % length;
        char kept = json[at];
        struct compiling other;
        struct breaking breaking;
        struct ir_file *file;

        if (!strchr(SPOILERS, kept))
            continue;
        compiling_begin(&other);
        json[at] = SPOILERS[next_random(&seed) % (sizeof(SPOILERS) - 1)];
        file = ir_json_read(other.arena, &other.diagnostics,
                            source_from_text(other.arena, "x.ir.json", json, length), true);
        json[at] = kept;
        if (file) {
            breaking = (struct breaking){.arena = other.arena, .diagnostics = &other.diagnostics};
            breaking_check(&breaking, file, good);
            breaking_check(&breaking, good, file);
            breaking_check(&breaking, file, file);
            compared++;
        }
        compiling_end(&other);
    }
    assert_true(compared > 300);
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_of_the_project_comes_back_whole),
        cmocka_unit_test(texts_and_numbers_keep_their_value),
        cmocka_unit_test(what_does_not_travel_comes_back_too),
        cmocka_unit_test(docs_that_are_no_utf8_become_it),
        cmocka_unit_test(what_is_no_json_is_refused_where_it_is_wrong),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(what_is_no_ir_is_refused),
        cmocka_unit_test(another_wire_plan_is_not_compiled),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(damaged_files_are_compared),
    };

    return cmocka_run_group_tests_name("ir_json", tests, NULL, NULL);
}
