/* Files in memory that does not change, as a namespace: what was linked into the kernel, and boot modules. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/file.idl.h>
#include <os_format.h>
#include <os_romfs.h>
#include <arch.h>
#include <string.h>

enum { IMAGES_MAX = BOARD_MODULES_MAX + 1 };

static struct romfs {
    INamespace INamespace_iface;
    const struct romfs_header *images[IMAGES_MAX]; /* constant; the first that has a name wins */
    uint32_t image_count;
} romfs;

struct romfs_file {
    IFile IFile_iface;
    struct com_refs refs;
    const uint8_t *data; /* constant */
    uint32_t size_bytes;
};

/* ---- IFile ---- */

static const struct IFileVtbl romfs_file_vtbl;

static struct romfs_file *impl_from_IFile(IFile *iface)
{
    assert(iface->vtbl == &romfs_file_vtbl);
    return container_of(iface, struct romfs_file, IFile_iface);
}

static HRESULT romfs_file_QueryInterface(IFile *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IFile, iid, out_object);
}

static uint32_t romfs_file_AddRef(IFile *iface)
{
    return com_refs_add(&impl_from_IFile(iface)->refs);
}

static uint32_t romfs_file_Release(IFile *iface)
{
    struct romfs_file *file = impl_from_IFile(iface);
    uint32_t left = com_refs_release(&file->refs);

    if (!left)
        com_free(file);
    return left;
}

static HRESULT romfs_file_Read(IFile *iface, uint64_t offset, uint32_t capacity, uint8_t *data,
                               uint32_t *out_length)
{
    struct romfs_file *file = impl_from_IFile(iface);
    uint32_t left = offset < file->size_bytes ? file->size_bytes - (uint32_t)offset : 0;
    uint32_t count = left < capacity ? left : capacity;

    if (count)
        memcpy(data, file->data + offset, count);
    *out_length = count;
    return S_OK;
}

static HRESULT romfs_file_Write(IFile *iface, uint64_t offset, const uint8_t *data, uint32_t length)
{
    (void)iface;
    (void)offset;
    (void)data;
    (void)length;
    return E_ACCESSDENIED;
}

static HRESULT romfs_file_GetSize(IFile *iface, uint64_t *out_size_bytes)
{
    *out_size_bytes = impl_from_IFile(iface)->size_bytes;
    return S_OK;
}

static const struct IFileVtbl romfs_file_vtbl = {
    .QueryInterface = romfs_file_QueryInterface,
    .AddRef = romfs_file_AddRef,
    .Release = romfs_file_Release,
    .Read = romfs_file_Read,
    .Write = romfs_file_Write,
    .GetSize = romfs_file_GetSize,
};

/* ---- images ---- */

static const struct romfs_entry *entries_of(const struct romfs_header *image)
{
    return (const struct romfs_entry *)(const void *)(image + 1);
}

/* Whether all of it lies within `size_bytes`, names are names and sorted: then nothing is checked any more.
 */
static bool is_whole(const struct romfs_header *image, size_t size_bytes)
{
    const struct romfs_entry *entries;
    uint32_t i;

    if (size_bytes < sizeof(*image) || memcmp(image->magic, ROMFS_MAGIC, sizeof(image->magic)) != 0 ||
        image->total_bytes > size_bytes || image->total_bytes < sizeof(*image) ||
        image->file_count > (image->total_bytes - sizeof(*image)) / sizeof(*entries))
        return false;
    entries = entries_of(image);
    for (i = 0; i < image->file_count; i++)
        if (!memchr(entries[i].name, '\0', ROMFS_NAME_BYTES) || !com_name_is_valid(entries[i].name) ||
            entries[i].offset > image->total_bytes ||
            entries[i].size_bytes > image->total_bytes - entries[i].offset ||
            (i && strcmp(entries[i - 1].name, entries[i].name) >= 0))
            return false;
    return true;
}

static const struct romfs_entry *find_in(const struct romfs_header *image, const char *name)
{
    const struct romfs_entry *entries = entries_of(image);
    uint32_t low = 0, high = image->file_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(name, entries[middle].name);

        if (order == 0)
            return &entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* The first name of any image that sorts behind `after`; NULL: none. */
static const char *next_name(const char *after)
{
    const char *next = NULL;
    uint32_t i, k;

    for (i = 0; i < romfs.image_count; i++) {
        const struct romfs_entry *entries = entries_of(romfs.images[i]);

        for (k = 0; k < romfs.images[i]->file_count && strcmp(entries[k].name, after) <= 0; k++)
            ;
        if (k < romfs.images[i]->file_count && (!next || strcmp(entries[k].name, next) < 0))
            next = entries[k].name;
    }
    return next;
}

/* ---- INamespace ---- */

static HRESULT romfs_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t romfs_AddRef(INamespace *iface)
{
    (void)iface;
    return 1;
}

static HRESULT romfs_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT romfs_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static HRESULT open_file(const struct romfs_header *image, const struct romfs_entry *entry,
                         IUnknown **out_object)
{
    struct romfs_file *file = (struct romfs_file *)com_alloc(sizeof(*file));

    if (!file)
        return E_OUTOFMEMORY;
    file->IFile_iface.vtbl = &romfs_file_vtbl;
    com_refs_init(&file->refs);
    file->data = (const uint8_t *)image + entry->offset;
    file->size_bytes = entry->size_bytes;
    *out_object = (IUnknown *)&file->IFile_iface;
    return S_OK;
}

static HRESULT romfs_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    uint32_t i;
    HRESULT hr;

    (void)flags;
    *out_object = NULL;
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0]) {
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    for (i = 0; i < romfs.image_count; i++) {
        const struct romfs_entry *entry = find_in(romfs.images[i], name);

        if (entry && rest[0])
            return com_fail(NS_E_NOT_NAMESPACE, name, " is a file", NULL);
        if (entry)
            return open_file(romfs.images[i], entry, out_object);
    }
    return com_fail(NS_E_NOT_FOUND, "no file ", name, NULL);
}

static HRESULT romfs_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                          uint32_t *out_length)
{
    struct com_name_list list;
    HRESULT hr;

    (void)iface;
    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    while (!list.left_out[0] && (after = next_name(after)) != NULL)
        com_name_list_add(&list, after, false);
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl romfs_vtbl = {
    .QueryInterface = romfs_QueryInterface,
    .AddRef = romfs_AddRef,
    .Release = romfs_AddRef,
    .Register = romfs_Register,
    .Unregister = romfs_Unregister,
    .Bind = romfs_Bind,
    .List = romfs_List,
};

/* Boot modules come first, so that they can replace what is linked. */
static HRESULT find_images(void)
{
    const struct romfs_header *linked = (const struct romfs_header *)linked_romfs;
    const void *start;
    size_t size_bytes;
    uint32_t i;

    for (i = 0; i < BOARD_MODULES_MAX && board_boot_module(i, &start, &size_bytes); i++)
        if (is_whole((const struct romfs_header *)start, size_bytes))
            romfs.images[romfs.image_count++] = (const struct romfs_header *)start;
        else
            os_print("romfs: boot module %u is no image\n", i + 1);
    if (!linked)
        return S_OK;
    if (!is_whole(linked, linked->total_bytes))
        return com_fail(OS_E_BAD_IMAGE, "the linked image is malformed", NULL);
    romfs.images[romfs.image_count++] = linked;
    return S_OK;
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    HRESULT hr;

    (void)ns;
    romfs.INamespace_iface.vtbl = &romfs_vtbl;
    romfs.image_count = 0;
    hr = find_images();
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)&romfs.INamespace_iface;
    return S_OK;
}
