#include "compiling.h"

#define HEAD "import \"com/unknown.idl\";\n"
#define INTERFACE "[object, uuid(6d6d6c01-0903-4001-8001-000000000001)] interface IA : IUnknown {"

static const struct ir_interface *interface_of(struct compiling *c, const char *text)
{
    struct ir_file *file = compiling_text(c, text);
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE)
            return file->items[i].interface;
    fail_msg("no interface");
    return NULL;
}

static void slots_go_on_behind_the_base(void **state)
{
    const struct ir_interface *interface;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    interface = interface_of(&c, HEAD "[object, uuid(6d6d6c01-0903-4001-8001-000000000002)]\n"
                                      "interface IB : IA { HRESULT Last(); }\n" INTERFACE
                                      "HRESULT First([in] IB *heir); HRESULT Second(); }");
    /* The base comes first although it stands last. */
    assert_string_equal(interface->name, "IA");
    assert_int_equal(interface->method_count, 5);
    assert_int_equal(interface->methods[3].slot, 3);
    assert_string_equal(interface->methods[4].name, "Second");
    compiling_end(&c);
}

static void counts_of_in_arrays_are_not_sent(void **state)
{
    const struct ir_method *method;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    method =
        &interface_of(&c, HEAD INTERFACE
                      "HRESULT M([in, size_is(a)] const int *x, [in, size_is(a)] const byte *y, [in] int a,"
                      "[in, size_is(b)] const int *z, [out, size_is(b)] int *w, [in] int b,"
                      "[in, size_is(d), length_is(e)] const int *v, [in] int d, [in] int e,"
                      "[in, unique, size_is(f)] const byte *u, [in] int f); }")
             ->methods[3];
    assert_true(method->params[2].is_rebuilt);   /* a */
    assert_false(method->params[5].is_rebuilt);  /* b: the room of w */
    assert_false(method->params[7].is_rebuilt);  /* d: v is not full */
    assert_true(method->params[8].is_rebuilt);   /* e */
    assert_false(method->params[10].is_rebuilt); /* f: u may be absent */
    assert_int_equal(method->params[1].shape, WIRE_BLOB);
    assert_int_equal(method->params[0].shape, WIRE_ARRAY);
    compiling_end(&c);
}

static void one_output_is_written_in_place(void **state)
{
    const struct ir_method *method;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    method = &interface_of(
                  &c, HEAD INTERFACE
                  "HRESULT M([out] int *a, [out, string, size_is(9)] char *b, [out, size_is(9)] byte *c); }")
                  ->methods[3];
    assert_false(method->params[0].in_place);
    assert_true(method->params[1].in_place);
    assert_false(method->params[2].in_place);
    assert_int_equal(method->params[2].number, 3);
    compiling_end(&c);
}

static void structs_know_their_bounds(void **state)
{
    struct ir_file *file;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    file = compiling_text(&c, "struct a { byte x; [string] char name[20]; };\n"
                              "struct b { struct a pair[2]; [string] const char *text; };\n"
                              "struct c { void *memory; };\n");
    assert_int_equal(file->items[0].structure->state, WIRE_GOOD);
    assert_int_equal(file->items[0].structure->bound, 10 + 30);
    assert_false(file->items[0].structure->has_pointers);
    assert_true(file->items[1].structure->has_pointers);
    assert_int_equal(file->items[2].structure->state, WIRE_BAD);
    compiling_end(&c);
}

static void everything_is_allowed_in_local_interfaces(void **state)
{
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    interface_of(&c, HEAD
                 "struct opaque; cpp_quote(\"typedef int native;\")\n"
                 "[object, local, uuid(6d6d6c01-0903-4001-8001-000000000001)] interface IA : IUnknown {\n"
                 "void *F([in] void *a, [out] struct opaque **b, [in] native c, [in] int (*d)(void *));\n"
                 "const char *G([in] const struct opaque *const *list); }");
    assert_int_equal(c.diagnostics.error_count, 0);
    compiling_end(&c);
}

static void suggestions_skip_what_is_too_far(void **state)
{
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    assert_null(compiling_run(&c, "typedef foo bar;", 16));
    assert_null(strstr(c.messages, "did you mean"));
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_go_on_behind_the_base),
        cmocka_unit_test(counts_of_in_arrays_are_not_sent),
        cmocka_unit_test(one_output_is_written_in_place),
        cmocka_unit_test(structs_know_their_bounds),
        cmocka_unit_test(everything_is_allowed_in_local_interfaces),
        cmocka_unit_test(suggestions_skip_what_is_too_far),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
