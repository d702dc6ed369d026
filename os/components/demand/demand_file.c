/* The file of an image. */
#include "demand_internal.h"

enum { READ_BYTES = 4096 };

HRESULT demand_open(struct demand_entry *entry, IFile **out_file)
{
    struct demand *demand = entry->demand;
    HRESULT hr;

    demand_set_searcher(entry, true);
    hr = entry->path[0] ? com_bind(demand->root, entry->path, &IID_IFile, (void **)out_file)
                        : demand_find_file(demand, entry->name, out_file);
    demand_set_searcher(entry, false);
    return hr;
}

HRESULT demand_read(IFile *file, uint8_t **out_bytes, uint32_t *out_size)
{
    uint32_t at = 0, length;
    uint64_t size;
    uint8_t *bytes;
    HRESULT hr = IFile_GetSize(file, &size);

    if (FAILED(hr))
        return hr;
    if (!size || size > LOADER_FILE_MAX)
        return com_fail(OS_E_BAD_IMAGE, "the file is empty or too large", NULL);
    bytes = (uint8_t *)com_alloc((size_t)size);
    if (!bytes)
        return E_OUTOFMEMORY;
    while (at < size) {
        uint32_t wanted = (uint32_t)size - at < READ_BYTES ? (uint32_t)size - at : READ_BYTES;

        hr = IFile_Read(file, at, wanted, bytes + at, &length);
        if (SUCCEEDED(hr) && !length)
            hr = com_fail(OS_E_IO, "the file became shorter", NULL);
        if (FAILED(hr)) {
            com_free(bytes);
            return hr;
        }
        at += length;
    }
    *out_bytes = bytes;
    *out_size = (uint32_t)size;
    return S_OK;
}
