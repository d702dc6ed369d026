/* A node in a Linux program: puts together what mmlite.h promises. */
#include <com_names.h>
#include <component.h>
#include <mmlite.h>
#include <os/config.idl.h>
#include <rpc/view.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cluster.h"
#include "host_components.h"
#include "host_config.h"
#include "host_files.h"
#include "host_loading.h"
#include "host_network.h"
#include "membership.h"

/* What calls that run may take when the node ends. */
#define DRAIN_NS INT64_C(1000000000)

struct mmlite {
    struct host_network *network;
    INamespace *root;
    ILocalNode *node;
    IConfig *config;
    INamespace *files;
    bool loads; /* components that are not linked */
    char endpoints[NODE_ENDPOINTS_MAX + 1];
};

static HRESULT register_object(struct mmlite *mmlite, const char *name, void *object)
{
    return INamespace_Register(mmlite->root, name, (IUnknown *)object, 0);
}

/* Runs a constructor and registers what it made; absent hardware is no failure. */
static HRESULT start_component(struct mmlite *mmlite, const struct linked_component *component)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr;

    if (component->interfaces) {
        hr = ILocalNode_AddInterfaces(mmlite->node, component->interfaces);
        if (FAILED(hr))
            return hr;
    }
    com_set_error_detail("");
    hr = component->main(mmlite->root, &object);
    if (hr == OS_E_NOT_PRESENT || (SUCCEEDED(hr) && !object))
        return S_OK;
    if (SUCCEEDED(hr))
        hr = register_object(mmlite, component->name, object);
    if (FAILED(hr) && !com_error_detail()[0])
        return com_fail(hr, "component ", component->name, " does not start", NULL);
    return hr;
}

static HRESULT start_components(struct mmlite *mmlite, const struct linked_component *components)
{
    HRESULT hr = S_OK;

    for (; SUCCEEDED(hr) && components && components->name; components++)
        hr = start_component(mmlite, components);
    return hr;
}

static HRESULT make_root(struct mmlite *mmlite)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr;

    hr = host_boot_namespace(NULL, &object);
    if (FAILED(hr))
        return hr;
    return IUnknown_QueryInterface(object, &IID_INamespace, (void **)&mmlite->root);
}

/* As the directory checks it; here it fails at once, also for a node that announces nothing. */
static HRESULT check_name(const char *name)
{
    size_t length;

    if (!name)
        return S_OK;
    length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (!length || length > NODE_NAME_MAX || name[length])
        return com_fail(E_INVALIDARG, "a node's name is 1 to 31 of a-z 0-9 _ -", NULL);
    return S_OK;
}

/* The endpoint of the directory, "self", or "" for none. */
static HRESULT choose_directory(const struct mmlite_options *options, char directory[CONFIG_VALUE_MAX + 1])
{
    if (!options->directory)
        return host_cluster_find(directory, CONFIG_VALUE_MAX + 1);
    if (!strcmp(options->directory, "none")) {
        directory[0] = '\0';
        return S_OK;
    }
    if (strlen(options->directory) > CONFIG_VALUE_MAX)
        return com_fail(NET_E_BAD_ENDPOINT, "the endpoint of the directory is too long", NULL);
    memcpy(directory, options->directory, strlen(options->directory) + 1);
    return S_OK;
}

static HRESULT make_config(struct mmlite *mmlite, const struct mmlite_options *options, const char *directory)
{
    HRESULT hr;

    hr = host_config_create(&mmlite->config);
    if (SUCCEEDED(hr))
        hr = host_config_set(mmlite->config, "system", "linux");
    if (SUCCEEDED(hr) && options->name)
        hr = host_config_set(mmlite->config, "node", options->name);
    if (SUCCEEDED(hr) && directory[0])
        hr = host_config_set(mmlite->config, "directory", directory);
    return hr;
}

static HRESULT make_node(struct mmlite *mmlite, const struct mmlite_options *options)
{
    struct rpc_node_config config = {.name = options->name ? options->name : "", .world = mmlite->root};
    HRESULT hr;

    hr = host_network_create(&mmlite->network);
    if (FAILED(hr))
        return hr;
    host_network_describe(mmlite->network, &config);
    hr = rpc_node_create(&config, &mmlite->node);
    if (SUCCEEDED(hr))
        hr = ILocalNode_AddInterfaces(mmlite->node, host_interfaces);
    if (SUCCEEDED(hr) && options->interfaces)
        hr = ILocalNode_AddInterfaces(mmlite->node, options->interfaces);
    return hr;
}

/* The objects that components find when they start. */
static HRESULT make_objects(struct mmlite *mmlite, const struct mmlite_options *options)
{
    char directory[CONFIG_VALUE_MAX + 1];
    HRESULT hr;

    hr = check_name(options->name);
    if (SUCCEEDED(hr))
        hr = choose_directory(options, directory);
    if (SUCCEEDED(hr))
        hr = make_config(mmlite, options, directory);
    if (SUCCEEDED(hr))
        hr = make_root(mmlite);
    if (SUCCEEDED(hr))
        hr = make_node(mmlite, options);
    if (SUCCEEDED(hr))
        hr = host_files_create(&mmlite->files);
    if (SUCCEEDED(hr))
        hr = register_object(mmlite, "config", mmlite->config);
    if (SUCCEEDED(hr))
        hr = register_object(mmlite, "rpc", mmlite->node);
    if (SUCCEEDED(hr))
        hr = register_object(mmlite, "files", mmlite->files);
    if (SUCCEEDED(hr))
        hr = host_loading_prepare(mmlite->root, mmlite->config, options);
    mmlite->loads = hr == S_OK;
    return hr;
}

static HRESULT listen_at(struct mmlite *mmlite, const char *endpoint)
{
    char bound[NET_ENDPOINT_MAX + 1];
    size_t used = strlen(mmlite->endpoints);
    HRESULT hr;

    hr = ILocalNode_Listen(mmlite->node, endpoint, bound, sizeof(bound));
    if (FAILED(hr))
        return com_error_detail()[0] ? hr : com_fail(hr, "cannot listen at ", endpoint, NULL);
    if (used + strlen(bound) + 2 > sizeof(mmlite->endpoints))
        return com_fail(NET_E_BAD_ENDPOINT, "the endpoints are longer than 255 bytes", NULL);
    snprintf(mmlite->endpoints + used, sizeof(mmlite->endpoints) - used, "%s%s", used ? " " : "", bound);
    return S_OK;
}

/* Listens at those words of `listen` that begin with "unix:", or at all others: the cheapest come first. */
static HRESULT listen_at_kind(struct mmlite *mmlite, const char *listen, bool at_unix)
{
    char endpoint[NET_ENDPOINT_MAX + 1];
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr)) {
        size_t length;

        listen += strspn(listen, " ");
        length = strcspn(listen, " ");
        if (!length)
            break;
        if (length >= sizeof(endpoint))
            return com_fail(NET_E_BAD_ENDPOINT, "an endpoint is longer than 127 bytes", NULL);
        memcpy(endpoint, listen, length);
        endpoint[length] = '\0';
        if (at_unix == !strncmp(endpoint, "unix:", 5))
            hr = listen_at(mmlite, endpoint);
        listen += length;
    }
    return hr;
}

static HRESULT start_listening(struct mmlite *mmlite, const char *listen)
{
    HRESULT hr;

    com_set_error_detail("");
    hr = listen_at_kind(mmlite, listen, true);
    if (SUCCEEDED(hr))
        hr = listen_at_kind(mmlite, listen, false);
    if (SUCCEEDED(hr))
        hr = host_config_set(mmlite->config, "endpoint", mmlite->endpoints);
    return hr;
}

/*
 * The order matters: peers may call as soon as the node listens, and look for its names as soon as it is in
 * the directory.
 */
static HRESULT start(struct mmlite *mmlite, const struct mmlite_options *options)
{
    HRESULT hr;

    hr = make_objects(mmlite, options);
    if (FAILED(hr))
        return hr;
    com_set_world(mmlite->root, NULL);
    hr = start_components(mmlite, host_first_components);
    if (SUCCEEDED(hr))
        hr = start_components(mmlite, options->components);
    if (SUCCEEDED(hr) && mmlite->loads)
        hr = start_components(mmlite, host_loading_components);
    if (SUCCEEDED(hr) && options->policy)
        hr = mmlite_set_policy(mmlite, options->policy);
    if (SUCCEEDED(hr) && options->listen && options->listen[0])
        hr = start_listening(mmlite, options->listen);
    if (SUCCEEDED(hr))
        hr = start_components(mmlite, host_last_components);
    if (SUCCEEDED(hr))
        hr = host_join_cluster(mmlite->root, options->name && mmlite->endpoints[0]);
    return hr;
}

HRESULT mmlite_open(const struct mmlite_options *options, struct mmlite **out_mmlite)
{
    struct mmlite *mmlite = calloc(1, sizeof(*mmlite));
    HRESULT hr;

    *out_mmlite = NULL;
    if (!mmlite)
        return E_OUTOFMEMORY;
    com_set_error_detail("");
    hr = start(mmlite, options);
    if (FAILED(hr)) {
        char detail[COM_DETAIL_MAX + 1];

        snprintf(detail, sizeof(detail), "%s", com_error_detail());
        mmlite_close(mmlite);
        com_set_error_detail(detail);
        return hr;
    }
    *out_mmlite = mmlite;
    return S_OK;
}

/* Objects of components hold the root, and the root holds them: taking the names away ends both. */
static void unregister_all(INamespace *root)
{
    char names[NAMESPACE_LIST_MAX];
    uint32_t length;

    for (;;) {
        length = 0;
        if (FAILED(INamespace_List(root, "", sizeof(names), names, &length)) || !length)
            return;
        names[strcspn(names, "/")] = '\0'; /* the first one */
        if (FAILED(INamespace_Unregister(root, names)))
            return;
    }
}

void mmlite_close(struct mmlite *mmlite)
{
    if (!mmlite)
        return;
    if (mmlite->node) {
        com_ignore(rpc_node_drain(mmlite->node, ILocalNode_Now(mmlite->node) +
                                                    DRAIN_NS)); /* what takes longer is cut off */
        rpc_node_stop(mmlite->node);
    }
    if (mmlite->root) {
        host_loading_close(mmlite->root);
        unregister_all(mmlite->root);
        if (CurrentNamespace() == mmlite->root)
            com_set_world(NULL, NULL);
        INamespace_Release(mmlite->root);
    }
    if (mmlite->files)
        INamespace_Release(mmlite->files);
    if (mmlite->config)
        IConfig_Release(mmlite->config);
    if (mmlite->node)
        ILocalNode_Release(mmlite->node);
    host_network_destroy(mmlite->network);
    free(mmlite);
}

INamespace *mmlite_root(struct mmlite *mmlite)
{
    return mmlite->root;
}

ILocalNode *mmlite_node(struct mmlite *mmlite)
{
    return mmlite->node;
}

const char *mmlite_endpoints(struct mmlite *mmlite)
{
    return mmlite->endpoints;
}

HRESULT mmlite_bind(struct mmlite *mmlite, const char *path, const IID *iid, void **out_object)
{
    com_set_error_detail("");
    return com_bind(mmlite->root, path, iid, out_object);
}

HRESULT mmlite_bind_rebinding(struct mmlite *mmlite, const char *path, const IID *iid, void **out_object)
{
    com_set_error_detail("");
    return rpc_bind_rebinding(mmlite->node, mmlite->root, path, iid, out_object);
}

HRESULT mmlite_bind_pipelined(struct mmlite *mmlite, const char *path, const IID *iid, void **out_object)
{
    com_set_error_detail("");
    return rpc_bind_pipelined(mmlite->root, path, iid, out_object);
}

HRESULT mmlite_export(struct mmlite *mmlite, const char *name, const char *path)
{
    return host_files_add(mmlite->files, name, path);
}

HRESULT mmlite_set_policy(struct mmlite *mmlite, const char *policy)
{
    COM_SCOPED(IPolicy) object = NULL;
    HRESULT hr;

    com_set_error_detail("");
    hr = com_bind(mmlite->root, "policy", &IID_IPolicy, (void **)&object);
    return FAILED(hr) ? hr : IPolicy_Apply(object, policy);
}

const char *mmlite_result_name(struct mmlite *mmlite, HRESULT hr)
{
    static _Thread_local char number[sizeof("0x80040200")];
    const char *name = mmlite ? rpc_result_name(mmlite->node, hr) : com_result_name(hr);

    if (name)
        return name;
    snprintf(number, sizeof(number), "0x%08X", (unsigned)hr);
    return number;
}
