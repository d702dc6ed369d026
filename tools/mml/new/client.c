/* Calls the component of any node: sample-client /net/n1/sample 40 2 */
#include <sample.idl.h>
#include <mmlite.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What this program calls beside the interfaces that every node has. */
static const struct com_interface *const interfaces[] = {&ISample_interface, NULL};

static HRESULT call(struct mmlite *mmlite, const char *path, char **amounts)
{
    COM_SCOPED(ISample) remote = NULL;
    int32_t amount, total;
    HRESULT hr;

    hr = mmlite_bind(mmlite, path, &IID_ISample, (void **)&remote);
    for (; SUCCEEDED(hr) && *amounts; amounts++) {
        amount = (int32_t)strtol(*amounts, NULL, 10);
        hr = ISample_Add(remote, amount, &total);
        if (SUCCEEDED(hr))
            printf("%" PRId32 " makes %" PRId32 "\n", amount, total);
    }
    return hr;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count < 2) {
        fprintf(stderr, "usage: %s PATH [AMOUNT]..., such as /net/n1/sample 40 2\n", arguments[0]);
        return 2;
    }

    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = call(mmlite, arguments[1], arguments + 2);
    if (FAILED(hr))
        printf("%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());

    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
