/* Where the images of a node lie, and which paths they may be loaded from by hand. */
#include "demand_internal.h"

#define SEPARATORS " ,"

/* Takes the next path off a list, without the slashes around it. @retval false there is none */
static bool next_path(const char **list, const char **out_path, size_t *out_bytes)
{
    const char *at = *list + strspn(*list, SEPARATORS "/");
    size_t bytes = strcspn(at, SEPARATORS);

    if (!**list)
        return false;
    *list = at + bytes;
    while (bytes && at[bytes - 1] == '/')
        bytes--;
    *out_path = at;
    *out_bytes = bytes;
    return true;
}

static bool is_below(const char *path, const char *list)
{
    const char *folder;
    size_t bytes;

    while (next_path(&list, &folder, &bytes))
        if (bytes && strncmp(path, folder, bytes) == 0 && path[bytes] == '/')
            return true;
    return false;
}

HRESULT demand_check_path(const struct demand *demand, const char *path)
{
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    HRESULT hr = com_path_split(path, name, &rest); /* looks at all elements: none is ".." */

    if (FAILED(hr))
        return com_fail(hr, "not a path: ", path, NULL);
    path += path[0] == '/';
    if (!is_below(path, demand->load_from) && !is_below(path, demand->search))
        return com_fail(E_ACCESSDENIED, "this node does not load from /", path, NULL);
    return S_OK;
}

/* Binds the image of a name in one folder: FOLDER/NAME.SUFFIX. */
static HRESULT bind_in(struct demand *demand, const char *folder, size_t folder_bytes, const char *name,
                       IFile **out_file)
{
    const char *parts[] = {"/", name, ".", ILoader_GetSuffix(demand->loader)};
    char path[DEMAND_PATHS_MAX + NAMESPACE_NAME_MAX] = "";
    size_t length = folder_bytes, i;

    memcpy(path, folder, folder_bytes); /* of a list that is shorter than DEMAND_PATHS_MAX */
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && length + strlen(parts[i]) < sizeof(path); i++) {
        memcpy(path + length, parts[i], strlen(parts[i]) + 1);
        length += strlen(parts[i]);
    }
    return com_bind(demand->root, path, &IID_IFile, (void **)out_file);
}

/* The first that the search list leads to. A folder that cannot be reached is passed over, unless nothing is
 * found. */
HRESULT demand_find_file(struct demand *demand, const char *name, IFile **out_file)
{
    const char *list = demand->search, *folder;
    HRESULT worst = NS_E_NOT_FOUND;
    size_t bytes;

    while (next_path(&list, &folder, &bytes)) {
        HRESULT hr = bytes ? bind_in(demand, folder, bytes, name, out_file) : NS_E_NOT_FOUND;

        if (SUCCEEDED(hr))
            return hr;
        if (hr != NS_E_NOT_FOUND)
            worst = hr;
    }
    return worst == NS_E_NOT_FOUND ? com_fail(worst, "no ", name, NULL) : worst;
}
