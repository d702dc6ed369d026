/* Calls of every kind, for the tests of who makes them. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <mailbox.idl.h>
#include <rpc/node.idl.h>

#define MS INT64_C(1000000)
#define DAY_MS 86400000u

struct mailbox {
    IMailbox IMailbox_iface;
    struct com_refs refs;
    ILocalNode *node; /* constant, one reference */
    struct com_lock lock;
    IUnknown *kept;     /* (lock) one reference, or NULL */
    uint64_t sum;       /* (lock) */
    uint32_t count;     /* (lock) */
    uint32_t done;      /* (lock) calls of Work that ended */
    uint32_t cancelled; /* (lock) of those, the ones that ended early */
};

static const struct IMailboxVtbl mailbox_vtbl;

static struct mailbox *impl_from_IMailbox(IMailbox *iface)
{
    assert(iface->vtbl == &mailbox_vtbl);
    return container_of(iface, struct mailbox, IMailbox_iface);
}

static HRESULT mailbox_QueryInterface(IMailbox *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IMailbox, iid, out_object);
}

static uint32_t mailbox_AddRef(IMailbox *iface)
{
    return com_refs_add(&impl_from_IMailbox(iface)->refs);
}

static uint32_t mailbox_Release(IMailbox *iface)
{
    struct mailbox *mailbox = impl_from_IMailbox(iface);
    uint32_t left = com_refs_release(&mailbox->refs);

    if (left)
        return left;
    if (mailbox->kept)
        IUnknown_Release(mailbox->kept);
    ILocalNode_Release(mailbox->node);
    com_free(mailbox);
    return 0;
}

static HRESULT mailbox_Post(IMailbox *iface, uint32_t number)
{
    struct mailbox *mailbox = impl_from_IMailbox(iface);

    com_lock_take(&mailbox->lock);
    mailbox->count++;
    mailbox->sum += number;
    com_lock_give(&mailbox->lock);
    return S_OK;
}

static void mailbox_Keep(IMailbox *iface, IUnknown *object)
{
    struct mailbox *mailbox = impl_from_IMailbox(iface);
    IUnknown *before;

    if (object)
        IUnknown_AddRef(object);
    com_lock_take(&mailbox->lock);
    before = mailbox->kept;
    mailbox->kept = object;
    com_lock_give(&mailbox->lock);
    if (before)
        IUnknown_Release(before);
}

static HRESULT mailbox_GetSum(IMailbox *iface, uint32_t *out_count, uint64_t *out_sum)
{
    struct mailbox *mailbox = impl_from_IMailbox(iface);

    com_lock_take(&mailbox->lock);
    *out_count = mailbox->count;
    *out_sum = mailbox->sum;
    com_lock_give(&mailbox->lock);
    return S_OK;
}

static HRESULT mailbox_Work(IMailbox *iface, uint32_t duration_ms, uint32_t *out_done)
{
    struct mailbox *mailbox = impl_from_IMailbox(iface);
    HRESULT hr = ILocalNode_Sleep(mailbox->node, ILocalNode_Now(mailbox->node) + duration_ms * MS);

    com_lock_take(&mailbox->lock);
    mailbox->cancelled += rpc_is_cancelled();
    *out_done = ++mailbox->done;
    com_lock_give(&mailbox->lock);
    return hr;
}

static HRESULT mailbox_GetCancelled(IMailbox *iface, uint32_t *out_count)
{
    struct mailbox *mailbox = impl_from_IMailbox(iface);

    com_lock_take(&mailbox->lock);
    *out_count = mailbox->cancelled;
    com_lock_give(&mailbox->lock);
    return S_OK;
}

static HRESULT mailbox_Turn(IMailbox *iface, const uint8_t *data, uint32_t length, uint8_t *out_data,
                            IMailbox **out_mailbox)
{
    uint32_t i;

    for (i = 0; i < length; i++)
        out_data[i] = data[length - 1 - i];
    IMailbox_AddRef(iface);
    *out_mailbox = iface;
    return S_OK;
}

static HRESULT mailbox_WorkForever(IMailbox *iface)
{
    uint32_t done;

    return mailbox_Work(iface, DAY_MS, &done);
}

static const struct IMailboxVtbl mailbox_vtbl = {
    .QueryInterface = mailbox_QueryInterface,
    .AddRef = mailbox_AddRef,
    .Release = mailbox_Release,
    .Post = mailbox_Post,
    .Keep = mailbox_Keep,
    .GetSum = mailbox_GetSum,
    .Work = mailbox_Work,
    .GetCancelled = mailbox_GetCancelled,
    .Turn = mailbox_Turn,
    .WorkForever = mailbox_WorkForever,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    struct mailbox *mailbox;
    HRESULT hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);

    if (FAILED(hr))
        return hr;
    mailbox = com_alloc(sizeof(*mailbox));
    if (!mailbox)
        return E_OUTOFMEMORY;
    *mailbox = (struct mailbox){
        .IMailbox_iface = {.vtbl = &mailbox_vtbl},
        .refs = COM_REFS_INIT,
        .node = COM_TAKE(node),
    };
    *out_object = (IUnknown *)&mailbox->IMailbox_iface;
    return S_OK;
}
