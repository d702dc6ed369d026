/* Texts with their length in front. */
#include <cmocka_all.h>
#include <com.h>
#include <string.h>

static void a_copy_has_its_length_in_front_and_a_nul_behind(void **state)
{
    BSTR text = SysAllocString(u"abc"), empty = SysAllocString(u"");

    (void)state;
    assert_memory_equal(text, u"abc", 8);
    assert_int_equal(((uint32_t *)(void *)text)[-1], 6);
    assert_int_equal(SysStringByteLen(text), 6);
    assert_int_equal(SysStringLen(text), 3);
    assert_int_equal((uintptr_t)text % 4, 0);
    assert_non_null(empty);
    assert_int_equal(SysStringLen(empty), 0);
    assert_int_equal(empty[0], 0);
    SysFreeString(text);
    SysFreeString(empty);
}

static void nothing_is_no_text(void **state)
{
    (void)state;
    assert_null(SysAllocString(NULL));
    assert_int_equal(SysStringLen(NULL), 0);
    assert_int_equal(SysStringByteLen(NULL), 0);
    SysFreeString(NULL);
}

static void lengths_are_what_is_said_not_where_a_nul_is(void **state)
{
    BSTR text = SysAllocStringLen(u"a\0bc", 3), blank = SysAllocStringLen(NULL, 2);

    (void)state;
    assert_int_equal(SysStringLen(text), 3);
    assert_memory_equal(text, u"a\0b", 8);
    assert_memory_equal(blank, u"\0\0", 6);
    SysFreeString(text);
    SysFreeString(blank);
}

static void no_text_is_too_long_for_its_length(void **state)
{
    (void)state;
    assert_null(SysAllocStringLen(NULL, UINT32_MAX));
    assert_null(SysAllocStringLen(NULL, UINT32_MAX / 2));
    assert_null(SysAllocStringLen(NULL, UINT32_MAX / 2 - 2));
}

static void a_text_is_replaced(void **state)
{
    BSTR text = SysAllocString(u"old");

    (void)state;
    assert_int_equal(SysReAllocString(&text, u"newer"), 1);
    assert_memory_equal(text, u"newer", 12);
    assert_int_equal(SysReAllocString(&text, NULL), 1);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_has_its_length_in_front_and_a_nul_behind),
        cmocka_unit_test(nothing_is_no_text),
        cmocka_unit_test(lengths_are_what_is_said_not_where_a_nul_is),
        cmocka_unit_test(no_text_is_too_long_for_its_length),
        cmocka_unit_test(a_text_is_replaced),
    };

    return cmocka_run_group_tests_name("bstr", tests, NULL, NULL);
}
