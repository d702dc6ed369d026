/* Step 4: n1 calls an object of ours, during our call and after it. */
#include "demo.h"
#include <inttypes.h>
#include <pthread.h>
#include <ticker.idl.h>
#include <time.h>

#define STEP 4
#define TICKS 3
#define INTERVAL_MS 30
#define PATIENCE_S 5

/* Counts ticks; lives on the heap, since the ticker may keep it longer than this step lasts. */
struct counting_listener {
    ITickListener ITickListener_iface;
    struct com_refs refs;
};

/* What has happened so far. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint32_t ticks_during; /* (lock) */
static uint32_t ticks_after;  /* (lock) */
static bool in_order = true;  /* (lock) the numbers came as 1, 2, 3 ... */
static bool is_gone;          /* (lock) the last reference was given back */

static const struct ITickListenerVtbl counting_listener_vtbl;

static struct counting_listener *impl_from_ITickListener(ITickListener *iface)
{
    assert(iface->vtbl == &counting_listener_vtbl);
    return container_of(iface, struct counting_listener, ITickListener_iface);
}

static HRESULT counting_listener_QueryInterface(ITickListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITickListener, iid, out_object);
}

static uint32_t counting_listener_AddRef(ITickListener *iface)
{
    return com_refs_add(&impl_from_ITickListener(iface)->refs);
}

static uint32_t counting_listener_Release(ITickListener *iface)
{
    struct counting_listener *listener = impl_from_ITickListener(iface);
    uint32_t left = com_refs_release(&listener->refs);

    if (left == 0) {
        com_free(listener);
        pthread_mutex_lock(&lock);
        is_gone = true;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    return left;
}

static HRESULT counting_listener_Tick(ITickListener *iface, uint32_t number, boolean during_call)
{
    (void)iface;
    pthread_mutex_lock(&lock);
    in_order = in_order && number == ticks_during + ticks_after + 1;
    if (during_call)
        ticks_during++;
    else
        ticks_after++;
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static const struct ITickListenerVtbl counting_listener_vtbl = {
    .QueryInterface = counting_listener_QueryInterface,
    .AddRef = counting_listener_AddRef,
    .Release = counting_listener_Release,
    .Tick = counting_listener_Tick,
};

static HRESULT counting_listener_create(ITickListener **out_listener)
{
    struct counting_listener *listener = com_alloc(sizeof(*listener));

    *out_listener = NULL;
    if (!listener)
        return E_OUTOFMEMORY;
    *listener = (struct counting_listener){
        .ITickListener_iface = {.vtbl = &counting_listener_vtbl},
        .refs = COM_REFS_INIT,
    };
    *out_listener = &listener->ITickListener_iface;
    return S_OK;
}

/* Starts the ticks; our own reference to the listener ends here. */
static HRESULT start(struct demo *demo, uint32_t *out_during_at_return, uint32_t *out_after_at_return)
{
    COM_SCOPED(ITicker) ticker = NULL;
    COM_SCOPED(ITickListener) listener = NULL;
    HRESULT hr;

    hr = mmlite_bind(demo->mmlite, "/net/n1/ticker", &IID_ITicker, (void **)&ticker);
    if (FAILED(hr))
        return hr;
    hr = counting_listener_create(&listener);
    if (FAILED(hr))
        return hr;
    hr = ITicker_Start(ticker, listener, TICKS, TICKS, INTERVAL_MS);
    if (FAILED(hr))
        return hr;

    pthread_mutex_lock(&lock);
    *out_during_at_return = ticks_during;
    *out_after_at_return = ticks_after;
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static void wait_until_gone(void)
{
    struct timespec deadline;
    int error = 0;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&lock);
    while (!is_gone && error == 0)
        error = pthread_cond_timedwait(&changed, &lock, &deadline);
    pthread_mutex_unlock(&lock);
}

bool demo_callback(struct demo *demo)
{
    uint32_t during_at_return = 0, after_at_return = 0;
    bool held;
    HRESULT hr = start(demo, &during_at_return, &after_at_return);

    if (FAILED(hr))
        return report_failure(demo, STEP, "/net/n1/ticker", hr);

    wait_until_gone();
    pthread_mutex_lock(&lock);
    held = during_at_return == TICKS && after_at_return == 0 && ticks_during == TICKS &&
           ticks_after == TICKS && in_order && is_gone;
    report_step(STEP, held,
                "n1 called the client's own object %" PRIu32 " times during the call, %" PRIu32
                " times from a kernel thread after it returned, and %s",
                ticks_during, ticks_after, is_gone ? "let go of it" : "still holds it");
    pthread_mutex_unlock(&lock);
    return held;
}
