/*
 * Digests files by path. The component is a client itself: it binds the path in its own world, so a kernel
 * reads a file of a Linux node over RPC, through the same lines that would read a local one.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <digest.idl.h>
#include <os/file.idl.h>
#include <string.h>
#include "sha256.h"

/* Of one Read: two round trips for 16 KiB, and small enough for the frame of any node. */
#define READ_BYTES 8192

/* What one call needs beside its stack, which is small in a kernel. */
struct digest_work {
    struct sha256 hash;
    uint8_t bytes[READ_BYTES];
};

static HRESULT digest_QueryInterface(IDigest *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDigest, iid, out_object);
}

/* No state, but a count: a component that was loaded goes when nobody holds it. */
static struct com_refs refs;

static uint32_t digest_AddRef(IDigest *iface)
{
    (void)iface; /* one object for everybody, part of the code */
    return com_refs_add(&refs);
}

static uint32_t digest_Release(IDigest *iface)
{
    (void)iface;
    return com_refs_release(&refs);
}

/* Read may return less than asked for; only 0 bytes mean the end. */
static HRESULT digest_to_end(IFile *file, struct digest_work *work)
{
    uint32_t length = 0;
    uint64_t offset;
    HRESULT hr;

    sha256_begin(&work->hash);
    for (offset = 0;; offset += length) {
        hr = IFile_Read(file, offset, sizeof(work->bytes), work->bytes, &length);
        if (FAILED(hr))
            return hr;
        if (length == 0)
            return S_OK;
        sha256_add(&work->hash, work->bytes, length);
    }
}

static HRESULT digest_File(IDigest *iface, const char *path, uint8_t *sha256, uint64_t *size_bytes)
{
    COM_SCOPED(IFile) file = NULL;
    struct digest_work *work;
    HRESULT hr;

    (void)iface;
    hr = com_bind(CurrentNamespace(), path, &IID_IFile, (void **)&file);
    if (FAILED(hr))
        return hr;

    work = com_alloc(sizeof(*work));
    if (!work)
        return E_OUTOFMEMORY;

    hr = digest_to_end(file, work);
    if (SUCCEEDED(hr)) {
        *size_bytes = work->hash.length_bytes;
        sha256_end(&work->hash, sha256);
    }
    com_free(work);
    return hr;
}

static const struct IDigestVtbl digest_vtbl = {
    .QueryInterface = digest_QueryInterface,
    .AddRef = digest_AddRef,
    .Release = digest_Release,
    .File = digest_File,
};

static IDigest digest = {.vtbl = &digest_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns; /* paths are bound in CurrentNamespace(), the world this component was started with */
    com_refs_init(&refs);
    *out_object = (IUnknown *)&digest;
    return S_OK;
}
