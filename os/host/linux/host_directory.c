/* An open directory of the machine as a namespace; its objects are made when they are bound. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host_files_internal.h"

struct host_directory {
    INamespace INamespace_iface;
    struct com_refs refs;
    int descriptor; /* O_PATH; constant */
};

static const struct INamespaceVtbl host_directory_vtbl;

static struct host_directory *impl_from_INamespace(INamespace *iface)
{
    assert(iface->vtbl == &host_directory_vtbl);
    return container_of(iface, struct host_directory, INamespace_iface);
}

static HRESULT host_directory_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t host_directory_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static uint32_t host_directory_Release(INamespace *iface)
{
    struct host_directory *directory = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&directory->refs);

    if (!left) {
        host_give_descriptor(directory->descriptor);
        com_free(directory);
    }
    return left;
}

static HRESULT host_directory_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT host_directory_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static HRESULT host_directory_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct host_directory *directory = impl_from_INamespace(iface);
    char name[NAMESPACE_NAME_MAX + 1];
    int at = directory->descriptor;
    const char *rest;
    HRESULT hr;

    (void)flags;
    *out_object = NULL;
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0]) {
        INamespace_AddRef(iface);
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    while (rest[0]) {
        int next = -1;

        hr = host_open_directory(at, name, &next);
        if (at != directory->descriptor)
            close(at);
        if (FAILED(hr))
            return hr;
        at = next;
        hr = com_path_split(rest, name, &rest);
        if (FAILED(hr))
            break;
    }
    if (SUCCEEDED(hr))
        hr = host_open_entry(at, name, out_object);
    if (at != directory->descriptor)
        close(at);
    return hr;
}

/* Only what Bind would find: files and directories. Some filesystems tell the type only when asked. */
static bool is_listed(int directory, const struct dirent *entry, bool *out_is_directory)
{
    struct stat status;

    *out_is_directory = entry->d_type == DT_DIR;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR || entry->d_type == DT_REG;
    if (fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW))
        return false;
    *out_is_directory = S_ISDIR(status.st_mode);
    return S_ISDIR(status.st_mode) || S_ISREG(status.st_mode);
}

static HRESULT host_directory_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                                   uint32_t *out_length)
{
    struct host_directory *directory = impl_from_INamespace(iface);
    struct com_name_list list;
    struct dirent *entry;
    int descriptor;
    DIR *stream;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    descriptor = openat(directory->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return host_fail(errno, "listing");
    stream = fdopendir(descriptor);
    if (!stream) {
        close(descriptor);
        return E_OUTOFMEMORY;
    }
    errno = 0;
    while ((entry = readdir(stream))) {
        bool is_directory;

        if (is_listed(descriptor, entry, &is_directory))
            com_name_list_add(&list, entry->d_name, is_directory);
        errno = 0;
    }
    hr = errno ? host_fail(errno, "listing") : com_name_list_end(&list, out_length);
    closedir(stream);
    return hr;
}

static const struct INamespaceVtbl host_directory_vtbl = {
    .QueryInterface = host_directory_QueryInterface,
    .AddRef = host_directory_AddRef,
    .Release = host_directory_Release,
    .Register = host_directory_Register,
    .Unregister = host_directory_Unregister,
    .Bind = host_directory_Bind,
    .List = host_directory_List,
};

HRESULT host_directory_create(int descriptor, IUnknown **out_object)
{
    struct host_directory *directory = com_alloc(sizeof(*directory));

    if (!directory) {
        host_give_descriptor(descriptor);
        return E_OUTOFMEMORY;
    }
    *directory = (struct host_directory){
        .INamespace_iface = {&host_directory_vtbl},
        .refs = COM_REFS_INIT,
        .descriptor = descriptor,
    };
    *out_object = (IUnknown *)&directory->INamespace_iface;
    return S_OK;
}
