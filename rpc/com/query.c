/* QueryInterface for objects written by hand. */
#include <com_impl.h>

HRESULT com_query_table(void *object, const struct com_query_row *rows, size_t row_count, const IID *iid,
                        void **out_object)
{
    size_t i;

    if (!out_object)
        return E_POINTER;
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
