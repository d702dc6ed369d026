/* What a thread carries. */
#include <cmocka_all.h>
#include <com.h>
#include <rpc.h>
#include <rpc_types.h>
#include <string.h>

static void expect_detail(const char *said, const char *kept)
{
    com_set_error_detail(said);
    assert_string_equal(com_error_detail(), kept);
}

static void details_are_text_that_steers_no_terminal(void **state)
{
    (void)state;
    expect_detail("caf\xC3\xA9", "caf\xC3\xA9");
    expect_detail("\x1B[2Jgone", "?[2Jgone");
    expect_detail("caf\xC3", "caf?"); /* others send it on as a protobuf string, which is UTF-8 */
    expect_detail("\xFF\xC3\xA9", "???");
}

static void long_details_end_with_a_whole_character(void **state)
{
    char text[RPC_DETAIL_MAX + 8];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    com_set_error_detail(text);
    assert_int_equal(strlen(com_error_detail()), RPC_DETAIL_MAX);
    memcpy(text + RPC_DETAIL_MAX - 2, "\xE2\x82\xAC", 3); /* its last byte would be one too many */
    com_set_error_detail(text);
    assert_int_equal(strlen(com_error_detail()), RPC_DETAIL_MAX - 2);
    memcpy(text + RPC_DETAIL_MAX - 3, "\xE2\x82\xACx", 4);
    com_set_error_detail(text);
    assert_int_equal(strlen(com_error_detail()), RPC_DETAIL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details_are_text_that_steers_no_terminal),
        cmocka_unit_test(long_details_end_with_a_whole_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
