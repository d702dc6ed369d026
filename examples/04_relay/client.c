/*
 * Has one node call another: `04_relay /net/n1/relay /net/n2/probe`.
 */
#include <mmlite.h>
#include <relay.idl.h>
#include <inttypes.h>
#include <stdio.h>

/* What this program calls or implements beside the interfaces of every node. */
static const struct com_interface *const interfaces[] = {&IRelay_interface, NULL};

static HRESULT relay_to(struct mmlite *mmlite, const char *path, const char *target)
{
    COM_SCOPED(IRelay) relay = NULL;
    int32_t value;
    HRESULT hr = mmlite_bind(mmlite, path, &IID_IRelay, (void **)&relay);

    if (FAILED(hr))
        return hr;
    hr = IRelay_Increment(relay, target, 40, 2, &value);
    if (FAILED(hr))
        return hr;

    printf("40, incremented twice on the other node, is %" PRId32 "\n", value);
    return S_OK;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 3) {
        fprintf(stderr, "usage: %s PATH TARGET, such as /net/n1/relay /net/n2/probe\n", arguments[0]);
        return 2;
    }

    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = relay_to(mmlite, arguments[1], arguments[2]);
    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());

    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
