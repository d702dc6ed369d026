/* What describe prints is IDL, of which the compiler makes the same interface again. */
#include "format.h"
#include "reflecting.h"
#include <glob.h>
#include <jansson.h>
#include <reflect/describe.h>

static const char *const ROOTS[] = {"idl", "tests/golden"};

static char *describe(const struct type_info *info,
                      void (*print)(FILE *, const struct type_info *const *, size_t))
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    print(stream, &info, 1);
    fclose(stream);
    return text;
}

/* Without the name of the file, which is another. */
static void expect_same_message(const struct text *left, const struct text *right, const char *name)
{
    const char *from = left->bytes + 4 + left->bytes[3], *to = right->bytes + 4 + right->bytes[3];
    size_t from_size = left->length - 4 - (size_t)left->bytes[3],
           to_size = right->length - 4 - (size_t)right->bytes[3];

    if (from_size != to_size || memcmp(from, to, from_size) != 0)
        fail_msg("%s: what was printed is another interface", name);
}

/* `idlc fmt` has nothing to change. */
static void expect_laid_out(struct compiling *c, const char *idl)
{
    struct text laid_out;
    uint32_t line = 0;
    size_t same;

    text_init(&laid_out, c->arena);
    assert_null(format_text(c->arena, idl, (uint32_t)strlen(idl), &laid_out, &line));
    text_add(&laid_out, "", 1);
    for (same = 0; idl[same] && idl[same] == laid_out.bytes[same]; same++)
        ;
    if (strcmp(idl, laid_out.bytes) != 0)
        fail_msg("it would be laid out otherwise from here:\n%.300s\nwhich should be\n%.300s", idl + same,
                 laid_out.bytes + same);
}

static void expect_round_trip(struct compiling *c, const struct ir_file *file, const char *name,
                              bool with_docs)
{
    struct text message = message_of(c, file, name, with_docs), again;
    struct type_info *info = read_message(&message);
    char *idl = describe(info, describe_idl), *json = describe(info, describe_json);
    const struct ir_file *other;
    json_t *parsed;
    struct compiling c2;

    compiling_begin(&c2);
    other = compiling_run(&c2, idl, strlen(idl));
    if (!other)
        fail_msg("%s\n%s", c2.messages, idl);
    expect_laid_out(&c2, idl);
    again = message_of(&c2, other, name, with_docs);
    expect_same_message(&message, &again, name);
    parsed = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(parsed);
    assert_string_equal(
        json_string_value(json_object_get(
            json_array_get(json_object_get(json_array_get(parsed, 0), "interfaces"), 0), "name")),
        name);
    json_decref(parsed);
    compiling_end(&c2);
    free(idl);
    free(json);
    type_info_free(info);
}

static void every_interface_of_the_project_comes_back_the_same(void **state)
{
    static const char *const PATTERNS[] = {"idl/*/*.idl", "examples/*/*.idl", "tests/golden/sample/*.idl",
                                           "tests/unit/generated/*.idl"};
    size_t i, count = 0;
    glob_t found;
    uint32_t j;

    (void)state;
    for (i = 0; i < sizeof(PATTERNS) / sizeof(PATTERNS[0]); i++)
        assert_int_equal(glob(PATTERNS[i], i ? GLOB_APPEND : 0, NULL, &found), 0);
    for (i = 0; i < found.gl_pathc; i++) {
        const struct ir_file *file;
        struct compiling c;

        compiling_begin(&c);
        c.cache.roots = (struct source_roots){ROOTS, 2};
        assert_true(compile_load(&c.compilation, found.gl_pathv[i]));
        file = compile_units(&c.compilation);
        for (j = 0; j < file->item_count; j++) {
            if (file->items[j].kind != ITEM_INTERFACE || file->items[j].interface->is_local)
                continue;
            expect_round_trip(&c, file, file->items[j].interface->name, false);
            expect_round_trip(&c, file, file->items[j].interface->name, true);
            count++;
        }
        compiling_end(&c);
    }
    globfree(&found);
    assert_true(count > 15);
}

static void properties_and_iids_come_back_the_same(void **state)
{
    struct compiling c;
    struct ir_file *file;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(&c, HEAD UUID("01") "interface IThing : IUnknown\n{\n"
                                              "    [propget] HRESULT Size([out, retval] uint32_t *value);\n"
                                              "    [propput] HRESULT Size([in] uint32_t value);\n"
                                              "    HRESULT Get([in] const GUID *class, [in] GUID iid,\n"
                                              "                [out, iid_is(iid)] void **out_object);\n"
                                              "    HRESULT Put([in] const IID *iid, [in, iid_is(iid)]\n"
                                              "                IThing *object);\n}\n");
    expect_round_trip(&c, file, "IThing", false);
    expect_round_trip(&c, file, "IThing", true);
    compiling_end(&c);
}

static void interfaces_in_several_are_printed_once(void **state)
{
    const char *text = HEAD "enum mode { MODE_A, MODE_B };\n" UUID(
        "01") "interface IA : IUnknown { HRESULT M([in] IB *b, "
              "[in] enum mode mode); }\n" UUID("02") "interface IB : IUnknown { HRESULT "
                                                     "N([in] enum mode mode); }";
    const struct type_info *infos[2] = {reflect_text(text, "IA"), reflect_text(text, "IB")};
    char *idl = NULL, *first;
    size_t size = 0;
    FILE *stream = open_memstream(&idl, &size);
    struct compiling c;

    (void)state;
    describe_idl(stream, infos, 2);
    fclose(stream);
    first = strstr(idl, "interface IB : IUnknown");
    assert_non_null(first);
    assert_null(strstr(first + 1, "interface IB :"));
    assert_non_null(strstr(first, "HRESULT N"));
    assert_null(strstr(idl, "Only its id is known"));
    compiling_begin(&c);
    compiling_text(&c, idl);
    compiling_end(&c);
    free(idl);
    type_info_free((struct type_info *)(uintptr_t)infos[0]);

    /* Alone, only the id of what it names is known; that compiles, too. */
    idl = describe(infos[1], describe_idl);
    free(idl);
    type_info_free((struct type_info *)(uintptr_t)infos[1]);
    infos[0] = reflect_text(text, "IA");
    idl = describe(infos[0], describe_idl);
    assert_non_null(strstr(idl, "/* Only its id is known here, not its methods. */"));
    compiling_begin(&c);
    compiling_text(&c, idl);
    compiling_end(&c);
    free(idl);
    type_info_free((struct type_info *)(uintptr_t)infos[0]);
}

static void all_that_a_file_may_hold_comes_back(void **state)
{
    static const char *const LINES[] = {
        "const uint32_t MAXN = 7;\n",
        "const int32_t ANON_A = 3;\n",
        "const uint32_t INNER_MAX = 16;\n",
        "const char *TITLE = \"x\\n\";\n",
        "    F_TWO = 2,\n",
        "    IN_B = 6,\n",
        "    TD_B = 1,\n",
        "    [iid_is(iid)] IUnknown *raw;\n",
        "    [ref] struct holder *next;\n",
        "    [unique] struct holder *other;\n",
        "    float m[2][2];\n",
        "    HRESULT D([in] const int32_t values[2][3], [in] const struct grid *grid);\n",
    };
    static const char TEXT[] = HEAD
        "const uint32_t MAXN = 7;\n"
        "const char *TITLE = \"x\\n\";\n"
        "enum { ANON_A = 3, ANON_B };\n"
        "enum flags { F_ONE = 1, F_TWO = 2 };\n"
        "typedef enum { TD_A, TD_B } td_mode;\n"
        "struct grid { float m[2][2]; };\n"
        "struct holder { GUID iid; [iid_is(iid)] IUnknown *object; [iid_is(iid)] void *raw;\n"
        "                [ref] struct holder *next; struct holder *other; [unique] int32_t *maybe; };\n" UUID(
            "01") "interface IThing : IUnknown\n{\n"
                  "    const uint32_t INNER_MAX = 16;\n"
                  "    enum inner { IN_A = 5, IN_B };\n"
                  "    HRESULT A([in] uint32_t n, [in, range(0, INNER_MAX)] uint32_t inner, [in] td_mode "
                  "mode);\n"
                  "    HRESULT B([in] const struct holder *holder);\n"
                  "    HRESULT D([in] const int32_t values[2][3], [in] const struct grid *grid);\n"
                  "    [local] HRESULT C([in] void *memory);\n}\n";
    struct compiling c;
    struct ir_file *file;
    struct text message;
    struct type_info *info;
    char *idl;
    size_t i;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(&c, TEXT);
    expect_round_trip(&c, file, "IThing", false);
    expect_round_trip(&c, file, "IThing", true);
    message = message_of(&c, file, "IThing", false); /* as kernels have it */
    info = read_message(&message);
    idl = describe(info, describe_idl);
    for (i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++)
        if (!strstr(idl, LINES[i]))
            fail_msg("%sis missing in\n%s", LINES[i], idl);
    free(idl);
    type_info_free(info);
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_interface_of_the_project_comes_back_the_same),
        cmocka_unit_test(properties_and_iids_come_back_the_same),
        cmocka_unit_test(all_that_a_file_may_hold_comes_back),
        cmocka_unit_test(interfaces_in_several_are_printed_once),
    };

    return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
