/* Tests of generated proxies and stubs; built and run by test_generated.py. */
#include "echo.h"
#include "fake_runtime.h"
#include "generated_tests.h"
#include "oracles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const METHOD_NAMES[] = {
    "QueryInterface", "AddRef",      "Release",    "Nothing", "Signed",      "Unsigned",   "Others",
    "InOut",          "ByReference", "Strings",    "Blobs",   "Integers",    "MoreArrays", "Structs",
    "StructArrays",   "Labels",      "Interfaces", "Ranges",  "Names",       "Results",    "Fill",
    "Stays",          "Objects",     "get_Level",  "Wide",    "WideStructs", "Allocated",  "Bstrs",
    "get_Title",      "put_Title",   "RemoteSum",  "Copy",    "Truths",
};

const struct form code_form = {"code", &IEverything_interface, &IEcho_interface};
const struct form table_form = {"tables", &IEverything_table_interface, &IEcho_table_interface};

static struct rpc_proxy proxy;

IEverything *target(void)
{
    return (IEverything *)&proxy;
}

void use_form(const struct form *form)
{
    fake.interface = form->interface;
    fake_proxy_init(&proxy);
}

static int setup(void **state)
{
    use_form(*state);
    fake.object = &echo_object;
    fake.method_names = METHOD_NAMES;
    fake.forced_reply = NULL;
    echo_refs = 1;
    return 0;
}

/* References of a reply that nobody took. */
static void release_reply(void)
{
    while (fake.caps_owned && fake.cap_count)
        (void)IUnknown_Release((IUnknown *)fake.caps[--fake.cap_count]);
    fake.caps_owned = false;
}

static int teardown(void **state)
{
    (void)state;
    release_reply();
    fake_forget();
    return echo_refs == 1 ? 0 : -1;
}

/* ---- values ---- */

static void random_values_go_there_and_back(void **state)
{
    const struct echo_call *call;
    uint32_t i;

    (void)state;
    for (call = echo_calls_list; call->name; call++)
        for (i = 0; i < 200; i++) {
            random_seed(call->slot * 1000 + i);
            if (!call->run(target()))
                fail_msg("%s, seed %u", call->name, call->slot * 1000 + i);
        }
}

static void the_object_itself_answers_the_same(void **state)
{
    const struct echo_call *call;

    (void)state;
    for (call = echo_calls_list; call->name; call++)
        assert_true(call->run(&echo_object));
}

/* Other libraries parse and write every message anew on its way. */
static void pass_through(void (*oracle)(const char *type, uint8_t **bytes, size_t *size))
{
    const struct echo_call *call;
    uint32_t i;

    fake.oracle = oracle;
    for (call = echo_calls_list; call->name; call++)
        for (i = 0; i < 20; i++) {
            random_seed(call->slot * 1000 + i + 500);
            if (!call->run(target()))
                fail_msg("%s, seed %u", call->name, call->slot * 1000 + i + 500);
        }
    fake.oracle = NULL;
}

static void protobuf_reads_and_writes_the_messages(void **state)
{
    (void)state;
    pass_through(oracle_protobuf);
}

static void nanopb_reads_and_writes_the_messages(void **state)
{
    (void)state;
    pass_through(oracle_nanopb);
}

static void protobuf_c_reads_and_writes_the_messages(void **state)
{
    (void)state;
    pass_through(oracle_protobuf_c);
}

static void requests_made_by_name_are_those_of_the_proxy(void **state)
{
    (void)state;
    pass_through(oracle_reflect);
    oracle_reflect_end();
}

/* ---- the descriptor ---- */

static void the_descriptor_says_what_a_node_must_know(void **state)
{
    const struct com_interface *interface = fake.interface;
    const struct form *form = *state;
    const struct com_result_name *result;
    uint32_t found = 0;

    assert_string_equal(interface->name, "IEverything");
    assert_true(com_guid_equal(interface->iid, &IID_IEverything));
    assert_int_equal(interface->method_count, ECHO_SLOT(Truths) + 1);
    assert_int_equal(form->echo->method_count, 7);
    for (result = interface->results; result->name; result++) {
        if (result->hr == EVERYTHING_E_FAILED)
            assert_string_equal(result->name, "EVERYTHING_E_FAILED");
        found++;
    }
    assert_int_equal(found, 2);
}

static void a_proxy_is_told_by_its_first_slot(void **state)
{
    void *const *slots = proxy.vtbl;

    (void)state;
    assert_ptr_equal(slots[0], (void *)(uintptr_t)rpc_proxy_QueryInterface);
    assert_ptr_equal(slots[1], (void *)(uintptr_t)rpc_proxy_AddRef);
    assert_ptr_equal(slots[2], (void *)(uintptr_t)rpc_proxy_Release);
}

static void methods_carry_their_timeout(void **state)
{
    (void)state;
    assert_int_equal(IEverything_Nothing(target()), S_OK);
    assert_int_equal(fake.timeout_ms, 1500); /* of the base interface */
    assert_int_equal(fake.method, 3);
    random_seed(1);
    assert_true(echo_calls_list[8].run(target()));
    assert_int_equal(fake.timeout_ms, RPC_TIMEOUT_DEFAULT);
    assert_true(echo_calls_list[15].run(target()));
    assert_int_equal(fake.timeout_ms, 60000);
}

static void unknown_methods_and_local_ones_are_refused(void **state)
{
    struct opaque *memory = NULL;
    uint32_t calls = echo_calls;

    (void)state;
    assert_int_equal(fake_dispatch(0, NULL, 0), RPC_E_INVALIDMETHOD);
    assert_int_equal(fake_dispatch(2, NULL, 0), RPC_E_INVALIDMETHOD);
    assert_int_equal(fake_dispatch(21, NULL, 0), RPC_E_INVALIDMETHOD);
    assert_int_equal(fake_dispatch(ECHO_SLOT(Truths) + 1, NULL, 0), RPC_E_INVALIDMETHOD);
    assert_int_equal(fake_dispatch(UINT32_MAX, NULL, 0), RPC_E_INVALIDMETHOD);
    assert_int_equal(IEverything_Stays(target(), &memory, &memory), E_NOTIMPL);
    assert_int_equal(echo_calls, calls);
}

/* Its slot is the one that callers see; what they write by hand for it is in call_as.c. */
static void a_local_method_travels_as_another(void **state)
{
    static const uint32_t NUMBERS[101] = {20, 22};
    uint32_t calls = fake.calls;

    (void)state;
    assert_int_equal(IEverything_Sum(target(), NUMBERS, 2), 42);
    assert_int_equal(fake.calls, calls + 1);
    assert_int_equal(fake.method, ECHO_SLOT(Sum));
    assert_int_equal(IEverything_Sum(target(), NUMBERS, 101), 0); /* more than the bound of what travels */
    assert_int_equal(fake.calls, calls + 1);
}

/* ---- what the caller does wrong ---- */

static void null_pointers_are_refused_before_the_call(void **state)
{
    uint32_t calls = fake.calls, number = 7;
    char text[64] = "old";
    uint8_t byte = 9;
    IUnknown *object = (IUnknown *)&echo_object;
    IEcho *echo = (IEcho *)&echo_object;
    int32_t value = 3;
    struct point where = {1, 2};
    GUID guid = {0};

    (void)state;
    assert_int_equal(IEverything_Strings(target(), NULL, "", NULL, 64, text, text, text, text), E_POINTER);
    assert_int_equal(IEverything_Strings(target(), "", "", NULL, 64, NULL, text, text, text), E_POINTER);
    assert_int_equal(IEverything_Strings(target(), "", "", NULL, 64, text, text, NULL, text), E_POINTER);
    assert_int_equal(
        IEverything_ByReference(target(), NULL, NULL, NULL, NULL, &value, &number, &where, &guid, &number),
        E_POINTER);
    assert_int_equal(
        IEverything_ByReference(target(), &value, NULL, NULL, NULL, &value, NULL, &where, &guid, &number),
        E_POINTER);
    assert_int_equal(IEverything_Blobs(target(), NULL, text, 1, NULL, 0, 1, &byte, &number, (int8_t *)&byte,
                                       &byte, &number),
                     E_POINTER);
    assert_int_equal(IEverything_Interfaces(target(), NULL, NULL, NULL, &object, &number), E_POINTER);
    assert_int_equal(IEverything_Interfaces(target(), NULL, NULL, &echo, &object, NULL), E_POINTER);
    assert_int_equal(fake.calls, calls);
    assert_string_equal(text, "old");
    assert_int_equal(value, 3);
}

static void broken_bounds_are_refused_before_the_call(void **state)
{
    char text[64] = "", longer[22] = "123456789012345678901";
    uint32_t calls = fake.calls, used = 3;
    int32_t out = 77, integers[2] = {0};
    int16_t shorts[2] = {0};
    uint8_t count = 5, six = 6, bytes[5000];
    struct labelled labelled = {"", "123456", {0, 0}};
    char joined[1000] = "old";
    struct everything value, results;
    struct point where = {0, 0};

    (void)state;
    assert_int_equal(IEverything_Strings(target(), "", longer, NULL, 64, text, text, text, text),
                     RPC_E_CLIENT_CANTMARSHAL_DATA);
    longer[20] = '\0';
    assert_int_equal(IEverything_Strings(target(), "", longer, NULL, 64, text, text, text, text), S_OK);
    assert_int_equal(IEverything_Ranges(target(), 6, 1, 0, NULL, -5, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Ranges(target(), -6, 1, 0, NULL, -5, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Ranges(target(), 0, 0, 0, NULL, -5, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Ranges(target(), 0, 1, -1, NULL, -5, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Ranges(target(), 0, 1, 0, &six, -5, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Ranges(target(), 0, 1, 0, NULL, -10, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Ranges(target(), 0, 1, 0, NULL, -4, &out), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Integers(target(), shorts, integers, -1, shorts, integers, 2, &count),
                     RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Blobs(target(), bytes, text, 1, NULL, 0, 4097, bytes, &used, (int8_t *)bytes,
                                       bytes, &used),
                     RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(
        IEverything_Blobs(target(), bytes, text, 1, NULL, 0, 2, bytes, &used, (int8_t *)bytes, bytes, &used),
        RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Labels(target(), &labelled, NULL, 0, NULL, joined),
                     RPC_E_CLIENT_CANTMARSHAL_DATA);
    memset(&value, 0, sizeof(value));
    assert_int_equal(IEverything_Structs(target(), &value, where, &value, &results, &where),
                     RPC_E_CLIENT_CANTMARSHAL_DATA); /* level 0 */
    value.level = 1;
    memset(value.name, 'x', sizeof(value.name));
    assert_int_equal(IEverything_Structs(target(), &value, where, &value, &results, &where),
                     RPC_E_CLIENT_CANTMARSHAL_DATA); /* no NUL in name */
    assert_int_equal(fake.calls, calls + 1);
    assert_int_equal(out, 77);
    assert_string_equal(joined, "old");
}

static void results_out_of_range_fail_at_the_callee(void **state)
{
    int32_t out = 77;

    (void)state;
    assert_int_equal(IEverything_Ranges(target(), 0, 13, 0, NULL, -5, &out), RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_int_equal(out, 77);
}

/* The callee's memory has room for what was asked for and no more. */
static void results_longer_than_their_room_fail_at_the_callee(void **state)
{
    uint32_t count = 5, room = 3, used = 0;
    int32_t values[10] = {77};
    uint16_t more[3];
    uint8_t bytes[3];

    (void)state;
    assert_int_equal(IEverything_Fill(target(), &count, values, 6, more, &room, &used, bytes),
                     RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_int_equal(IEverything_Fill(target(), &count, values, UINT32_MAX, more, &room, &used, bytes),
                     RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_int_equal(values[0], 77);
    assert_int_equal(count, 5);
    assert_int_equal(IEverything_Fill(target(), &count, values, 5, more, &room, &used, bytes), S_OK);
    assert_int_equal(room, 3);
}

static void failures_leave_the_outputs_alone(void **state)
{
    IUnknown *object = (IUnknown *)&echo_object;
    int32_t value = 77;

    (void)state;
    assert_int_equal(IEverything_Results(target(), EVERYTHING_E_FAILED, &value, &object),
                     EVERYTHING_E_FAILED);
    assert_int_equal(value, 77);
    assert_null(object);
    assert_int_equal(IEverything_Results(target(), EVERYTHING_S_PARTLY, &value, &object),
                     EVERYTHING_S_PARTLY);
    assert_int_equal(value, 5);
    assert_ptr_equal(object, &echo_object);
    (void)IUnknown_Release(object);
}

/* ---- malformed requests ---- */

uint8_t *record(const struct echo_call *call, uint64_t seed, size_t *out_size)
{
    uint8_t *bytes;

    random_seed(seed);
    assert_true(call->run(target()));
    *out_size = fake.request_bytes;
    bytes = malloc(*out_size ? *out_size : 1);
    if (*out_size)
        memcpy(bytes, fake.request, *out_size);
    return bytes;
}

void interfaces_of_the_request(void)
{
    fake.caps_owned = false;
    fake.caps[0] = fake.caps[1] = &echo_object;
    fake.cap_count = 2;
}

static void requests_cut_at_any_byte_are_survived(void **state)
{
    const struct echo_call *call;

    (void)state;
    for (call = echo_calls_list; call->name; call++) {
        size_t size, cut;
        uint8_t *request = record(call, 7, &size);

        for (cut = 0; cut < size; cut++) {
            interfaces_of_the_request();
            (void)fake_dispatch(call->slot, request, cut);
            release_reply();
        }
        free(request);
    }
}

static void mutated_requests_are_survived(void **state)
{
    const struct echo_call *call;
    uint32_t i, times;

    (void)state;
    for (call = echo_calls_list; call->name; call++)
        for (i = 0; i < 300; i++) {
            size_t size;
            uint8_t *request = record(call, i / 10 + 1, &size);

            random_seed(call->slot * 7919 + i);
            for (times = 1 + random_below(4); size && times; times--)
                request[random_below((uint32_t)size)] = (uint8_t)(random_below(3) ? random_bits() : 0xFF);
            interfaces_of_the_request();
            (void)fake_dispatch(call->slot, request, size);
            release_reply();
            free(request);
        }
}

static void refused(uint32_t method, const void *bytes, size_t size, int line)
{
    uint32_t calls = echo_calls;

    if (fake_dispatch(method, bytes, size) != RPC_E_SERVER_CANTUNMARSHAL_DATA || echo_calls != calls)
        fail_msg("accepted in line %d", line);
}

#define REFUSED(method, bytes) refused(method, bytes, sizeof(bytes) - 1, __LINE__)

static void bounds_are_checked_at_the_callee_too(void **state)
{
    (void)state;
    REFUSED(17, "\x08\x0c\x10\x01\x28\x09"); /* Ranges: a = 6 */
    REFUSED(17, "\x08\x00\x28\x09");         /* b absent, so 0 */
    REFUSED(17, "\x10\x01\x20\x06\x28\x09"); /* d = 6 */
    REFUSED(17, "\x10\x01\x28\x07");         /* e = -4 */
    REFUSED(17, "\x10\x01\x28\x13");         /* e = -10 */
    REFUSED(17, "\x10\x01");                 /* e absent, so 0 */
    REFUSED(6, "\x28\x05");                  /* Others: f absent */
    REFUSED(6, "\x30\x04");                  /* f = 4 is no mode */
    REFUSED(4, "\x08\x80\x02");              /* Signed: a = 128 */
    REFUSED(5, "\x08\x80\x02");              /* Unsigned: a = 256 */
    REFUSED(9, "\x12\x15"
               "123456789012345678901\x20\x40"); /* Strings: b of 21 bytes */
    REFUSED(9, "\x0a\x02\xc3\x28\x20\x40");      /* a is no UTF-8 */
    REFUSED(9, "\x0a\x02\x61\x00\x20\x40");      /* a has a NUL */
    REFUSED(9, "\x42\x02"
               "ab\x20\x02"); /* d does not fit with its NUL */
    REFUSED(10, "\x0a\x02"
                "ab\x12\x03"
                "abc\x18\x02"); /* Blobs: length and b disagree */
    REFUSED(10, "\x0a\x02"
                "ab\x12\x02"
                "ab\x18\x03");                   /* length and a disagree */
    REFUSED(10, "\x30\x81\x20");                 /* capacity 4097 */
    REFUSED(11, "\x0a\x02\x02\x04\x12\x01\x02"); /* Integers: a and b of different length */
    REFUSED(13, "\x0a\x02\xf0\x01");             /* Structs: a's level is missing */
    REFUSED(8, "\x22\x0f"
               "123456789012345"); /* ByReference: a GUID of 15 bytes */
}

static void unpacked_arrays_are_read(void **state)
{
    static const char REQUEST[] = "\x08\x02\x0a\x02\x04\x06\x08\x08" /* a = 1, then 2 3, then 4 */
                                  "\x12\x04\x01\x03\x05\x07\x30\x0a";

    (void)state;
    assert_int_equal(fake_dispatch(11, (const uint8_t *)REQUEST, sizeof(REQUEST) - 1), S_OK);
    assert_int_equal(fake.reply[0], 4 << 3 | 2);
    assert_memory_equal(fake.reply + 2, "\x08\x06\x04\x02", 4);
}

static void unknown_fields_are_skipped(void **state)
{
    static const char REQUEST[] = "\xa2\x06\x03"
                                  "abc\xa9\x06"
                                  "12345678\xad\x06"
                                  "1234\x08\x02\xa0\x06\x96\x01";

    (void)state;
    assert_int_equal(fake_dispatch(4, (const uint8_t *)REQUEST, sizeof(REQUEST) - 1), S_OK);
    assert_memory_equal(fake.reply, "\x30\x02", 2);
}

static void a_small_message_cannot_ask_for_much_memory(void **state)
{
    static const char REQUEST[] = "\x30\xff\xff\xff\x0c"; /* MoreArrays: room */

    (void)state;
    fake.scratch_bytes = 0;
    assert_true(FAILED(fake_dispatch(12, (const uint8_t *)REQUEST, sizeof(REQUEST) - 1)));
}

/* ---- malformed replies ---- */

bool call_with_reply(const struct echo_call *call, uint64_t seed, const uint8_t *reply, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    bool good;

    if (size)
        memcpy(exact, reply, size);
    fake.forced_reply = exact;
    fake.forced_reply_bytes = size;
    random_seed(seed);
    good = call->run(target());
    fake.forced_reply = NULL;
    free(exact);
    return good;
}

static void replies_cut_or_mutated_are_survived(void **state)
{
    const struct echo_call *call;

    (void)state;
    echo_calls_quiet = true;
    for (call = echo_calls_list; call->name; call++) {
        size_t size, i;
        uint8_t *reply;

        random_seed(7);
        assert_true(call->run(target()));
        size = fake.reply_bytes;
        reply = malloc(size ? size : 1);
        memcpy(reply, fake.reply ? fake.reply : (const uint8_t *)"", size);
        for (i = 0; i < size; i++)
            (void)call_with_reply(call, 7, reply, i);
        for (i = 0; size && i < 300; i++) {
            uint8_t *mutant = malloc(size);

            memcpy(mutant, reply, size);
            mutant[random_below((uint32_t)size)] = (uint8_t)random_bits();
            mutant[random_below((uint32_t)size)] = (uint8_t)random_bits();
            (void)call_with_reply(call, 7, mutant, size);
            free(mutant);
        }
        free(reply);
    }
    echo_calls_quiet = false;
    echo_refs = 1; /* the calls give up where something is wrong */
}

static void bad_reply(const char *bytes, size_t size)
{
    char a[8] = "old", b[8] = "old", c[64] = "old", d[8] = "old";

    fake.forced_reply = (const uint8_t *)bytes;
    fake.forced_reply_bytes = size;
    assert_int_equal(IEverything_Strings(target(), "", "", NULL, 8, a, b, c, d),
                     RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    assert_string_equal(a, "old");
    assert_string_equal(b, "old");
    assert_string_equal(c, "old");
    assert_string_equal(d, "old");
    fake.forced_reply = NULL;
}

static void bad_replies_leave_the_outputs_alone(void **state)
{
    (void)state;
    bad_reply("\x2a\x08"
              "12345678",
              10); /* does not fit with its NUL */
    bad_reply("\x2a\x01"
              "a\x32\x02\xc3\x28",
              7); /* the second is no UTF-8 */
    bad_reply("\x2a\x01"
              "a\x32\x05"
              "b",
              6); /* cut */
}

static void interfaces_of_a_bad_reply_are_released(void **state)
{
    IEcho *a = NULL;
    IUnknown *b = NULL;
    uint32_t which = 77;

    (void)state;
    fake.forced_reply = (const uint8_t *)"\x18\x01\x20\x09\x28\x03"; /* the second has no such index */
    fake.forced_reply_bytes = 6;
    assert_int_equal(IEverything_Interfaces(target(), (IEcho *)&echo_object, NULL, &a, &b, &which),
                     RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    assert_null(a);
    assert_null(b);
    assert_int_equal(which, 77);
    assert_int_equal(echo_refs, 1);
}

/* ---- C++ ---- */

IEcho *cpp_echo_create(void);
int32_t cpp_call(IEverything *target, int32_t value);

static void c_calls_cpp_and_back(void **state)
{
    IEcho *echo = cpp_echo_create();
    int8_t a;
    int16_t b;
    int32_t c;
    int64_t d;
    const struct form *form = *state;
    ptrdiff_t e;

    assert_int_equal(IEcho_Signed(echo, -1, -2, -3, -4, -5, &a, &b, &c, &d, &e), S_OK);
    assert_true(a == -1 && b == -2 && c == -3 && d == -4 && e == -5);
    assert_int_equal(IEcho_AddRef(echo), 2);
    (void)IEcho_Release(echo);
    assert_int_equal(cpp_call(&echo_object, 41), 41);
    fake.interface = form->echo;
    fake.object = echo;
    fake_proxy_init(&proxy);
    assert_int_equal(IEcho_Signed((IEcho *)&proxy, 1, 2, 3, 4, 5, &a, &b, &c, &d, &e), S_OK);
    assert_true(a == 1 && b == 2 && c == 3 && d == 4 && e == 5);
    assert_int_equal(IEcho_Release(echo), 0);
}

/* Once for each form. */
#define TEST(test)                                                               \
    {#test " (code)", test, setup, teardown, (void *)(uintptr_t)&code_form},     \
    {                                                                            \
#test " (tables)", test, setup, teardown, (void *)(uintptr_t)&table_form \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_values_go_there_and_back),
        TEST(the_object_itself_answers_the_same),
        TEST(protobuf_reads_and_writes_the_messages),
        TEST(nanopb_reads_and_writes_the_messages),
        TEST(protobuf_c_reads_and_writes_the_messages),
        TEST(requests_made_by_name_are_those_of_the_proxy),
        TEST(the_descriptor_says_what_a_node_must_know),
        TEST(a_proxy_is_told_by_its_first_slot),
        TEST(methods_carry_their_timeout),
        TEST(unknown_methods_and_local_ones_are_refused),
        TEST(null_pointers_are_refused_before_the_call),
        TEST(broken_bounds_are_refused_before_the_call),
        TEST(results_out_of_range_fail_at_the_callee),
        TEST(results_longer_than_their_room_fail_at_the_callee),
        TEST(failures_leave_the_outputs_alone),
        TEST(requests_cut_at_any_byte_are_survived),
        TEST(mutated_requests_are_survived),
        TEST(bounds_are_checked_at_the_callee_too),
        TEST(unpacked_arrays_are_read),
        TEST(unknown_fields_are_skipped),
        TEST(a_small_message_cannot_ask_for_much_memory),
        TEST(replies_cut_or_mutated_are_survived),
        TEST(bad_replies_leave_the_outputs_alone),
        TEST(interfaces_of_a_bad_reply_are_released),
        TEST(c_calls_cpp_and_back),
        TEST(ill_formed_wide_texts_are_refused),
        TEST(bounds_of_wide_texts_count_characters),
        TEST(allocated_results_survive_failing_memory),
        TEST(allocated_results_that_break_bounds_are_freed),
        TEST(failures_leave_no_memory_behind),
        TEST(bad_replies_allocate_nothing),
        TEST(replies_too_large_for_the_peer_say_so),
        TEST(bstrs_survive_failing_memory),
        TEST(bstrs_with_a_nul_inside_are_refused),
        TEST(a_local_method_travels_as_another),
        TEST(both_forms_write_the_same_bytes),
        TEST(both_forms_judge_requests_alike),
        TEST(both_forms_judge_replies_alike),
    };

    return cmocka_run_group_tests_name("generated", tests, NULL, NULL);
}
