/* See nodes.h. */
#include "nodes.h"
#include <string.h>

HRESULT mml_each_node(struct mmlite *mmlite, void (*visit)(void *context, const char *name), void *context)
{
    COM_SCOPED(INamespace) net = NULL;
    char names[NAMESPACE_LIST_MAX], after[NAMESPACE_NAME_MAX + 1] = "";
    uint32_t length = 1, at;
    HRESULT hr = mmlite_bind(mmlite, "/net", &IID_INamespace, (void **)&net);

    for (hr = SUCCEEDED(hr) ? S_FALSE : hr; hr == S_FALSE && length > 0;) {
        length = 0;
        hr = INamespace_List(net, after, sizeof(names), names, &length);
        if (SUCCEEDED(hr) && length > 0 && names[length - 1] != '\0')
            hr = RPC_E_CLIENT_CANTUNMARSHAL_DATA;
        if (FAILED(hr))
            break;
        for (at = 0; at < length; at += (uint32_t)strlen(names + at) + 1) {
            snprintf(after, sizeof(after), "%.*s", (int)strcspn(names + at, "/"), names + at);
            visit(context, after);
        }
    }
    if (FAILED(hr)) {
        mml_call_error(mmlite, "/net", hr);
        mml_hint("`mml cluster ls` shows which nodes are alive");
    }
    return hr;
}
