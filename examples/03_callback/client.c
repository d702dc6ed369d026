/*
 * Hands an object of its own to a ticker, which calls it back: `03_callback /net/n1/ticker`.
 *
 * The listener is called on threads of this process that the program did not start. It prints each tick, and
 * ends when the ticker has let go of it.
 */
#include <mmlite.h>
#include <ticker.idl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

/* What this program calls or implements beside the interfaces of every node. */
static const struct com_interface *const interfaces[] = {&ITicker_interface, &ITickListener_interface, NULL};

#define TICKS_DURING 3
#define TICKS_AFTER 3
#define INTERVAL_MS 50
#define PATIENCE_S 10

struct printing_listener {
    ITickListener ITickListener_iface;
    struct com_refs refs;
};

/* What main waits for. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool start_has_returned; /* (lock) */
static bool listener_is_gone;   /* (lock) */

static void set_and_wake(bool *flag)
{
    pthread_mutex_lock(&lock);
    *flag = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* Returns false when the flag is still not set after PATIENCE_S. */
static bool wait_until(const bool *flag)
{
    struct timespec deadline;
    int error = 0;
    bool is_set;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&lock);
    while (!*flag && error == 0)
        error = pthread_cond_timedwait(&changed, &lock, &deadline);
    is_set = *flag;
    pthread_mutex_unlock(&lock);
    return is_set;
}

static const struct ITickListenerVtbl printing_listener_vtbl;

static struct printing_listener *impl_from_ITickListener(ITickListener *iface)
{
    assert(iface->vtbl == &printing_listener_vtbl);
    return container_of(iface, struct printing_listener, ITickListener_iface);
}

static HRESULT printing_listener_QueryInterface(ITickListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITickListener, iid, out_object);
}

static uint32_t printing_listener_AddRef(ITickListener *iface)
{
    return com_refs_add(&impl_from_ITickListener(iface)->refs);
}

static uint32_t printing_listener_Release(ITickListener *iface)
{
    struct printing_listener *listener = impl_from_ITickListener(iface);
    uint32_t left = com_refs_release(&listener->refs);

    if (left == 0) {
        com_free(listener);
        set_and_wake(&listener_is_gone);
    }
    return left;
}

static HRESULT printing_listener_Tick(ITickListener *iface, uint32_t number, boolean during_call)
{
    (void)iface;
    /* A later tick may overtake the return of Start on its way; the output must not depend on that. */
    if (!during_call && !wait_until(&start_has_returned))
        return E_UNEXPECTED;

    printf("  tick %" PRIu32 " %s\n", number, during_call ? "inside the call" : "by itself");
    return S_OK;
}

static const struct ITickListenerVtbl printing_listener_vtbl = {
    .QueryInterface = printing_listener_QueryInterface,
    .AddRef = printing_listener_AddRef,
    .Release = printing_listener_Release,
    .Tick = printing_listener_Tick,
};

static HRESULT printing_listener_create(ITickListener **out_listener)
{
    struct printing_listener *listener = com_alloc(sizeof(*listener));

    *out_listener = NULL;
    if (!listener)
        return E_OUTOFMEMORY;

    *listener = (struct printing_listener){
        .ITickListener_iface = {.vtbl = &printing_listener_vtbl},
        .refs = COM_REFS_INIT,
    };
    *out_listener = &listener->ITickListener_iface;
    return S_OK;
}

/* Our own reference to the listener ends with this function: what is left then is the ticker's. */
static HRESULT start(struct mmlite *mmlite, const char *path)
{
    COM_SCOPED(ITicker) ticker = NULL;
    COM_SCOPED(ITickListener) listener = NULL;
    HRESULT hr;

    hr = mmlite_bind(mmlite, path, &IID_ITicker, (void **)&ticker);
    if (FAILED(hr))
        return hr;
    hr = printing_listener_create(&listener);
    if (FAILED(hr))
        return hr;

    printf("Start: %d ticks inside the call, %d afterwards\n", TICKS_DURING, TICKS_AFTER);
    hr = ITicker_Start(ticker, listener, TICKS_DURING, TICKS_AFTER, INTERVAL_MS);
    if (FAILED(hr))
        return hr;

    printf("Start has returned\n");
    set_and_wake(&start_has_returned);
    return S_OK;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 2) {
        fprintf(stderr, "usage: %s PATH, such as /net/n1/ticker\n", arguments[0]);
        return 2;
    }

    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = start(mmlite, arguments[1]);
    if (SUCCEEDED(hr) && !wait_until(&listener_is_gone))
        hr = RPC_E_TIMEOUT;
    if (SUCCEEDED(hr))
        printf("the ticker has released the listener\n");
    else
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());

    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
