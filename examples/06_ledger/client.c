/*
 * Makes numbered calls, notes what it is told of each, and compares that with the ledger that the called
 * object keeps: `06_ledger /net/n1/ledger`.
 *
 * Some of the calls are given no time at all, so they fail. A failure is no mystery: the runtime says whether
 * the call was executed, was not, or that nobody can know.
 */
#include <inttypes.h>
#include <ledger.idl.h>
#include <mmlite.h>
#include <stdio.h>

#define CALLS 100u
#define HASTY 10u  /* every so-manieth call has no time */
#define LONG_AGO 1 /* a deadline that has passed */

static const struct com_interface *const interfaces[] = {&ILedger_interface, NULL};

/* Makes one call. @retval what its caller knows of it */
static enum rpc_executed enter(ILedger *ledger, uint32_t number, int64_t deadline_ns, HRESULT *out_hr)
{
    int64_t before_ns = rpc_set_deadline(deadline_ns);

    *out_hr = ILedger_Enter(ledger, number);
    (void)rpc_set_deadline(before_ns);
    return SUCCEEDED(*out_hr) ? RPC_EXECUTED_YES : rpc_last_executed();
}

/* Whether what the caller was told of a call is what happened. */
static bool agrees(enum rpc_executed told, uint8_t count)
{
    switch (told) {
    case RPC_EXECUTED_NO:
        return count == 0;
    case RPC_EXECUTED_YES:
        return count == 1;
    default:
        return count <= 1;
    }
}

static HRESULT compare(ILedger *ledger, const enum rpc_executed told[CALLS])
{
    uint32_t length, i, wrong = 0;
    uint8_t counts[CALLS];
    HRESULT hr = ILedger_Read(ledger, 0, CALLS, counts, &length);

    if (FAILED(hr))
        return hr;
    for (i = 0; i < length; i++) {
        if (agrees(told[i], counts[i]))
            continue;
        printf("call %" PRIu32 " was executed %u times\n", i, (unsigned)counts[i]);
        wrong++;
    }
    printf("the ledger %s\n", length == CALLS && wrong == 0 ? "agrees" : "disagrees");
    return S_OK;
}

static HRESULT make_calls(struct mmlite *mmlite, const char *path)
{
    static enum rpc_executed told[CALLS];
    COM_SCOPED(ILedger) ledger = NULL;
    uint32_t i, answered = 0;
    HRESULT hr, last_failure = S_OK;

    hr = mmlite_bind(mmlite, path, &IID_ILedger, (void **)&ledger);
    if (SUCCEEDED(hr))
        hr = ILedger_Clear(ledger);
    if (FAILED(hr))
        return hr;
    for (i = 0; i < CALLS; i++) {
        told[i] = enter(ledger, i, i % HASTY == 0 ? LONG_AGO : INT64_MAX, &hr);
        if (SUCCEEDED(hr))
            answered++;
        else
            last_failure = hr;
    }
    printf("%u calls: %" PRIu32 " answered, %" PRIu32 " failed with %s\n", CALLS, answered, CALLS - answered,
           mmlite_result_name(mmlite, last_failure));
    return compare(ledger, told);
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 2) {
        fprintf(stderr, "usage: %s PATH, such as /net/n1/ledger\n", arguments[0]);
        return 2;
    }
    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = make_calls(mmlite, arguments[1]);
    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());
    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
