/*
 * Opening below a directory without leaving it. Every step opens one element relative to an open directory
 * and does not follow links; elements are never ".." (com_path_split refuses it). So there is no moment at
 * which renaming or linking on the machine leads a path out.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host_files_internal.h"

static uint32_t open_descriptors; /* atomic */

bool host_take_descriptor(void)
{
    if (__atomic_add_fetch(&open_descriptors, 1, __ATOMIC_RELAXED) <= HOST_OPEN_FILES_MAX)
        return true;
    __atomic_sub_fetch(&open_descriptors, 1, __ATOMIC_RELAXED);
    return false;
}

void host_give_descriptor(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
    __atomic_sub_fetch(&open_descriptors, 1, __ATOMIC_RELAXED);
}

HRESULT host_fail(int error, const char *name)
{
    const char *words = strerrordesc_np(error);
    HRESULT hr = OS_E_IO;

    if (error == ENOENT || error == ELOOP || error == ENAMETOOLONG)
        hr = NS_E_NOT_FOUND;
    else if (error == ENOTDIR)
        hr = NS_E_NOT_NAMESPACE;
    else if (error == EACCES || error == EPERM)
        hr = E_ACCESSDENIED;
    else if (error == EMFILE || error == ENFILE || error == ENOMEM)
        hr = RPC_E_OUT_OF_RESOURCES;
    return com_fail(hr, name, ": ", words ? words : "unknown error", NULL);
}

HRESULT host_open_directory(int parent, const char *name, int *out_directory)
{
    struct stat status;
    int directory;

    directory = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory >= 0) {
        *out_directory = directory;
        return S_OK;
    }
    /* With these flags a link is "not a directory" too. */
    if (errno == ENOTDIR && !fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) && S_ISLNK(status.st_mode))
        return host_fail(ENOENT, name);
    return host_fail(errno, name);
}

static HRESULT open_file(int parent, const char *name, IUnknown **out_object)
{
    struct stat status;
    int descriptor;

    if (!host_take_descriptor())
        return com_fail(RPC_E_OUT_OF_RESOURCES, "too many open files; release some", NULL);
    descriptor = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        HRESULT hr = host_fail(errno, name);

        host_give_descriptor(-1);
        return hr;
    }
    /* It may have become something else since its type was looked at. */
    if (fstat(descriptor, &status) || !S_ISREG(status.st_mode)) {
        host_give_descriptor(descriptor);
        return host_fail(ENOENT, name);
    }
    return host_file_create(descriptor, name, out_object);
}

HRESULT host_open_entry(int parent, const char *name, IUnknown **out_object)
{
    struct stat status;
    int directory;
    HRESULT hr;

    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW))
        return host_fail(errno, name);
    if (S_ISREG(status.st_mode))
        return open_file(parent, name, out_object);
    if (!S_ISDIR(status.st_mode))
        return host_fail(ENOENT, name); /* links, devices, sockets: opening some of them does things */

    if (!host_take_descriptor())
        return com_fail(RPC_E_OUT_OF_RESOURCES, "too many open directories; release some", NULL);
    hr = host_open_directory(parent, name, &directory);
    if (FAILED(hr)) {
        host_give_descriptor(-1);
        return hr;
    }
    return host_directory_create(directory, out_object);
}
