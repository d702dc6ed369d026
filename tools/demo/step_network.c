/*
 * Step 8: a thousand calls over a network that loses frames and is cut for a while. Each ends by its
 * deadline, and what its caller was told agrees with the ledger that the called object keeps.
 */
#include "demo.h"
#include <inttypes.h>
#include <ledger.idl.h>
#include <pthread.h>
#include <stdlib.h>

#define STEP 8
#define PATH "/net/n2/ledger"
#define CALLS 1000u
#define CALLERS 8u
#define CALL_LIMIT_MS 2000
#define SLACK_MS 500 /* until a thread whose deadline passed runs, on a busy machine */
#define PAUSE_MS 10
#define PAUSE_AFTER_FAILURE_MS 250
#define PARTITION_AFTER_CALLS 100u
#define PARTITION_MS 6000

/* What became of one call. */
struct outcome {
    HRESULT hr;
    enum rpc_executed executed;
    double took_ms;
};

/* The calls, shared by all callers. */
struct network_calls {
    struct demo *demo;
    uint32_t next;                  /* atomic: number of the next call */
    uint32_t answered;              /* atomic */
    struct outcome outcomes[CALLS]; /* each written by the caller that made the call */
};

/* What is reported of them. */
struct network_report {
    uint32_t answered, late, undefined, disagreeing;
    uint32_t executed[3]; /* of those that failed, by enum rpc_executed */
    uint32_t entries;     /* of the ledger */
    double longest_ms;
};

static HRESULT enter(struct demo *demo, ILedger **inout_ledger, uint32_t number,
                     enum rpc_executed *out_executed)
{
    HRESULT hr = S_OK;

    *out_executed = RPC_EXECUTED_NO;
    if (!*inout_ledger) /* the connection before was lost */
        hr = mmlite_bind(demo->mmlite, PATH, &IID_ILedger, (void **)inout_ledger);
    if (FAILED(hr))
        return hr;
    hr = ILedger_Enter(*inout_ledger, number);
    *out_executed = SUCCEEDED(hr) ? RPC_EXECUTED_YES : rpc_last_executed();
    if (hr == RPC_E_DISCONNECTED) {
        ILedger_Release(*inout_ledger);
        *inout_ledger = NULL;
    }
    return hr;
}

/* Makes calls until all are made; every one has its limit, whatever the network does. */
static void *make_calls(void *argument)
{
    struct network_calls *calls = argument;
    COM_SCOPED(ILedger) ledger = NULL;
    uint32_t number;

    while ((number = __atomic_fetch_add(&calls->next, 1, __ATOMIC_RELAXED)) < CALLS) {
        struct outcome *outcome = &calls->outcomes[number];
        int64_t start_ns = demo_now_ns();

        (void)rpc_set_deadline(start_ns + CALL_LIMIT_MS * DEMO_NS_PER_MS);
        outcome->hr = enter(calls->demo, &ledger, number, &outcome->executed);
        outcome->took_ms = demo_ms_since(start_ns);
        if (SUCCEEDED(outcome->hr))
            __atomic_fetch_add(&calls->answered, 1, __ATOMIC_RELAXED);
        demo_sleep_ms(SUCCEEDED(outcome->hr) ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS);
    }
    (void)rpc_set_deadline(INT64_MAX); /* the Release */
    return NULL;
}

static bool cluster(const struct demo *demo, const char *command, const char *first, const char *second)
{
    char output[1024];
    const char *words[] = {"cluster", command, "--name", demo->cluster, "n2", first, second};

    return mml_run(demo, words, second ? 7 : first ? 6 : 5, output, sizeof(output)) == 0;
}

/* While the callers call: cuts n2 off for a while. */
static bool cut_for_a_while(struct network_calls *calls)
{
    while (__atomic_load_n(&calls->answered, __ATOMIC_RELAXED) < PARTITION_AFTER_CALLS &&
           __atomic_load_n(&calls->next, __ATOMIC_RELAXED) < CALLS)
        demo_sleep_ms(10);
    if (!cluster(calls->demo, "partition", NULL, NULL))
        return false;
    demo_sleep_ms(PARTITION_MS);
    return cluster(calls->demo, "heal", NULL, NULL);
}

static bool call_through_bad_network(struct network_calls *calls)
{
    pthread_t callers[CALLERS];
    uint32_t count = 0, i;
    bool cut;

    if (!cluster(calls->demo, "link", "--loss", "10%"))
        return false;
    while (count < CALLERS && pthread_create(&callers[count], NULL, make_calls, calls) == 0)
        count++;
    cut = count > 0 && cut_for_a_while(calls);
    for (i = 0; i < count; i++)
        pthread_join(callers[i], NULL);
    return cluster(calls->demo, "link", "--reset", NULL) && cut && count == CALLERS;
}

static bool agrees(const struct outcome *outcome, uint8_t count)
{
    switch (outcome->executed) {
    case RPC_EXECUTED_NO:
        return count == 0;
    case RPC_EXECUTED_YES:
        return count == 1;
    default:
        return count <= 1;
    }
}

static HRESULT compare(const struct network_calls *calls, ILedger *ledger, struct network_report *report)
{
    uint8_t counts[CALLS];
    uint32_t length = 0, i;
    HRESULT hr = ILedger_Read(ledger, 0, CALLS, counts, &length);

    if (FAILED(hr))
        return hr;
    if (length != CALLS)
        return E_UNEXPECTED;
    for (i = 0; i < CALLS; i++) {
        const struct outcome *outcome = &calls->outcomes[i];

        if (SUCCEEDED(outcome->hr))
            report->answered++;
        else
            report->executed[outcome->executed]++;
        report->late += outcome->took_ms > CALL_LIMIT_MS + SLACK_MS;
        report->undefined += com_result_name(outcome->hr) == NULL;
        report->disagreeing += !agrees(outcome, counts[i]);
        report->entries += counts[i];
        if (outcome->took_ms > report->longest_ms)
            report->longest_ms = outcome->took_ms;
    }
    return S_OK;
}

/* How many failed with each code. */
static void report_failures(const struct network_calls *calls)
{
    HRESULT seen[8];
    size_t kinds = 0, kind;
    uint32_t i;

    for (i = 0; i < CALLS; i++) {
        HRESULT hr = calls->outcomes[i].hr;

        for (kind = 0; kind < kinds && seen[kind] != hr; kind++)
            ;
        if (FAILED(hr) && kind == kinds && kinds < sizeof(seen) / sizeof(seen[0]))
            seen[kinds++] = hr;
    }
    for (kind = 0; kind < kinds; kind++) {
        uint32_t count = 0;

        for (i = 0; i < CALLS; i++)
            count += calls->outcomes[i].hr == seen[kind];
        report_detail("%-22s %" PRIu32 " calls", mmlite_result_name(calls->demo->mmlite, seen[kind]), count);
    }
}

static bool report_all(const struct network_calls *calls, const struct network_report *report)
{
    uint32_t failed = CALLS - report->answered;
    bool held = report->late == 0 && report->undefined == 0 && report->disagreeing == 0 &&
                report->answered > 0 && failed > 0;

    report_step(STEP, held,
                "%u calls to n2 with 10 %% of its frames lost and 6 s of no network: %" PRIu32
                " answered, %" PRIu32 " failed, all by their deadlines",
                CALLS, report->answered, failed);
    report_failures(calls);
    report_detail("the longest took %.0f ms of its %d ms%s", report->longest_ms, CALL_LIMIT_MS,
                  report->late ? ": TOO LONG" : "");
    report_detail("told: %" PRIu32 " not executed, %" PRIu32 " unknown; n2's ledger has %" PRIu32
                  " entries, and %" PRIu32 " calls of which it says something else",
                  report->executed[RPC_EXECUTED_NO], report->executed[RPC_EXECUTED_UNKNOWN], report->entries,
                  report->disagreeing);
    return held;
}

/* The ledger is loaded by hand, so that it stays when its callers' connection is lost. */
static HRESULT load_ledger(struct demo *demo, ILedger **out_ledger)
{
    char image[DEMO_PATH_MAX + 64], output[1024];

    snprintf(image, sizeof(image), "%s/../kernel-armv7m/components/ledger.elf", demo->folder);
    *out_ledger = NULL;
    if (MML_RUN(demo, output, sizeof(output), "--node", demo->directory, "load", "n2", "ledger", image) != 0)
        return E_FAIL;
    return mmlite_bind(demo->mmlite, PATH, &IID_ILedger, (void **)out_ledger);
}

/* Binds again after the network has been restored; the connection of before is gone. */
static HRESULT read_ledger(struct network_calls *calls, struct network_report *report)
{
    COM_SCOPED(ILedger) ledger = NULL;
    HRESULT hr = mmlite_bind(calls->demo->mmlite, PATH, &IID_ILedger, (void **)&ledger);

    return SUCCEEDED(hr) ? compare(calls, ledger, report) : hr;
}

bool demo_network(struct demo *demo)
{
    struct network_calls *calls = calloc(1, sizeof(*calls));
    struct network_report report = {0};
    COM_SCOPED(ILedger) ledger = NULL;
    char output[256];
    bool held;
    HRESULT hr;

    if (!calls)
        return report_step(STEP, false, "out of memory");
    calls->demo = demo;
    hr = load_ledger(demo, &ledger);
    if (FAILED(hr)) {
        held = report_failure(demo, STEP, PATH, hr);
    } else if (!call_through_bad_network(calls)) {
        held = report_step(STEP, false, "the network of n2 could not be changed");
    } else {
        hr = read_ledger(calls, &report);
        held = SUCCEEDED(hr) ? report_all(calls, &report) : report_failure(demo, STEP, PATH, hr);
    }
    free(calls);
    (void)MML_RUN(demo, output, sizeof(output), "--node", demo->directory, "unload", "n2", "ledger");
    return held;
}
