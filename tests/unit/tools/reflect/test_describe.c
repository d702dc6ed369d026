/* What describe prints is IDL, of which the compiler makes the same interface again. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_interface_of_the_project_comes_back_the_same),
        cmocka_unit_test(properties_and_iids_come_back_the_same),
        cmocka_unit_test(interfaces_in_several_are_printed_once),
    };

    return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
