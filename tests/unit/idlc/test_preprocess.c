#include "compiling.h"

/* The tokens of a text, separated by blanks. */
static const char *expand(struct compiling *c, const char *text)
{
    struct token_list list = compiling_tokens(c, text);
    struct text out;
    uint32_t i;

    text_init(&out, c->arena);
    for (i = 0; i + 1 < list.count; i++)
        text_printf(&out, "%s%s", i ? " " : "", list.tokens[i].text);
    return out.bytes;
}

static void assert_expands(const char *text, const char *expected)
{
    struct compiling c;

    compiling_begin(&c);
    assert_string_equal(expand(&c, text), expected);
    fflush(c.stream);
    assert_string_equal(c.messages, "");
    compiling_end(&c);
}

static void assert_message(const char *text, const char *part)
{
    struct compiling c;

    compiling_begin(&c);
    (void)expand(&c, text);
    fflush(c.stream);
    if (!strstr(c.messages, part))
        fail_msg("'%s' is not in: %s", part, c.messages);
    compiling_end(&c);
}

static void object_macros_expand_in_each_other(void **state)
{
    (void)state;
    assert_expands("#define A B c\n#define B b\nA d", "b c d");
    assert_expands("#define A A\nA", "A");
    assert_expands("#define A B\n#define B A\nA B", "A B");
    assert_expands("#define A \\\n x \\\n y\nA", "x y");
    assert_expands("#define A x\n#undef A\nA", "A");
}

static void function_macros_take_arguments(void **state)
{
    (void)state;
    assert_expands("#define F(a, b) b a\nF(1, 2)", "2 1");
    assert_expands("#define F(a) a a\nF((1, 2))", "( 1 , 2 ) ( 1 , 2 )");
    assert_expands("#define F(a) [a]\nF\n(\n1\n)\nF", "[ 1 ] F");
    assert_expands("#define F() x\nF()", "x");
    assert_expands("#define F (x)\nF(1)", "( x ) ( 1 )");
    assert_expands("#define F(a, ...) a: __VA_ARGS__;\nF(1, 2, 3) F(4)", "1 : 2 , 3 ; 4 : ;");
    assert_expands("#define F(a) G(a)\n#define G(b) b\nF(F(1))", "1");
    assert_expands("#define CALL F\n#define F(a) a\n#define X CALL(1)\nX", "1");
}

static void tokens_are_pasted_and_quoted(void **state)
{
    (void)state;
    assert_expands("#define H(n) typedef void *n##__; wire##n\nH(WND)", "typedef void * WND__ ; wireWND");
    assert_expands("#define S(x) #x\nS(a + \"b\")", "a + \\\"b\\\"");
    assert_expands("#define P(a, b) a##b\nP(,x) P(x,) P(1,2)", "x x 12");
}

static void groups_are_chosen(void **state)
{
    (void)state;
    assert_expands("#if 0\na\n#elif 1 + 1 == 2\nb\n#elif 1\nc\n#else\nd\n#endif", "b");
    assert_expands("#if 0\n#if 1\na\n#else\nb\n#endif\n#else\nc\n#endif", "c");
    assert_expands(
        "#define A\n#if defined(A) && !defined B\na\n#endif\n#ifdef A\nb\n#endif\n#ifndef A\nc\n#endif",
        "a b");
    assert_expands("#define V 5\n#if V > 4 ? V < 6 : 0\na\n#endif", "a");
    assert_expands("#if UNKNOWN || UNKNOWN(1, 2)\na\n#endif", "");
    assert_expands("#if 0\n it's \" not /* even */ C @\n#error no\n#endif", "");
    assert_expands("#if (-1 >> 1) == -1 && (7 & ~2) == 5 && 0x10 % 3 == 1 && 'a' == 97\na\n#endif", "a");
}

static void uuids_pass_through_macros(void **state)
{
    (void)state;
    assert_expands("#define ID 6d6d6c01-0001-4001-8001-0000000000ee\nuuid(ID)",
                   "uuid ( 6d6d6c01-0001-4001-8001-0000000000ee )");
    assert_expands("#define CAFE 1\nuuid(CAFE)", "uuid ( 1 )");
}

static void compilers_are_told_apart(void **state)
{
    (void)state;
    assert_expands("#if __midl >= 500 && defined(__idlc__) && !defined(__WIDL__)\na\n#endif", "a");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    assert_message("#if 1\n", "this group has no #endif");
    assert_message("#endif\n", "#endif without #if");
    assert_message("#if 1\n#else\n#else\n#endif", "#else behind #else");
    assert_message("#if (1\n#endif", "a ')' is missing");
    assert_message("#if 1 / 0\n#endif", "division by zero");
    assert_message("#define F(a) a\nF(1, 2)", "macro 'F' takes 1 arguments, not 2");
    assert_message("#define F(1) a\n", "the parameters of macro 'F'");
    assert_message("#error do not\n", "#error do not");
    assert_message("#frobnicate\n", "'#frobnicate' is not known");
    assert_message("#include nothing\n", "#include takes");
    assert_message("#include <nowhere.idl>\n", "cannot include \"nowhere.idl\"");
}

/* A macro's tokens are where it is used: carets point into the file. */
static void expanded_tokens_have_the_place_of_the_call(void **state)
{
    struct token_list list;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    list = compiling_tokens(&c, "#define A x y\n  A z");
    assert_int_equal(list.count, 4);
    assert_int_equal(list.tokens[0].span.begin, 16);
    assert_int_equal(list.tokens[1].span.begin, 16);
    assert_int_equal(list.tokens[2].span.begin, 18);
    assert_true(list.tokens[0].starts_line);
    assert_false(list.tokens[1].starts_line);
    compiling_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(object_macros_expand_in_each_other),
        cmocka_unit_test(function_macros_take_arguments),
        cmocka_unit_test(tokens_are_pasted_and_quoted),
        cmocka_unit_test(groups_are_chosen),
        cmocka_unit_test(uuids_pass_through_macros),
        cmocka_unit_test(compilers_are_told_apart),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(expanded_tokens_have_the_place_of_the_call),
    };

    return cmocka_run_group_tests_name("preprocessor", tests, NULL, NULL);
}
