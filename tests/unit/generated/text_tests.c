/* Texts of 16-bit characters: what is no text, and what does not fit. */
#include "fake_runtime.h"
#include "generated_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static HRESULT call_with(const char16_t *a, const char16_t *b)
{
    char16_t out_a[64], out_b[64], out_c[64], d[64] = u"";

    return IEverything_Wide(target(), a, b, NULL, 64, out_a, out_b, out_c, d);
}

/* A request whose first field is this text, of `size` bytes. */
static HRESULT dispatch_text(const char *text, size_t size)
{
    uint8_t request[128] = {0x0A, (uint8_t)size};

    memcpy(request + 2, text, size);
    memcpy(request + 2 + size, "\x20\x40", 2); /* capacity = 64 */
    return fake_dispatch(ECHO_SLOT(Wide), request, size + 4);
}

#define DISPATCH(text) dispatch_text(text, sizeof(text) - 1)

void ill_formed_wide_texts_are_refused(void **state)
{
    static const char16_t high[] = {'a', 0xD83D, 0}, low[] = {0xDE00, 'a', 0}, turned[] = {0xDE00, 0xD83D, 0};
    uint32_t calls = fake.calls, executed = echo_calls;

    (void)state;
    assert_int_equal(call_with(high, u""), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(call_with(low, u""), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(call_with(turned, u""), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(call_with(u"", high), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(fake.calls, calls);
    assert_int_equal(DISPATCH("\xED\xA0\xBD\xED\xB8\x80"),
                     RPC_E_SERVER_CANTUNMARSHAL_DATA); /* a pair, one by one */
    assert_int_equal(DISPATCH("\xC0\xAF"), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH("\xF4\x90\x80\x80"), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH("a\xE2\x82"), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH("a\0b"), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(echo_calls, executed);
    assert_int_equal(DISPATCH("\xF0\x9F\x98\x80"), S_OK);
    assert_int_equal(call_with(ECHO_BAD_TEXT, u""), RPC_E_SERVER_CANTMARSHAL_DATA);
    assert_int_equal(call_with(u"?", u""), S_OK);
}

void bounds_of_wide_texts_count_characters(void **state)
{
    char16_t text[64] = u"old", out[64] = u"old";
    uint32_t i;

    (void)state;
    for (i = 0; i < 20; i++)
        text[i] = u'€';
    text[20] = 0;
    assert_int_equal(call_with(u"", text), S_OK); /* 60 bytes */
    text[20] = u'€';
    text[21] = 0;
    assert_int_equal(call_with(u"", text), RPC_E_CLIENT_CANTMARSHAL_DATA);
    for (i = 0; i < 20; i += 2)
        memcpy(&text[i], u"😀", 2 * sizeof(*text));
    text[20] = 0;
    assert_int_equal(call_with(u"", text), S_OK);
    memcpy(&text[20], u"😀", 3 * sizeof(*text));
    assert_int_equal(call_with(u"", text), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(DISPATCH("\xE2\x82\xAC\x12\x03"
                              "abc"),
                     S_OK);

    /* The reply's text and its NUL need four characters. */
    fake.forced_reply = (const uint8_t *)"\x2a\x09\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC";
    fake.forced_reply_bytes = 11;
    memcpy(text, u"", sizeof(*text));
    assert_int_equal(IEverything_Wide(target(), u"", u"", NULL, 3, out, text, text, text),
                     RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    assert_memory_equal(out, u"old", 8);
    assert_int_equal(IEverything_Wide(target(), u"", u"", NULL, 4, out, text, text, text), S_OK);
    assert_memory_equal(out, u"€€€", 8);
    fake.forced_reply = NULL;
}

/* NULL is absent, an empty text is present; what comes back replaces what went in. */
void bstrs_survive_failing_memory(void **state)
{
    uint32_t blocks = fake.blocks, n = 0, failures = 0;
    BSTR a = SysAllocString(u"a"), b = SysAllocString(u""), c, out_a, out_b;
    IUnknown *object;
    HRESULT hr;

    (void)state;
    do {
        out_a = out_b = (BSTR)(void *)&out_a;
        object = (IUnknown *)(void *)&out_a;
        c = SysAllocString(u"even");
        fake.allocated = 0;
        fake.fail_at = ++n;
        hr = IEverything_Bstrs(target(), a, b, &out_a, &out_b, &c, &object);
        fake.fail_at = 0;
        if (FAILED(hr)) {
            failures++;
            assert_int_equal(hr, E_OUTOFMEMORY);
            assert_null(out_a);
            assert_null(out_b);
            assert_null(object);
            assert_memory_equal(c, u"even", 10);
            SysFreeString(c);
            assert_int_equal(fake.blocks, blocks + 2);
            assert_int_equal(echo_refs, 1);
        }
    } while (FAILED(hr));
    assert_int_equal(failures, 6); /* c and the copies at the callee, three results at the caller */
    assert_memory_equal(out_a, u"a", 4);
    assert_int_equal(SysStringLen(out_b), 0);
    assert_memory_equal(c, u"EVEN", 10);
    SysFreeString(out_a);
    SysFreeString(out_b);
    SysFreeString(c);
    (void)IUnknown_Release(object);
    SysFreeString(a);
    a = SysAllocString(ECHO_BAD_TEXT);
    c = NULL;
    assert_int_equal(IEverything_Bstrs(target(), a, b, &out_a, &out_b, &c, &object), E_FAIL);
    assert_null(c);
    assert_null(out_b);
    SysFreeString(a);
    SysFreeString(b);
    assert_int_equal(fake.blocks, blocks);
}

/* The libraries of C that other peers have would cut it there. */
void bstrs_with_a_nul_inside_are_refused(void **state)
{
    BSTR text = SysAllocStringLen(u"a\0b", 3);
    uint32_t calls = fake.calls;

    (void)state;
    assert_int_equal(IEverything_put_Title(target(), text), RPC_E_CLIENT_CANTMARSHAL_DATA);
    assert_int_equal(fake.calls, calls);
    SysFreeString(text);
    assert_int_equal(fake_dispatch(ECHO_SLOT(put_Title),
                                   (const uint8_t *)"\x0a\x03"
                                                    "a\0b",
                                   5),
                     RPC_E_SERVER_CANTUNMARSHAL_DATA);
}
