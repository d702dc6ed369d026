/* Namespaces that hand a path on to the next one: com_names.h. */
#include "thread.h"
#include <com_names.h>

static HRESULT enter(struct rpc_thread *thread)
{
    if (thread->handovers == COM_PATH_HANDOVERS_MAX)
        return com_fail(NS_E_TOO_DEEP, "a path may lead from one namespace to the next 16 times", NULL);
    thread->handovers++;
    return S_OK;
}

HRESULT com_path_bind(INamespace *next, const char *rest, uint32_t flags, IUnknown **out_object)
{
    struct rpc_thread *thread = rpc_thread_current();
    HRESULT hr = enter(thread);

    *out_object = NULL;
    if (FAILED(hr))
        return hr;
    hr = INamespace_Bind(next, rest, flags, out_object);
    thread->handovers--;
    return hr;
}

HRESULT com_path_register(INamespace *next, const char *rest, IUnknown *object, uint32_t flags)
{
    struct rpc_thread *thread = rpc_thread_current();
    HRESULT hr = enter(thread);

    if (FAILED(hr))
        return hr;
    hr = INamespace_Register(next, rest, object, flags);
    thread->handovers--;
    return hr;
}

HRESULT com_path_unregister(INamespace *next, const char *rest)
{
    struct rpc_thread *thread = rpc_thread_current();
    HRESULT hr = enter(thread);

    if (FAILED(hr))
        return hr;
    hr = INamespace_Unregister(next, rest);
    thread->handovers--;
    return hr;
}
