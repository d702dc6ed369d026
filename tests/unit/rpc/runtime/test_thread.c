/* What a thread carries. */
#include <cmocka_all.h>
#include <com.h>
#include <rpc.h>
#include <runtime/thread.h>
#include <string.h>

static void expect_detail(const char *said, const char *kept)
{
    com_set_error_detail(said);
    rpc__thread_make_text(rpc_thread_current());
    assert_string_equal(com_error_detail(), kept);
}

static void expect_length(const char *said, size_t length)
{
    com_set_error_detail(said);
    assert_int_equal(strlen(com_error_detail()), RPC_DETAIL_MAX);
    rpc__thread_make_text(rpc_thread_current());
    assert_int_equal(strlen(com_error_detail()), length);
    assert_memory_equal(com_error_detail(), said, length);
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
    expect_length(text, RPC_DETAIL_MAX);
    memcpy(text + RPC_DETAIL_MAX - 2, "\xE2\x82\xAC", 3); /* its last byte would be one too many */
    expect_length(text, RPC_DETAIL_MAX - 2);
    memcpy(text + RPC_DETAIL_MAX - 3, "\xE2\x82\xACx", 4);
    expect_length(text, RPC_DETAIL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details_are_text_that_steers_no_terminal),
        cmocka_unit_test(long_details_end_with_a_whole_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
