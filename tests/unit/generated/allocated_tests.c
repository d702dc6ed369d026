/* Results whose memory the callee allocates: nothing is lost, whatever fails. */
#include "fake_runtime.h"
#include "generated_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ALL = 127, LENGTH = 10 };

static const struct point POINTS[] = {{1, 2}, {3, 4}, {-5, 6}};

/* Outputs that no call may leave as they are. */
static void spoil(struct echo_allocated *results)
{
    memset(results, 0x5A, sizeof(*results));
    results->length = LENGTH;
}

static void assert_nothing(const struct echo_allocated *results)
{
    assert_null(results->text);
    assert_null(results->wide);
    assert_null(results->structure);
    assert_null(results->id);
    assert_null(results->number);
    assert_null(results->points);
    assert_null(results->bytes);
    assert_null(results->numbers);
    assert_null(results->colors);
    assert_null(results->object);
    assert_int_equal(results->count, 0x5A5A);
    assert_int_equal(results->length, LENGTH);
    assert_int_equal(results->plain[0], 0x5A);
}

static HRESULT allocate(uint32_t wanted, struct echo_allocated *results)
{
    return echo_allocate(target(), wanted, "text", POINTS, 3, results);
}

void allocated_results_survive_failing_memory(void **state)
{
    uint32_t blocks = fake.blocks, n = 0, failures = 0;
    struct echo_allocated results;
    HRESULT hr;

    (void)state;
    do {
        spoil(&results);
        fake.allocated = 0;
        fake.fail_at = ++n;
        hr = allocate(ALL, &results);
        if (FAILED(hr)) {
            assert_int_equal(hr, E_OUTOFMEMORY);
            assert_nothing(&results);
            assert_int_equal(fake.blocks, blocks);
            assert_int_equal(echo_refs, 1);
            failures++;
        }
    } while (FAILED(hr));
    fake.fail_at = 0;
    assert_int_equal(failures, 18); /* nine on each side */
    echo_allocated_free(&results);
    assert_int_equal(fake.blocks, blocks);
}

static void assert_refused(uint32_t wanted, HRESULT expected)
{
    uint32_t blocks = fake.blocks;
    struct echo_allocated results;

    spoil(&results);
    assert_int_equal(allocate(wanted, &results), expected);
    assert_nothing(&results);
    assert_int_equal(fake.blocks, blocks);
    assert_int_equal(echo_refs, 1);
}

void allocated_results_that_break_bounds_are_freed(void **state)
{
    (void)state;
    assert_refused(ALL | ECHO_TOO_LONG, RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_refused(ALL | ECHO_NO_TEXT, RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_refused(ALL | ECHO_NEGATIVE, RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_refused(ECHO_NO_MEMORY, RPC_E_SERVER_CANTMARSHAL_DATA);
}

void failures_leave_no_memory_behind(void **state)
{
    char *text = "old";

    (void)state;
    assert_refused(ALL | ECHO_FAILS, E_FAIL);
    assert_int_equal(IEverything_Copy(target(), "text", NULL), E_POINTER);
    fake.allocated = 0;
    fake.fail_at = 1;
    assert_int_equal(IEverything_Copy(target(), "text", &text), E_OUTOFMEMORY);
    assert_null(text);
    fake.fail_at = 0;
}

static void assert_bad_reply(const char *bytes, size_t size, HRESULT expected)
{
    uint32_t blocks = fake.blocks;
    struct echo_allocated results;

    spoil(&results);
    fake.allocated = 0;
    fake.forced_reply = (const uint8_t *)bytes;
    fake.forced_reply_bytes = size;
    assert_int_equal(allocate(ALL, &results), expected);
    fake.forced_reply = NULL;
    assert_nothing(&results);
    assert_int_equal(fake.blocks, blocks);
}

#define BAD_REPLY(bytes) assert_bad_reply(bytes, sizeof(bytes) - 1, RPC_E_CLIENT_CANTUNMARSHAL_DATA)

/* Three numbers and three colours, which must be there. */
#define ARRAYS "\x72\x03\x02\x04\x06\x7a\x03\x00\x05\x00"

void bad_replies_allocate_nothing(void **state)
{
    (void)state;
    BAD_REPLY(ARRAYS "\x2a\x02\xc3\x28"); /* out_text is no UTF-8 */
    BAD_REPLY(ARRAYS "\x32\x15"
                     "123456789012345678901"); /* out_wide has 21 characters */
    BAD_REPLY(ARRAYS "\x3a\x02\x0a\x09");      /* out_struct is cut off */
    BAD_REPLY(ARRAYS "\x42\x02"
                     "ab");                            /* out_id has no 16 bytes */
    BAD_REPLY(ARRAYS "\x52\x00");                      /* a point, and out_count says 0 */
    BAD_REPLY(ARRAYS "\x62\x01\x00");                  /* a byte, and inout_length says 0 */
    BAD_REPLY(ARRAYS "\x68\x03");                      /* inout_length is negative */
    BAD_REPLY("\x72\x02\x02\x04\x7a\x03\x00\x05\x00"); /* two numbers, not three */
    assert_int_equal(fake.allocated, 0);
    assert_bad_reply(
        ARRAYS "\x2a\x01"
               "a\x80\x01\x09",
        sizeof(ARRAYS) - 1 + 6,
        RPC_E_CLIENT_CANTUNMARSHAL_DATA); /* an object that did not come: what was taken is freed */
    assert_int_not_equal(fake.allocated, 0);
}

void replies_too_large_for_the_peer_say_so(void **state)
{
    (void)state;
    assert_refused(ALL | ECHO_HUGE, RPC_E_OUT_OF_RESOURCES);
}
