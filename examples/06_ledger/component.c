/* A ledger: one byte for each number, which counts how often the call with that number was executed. */
#include <com_impl.h>
#include <component.h>
#include <ledger.idl.h>
#include <string.h>

struct ledger {
    ILedger ILedger_iface;
    struct com_refs refs;
    struct com_lock lock;
    uint8_t counts[LEDGER_NUMBERS]; /* (lock) */
};

static const struct ILedgerVtbl ledger_vtbl;

static struct ledger *impl_from_ILedger(ILedger *iface)
{
    assert(iface->vtbl == &ledger_vtbl);
    return container_of(iface, struct ledger, ILedger_iface);
}

static HRESULT ledger_QueryInterface(ILedger *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILedger, iid, out_object);
}

static uint32_t ledger_AddRef(ILedger *iface)
{
    return com_refs_add(&impl_from_ILedger(iface)->refs);
}

static uint32_t ledger_Release(ILedger *iface)
{
    struct ledger *ledger = impl_from_ILedger(iface);
    uint32_t left = com_refs_release(&ledger->refs);

    if (left == 0)
        com_free(ledger);
    return left;
}

static HRESULT ledger_Enter(ILedger *iface, uint32_t number)
{
    struct ledger *ledger = impl_from_ILedger(iface);

    if (number >= LEDGER_NUMBERS)
        return E_INVALIDARG; /* a local caller's; others are refused by the stub */
    com_lock_take(&ledger->lock);
    if (ledger->counts[number] < UINT8_MAX)
        ledger->counts[number]++;
    com_lock_give(&ledger->lock);
    return S_OK;
}

static HRESULT ledger_Read(ILedger *iface, uint32_t first, uint32_t capacity, uint8_t *counts,
                           uint32_t *out_length)
{
    struct ledger *ledger = impl_from_ILedger(iface);

    if (first >= LEDGER_NUMBERS)
        return E_INVALIDARG;
    if (capacity > LEDGER_NUMBERS - first)
        capacity = LEDGER_NUMBERS - first;
    com_lock_take(&ledger->lock);
    memcpy(counts, ledger->counts + first, capacity);
    com_lock_give(&ledger->lock);
    *out_length = capacity;
    return S_OK;
}

static HRESULT ledger_Clear(ILedger *iface)
{
    struct ledger *ledger = impl_from_ILedger(iface);

    com_lock_take(&ledger->lock);
    memset(ledger->counts, 0, sizeof(ledger->counts));
    com_lock_give(&ledger->lock);
    return S_OK;
}

static const struct ILedgerVtbl ledger_vtbl = {
    .QueryInterface = ledger_QueryInterface,
    .AddRef = ledger_AddRef,
    .Release = ledger_Release,
    .Enter = ledger_Enter,
    .Read = ledger_Read,
    .Clear = ledger_Clear,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    struct ledger *ledger = (struct ledger *)com_alloc(sizeof(*ledger));

    (void)ns; /* needs nothing from others */
    if (!ledger)
        return E_OUTOFMEMORY;
    memset(ledger, 0, sizeof(*ledger));
    ledger->ILedger_iface.vtbl = &ledger_vtbl;
    com_refs_init(&ledger->refs);
    *out_object = (IUnknown *)&ledger->ILedger_iface;
    return S_OK;
}
