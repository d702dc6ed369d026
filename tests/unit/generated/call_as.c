/*
 * What is written by hand for a [call_as] pair: callers have Sum, RemoteSum travels. Built once for each form
 * of proxies and stubs.
 */
#include <everything.idl.h>

uint32_t IEverything_Sum_Proxy(IEverything *self, const void *numbers, uint32_t count)
{
    uint32_t sum;
    HRESULT hr = IEverything_RemoteSum_Proxy(self, (const uint32_t *)numbers, count, &sum);

    return SUCCEEDED(hr) ? sum : 0;
}

HRESULT IEverything_Sum_Stub(IEverything *self, const uint32_t *numbers, uint32_t count, uint32_t *out_sum)
{
    *out_sum = IEverything_Sum(self, numbers, count);
    return S_OK;
}
