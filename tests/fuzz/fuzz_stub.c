/*
 * Malformed requests for the stubs of everything.idl. The first byte chooses the method, the others are the
 * request. Both forms of the stub get it and must do the same: answer with the same bytes, or refuse with the
 * same code. Of a request that is malformed and needs too much memory, each may say what it found first.
 */
#include <echo.h>
#include <fake_runtime.h>
#include <generated_tests.h>
#include <stdio.h>
#include <stdlib.h>

/* Larger ones would only be slow to clear. */
#define SCRATCH_BYTES_MAX (64u * 1024)

struct outcome {
    HRESULT hr;
    uint32_t executed;
    uint8_t *reply;
    size_t reply_bytes;
};

static struct outcome dispatch(const struct com_interface *interface, uint32_t method, const uint8_t *request,
                               size_t request_bytes)
{
    uint32_t executed = fake.executed;
    struct outcome outcome;

    fake.interface = interface;
    fake.object = &echo_object;
    fake.scratch_bytes_max = SCRATCH_BYTES_MAX;
    fake.caps_owned = false;
    fake.caps[0] = fake.caps[1] = &echo_object;
    fake.cap_count = 2;
    outcome.hr = fake_dispatch(method, request, request_bytes);
    outcome.executed = fake.executed - executed;
    outcome.reply = fake.reply;
    outcome.reply_bytes = SUCCEEDED(outcome.hr) ? fake.reply_bytes : 0;
    fake.reply = NULL;
    fake_forget();
    return outcome;
}

static bool is_refused(const struct outcome *outcome)
{
    return !outcome->executed &&
           (outcome->hr == E_OUTOFMEMORY || outcome->hr == RPC_E_SERVER_CANTUNMARSHAL_DATA);
}

static bool is_same(const struct outcome *code, const struct outcome *table)
{
    if (is_refused(code) && is_refused(table))
        return true;
    return code->hr == table->hr && code->executed == table->executed &&
           code->reply_bytes == table->reply_bytes &&
           (!code->reply_bytes || memcmp(code->reply, table->reply, code->reply_bytes) == 0);
}

static void differ(uint32_t method, const struct outcome *code, const struct outcome *table)
{
    fprintf(stderr, "method %u: code says 0x%08X with %zu bytes, tables 0x%08X with %zu bytes\n", method,
            (unsigned)code->hr, code->reply_bytes, (unsigned)table->hr, table->reply_bytes);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome code, table;
    uint32_t method;

    if (!size)
        return 0;
    method = data[0] % (IEverything_interface.method_count + 2u); /* some that are not there */
    code = dispatch(&IEverything_interface, method, data + 1, size - 1);
    table = dispatch(&IEverything_table_interface, method, data + 1, size - 1);
    if (!is_same(&code, &table))
        differ(method, &code, &table);
    free(code.reply);
    free(table.reply);
    return 0;
}
