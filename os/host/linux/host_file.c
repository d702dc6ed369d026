/* An open file of the machine as an IFile. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host_files_internal.h"

struct host_file {
    IFile IFile_iface;
    struct com_refs refs;
    int descriptor;                    /* constant */
    char name[NAMESPACE_NAME_MAX + 1]; /* for details; constant */
};

static const struct IFileVtbl host_file_vtbl;

static struct host_file *impl_from_IFile(IFile *iface)
{
    assert(iface->vtbl == &host_file_vtbl);
    return container_of(iface, struct host_file, IFile_iface);
}

static HRESULT host_file_QueryInterface(IFile *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IFile, iid, out_object);
}

static uint32_t host_file_AddRef(IFile *iface)
{
    return com_refs_add(&impl_from_IFile(iface)->refs);
}

static uint32_t host_file_Release(IFile *iface)
{
    struct host_file *file = impl_from_IFile(iface);
    uint32_t left = com_refs_release(&file->refs);

    if (!left) {
        host_give_descriptor(file->descriptor);
        com_free(file);
    }
    return left;
}

/*
 * A file that was removed can still be read through its descriptor, but who removed it meant it to be gone.
 */
static HRESULT get_size(struct host_file *file, uint64_t *out_size_bytes)
{
    struct stat status;

    if (fstat(file->descriptor, &status))
        return com_fail(OS_E_IO, file->name, ": ", strerrordesc_np(errno), NULL);
    if (!status.st_nlink)
        return com_fail(OS_E_IO, file->name, ": the file vanished", NULL);
    *out_size_bytes = (uint64_t)status.st_size;
    return S_OK;
}

static HRESULT host_file_Read(IFile *iface, uint64_t offset, uint32_t capacity, uint8_t *data,
                              uint32_t *out_length)
{
    struct host_file *file = impl_from_IFile(iface);
    uint64_t size_bytes;
    ssize_t got;
    HRESULT hr;

    hr = get_size(file, &size_bytes);
    if (FAILED(hr))
        return hr;
    if (capacity > FILE_TRANSFER_MAX)
        capacity = FILE_TRANSFER_MAX;
    if (offset >= size_bytes || !capacity) { /* also every offset that the system could not express */
        *out_length = 0;
        return S_OK;
    }
    do {
        got = pread(file->descriptor, data, capacity, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return com_fail(OS_E_IO, file->name, ": ", strerrordesc_np(errno), NULL);
    *out_length = (uint32_t)got;
    return S_OK;
}

static HRESULT host_file_Write(IFile *iface, uint64_t offset, const uint8_t *data, uint32_t length)
{
    (void)offset;
    (void)data;
    (void)length;
    return com_fail(E_ACCESSDENIED, impl_from_IFile(iface)->name, " is exported read-only", NULL);
}

static HRESULT host_file_GetSize(IFile *iface, uint64_t *out_size_bytes)
{
    return get_size(impl_from_IFile(iface), out_size_bytes);
}

static const struct IFileVtbl host_file_vtbl = {
    .QueryInterface = host_file_QueryInterface,
    .AddRef = host_file_AddRef,
    .Release = host_file_Release,
    .Read = host_file_Read,
    .Write = host_file_Write,
    .GetSize = host_file_GetSize,
};

HRESULT host_file_create(int descriptor, const char *name, IUnknown **out_object)
{
    struct host_file *file = com_alloc(sizeof(*file));
    size_t length = strlen(name);

    if (!file) {
        host_give_descriptor(descriptor);
        return E_OUTOFMEMORY;
    }
    *file = (struct host_file){
        .IFile_iface = {&host_file_vtbl},
        .refs = COM_REFS_INIT,
        .descriptor = descriptor,
    };
    memcpy(file->name, name, length < sizeof(file->name) ? length : sizeof(file->name) - 1);
    *out_object = (IUnknown *)&file->IFile_iface;
    return S_OK;
}
