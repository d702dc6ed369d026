/* Namespaces that hand a path on to the next one: com_names.h. */
#include "thread.h"
#include <com_names.h>

HRESULT com_path_enter(void)
{
    struct rpc_thread *thread = rpc_thread_current();

    if (thread->handovers == COM_PATH_HANDOVERS_MAX)
        return com_fail(NS_E_TOO_DEEP, "16 namespaces in a row", NULL);
    thread->handovers++;
    return S_OK;
}

HRESULT com_path_leave(HRESULT hr)
{
    rpc_thread_current()->handovers--;
    return hr;
}
