/* The namespace under the name "files": what the user of this node chose to export. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host_files_internal.h"

/* Kept as its directory and its name there, so that a file that is replaced is found again. */
struct export
{
    char name[NAMESPACE_NAME_MAX + 1];
    char file_name[NAME_MAX + 1]; /* in `parent`; differs from `name` where a link was exported */
    int parent;                   /* O_PATH */
    bool is_directory;
};

struct host_files {
    INamespace INamespace_iface;
    struct com_refs refs;
    struct com_lock lock;
    uint32_t count;                          /* (lock) only grows; below it nothing changes */
    struct export exports[HOST_EXPORTS_MAX]; /* (lock) */
};

static const struct INamespaceVtbl host_files_vtbl;

static struct host_files *impl_from_INamespace(INamespace *iface)
{
    assert(iface->vtbl == &host_files_vtbl);
    return container_of(iface, struct host_files, INamespace_iface);
}

static HRESULT host_files_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t host_files_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static uint32_t host_files_Release(INamespace *iface)
{
    struct host_files *files = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&files->refs);

    if (!left) {
        while (files->count)
            close(files->exports[--files->count].parent);
        com_free(files);
    }
    return left;
}

static HRESULT host_files_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT host_files_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static uint32_t count_exports(struct host_files *files)
{
    uint32_t count;

    com_lock_take(&files->lock);
    count = files->count;
    com_lock_give(&files->lock);
    return count;
}

static const struct export *find_export(struct host_files *files, const char *name)
{
    uint32_t i, count = count_exports(files);

    for (i = 0; i < count; i++) {
        if (!strcmp(files->exports[i].name, name))
            return &files->exports[i];
    }
    return NULL;
}

static HRESULT host_files_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    COM_SCOPED(INamespace) directory = NULL;
    COM_SCOPED(IUnknown) object = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    const struct export *export;
    const char *rest;
    HRESULT hr;

    *out_object = NULL;
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0]) {
        INamespace_AddRef(iface);
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    export = find_export(impl_from_INamespace(iface), name);
    if (!export)
        return com_fail(NS_E_NOT_FOUND, name, " is not exported", NULL);
    hr = host_open_entry(export->parent, export->file_name, &object);
    if (FAILED(hr))
        return hr;
    if (!rest[0]) {
        *out_object = COM_TAKE(object);
        return S_OK;
    }
    hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)&directory);
    if (FAILED(hr))
        return com_fail(NS_E_NOT_NAMESPACE, name, " is a file", NULL);
    return INamespace_Bind(directory, rest, flags, out_object);
}

static HRESULT host_files_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                               uint32_t *out_length)
{
    struct host_files *files = impl_from_INamespace(iface);
    struct com_name_list list;
    uint32_t i, count;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    count = count_exports(files);
    for (i = 0; i < count; i++)
        com_name_list_add(&list, files->exports[i].name, files->exports[i].is_directory);
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl host_files_vtbl = {
    .QueryInterface = host_files_QueryInterface,
    .AddRef = host_files_AddRef,
    .Release = host_files_Release,
    .Register = host_files_Register,
    .Unregister = host_files_Unregister,
    .Bind = host_files_Bind,
    .List = host_files_List,
};

HRESULT host_files_create(INamespace **out_files)
{
    struct host_files *files = com_alloc(sizeof(*files));

    if (!files)
        return E_OUTOFMEMORY;
    *files = (struct host_files){.INamespace_iface = {&host_files_vtbl}, .refs = COM_REFS_INIT};
    *out_files = &files->INamespace_iface;
    return S_OK;
}

/* The last element of a path as its user wrote it; of "folder/", "." and ".." that of what they mean. */
static const char *name_of(const char *path, const char *real_path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    if (!name[0] || !strcmp(name, ".") || !strcmp(name, ".."))
        return strrchr(real_path, '/') + 1;
    return name;
}

/* Fills an export from its name (NULL: that of its path) and its path without links; on success
 * export->parent is open. */
static HRESULT fill_export(struct export *export, const char *name, const char *path, char *real_path)
{
    char *slash = strrchr(real_path, '/');
    struct stat status;

    if (!name)
        name = name_of(path, real_path);
    if (!com_name_is_valid(name))
        return com_fail(NS_E_BAD_PATH, name,
                        ": the name has other bytes than A-Z a-z 0-9 . _ - or is too long", NULL);
    if (strlen(slash + 1) > NAME_MAX)
        return NS_E_BAD_PATH;
    memcpy(export->name, name, strlen(name) + 1);
    memcpy(export->file_name, slash + 1, strlen(slash + 1) + 1);
    slash[slash == real_path] = '\0';

    export->parent = open(real_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (export->parent < 0)
        return host_fail(errno, path);
    if (fstatat(export->parent, export->file_name, &status, AT_SYMLINK_NOFOLLOW)) {
        HRESULT hr = host_fail(errno, path);

        close(export->parent);
        return hr;
    }
    export->is_directory = S_ISDIR(status.st_mode);
    if (!export->is_directory && !S_ISREG(status.st_mode)) {
        close(export->parent);
        return com_fail(NS_E_BAD_PATH, path, " is neither a file nor a directory", NULL);
    }
    return S_OK;
}

/* What cannot be read now would only fail later, at a peer. */
static HRESULT try_export(const struct export *export)
{
    COM_SCOPED(IUnknown) object = NULL;

    return host_open_entry(export->parent, export->file_name, &object);
}

HRESULT host_files_add(INamespace *iface, const char *name, const char *path)
{
    struct host_files *files = impl_from_INamespace(iface);
    struct export export;
    char *real_path;
    HRESULT hr;

    real_path = realpath(path, NULL);
    if (!real_path)
        return host_fail(errno, path);
    hr = fill_export(&export, name, path, real_path);
    free(real_path);
    if (FAILED(hr))
        return hr;
    hr = try_export(&export);
    if (SUCCEEDED(hr) && find_export(files, export.name))
        hr = com_fail(NS_E_EXISTS, "something named ", export.name, " is exported already", NULL);
    if (SUCCEEDED(hr)) {
        com_lock_take(&files->lock);
        if (files->count == HOST_EXPORTS_MAX)
            hr = RPC_E_OUT_OF_RESOURCES;
        else
            files->exports[files->count++] = export;
        com_lock_give(&files->lock);
    }
    if (FAILED(hr))
        close(export.parent);
    return hr;
}
