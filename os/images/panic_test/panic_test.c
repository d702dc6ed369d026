/* Does on purpose what an interrupt routine must not: allocates. The kernel must panic and say who. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/heap.idl.h>
#include <os/interrupt.idl.h>
#include <os/thread.idl.h>
#include <os_format.h>

static IHeap *heap;

static HRESULT bad_routine(void *context)
{
    void *block;

    (void)context;
    return IHeap_Alloc(heap, 16, 0, &block);
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IInterruptController) icu = NULL;
    COM_SCOPED(IThreads) threads = NULL;
    HRESULT hr;

    (void)out_object;
    hr = com_bind(ns, "heap", &IID_IHeap, (void **)&heap);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "threads", &IID_IThreads, (void **)&threads);
    if (SUCCEEDED(hr))
        hr = IInterruptController_Connect(icu, 0, "bad example", bad_routine, NULL, NULL);
    if (FAILED(hr))
        return hr;
    os_print("panic_test: sleeping, so that the timer's interrupt comes\n");
    return IThreads_SleepUntil(threads, INT64_MAX - 1);
}
