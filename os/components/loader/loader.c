/*
 * The loader of ELF images: brings a file into memory, links it against the support library and nothing else,
 * and hands out its constructor. What is done with that, and when the image goes, is its user's affair
 * (demand).
 */
#include "elf.h"
#include <arch_elf.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/heap.idl.h>
#include <os/interrupt.idl.h>
#include <os/loader.idl.h>
#include <os/thread.idl.h>
#include <os_exports.h>
#include <string.h>

enum { NAME_MAX = 31 };

/*
 * Images have pages of their own, and are wiped when they go. No stale code is left that somebody could run
 * into; and an emulator that translates code page by page makes writing to a page slow for as long as there
 * is code in it: 2 KB cost 24 ms where a stack lay beside stale code.
 */
#define PAGE_BYTES 4096u

static struct loader {
    ILoader ILoader_iface;
    IHeap *heap;
    IThreads *threads;
    IInterruptController *icu;
} loader;

struct loaded_image {
    ILoadedImage ILoadedImage_iface;
    struct com_refs refs;
    void *memory; /* constant, as all below; a block of loader.heap */
    size_t memory_bytes;
    component_constructor *constructor;
    const struct com_interface *const *interfaces;
    char name[NAME_MAX + 1];
};

/* ---- ILoadedImage ---- */

static const struct ILoadedImageVtbl loaded_image_vtbl;

static struct loaded_image *impl_from_ILoadedImage(ILoadedImage *iface)
{
    assert(iface->vtbl == &loaded_image_vtbl);
    return container_of(iface, struct loaded_image, ILoadedImage_iface);
}

static HRESULT loaded_image_QueryInterface(ILoadedImage *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILoadedImage, iid, out_object);
}

static uint32_t loaded_image_AddRef(ILoadedImage *iface)
{
    return com_refs_add(&impl_from_ILoadedImage(iface)->refs);
}

static uint32_t loaded_image_Release(ILoadedImage *iface)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);
    uint32_t left = com_refs_release(&image->refs);

    if (left)
        return left;
    if (image->memory)
        memset(image->memory, 0, image->memory_bytes);  /* see PAGE_BYTES */
    com_ignore(IHeap_Free(loader.heap, image->memory)); /* it is ours */
    com_free(image);
    return 0;
}

static component_constructor *loaded_image_GetConstructor(ILoadedImage *iface)
{
    return impl_from_ILoadedImage(iface)->constructor;
}

static const struct com_interface *const *loaded_image_GetInterfaces(ILoadedImage *iface)
{
    return impl_from_ILoadedImage(iface)->interfaces;
}

static HRESULT loaded_image_GetRange(ILoadedImage *iface, void **out_start, size_t *out_bytes)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);

    *out_start = image->memory;
    *out_bytes = image->memory_bytes;
    return S_OK;
}

static HRESULT loaded_image_IsInUse(ILoadedImage *iface)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);
    const char *what = " still has the thread ", *who;
    HRESULT hr = IThreads_FindIn(loader.threads, image->memory, image->memory_bytes, &who);

    if (hr != S_OK) {
        what = " still has the interrupt routine ";
        hr = IInterruptController_FindIn(loader.icu, image->memory, image->memory_bytes, &who);
    }
    return hr == S_OK ? com_fail(hr, image->name, what, who, NULL) : S_FALSE;
}

/* A thread that lost the processor here is found as one that began here. */
static HRESULT loaded_image_IsQuiet(ILoadedImage *iface)
{
    return loaded_image_IsInUse(iface) == S_FALSE ? S_OK : S_FALSE;
}

static const struct ILoadedImageVtbl loaded_image_vtbl = {
    .QueryInterface = loaded_image_QueryInterface,
    .AddRef = loaded_image_AddRef,
    .Release = loaded_image_Release,
    .GetConstructor = loaded_image_GetConstructor,
    .GetInterfaces = loaded_image_GetInterfaces,
    .GetRange = loaded_image_GetRange,
    .IsInUse = loaded_image_IsInUse,
    .IsQuiet = loaded_image_IsQuiet,
};

/* ---- loading ---- */

static bool resolve(void *context, const char *name, uint32_t *out_address)
{
    const void *address = os_find_export(name);

    (void)context;
    *out_address = (uint32_t)(uintptr_t)address;
    return address != NULL;
}

static HRESULT find_entries(struct loaded_image *image, const struct elf_file *file)
{
    uint32_t address = (uint32_t)(uintptr_t)image->memory, constructor, interfaces;
    HRESULT hr = elf_find(file, address, "component_main", &constructor);

    if (SUCCEEDED(hr))
        hr = elf_find(file, address, "component_interfaces", &interfaces);
    if (FAILED(hr))
        return hr;
    /* Offsets, so that this is right wherever a pointer is wider than the image's addresses (unit tests). */
    image->constructor = (component_constructor *)((uintptr_t)image->memory + (constructor - address));
    image->interfaces =
        (const struct com_interface *const *)((uintptr_t)image->memory + (interfaces - address));
    return S_OK;
}

/* Links the file into memory of its own. */
static HRESULT link_image(struct loaded_image *image, const uint8_t *bytes, uint32_t size)
{
    struct elf_target target = {
        .relocate = arch_relocate, .write_veneer = arch_write_veneer, .resolve = resolve};
    struct elf_file file;
    HRESULT hr = elf_open(bytes, size, arch_elf_machine, arch_veneer_bytes, &file);

    if (FAILED(hr))
        return hr;
    image->memory_bytes = (file.memory_bytes + PAGE_BYTES) / PAGE_BYTES * PAGE_BYTES;
    hr = IHeap_Alloc(loader.heap, image->memory_bytes, PAGE_BYTES, &image->memory);
    if (FAILED(hr))
        return hr;
    target.memory = (uint8_t *)image->memory;
    target.address = (uint32_t)(uintptr_t)image->memory;
    hr = elf_load(&file, &target);
    arch_code_written();
    return SUCCEEDED(hr) ? find_entries(image, &file) : hr;
}

static HRESULT loader_Load(ILoader *iface, const uint8_t *bytes, uint32_t size, const char *name,
                           ILoadedImage **out_image)
{
    COM_SCOPED(ILoadedImage) image = NULL;
    struct loaded_image *loaded;
    HRESULT hr;

    (void)iface;
    *out_image = NULL;
    loaded = (struct loaded_image *)com_alloc(sizeof(*loaded));
    if (!loaded)
        return E_OUTOFMEMORY;
    memset(loaded, 0, sizeof(*loaded));
    loaded->ILoadedImage_iface.vtbl = &loaded_image_vtbl;
    com_refs_init(&loaded->refs);
    strncpy(loaded->name, name, NAME_MAX);
    image = &loaded->ILoadedImage_iface;
    hr = link_image(loaded, bytes, size);
    if (SUCCEEDED(hr))
        *out_image = COM_TAKE(image);
    return hr;
}

static const char *loader_GetSuffix(ILoader *iface)
{
    (void)iface;
    return "elf";
}

static HRESULT loader_QueryInterface(ILoader *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILoader, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t loader_AddRef(ILoader *iface)
{
    (void)iface;
    return 1;
}

static const struct ILoaderVtbl loader_vtbl = {
    .QueryInterface = loader_QueryInterface,
    .AddRef = loader_AddRef,
    .Release = loader_AddRef,
    .Load = loader_Load,
    .GetSuffix = loader_GetSuffix,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    HRESULT hr;

    hr = com_bind(ns, "heap", &IID_IHeap, (void **)&loader.heap);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "threads", &IID_IThreads, (void **)&loader.threads);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&loader.icu);
    if (FAILED(hr))
        return hr;
    loader.ILoader_iface.vtbl = &loader_vtbl;
    *out_object = (struct IUnknown *)&loader.ILoader_iface;
    return S_OK;
}
