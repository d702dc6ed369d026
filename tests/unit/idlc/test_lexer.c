#include "compiling.h"

static struct token_list lex_text(struct compiling *c, const char *text)
{
    return compiling_tokens(c, text);
}

static void numbers_of_all_forms_have_their_value(void **state)
{
    struct token_list list;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    list = lex_text(&c, "0 42 0x2A 052 42u 0xFFFFFFFFFFFFFFFFull 1.5 1e3 'a' '\\n' '\\x41' '\\0'");
    assert_int_equal(c.diagnostics.error_count, 0);
    assert_int_equal(list.count, 13);
    assert_int_equal(list.tokens[0].value, 0);
    assert_int_equal(list.tokens[1].value, 42);
    assert_int_equal(list.tokens[2].value, 42);
    assert_int_equal(list.tokens[3].value, 42);
    assert_true(list.tokens[4].is_unsigned);
    assert_int_equal(list.tokens[5].value, UINT64_MAX);
    assert_int_equal(list.tokens[6].kind, TOKEN_FLOAT);
    assert_int_equal(list.tokens[7].kind, TOKEN_FLOAT);
    assert_int_equal(list.tokens[8].value, 'a');
    assert_int_equal(list.tokens[9].value, '\n');
    assert_int_equal(list.tokens[10].value, 'A');
    assert_int_equal(list.tokens[11].value, 0);
    compiling_end(&c);
}

static void uuids_are_one_token_whatever_they_start_with(void **state)
{
    struct token_list list;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    list =
        lex_text(&c, "uuid(6d6d6c01-0001-4001-8001-000000000001) uuid(e0000000-1e10-4001-8001-000000000001) "
                     "uid(12345678-0001-4001-8001-000000000001) other(12-3)");
    assert_int_equal(c.diagnostics.error_count, 0);
    assert_int_equal(list.tokens[2].kind, TOKEN_UUID);
    assert_string_equal(list.tokens[2].text, "6d6d6c01-0001-4001-8001-000000000001");
    assert_int_equal(list.tokens[6].kind, TOKEN_UUID);
    assert_int_equal(list.tokens[10].kind, TOKEN_UUID);
    assert_int_equal(list.tokens[14].kind, TOKEN_INTEGER);
    compiling_end(&c);
}

static void documentation_goes_with_the_next_token(void **state)
{
    struct token_list list;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    list = lex_text(
        &c, "/** One line. */ a /* not this */ b /**\n * First.\n *\n *   Indented.\n */\n c /***/ d /**/ e");
    assert_string_equal(list.tokens[0].doc, "One line.");
    assert_null(list.tokens[1].doc);
    assert_string_equal(list.tokens[2].doc, "First.\n\n  Indented.");
    assert_null(list.tokens[3].doc);
    assert_null(list.tokens[4].doc);
    compiling_end(&c);
}

static void places_are_lines_and_columns(void **state)
{
    struct source_place place;
    struct token_list list;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    list = lex_text(&c, "first\r\n\n\tsecond // comment\n  third");
    place = source_locate(list.tokens[1].span.source, list.tokens[1].span.begin);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 2);
    place = source_locate(list.tokens[2].span.source, list.tokens[2].span.begin);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 3);
    compiling_end(&c);
}

static void an_empty_file_is_one_end(void **state)
{
    struct token_list list;
    struct compiling c;

    (void)state;
    compiling_begin(&c);
    list = lex_text(&c, "");
    assert_int_equal(list.count, 1);
    assert_int_equal(list.tokens[0].kind, TOKEN_END);
    compiling_end(&c);
}

static void misspelt_names_are_near(void **state)
{
    struct name_suggestion suggestion = {.wanted = "uint23_t"};

    (void)state;
    assert_int_equal(names_distance("", ""), 0);
    assert_int_equal(names_distance("abc", ""), 3);
    assert_int_equal(names_distance("size_is", "szie_is"), 1);
    assert_int_equal(names_distance("string", "sting"), 1);
    assert_int_equal(names_distance("kitten", "sitting"), 3);
    names_offer(&suggestion, "uint64_t");
    names_offer(&suggestion, "uint32_t");
    names_offer(&suggestion, "float");
    assert_string_equal(suggestion.best, "uint32_t");
}

static void tables_of_names_grow(void **state)
{
    struct arena *arena = arena_create();
    struct name_table table;
    uintptr_t i;

    (void)state;
    names_init(&table, arena);
    for (i = 1; i <= 5000; i++)
        names_set(&table, arena_format(arena, "name%u", (unsigned)i), (void *)i);
    for (i = 1; i <= 5000; i++)
        assert_int_equal((uintptr_t)names_find(&table, arena_format(arena, "name%u", (unsigned)i)), i);
    assert_null(names_find(&table, "name0"));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_all_forms_have_their_value),
        cmocka_unit_test(uuids_are_one_token_whatever_they_start_with),
        cmocka_unit_test(documentation_goes_with_the_next_token),
        cmocka_unit_test(places_are_lines_and_columns),
        cmocka_unit_test(an_empty_file_is_one_end),
        cmocka_unit_test(misspelt_names_are_near),
        cmocka_unit_test(tables_of_names_grow),
    };

    return cmocka_run_group_tests_name("lexer", tests, NULL, NULL);
}
