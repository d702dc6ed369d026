/*
 * The loader of a Linux node: a component is a shared object in a file of its own in memory, whose data is
 * its own, too. What is done with it, and when it goes, is its user's affair (demand).
 */
#include <com_impl.h>
#include <component.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <os_exports.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "busy_threads.h"
#include "host_loader.h"
#include "shared_object.h"

enum { IMAGE_NAME_MAX = 31 };

struct loaded_image {
    ILoadedImage ILoadedImage_iface;
    struct com_refs refs;
    void *handle; /* of the dynamic linker; constant, as all below */
    int file;     /* open as long as it is loaded: images are told apart by their paths, which name it */
    struct shared_object object;
    uintptr_t base; /* where its address 0 is */
    char name[IMAGE_NAME_MAX + 1];
    bool is_noted; /* one thread asks whether it is quiet, at a time */
    struct busy_threads busy;
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
    if (image->handle)
        dlclose(image->handle);
    if (image->file >= 0)
        close(image->file);
    busy_threads_free(&image->busy);
    com_free(image);
    return 0;
}

static component_constructor *loaded_image_GetConstructor(ILoadedImage *iface)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);

    return (component_constructor *)(image->base + image->object.constructor);
}

static const struct com_interface *const *loaded_image_GetInterfaces(ILoadedImage *iface)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);

    return (const struct com_interface *const *)(image->base + image->object.interfaces);
}

static HRESULT loaded_image_GetRange(ILoadedImage *iface, void **out_start, size_t *out_bytes)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);

    *out_start = (void *)(image->base + image->object.first);
    *out_bytes = image->object.bytes;
    return S_OK;
}

/* Nothing that a component can call on Linux starts a thread of its own, and there are no interrupts. */
static HRESULT loaded_image_IsInUse(ILoadedImage *iface)
{
    (void)iface;
    return S_FALSE;
}

/* Threads that were on their way when this was asked first must have been elsewhere since. */
static HRESULT loaded_image_IsQuiet(ILoadedImage *iface)
{
    struct loaded_image *image = impl_from_ILoadedImage(iface);

    if (!image->is_noted && FAILED(busy_threads_note(&image->busy)))
        return S_FALSE;
    image->is_noted = true;
    return busy_threads_remain(&image->busy) ? S_FALSE : S_OK;
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

/* Exactly what a kernel's components may import; that the program exports it is its linker's part. */
static HRESULT check_import(const char *name)
{
    if (!os_find_export(name))
        return com_fail(OS_E_UNRESOLVED, "no such symbol: ", name, NULL);
    if (!dlsym(RTLD_DEFAULT, name))
        return com_fail(OS_E_UNRESOLVED, "this program was linked without exporting ", name, NULL);
    return S_OK;
}

/* A file in memory with these bytes, which nobody changes any more. */
static HRESULT make_file(struct loaded_image *image, const uint8_t *bytes, size_t size)
{
    size_t at = 0;

    image->file = memfd_create(image->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    while (image->file >= 0 && at < size) {
        ssize_t written = write(image->file, bytes + at, size - at);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    if (at == size &&
        !fcntl(image->file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW))
        return S_OK;
    return errno == EMFILE || errno == ENFILE
               ? com_fail(RPC_E_OUT_OF_RESOURCES, "too many open files", NULL)
               : com_fail(E_OUTOFMEMORY, "no file in memory: ", strerrordesc_np(errno), NULL);
}

static HRESULT open_file(struct loaded_image *image)
{
    char path[64];
    struct link_map *map;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", image->file);
    image->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!image->handle || dlinfo(image->handle, RTLD_DI_LINKMAP, &map))
        return com_fail(OS_E_BAD_IMAGE, dlerror(), NULL);
    image->base = map->l_addr;
    return S_OK;
}

static HRESULT link_image(struct loaded_image *image, const uint8_t *bytes, uint32_t size)
{
    HRESULT hr = shared_object_check(bytes, size, check_import, &image->object);

    if (SUCCEEDED(hr))
        hr = make_file(image, bytes, size);
    return SUCCEEDED(hr) ? open_file(image) : hr;
}

/* ---- ILoader ---- */

struct host_loader {
    ILoader ILoader_iface;
    struct com_refs refs;
};

static const struct ILoaderVtbl host_loader_vtbl;

static struct host_loader *impl_from_ILoader(ILoader *iface)
{
    assert(iface->vtbl == &host_loader_vtbl);
    return container_of(iface, struct host_loader, ILoader_iface);
}

static HRESULT host_loader_QueryInterface(ILoader *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILoader, iid, out_object);
}

static uint32_t host_loader_AddRef(ILoader *iface)
{
    return com_refs_add(&impl_from_ILoader(iface)->refs);
}

static uint32_t host_loader_Release(ILoader *iface)
{
    struct host_loader *loader = impl_from_ILoader(iface);
    uint32_t left = com_refs_release(&loader->refs);

    if (!left)
        com_free(loader);
    return left;
}

static HRESULT host_loader_Load(ILoader *iface, const uint8_t *bytes, uint32_t size, const char *name,
                                ILoadedImage **out_image)
{
    COM_SCOPED(ILoadedImage) image = NULL;
    struct loaded_image *loaded = com_alloc(sizeof(*loaded));
    HRESULT hr;

    (void)iface;
    *out_image = NULL;
    if (!loaded)
        return E_OUTOFMEMORY;
    *loaded =
        (struct loaded_image){.ILoadedImage_iface = {&loaded_image_vtbl}, .refs = COM_REFS_INIT, .file = -1};
    snprintf(loaded->name, sizeof(loaded->name), "%s", name);
    image = &loaded->ILoadedImage_iface;
    hr = link_image(loaded, bytes, size);
    if (SUCCEEDED(hr))
        *out_image = COM_TAKE(image);
    return hr;
}

static const char *host_loader_GetSuffix(ILoader *iface)
{
    (void)iface;
    return "so";
}

static const struct ILoaderVtbl host_loader_vtbl = {
    .QueryInterface = host_loader_QueryInterface,
    .AddRef = host_loader_AddRef,
    .Release = host_loader_Release,
    .Load = host_loader_Load,
    .GetSuffix = host_loader_GetSuffix,
};

HRESULT host_loader_create(ILoader **out_loader)
{
    struct host_loader *loader = com_alloc(sizeof(*loader));

    if (!loader)
        return E_OUTOFMEMORY;
    *loader = (struct host_loader){.ILoader_iface = {&host_loader_vtbl}, .refs = COM_REFS_INIT};
    *out_loader = &loader->ILoader_iface;
    return S_OK;
}
