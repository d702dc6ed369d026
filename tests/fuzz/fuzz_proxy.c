/*
 * Malformed replies for the proxies of everything.idl. The first byte chooses the method, the others are the
 * reply. Both forms of the proxy get it and must say the same about it.
 */
#include <echo.h>
#include <fake_runtime.h>
#include <generated_tests.h>
#include <stdio.h>
#include <stdlib.h>

static bool call(const struct com_interface *interface, const struct echo_call *made, const uint8_t *reply,
                 size_t reply_bytes)
{
    uint8_t *exact = malloc(reply_bytes ? reply_bytes : 1);
    struct rpc_proxy proxy;
    bool good;

    memcpy(exact, reply, reply_bytes);
    fake.interface = interface;
    fake.forced_reply = exact;
    fake.forced_reply_bytes = reply_bytes;
    fake_proxy_init(&proxy);
    random_seed(1); /* the same call for both */
    good = made->run((IEverything *)&proxy);
    fake.forced_reply = NULL;
    fake_forget();
    free(exact);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct echo_call *made = echo_calls_list;
    bool code, table;

    echo_calls_quiet = true; /* what comes back is rarely what they expect */
    while (size && made->name && made->slot != data[0])
        made++;
    if (!size || !made->name)
        return 0;
    code = call(&IEverything_interface, made, data + 1, size - 1);
    table = call(&IEverything_table_interface, made, data + 1, size - 1);
    if (code != table) {
        fprintf(stderr, "%s: code says %d, tables %d\n", made->name, code, table);
        abort();
    }
    return 0;
}
