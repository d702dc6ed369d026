/* Step 9: n1 is killed during a call, and everything about it has a defined outcome. */
#include "demo.h"
#include <os/probe.idl.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define STEP 9
#define SLEEP_MS 30000
#define LIMIT_MS 4000
#define BIND_LIMIT_MS 6000

/* A call that n1 does not live to answer. */
struct long_call {
    IProbe *probe; /* borrowed */
    HRESULT hr;
    int64_t end_ns;
};

/* Calls to n2 that go on meanwhile. */
struct steady_calls {
    IProbe *probe;     /* borrowed */
    bool end;          /* atomic */
    unsigned calls;    /* read after the thread ended */
    double longest_ms; /* likewise */
    HRESULT hr;        /* of the first that failed, else S_OK */
};

/* All that was seen. */
struct failure_report {
    HRESULT call_hr;  /* of the call during which n1 was killed */
    double call_ms;   /* from the kill to its return */
    HRESULT later_hr; /* of a call on the same proxy afterwards */
    double later_ms;  /* from the kill to its return */
    HRESULT bind_hr;  /* of binding while n1 is down */
    double bind_ms;   /* how long that took */
    HRESULT again_hr; /* of binding and calling after n1 was started again */
    double again_ms;  /* from the start to that call's return */
};

static void *make_long_call(void *argument)
{
    struct long_call *call = argument;

    call->hr = IProbe_Sleep(call->probe, SLEEP_MS);
    call->end_ns = demo_now_ns();
    return NULL;
}

static void *make_steady_calls(void *argument)
{
    struct steady_calls *steady = argument;

    while (!__atomic_load_n(&steady->end, __ATOMIC_RELAXED) && SUCCEEDED(steady->hr)) {
        int64_t start_ns = demo_now_ns();
        double ms;

        steady->hr = IProbe_Null(steady->probe);
        ms = demo_ms_since(start_ns);
        if (ms > steady->longest_ms)
            steady->longest_ms = ms;
        steady->calls++;
        demo_sleep_ms(2);
    }
    return NULL;
}

/* Starts the long call, kills n1 under it and waits for the call's end. */
static bool kill_during_call(struct demo *demo, IProbe *probe, struct failure_report *report)
{
    struct long_call call = {.probe = probe};
    char output[256];
    pthread_t thread;
    int64_t kill_ns;
    bool killed;

    if (pthread_create(&thread, NULL, make_long_call, &call) != 0)
        return false;
    demo_sleep_ms(300); /* it is under way */
    kill_ns = demo_now_ns();
    killed = MML_RUN(demo, output, sizeof(output), "cluster", "stop", "--name", demo->cluster, "--kill",
                     "n1") == 0;
    pthread_join(thread, NULL); /* ends at the latest with the call's own deadline */

    report->call_hr = call.hr;
    report->call_ms = (double)(call.end_ns - kill_ns) / 1e6;
    report->later_hr = IProbe_Null(probe);
    report->later_ms = demo_ms_since(kill_ns);
    return killed;
}

static void bind_while_down(struct demo *demo, struct failure_report *report)
{
    COM_SCOPED(IProbe) probe = NULL;
    int64_t start_ns = demo_now_ns();

    report->bind_hr = mmlite_bind(demo->mmlite, "/net/n1/probe", &IID_IProbe, (void **)&probe);
    report->bind_ms = demo_ms_since(start_ns);
}

static bool start_again(struct demo *demo, struct failure_report *report)
{
    COM_SCOPED(IProbe) probe = NULL;
    int64_t start_ns = demo_now_ns();
    char output[256];

    if (MML_RUN(demo, output, sizeof(output), "cluster", "start", "--name", demo->cluster, "n1") != 0)
        return false;
    report->again_hr = mmlite_bind(demo->mmlite, "/net/n1/probe", &IID_IProbe, (void **)&probe);
    if (SUCCEEDED(report->again_hr))
        report->again_hr = IProbe_Null(probe);
    report->again_ms = demo_ms_since(start_ns);
    return true;
}

static bool report_all(struct demo *demo, const struct failure_report *report,
                       const struct steady_calls *steady)
{
    bool failed_well = report->call_hr == RPC_E_DISCONNECTED && report->call_ms < LIMIT_MS &&
                       report->later_hr == RPC_E_DISCONNECTED && report->later_ms < LIMIT_MS &&
                       report->bind_hr == NET_E_UNREACHABLE && report->bind_ms < BIND_LIMIT_MS;
    bool others_went_on = SUCCEEDED(steady->hr) && steady->calls > 0 && steady->longest_ms < LIMIT_MS;
    bool came_back = SUCCEEDED(report->again_hr);
    bool held = failed_well && others_went_on && came_back;

    report_step(STEP, held, "n1 was killed during a call with a deadline of 30 s%s",
                held ? ", and everything about it had a defined outcome:" : ":");
    report_detail("that call      %s after %.0f ms", mmlite_result_name(demo->mmlite, report->call_hr),
                  report->call_ms);
    report_detail("the same proxy %s, %.0f ms after the kill",
                  mmlite_result_name(demo->mmlite, report->later_hr), report->later_ms);
    report_detail("bind           %s after %.0f ms", mmlite_result_name(demo->mmlite, report->bind_hr),
                  report->bind_ms);
    report_detail("calls to n2    %s: %u meanwhile, the longest took %.1f ms",
                  mmlite_result_name(demo->mmlite, steady->hr), steady->calls, steady->longest_ms);
    report_detail("n1 again       %s: started, bound and called after %.1f s",
                  mmlite_result_name(demo->mmlite, report->again_hr), report->again_ms / 1e3);
    return held;
}

bool demo_failure(struct demo *demo)
{
    COM_SCOPED(IProbe) victim = NULL;
    COM_SCOPED(IProbe) other = NULL;
    struct failure_report report = {.again_hr = E_FAIL};
    struct steady_calls steady = {.hr = S_OK};
    bool killed, started = false;
    pthread_t thread;
    HRESULT hr;

    hr = mmlite_bind(demo->mmlite, "/net/n1/probe", &IID_IProbe, (void **)&victim);
    if (SUCCEEDED(hr))
        hr = mmlite_bind(demo->mmlite, "/net/n2/probe", &IID_IProbe, (void **)&other);
    if (FAILED(hr))
        return report_failure(demo, STEP, "/net/n1/probe and /net/n2/probe", hr);

    steady.probe = other;
    if (pthread_create(&thread, NULL, make_steady_calls, &steady) != 0)
        return report_step(STEP, false, "no thread for the calls to n2");
    killed = kill_during_call(demo, victim, &report);
    if (killed) {
        bind_while_down(demo, &report);
        started = start_again(demo, &report);
    }
    __atomic_store_n(&steady.end, true, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);

    if (!killed || !started)
        return report_step(STEP, false, "n1 could not be %s", killed ? "started again" : "killed");
    return report_all(demo, &report, &steady);
}
