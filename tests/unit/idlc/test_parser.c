#include "attributes.h"
#include "compiling.h"

static struct ast_unit *parse_text(struct compiling *c, const char *text)
{
    return parse(c->arena, &c->diagnostics, NULL, compiling_tokens(c, text));
}

static const struct ast_declaration *nth(const struct ast_unit *unit, uint32_t n)
{
    const struct ast_declaration *declaration = unit->declarations;

    while (n--)
        declaration = declaration->next;
    return declaration;
}

static void interfaces_have_base_methods_and_attributes(void **state)
{
    const struct ast_declaration *interface;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    interface = nth(parse_text(&c, "/** Doc. */ [object, uuid(1)] interface IA : IB { HRESULT F(); "
                                   "/** M. */ [timeout(5)] HRESULT G([in] int a, [out] long *b); };"),
                    0);
    assert_int_equal(c.diagnostics.error_count, 0);
    assert_int_equal(interface->kind, DECLARATION_INTERFACE);
    assert_string_equal(interface->name.text, "IA");
    assert_string_equal(interface->base_name.text, "IB");
    assert_string_equal(interface->doc, "Doc.");
    assert_true(attribute_has(interface->attributes, ATTRIBUTE_OBJECT));
    assert_string_equal(attribute_find(interface->attributes, ATTRIBUTE_UUID)->uuid, "1");
    assert_string_equal(interface->methods->name.text, "F");
    assert_null(interface->methods->type->parameters);
    assert_string_equal(interface->methods->next->doc, "M.");
    assert_string_equal(interface->methods->next->type->parameters->next->name.text, "b");
    compiling_end(&c);
}

/* Declarators nest inside out, as in C. */
static void declarators_make_types(void **state)
{
    const struct ast_type *type;
    const struct ast_unit *unit;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    unit = parse_text(
        &c, "typedef const char *const *a[3]; typedef int (*b)(int, char *x); typedef int (*c)[4];");
    assert_int_equal(c.diagnostics.error_count, 0);
    type = nth(unit, 0)->type;
    assert_int_equal(type->kind, AST_TYPE_ARRAY);
    assert_int_equal(type->target->kind, AST_TYPE_POINTER);
    assert_false(type->target->is_const);
    assert_true(type->target->target->is_const);
    assert_true(type->target->target->target->is_const);
    assert_int_equal(type->target->target->target->base, BASE_CHAR);
    type = nth(unit, 1)->type;
    assert_int_equal(type->kind, AST_TYPE_POINTER);
    assert_int_equal(type->target->kind, AST_TYPE_FUNCTION);
    assert_string_equal(type->target->parameters->next->name.text, "x");
    type = nth(unit, 2)->type;
    assert_int_equal(type->kind, AST_TYPE_POINTER);
    assert_int_equal(type->target->kind, AST_TYPE_ARRAY);
    compiling_end(&c);
}

static void words_make_types(void **state)
{
    static const struct {
        const char *text;
        enum base_type base;
    } TYPES[] = {
        {"long", BASE_INT32},       {"unsigned long", BASE_UINT32},
        {"long long", BASE_INT64},  {"unsigned", BASE_UINT32},
        {"short int", BASE_INT16},  {"unsigned char", BASE_UINT8},
        {"signed char", BASE_INT8}, {"char", BASE_CHAR},
        {"small", BASE_INT8},       {"unsigned hyper", BASE_UINT64},
        {"__int64", BASE_INT64},    {"byte", BASE_UINT8},
        {"boolean", BASE_BOOLEAN},  {"size_t", BASE_SIZE},
        {"IID", BASE_GUID},
    };
    struct compiling c;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        compiling_begin(&c);
        assert_int_equal(
            nth(parse_text(&c, arena_format(c.arena, "typedef %s t;", TYPES[i].text)), 0)->type->base,
            TYPES[i].base);
        compiling_end(&c);
    }
}

static void anonymous_structs_take_the_name_of_their_typedef(void **state)
{
    const struct ast_unit *unit;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    unit = parse_text(&c, "/** Doc. */ typedef struct { int a, *b; } pair, *pair_pointer;");
    assert_int_equal(c.diagnostics.error_count, 0);
    assert_int_equal(nth(unit, 0)->kind, DECLARATION_STRUCT);
    assert_string_equal(nth(unit, 0)->name.text, "pair");
    assert_string_equal(nth(unit, 0)->doc, "Doc.");
    assert_int_equal(nth(unit, 0)->fields->next->type->kind, AST_TYPE_POINTER);
    assert_string_equal(nth(unit, 1)->name.text, "pair");
    assert_int_equal(nth(unit, 2)->type->kind, AST_TYPE_POINTER);
    compiling_end(&c);
}

static void words_of_the_language_are_ordinary_names_elsewhere(void **state)
{
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    parse_text(&c, "struct in { int string; int version; int size_is; }; "
                   "interface IA { HRESULT out([in] int in, [out] int *object, [in] int interface_); }");
    assert_int_equal(c.diagnostics.error_count, 0);
    compiling_end(&c);
}

static void many_errors_show_in_one_run(void **state)
{
    const struct ast_unit *unit;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    unit =
        parse_text(&c, "const int A = ;\nstruct { int x } ;\ninterface IA {\n HRESULT F(int;\n HRESULT G();\n"
                       " HRESULT H(int a b);\n}\nenum e { X = };\nconst int GOOD = 1;\n");
    assert_int_equal(c.diagnostics.error_count, 5);
    while (unit->declarations->next)
        ((struct ast_unit *)(uintptr_t)unit)->declarations = unit->declarations->next;
    assert_string_equal(unit->declarations->name.text, "GOOD");
    compiling_end(&c);
}

static void errors_have_an_end(void **state)
{
    struct compiling c;
    struct text text;
    int i;

    (void)state;
    compiling_begin(&c);
    text_init(&text, c.arena);
    for (i = 0; i < 100; i++)
        text_puts(&text, "const int A = ;\n");
    parse_text(&c, text.bytes);
    fflush(c.stream);
    assert_int_equal(c.diagnostics.error_count, 100);
    assert_non_null(strstr(c.messages, "test.idl:20:"));
    assert_null(strstr(c.messages, "test.idl:21:"));
    assert_non_null(strstr(c.messages, "more than 20 errors"));
    compiling_end(&c);
}

static void the_caret_stands_under_the_place(void **state)
{
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    parse_text(&c, "/* \xC3\xA4 */\tconst int = 5;\n");
    fflush(c.stream);
    assert_string_equal(c.messages,
                        "test.idl:1:20: error: expected the name of the constant, found '=' [E0301]\n"
                        "    1 | /* \xC3\xA4 */\tconst int = 5;\n"
                        "      |        \t          ^\n");
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces_have_base_methods_and_attributes),
        cmocka_unit_test(declarators_make_types),
        cmocka_unit_test(words_make_types),
        cmocka_unit_test(anonymous_structs_take_the_name_of_their_typedef),
        cmocka_unit_test(words_of_the_language_are_ordinary_names_elsewhere),
        cmocka_unit_test(many_errors_show_in_one_run),
        cmocka_unit_test(errors_have_an_end),
        cmocka_unit_test(the_caret_stands_under_the_place),
    };

    return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
