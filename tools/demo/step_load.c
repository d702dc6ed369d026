/* Step 6: a name that nobody registered loads its component, and the last release gives the memory back. */
#include "demo.h"
#include <calculator.idl.h>
#include <inttypes.h>
#include <os/probe.idl.h>

#define STEP 6
#define PATH "/net/n2/calculator"
#define PATIENCE_MS 4000 /* the node has two seconds; machines are slow at times */

/* What was seen of one round. */
struct load_report {
    int32_t product;
    double first_ms; /* from the bind to the first result */
    uint64_t free_before;
    uint64_t free_loaded;
    uint64_t free_after;
    double gone_ms; /* from the release until the memory was back */
};

static HRESULT use_calculator(struct demo *demo, IProbe *probe, struct load_report *report)
{
    COM_SCOPED(ICalculator) calculator = NULL;
    int64_t start_ns = demo_now_ns();
    HRESULT hr;

    hr = mmlite_bind(demo->mmlite, PATH, &IID_ICalculator, (void **)&calculator);
    if (SUCCEEDED(hr))
        hr = ICalculator_Multiply(calculator, 6, 7, &report->product);
    report->first_ms = demo_ms_since(start_ns);
    return SUCCEEDED(hr) ? IProbe_GetFreeBytes(probe, &report->free_loaded) : hr;
}

/* Loads, calls, releases, and waits until the node has its memory back. */
static HRESULT make_round(struct demo *demo, IProbe *probe, struct load_report *report)
{
    int64_t start_ns;
    HRESULT hr;

    hr = IProbe_GetFreeBytes(probe, &report->free_before);
    if (SUCCEEDED(hr))
        hr = use_calculator(demo, probe, report);
    start_ns = demo_now_ns();
    while (SUCCEEDED(hr)) {
        hr = IProbe_GetFreeBytes(probe, &report->free_after);
        report->gone_ms = demo_ms_since(start_ns);
        if (report->free_after == report->free_before || report->gone_ms >= PATIENCE_MS)
            break;
        demo_sleep_ms(10);
    }
    return hr;
}

bool demo_load(struct demo *demo)
{
    COM_SCOPED(IProbe) probe = NULL;
    struct load_report report = {0};
    bool held;
    HRESULT hr;

    hr = mmlite_bind(demo->mmlite, "/net/n2/probe", &IID_IProbe, (void **)&probe);
    if (SUCCEEDED(hr))
        hr = make_round(demo, probe,
                        &report); /* once, so that the node's tables have grown before it counts */
    if (SUCCEEDED(hr))
        hr = make_round(demo, probe, &report);
    if (FAILED(hr))
        return report_failure(demo, STEP, PATH, hr);

    held = report.product == 42 && report.free_loaded < report.free_before &&
           report.free_after == report.free_before;
    report_step(STEP, held,
                "%s, which nobody registered, came from n2's RomFS: 6 * 7 = %" PRId32 " after %.1f ms", PATH,
                report.product, report.first_ms);
    report_detail("free on n2     %" PRIu64 " bytes before, %" PRIu64 " while it was held, %" PRIu64
                  " after the last release (%.1f s later)",
                  report.free_before, report.free_loaded, report.free_after, report.gone_ms / 1e3);
    return held;
}
