/* See cluster.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cluster.h"

enum { FOLDER_PATH_MAX = 256, NAMES_SHOWN_MAX = 80 };

/* The clusters that were found so far. */
struct found {
    uint32_t count;
    char first[NAME_MAX + 1];
    char names[NAMES_SHOWN_MAX + 1]; /* as many as fit, in the order of the folder */
};

static HRESULT run_folder(char folder[FOLDER_PATH_MAX])
{
    const char *base = getenv("XDG_RUNTIME_DIR");

    if (!base || !base[0])
        base = "/tmp";
    if (snprintf(folder, FOLDER_PATH_MAX, "%s/mmlite-%u", base, (unsigned)getuid()) >= FOLDER_PATH_MAX)
        return com_fail(OS_E_IO, "$XDG_RUNTIME_DIR is too long", NULL);
    return S_OK;
}

/*
 * Opens the folder. Under /tmp anybody could have made it, and what it says decides to whom this node talks;
 * so it has to be the user's own.
 */
static HRESULT open_folder(const char *path, int *out_folder)
{
    struct stat status;
    int folder = -1;

    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 && errno == ENOENT)
        return com_fail(NS_E_NOT_FOUND, "no cluster runs here: there is no ", path, NULL);
    if (folder < 0)
        return com_fail(OS_E_IO, path, ": ", strerrordesc_np(errno), NULL);
    if (fstat(folder, &status) || status.st_uid != getuid() || (status.st_mode & (S_IWGRP | S_IWOTH))) {
        close(folder);
        return com_fail(E_ACCESSDENIED, path, " is not only yours to write", NULL);
    }
    *out_folder = folder;
    return S_OK;
}

static void add_cluster(struct found *found, const char *name)
{
    size_t used = strlen(found->names);

    if (!found->count++)
        snprintf(found->first, sizeof(found->first), "%s", name);
    snprintf(found->names + used, sizeof(found->names) - used, "%s%s", used ? " " : "", name);
}

/* A cluster is a folder with a file "directory". */
static bool is_cluster(int folder, const char *name)
{
    char path[NAME_MAX + sizeof("/directory")];

    if (name[0] == '.')
        return false;
    snprintf(path, sizeof(path), "%s/directory", name);
    return !faccessat(folder, path, F_OK, 0);
}

static HRESULT scan_folder(int folder, struct found *found)
{
    int copy = dup(folder);
    DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *entry;

    if (!stream) {
        if (copy >= 0)
            close(copy);
        return E_OUTOFMEMORY;
    }
    while ((entry = readdir(stream))) {
        if (is_cluster(folder, entry->d_name))
            add_cluster(found, entry->d_name);
    }
    closedir(stream);
    return S_OK;
}

/* The first line of <folder>/<name>/directory. */
static HRESULT read_endpoint(int folder, const char *name, char *endpoint, size_t capacity)
{
    char path[NAME_MAX + sizeof("/directory")];
    ssize_t length;
    int file;

    snprintf(path, sizeof(path), "%s/directory", name);
    file = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return com_fail(OS_E_IO, path, ": ", strerrordesc_np(errno), NULL);
    length = read(file, endpoint, capacity - 1);
    close(file);
    endpoint[length > 0 ? length : 0] = '\0';
    endpoint[strcspn(endpoint, "\r\n")] = '\0';
    return endpoint[0] ? S_OK : com_fail(OS_E_IO, path, " holds no endpoint", NULL);
}

HRESULT host_cluster_find(char *endpoint, size_t capacity)
{
    const char *chosen = getenv("MML_NODE");
    struct found found = {.count = 0};
    char path[FOLDER_PATH_MAX];
    int folder = -1;
    HRESULT hr;

    if (chosen && chosen[0]) {
        if ((size_t)snprintf(endpoint, capacity, "%s", chosen) >= capacity)
            return com_fail(E_INVALIDARG, "$MML_NODE is too long", NULL);
        return S_OK;
    }
    hr = run_folder(path);
    if (FAILED(hr))
        return hr;
    hr = open_folder(path, &folder);
    if (FAILED(hr))
        return hr;
    hr = scan_folder(folder, &found);
    if (SUCCEEDED(hr) && !found.count)
        hr = com_fail(NS_E_NOT_FOUND, "no cluster runs here: none in ", path, NULL);
    if (SUCCEEDED(hr) && found.count > 1)
        hr = com_fail(NS_E_NOT_FOUND, "several clusters: ", found.names, NULL);
    if (SUCCEEDED(hr))
        hr = read_endpoint(folder, found.first, endpoint, capacity);
    close(folder);
    return hr;
}
