/* See host_loading.h. */
#include <com_names.h>
#include <os/components.idl.h>
#include <stdio.h>
#include <string.h>
#include "host_config.h"
#include "host_files.h"
#include "host_loader.h"
#include "host_loading.h"

/* The search list: folders of this machine by their numbers, other paths as they are. */
struct search {
    INamespace *folders;
    uint32_t count; /* of folders */
    char list[CONFIG_VALUE_MAX + 1];
};

static HRESULT append(struct search *search, const char *path)
{
    size_t used = strlen(search->list);

    if ((size_t)snprintf(search->list + used, sizeof(search->list) - used, "%s%s", used ? " " : "", path) >=
        sizeof(search->list) - used)
        return com_fail(E_INVALIDARG, "too many folders of components: ", path, " is one too many", NULL);
    return S_OK;
}

/* A file would be found out only by who binds a name. */
static HRESULT check_folder(INamespace *folders, const char *number, const char *folder)
{
    COM_SCOPED(INamespace) found = NULL;
    HRESULT hr = com_bind(folders, number, &IID_INamespace, (void **)&found);

    return hr == E_NOINTERFACE ? com_fail(NS_E_NOT_NAMESPACE, folder, " is no folder", NULL) : hr;
}

static HRESULT add_folder(struct search *search, const char *folder)
{
    char number[12], path[sizeof("/components/") + sizeof(number)];
    HRESULT hr;

    if (strncmp(folder, "/net/", 5) == 0)
        return append(search, folder);
    snprintf(number, sizeof(number), "%u", (unsigned)++search->count);
    snprintf(path, sizeof(path), "/components/%s", number);
    hr = host_files_add(search->folders, number, folder);
    if (SUCCEEDED(hr))
        hr = check_folder(search->folders, number, folder);
    return SUCCEEDED(hr) ? append(search, path) : hr;
}

static HRESULT add_folders(struct search *search, const char *const *folders)
{
    HRESULT hr = S_OK;

    for (; SUCCEEDED(hr) && folders && *folders; folders++)
        hr = add_folder(search, *folders);
    return hr;
}

static HRESULT register_loader(INamespace *root)
{
    COM_SCOPED(ILoader) loader = NULL;
    HRESULT hr = host_loader_create(&loader);

    return SUCCEEDED(hr) ? INamespace_Register(root, "loader", (IUnknown *)loader, 0) : hr;
}

HRESULT host_loading_prepare(INamespace *root, IConfig *config, const struct mmlite_options *options)
{
    COM_SCOPED(INamespace) folders = NULL;
    struct search search = {.list = ""};
    char keep[12];
    HRESULT hr;

    if (!(options->component_folders && options->component_folders[0]) && !options->load_from)
        return S_FALSE;
    hr = host_files_create(&folders);
    search.folders = folders;
    if (SUCCEEDED(hr))
        hr = add_folders(&search, options->component_folders);
    if (SUCCEEDED(hr))
        hr = INamespace_Register(root, "components", (IUnknown *)folders, 0);
    if (SUCCEEDED(hr))
        hr = register_loader(root);
    if (SUCCEEDED(hr))
        hr = host_config_set(config, "components", search.list);
    if (SUCCEEDED(hr))
        hr = host_config_set(config, "load_from", options->load_from ? options->load_from : "");
    snprintf(keep, sizeof(keep), "%u", (unsigned)options->keep_ms);
    return SUCCEEDED(hr) ? host_config_set(config, "keep", keep) : hr;
}

void host_loading_close(INamespace *root)
{
    COM_SCOPED(IDemand) demand = NULL;

    if (SUCCEEDED(com_bind(root, "demand", &IID_IDemand, (void **)&demand)))
        com_ignore(IDemand_Close(demand)); /* what stays, stays */
}
