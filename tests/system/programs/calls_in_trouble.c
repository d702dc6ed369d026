/*
 * calls_in_trouble PATH SECONDS: four threads call the ledger at PATH for that long, while somebody else
 * spoils the network. Every call must end by its deadline, with a result or a code that the project defines;
 * afterwards what the callers were told must agree with the ledger, once it can be reached again.
 */
#include <inttypes.h>
#include <ledger.idl.h>
#include <mmlite.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 4
#define CALLS_MAX (LEDGER_NUMBERS / THREADS)
#define NS_PER_MS INT64_C(1000000)
#define DEADLINE_NS (1500 * NS_PER_MS)
#define GRACE_NS (1000 * NS_PER_MS) /* the machine is busy with other things, too */
#define REACH_AGAIN_NS (30000 * NS_PER_MS)

struct caller {
    pthread_t thread;
    const char *path;
    uint32_t first; /* number of its first call */
    uint32_t count;
    int64_t end_ns;
    uint32_t answered, late, undefined;
    int64_t longest_ns;
    enum rpc_executed told[CALLS_MAX];
};

static struct mmlite *mmlite;

static int64_t now_ns(void)
{
    return ILocalNode_Now(mmlite_node(mmlite));
}

/* Notes how a call ended. */
static void note(struct caller *caller, HRESULT hr, int64_t took_ns)
{
    caller->answered += SUCCEEDED(hr);
    if (took_ns > caller->longest_ns)
        caller->longest_ns = took_ns;
    if (took_ns > DEADLINE_NS + GRACE_NS)
        caller->late++;
    if (FAILED(hr) && !com_result_name(hr))
        caller->undefined++;
}

/* One call, with its binding if there is no proxy; the proxy is given up if its node was lost. */
static void call_once(struct caller *caller, ILedger **ledger)
{
    int64_t begin_ns = now_ns();
    int64_t before_ns = rpc_set_deadline(begin_ns + DEADLINE_NS);
    HRESULT hr = S_OK;

    if (!*ledger)
        hr = mmlite_bind(mmlite, caller->path, &IID_ILedger, (void **)ledger);
    if (SUCCEEDED(hr)) {
        uint32_t number = caller->count++;

        hr = ILedger_Enter(*ledger, caller->first + number);
        caller->told[number] = SUCCEEDED(hr) ? RPC_EXECUTED_YES : rpc_last_executed();
    }
    note(caller, hr, now_ns() - begin_ns);
    (void)rpc_set_deadline(before_ns);
    if (FAILED(hr) && *ledger && com_result_reaction(hr) == COM_REACTION_RECONNECT) {
        ILedger_Release(*ledger);
        *ledger = NULL;
    }
}

static void *make_calls(void *argument)
{
    const struct timespec pause = {0, 5000000};
    struct caller *caller = argument;
    ILedger *ledger = NULL;

    while (now_ns() < caller->end_ns && caller->count < CALLS_MAX) {
        call_once(caller, &ledger);
        nanosleep(&pause, NULL);
    }
    if (ledger)
        ILedger_Release(ledger);
    return NULL;
}

/* The ledger, as soon as it can be read again. */
static HRESULT read_ledger(const char *path, uint8_t counts[LEDGER_NUMBERS])
{
    int64_t give_up_ns = now_ns() + REACH_AGAIN_NS;
    HRESULT hr;

    do {
        COM_SCOPED(ILedger) ledger = NULL;
        uint32_t length = 0;

        hr = mmlite_bind(mmlite, path, &IID_ILedger, (void **)&ledger);
        if (SUCCEEDED(hr))
            hr = ILedger_Read(ledger, 0, LEDGER_NUMBERS, counts, &length);
        if (SUCCEEDED(hr))
            return length == LEDGER_NUMBERS ? S_OK : E_FAIL;
    } while (now_ns() < give_up_ns);
    return hr;
}

static uint32_t count_wrong(const struct caller *caller, const uint8_t *counts)
{
    uint32_t i, wrong = 0;

    for (i = 0; i < caller->count; i++) {
        uint8_t count = counts[caller->first + i];

        if (count > 1 || (caller->told[i] == RPC_EXECUTED_YES && count != 1) ||
            (caller->told[i] == RPC_EXECUTED_NO && count != 0)) {
            printf("call %" PRIu32 ": told %d, executed %u times\n", caller->first + i, (int)caller->told[i],
                   (unsigned)count);
            wrong++;
        }
    }
    return wrong;
}

static int fail(const char *what, HRESULT hr)
{
    fprintf(stderr, "calls_in_trouble: %s: %s %s\n", what, mmlite_result_name(mmlite, hr),
            com_error_detail());
    return 1;
}

int main(int argument_count, char **arguments)
{
    static const struct com_interface *const interfaces[] = {&ILedger_interface, NULL};
    static struct caller callers[THREADS];
    static uint8_t counts[LEDGER_NUMBERS];
    uint32_t calls = 0, answered = 0, late = 0, undefined = 0, wrong = 0, i;
    int64_t longest_ns = 0;
    HRESULT hr;

    if (argument_count != 3 || atoi(arguments[2]) < 1) {
        fprintf(stderr, "usage: calls_in_trouble PATH SECONDS\n");
        return 2;
    }
    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (FAILED(hr))
        return fail("the cluster", hr);
    for (i = 0; i < THREADS; i++) {
        callers[i].path = arguments[1];
        callers[i].first = i * CALLS_MAX;
        callers[i].end_ns = now_ns() + atoi(arguments[2]) * 1000 * NS_PER_MS;
        if (pthread_create(&callers[i].thread, NULL, make_calls, &callers[i]) != 0)
            return fail("a thread", E_OUTOFMEMORY);
    }
    for (i = 0; i < THREADS; i++)
        pthread_join(callers[i].thread, NULL);
    printf("ended\n"); /* whoever spoils the network can stop now */
    fflush(stdout);

    hr = read_ledger(arguments[1], counts);
    if (FAILED(hr))
        return fail("the ledger", hr);
    for (i = 0; i < THREADS; i++) {
        calls += callers[i].count;
        answered += callers[i].answered;
        late += callers[i].late;
        undefined += callers[i].undefined;
        wrong += count_wrong(&callers[i], counts);
        longest_ns = callers[i].longest_ns > longest_ns ? callers[i].longest_ns : longest_ns;
    }
    printf("%" PRIu32 " calls, %" PRIu32 " answered, longest %" PRId64 " ms, %" PRIu32 " late, %" PRIu32
           " undefined, %" PRIu32 " wrong\n",
           calls, answered, longest_ns / NS_PER_MS, late, undefined, wrong);
    mmlite_close(mmlite);
    return late || undefined || wrong ? 1 : 0;
}
