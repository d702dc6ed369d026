/* QueryInterface for objects written by hand. */
#include <com_impl.h>

/* What com_list_interfaces wants to know; on its stack. */
struct listing {
    const IID **iids;
    size_t capacity;
    size_t count;
};

/*
 * The address of an IID that is no interface's: who asks for that wants a listing, whose place is in
 * *out_object. No peer can ask so: what it sends is copied to another address. NULL until somebody asks, so
 * that an image in which nobody does has no more of this.
 */
static const IID *question;

static HRESULT tell(const struct com_query_row *rows, size_t row_count, struct listing *listing)
{
    size_t i;

    if (!listing)
        return E_NOINTERFACE; /* somebody on the way has cleared it */
    listing->count = row_count;
    for (i = 0; i < row_count && i < listing->capacity; i++)
        listing->iids[i] = rows[i].iid;
    return E_NOINTERFACE;
}

HRESULT com_query_table(void *object, const struct com_query_row *rows, size_t row_count, const IID *iid,
                        void **out_object)
{
    const IID *asked = question;
    size_t i;

    if (!out_object)
        return E_POINTER;
    if (asked && iid == asked)
        return tell(rows, row_count, (struct listing *)*out_object);
    *out_object = NULL;
    for (i = 0; i < row_count; i++) {
        if (com_guid_equal(iid, rows[i].iid) || (i == 0 && com_guid_equal(iid, &IID_IUnknown))) {
            IUnknown *found = (IUnknown *)(void *)((char *)object + rows[i].offset);

            IUnknown_AddRef(found);
            *out_object = found;
            return S_OK;
        }
    }
    return E_NOINTERFACE;
}

HRESULT com_query_one(void *self, const IID *own_iid, const IID *iid, void **out_object)
{
    const struct com_query_row row = {own_iid, 0};

    return com_query_table(self, &row, 1, iid, out_object);
}

size_t com_list_interfaces(IUnknown *object, const IID **out_iids, size_t capacity)
{
    static const IID listing_iid = {0x6d6d6c01, 0x0001, 0x4001, {0x80, 0x01, 'l', 'i', 's', 't', 'e', 'd'}};
    struct listing listing = {out_iids, capacity, 0};
    void *found = &listing;

    __atomic_store_n(&question, &listing_iid, __ATOMIC_RELAXED);
    if (SUCCEEDED(IUnknown_QueryInterface(object, &listing_iid, &found)) && found && found != &listing)
        (void)IUnknown_Release((IUnknown *)found); /* it has whatever it is asked for */
    return listing.count;
}
