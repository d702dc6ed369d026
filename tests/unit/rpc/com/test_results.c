/* Names, texts and reactions of all codes. */
#include <cmocka_all.h>
#include <com.h>
#include <string.h>

static void every_code_has_its_own_name_text_and_reaction(void **state)
{
    (void)state;
#define X(name, value, reaction, text)                 \
    assert_string_equal(com_result_name(name), #name); \
    assert_string_equal(com_result_text(name), text);  \
    assert_int_equal(com_result_reaction((HRESULT)value), COM_REACTION_##reaction);
#include <errors.def>
#undef X
}

static void unknown_codes_have_no_name(void **state)
{
    (void)state;
    assert_null(com_result_name((HRESULT)0x80049999));
    assert_null(com_result_text((HRESULT)0x80049999));
    assert_int_equal(com_result_reaction((HRESULT)0x80049999), COM_REACTION_FAILED);
    assert_int_equal(com_result_reaction((HRESULT)0x00049999), COM_REACTION_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_own_name_text_and_reaction),
        cmocka_unit_test(unknown_codes_have_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
