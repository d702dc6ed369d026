/* Step 5: n1 calls n2. That no Linux node forwards the calls is shown by stopping the only one there is. */
#include "demo.h"
#include <inttypes.h>
#include <os/probe.idl.h>
#include <relay.idl.h>
#include <signal.h>
#include <string.h>

#define STEP 5
#define CALLS 100

static const char target[] = "/net/n2/probe";

/* Has n1 make CALLS calls while the process of `host` is stopped. */
static HRESULT call_without_host(IRelay *relay, pid_t host, int32_t *out_value, double *out_ms)
{
    int64_t start_ns;
    HRESULT hr;

    if (kill(host, SIGSTOP) != 0)
        return E_FAIL;
    start_ns = demo_now_ns();
    hr = IRelay_Increment(relay, target, 0, CALLS, out_value);
    *out_ms = demo_ms_since(start_ns);
    kill(host, SIGCONT);
    return hr;
}

static bool find_host(const struct demo *demo, pid_t *out_pid)
{
    struct demo_node nodes[8];
    size_t count = demo_list_nodes(demo, nodes, sizeof(nodes) / sizeof(nodes[0]));
    size_t i;

    for (i = 0; i < count; i++) {
        if (strcmp(nodes[i].name, "host") == 0) {
            *out_pid = nodes[i].pid;
            return true;
        }
    }
    return false;
}

bool demo_relay(struct demo *demo)
{
    COM_SCOPED(IRelay) relay = NULL;
    COM_SCOPED(IProbe) probe = NULL;
    uint64_t count_before = 0, count_after = 0;
    int32_t bound = 0, value = 0;
    double ms = 0;
    pid_t host = 0;
    HRESULT hr;

    if (!find_host(demo, &host))
        return report_step(STEP, false, "the node host is not there");
    hr = mmlite_bind(demo->mmlite, "/net/n1/relay", &IID_IRelay, (void **)&relay);
    if (SUCCEEDED(hr))
        hr = mmlite_bind(demo->mmlite, target, &IID_IProbe, (void **)&probe);
    if (SUCCEEDED(hr))
        hr = IProbe_GetCount(probe, &count_before);
    if (SUCCEEDED(hr))
        hr = IRelay_Increment(relay, target, 41, 1, &bound); /* n1 binds the path, by way of the directory */
    if (SUCCEEDED(hr))
        hr = call_without_host(relay, host, &value, &ms);
    if (SUCCEEDED(hr))
        hr = IProbe_GetCount(probe, &count_after);
    if (FAILED(hr))
        return report_failure(demo, STEP, "n1 calls n2", hr);

    return report_step(STEP, bound == 42 && value == CALLS && count_after - count_before == CALLS + 1,
                       "n1 bound %s and called it over its own connection: n2 counted %" PRIu64
                       " calls, %d of them while the Linux node was stopped (%.2f ms each)",
                       target, count_after - count_before, CALLS, ms / CALLS);
}
