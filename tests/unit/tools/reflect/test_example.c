/* The examples that people are shown can be called as they are: of every method of the project. */
#include "reflecting.h"
#include <glob.h>
#include <reflect/example.h>
#include <reflect/request.h>

static const char *const ROOTS[] = {"idl", "tests/golden"};

/* NAME=VALUE up to a blank, but for what is in quotes, without them. @return what follows */
static char *take_word(char *at, struct request_argument *argument)
{
    char *to, *begin;
    bool in_quotes = false;

    argument->name = at + 1;
    at = strchr(at, '=');
    *at++ = '\0';
    for (begin = to = at; *at && (in_quotes || *at != ' '); at++) {
        if (*at == '\'')
            in_quotes = !in_quotes;
        else
            *to++ = *at;
    }
    assert_false(in_quotes);
    argument->value = (struct value_text){begin, (size_t)(to - begin), false};
    return at;
}

static void expect_good_example(const struct type_info *info, const struct type_method *method)
{
    struct request_argument arguments[TYPE_INFO_PARAMS_MAX];
    char error[VALUE_ERROR_BYTES], *text = NULL, *copy, *at;
    struct request request;
    uint32_t count = 0;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    example_print(stream, method);
    fclose(stream);
    copy = strdup(text);
    for (at = copy; *at; count++)
        at = take_word(at, &arguments[count]);
    memset(&request, 0, sizeof(request));
    if (!request_build(&request, info, method, arguments, count, error))
        fail_msg("%s%s: %s", method->name, text, error);
    request_free(&request);
    free(copy);
    free(text);
}

static void every_example_can_be_called(void **state)
{
    static const char *const PATTERNS[] = {"idl/*/*.idl", "examples/*/*.idl", "tests/golden/sample/*.idl",
                                           "tests/unit/generated/*.idl"};
    const struct type_interface *interface;
    size_t i, count = 0;
    glob_t found;
    uint32_t j, m;

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
            struct type_info *info;
            struct text message;

            if (file->items[j].kind != ITEM_INTERFACE || file->items[j].interface->is_local)
                continue;
            message = message_of(&c, file, file->items[j].interface->name, false);
            info = read_message(&message);
            for (interface = type_info_interface(info); interface; interface = interface->base)
                for (m = 0; m < interface->count; m++)
                    if (!interface->methods[m].is_local) {
                        expect_good_example(info, &interface->methods[m]);
                        count++;
                    }
            type_info_free(info);
        }
        compiling_end(&c);
    }
    globfree(&found);
    assert_true(count > 100);
}

static void examples_are_short(void **state)
{
    static const struct {
        const char *method;
        const char *example;
    } EXAMPLES[] = {
        {"Read", ""},
        {"Write", " data=hex:00"},
        {"Set", " point='{\"x\": 1, \"tags\": [\"text\"]}' mode=MODE_ON on=true c=A"},
        {"Name", " name=tex key=hex:000000"},
        {"Link", " other=/net/NODE/OBJECT"},
    };
    struct type_info *info = reflect_text(
        HEAD
        "enum mode { MODE_ON = 1, MODE_OFF };\n"
        "struct point { int32_t x; uint16_t count; [string, size_is(count)] const char **tags; };\n" UUID(
            "01") "interface IA : IUnknown\n{\n"
                  "    HRESULT Read([in] uint32_t capacity, [out, size_is(capacity), length_is(*out_length)] "
                  "uint8_t *data, [out] uint32_t *out_length);\n"
                  "    HRESULT Write([in, size_is(length)] const uint8_t *data, [in] uint32_t length);\n"
                  "    HRESULT Set([in] const struct point *point, [in] enum mode mode, [in] boolean on, "
                  "[in] "
                  "char c);\n"
                  "    HRESULT Name([in, string, max_len(3)] const char *name, [in, size_is(3)] const "
                  "uint8_t "
                  "*key, [in, string, unique] const char *more);\n"
                  "    HRESULT Link([in] IA *other);\n"
                  "}\n",
        "IA");
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(EXAMPLES) / sizeof(EXAMPLES[0]); i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);

        example_print(stream, type_info_method(info, EXAMPLES[i].method));
        fclose(stream);
        assert_string_equal(text, EXAMPLES[i].example);
        free(text);
    }
    type_info_free(info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_can_be_called),
        cmocka_unit_test(examples_are_short),
    };

    return cmocka_run_group_tests_name("example", tests, NULL, NULL);
}
