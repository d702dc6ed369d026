/* See cluster_switch.h. */
#include "cluster_switch.h"
#include "machine.h"
#include <com_names.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define PROGRAM "mml-switch"
#define PATIENCE_NS (5000 * MML_NS_PER_MS)

/* The first address of a machine: 10.0.2.15, as QEMU's user networking gives it. */
#define FIRST_ADDRESS_BYTE 15

static const struct com_interface *const interfaces[] = {&ISwitch_interface, NULL};

/* Starting */

void switch_plan(struct cluster *cluster)
{
    unsigned machines = 0;
    uint32_t number = 0;
    size_t i;

    for (i = 0; i < cluster->node_count; i++) {
        struct cluster_node *node = &cluster->nodes[i];

        if (machine_is_known(node->system))
            snprintf(node->address, sizeof(node->address), "10.0.2.%u", FIRST_ADDRESS_BYTE + machines++);
    }
    if (machines == 0)
        return;
    /* Other clusters have other numbers, so that nobody takes an address of theirs for one of his own switch.
     */
    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        number = (uint32_t)mml_now_ns() ^ (uint32_t)getpid() << 16;
    snprintf(cluster->net_switch.name, sizeof(cluster->net_switch.name), "%s", SWITCH_NODE);
    snprintf(cluster->net_switch.system, sizeof(cluster->net_switch.system), "switch");
    snprintf(cluster->net_switch.address, sizeof(cluster->net_switch.address), "switch-%08x",
             (unsigned)number);
}

bool switch_can_start(void)
{
    char path[CLUSTER_PATH_MAX];

    mml_path_beside("bin/" PROGRAM, path, sizeof(path));
    if (access(path, X_OK) == 0)
        return true;
    mml_error("there is no switch at %s: %s", path, strerror(errno));
    mml_hint("`./dev build` builds it, `./dev install` puts it beside an installed mml");
    return false;
}

bool switch_start(struct cluster *cluster)
{
    char path[CLUSTER_PATH_MAX], log[CLUSTER_PATH_MAX];
    const char *arguments[] = {path, cluster->path, NULL};

    mml_path_beside("bin/" PROGRAM, path, sizeof(path));
    cluster_file_path(cluster, SWITCH_NODE, ".log", log);
    cluster_log_line(cluster, &cluster->net_switch, "started");
    if (!process_start(arguments, log, &cluster->net_switch.process)) {
        mml_error("cannot start %s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

/* Calling */

/* The node's root, over a path that is short however deep the folder lies. */
static HRESULT connect_in_folder(struct switch_client *client, int folder)
{
    COM_SCOPED(INamespace) root = NULL;
    char endpoint[NET_ENDPOINT_MAX + 1];
    ILocalNode *node = mmlite_node(client->mmlite);
    HRESULT hr;

    snprintf(endpoint, sizeof(endpoint), "unix:/proc/self/fd/%d/switch.control", folder);
    hr = ILocalNode_Connect(node, endpoint, ILocalNode_Now(node) + PATIENCE_NS, &root);
    return SUCCEEDED(hr) ? com_bind(root, "switch", &IID_ISwitch, (void **)&client->object) : hr;
}

static HRESULT open_client(const struct cluster *cluster, struct switch_client *client)
{
    const struct mmlite_options options = {.directory = "none", .interfaces = interfaces};
    HRESULT hr = mmlite_open(&options, &client->mmlite);
    int folder;

    if (FAILED(hr))
        return hr;
    folder = open(cluster->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return NET_E_UNREACHABLE;
    hr = connect_in_folder(client, folder);
    close(folder);
    return hr;
}

bool switch_connect(const struct cluster *cluster, struct switch_client *out_client)
{
    HRESULT hr;

    memset(out_client, 0, sizeof(*out_client));
    if (!cluster->net_switch.name[0]) {
        mml_error("the cluster %s has no switch: none of its nodes is a machine", cluster->name);
        mml_hint("`mml cluster up --nodes n1,n2` starts one with machines");
        return false;
    }
    hr = open_client(cluster, out_client);
    if (SUCCEEDED(hr))
        return true;

    switch_disconnect(out_client);
    mml_error("the switch of the cluster %s does not answer: %s", cluster->name,
              mmlite_result_name(NULL, hr));
    if (process_is_alive(&cluster->net_switch.process))
        mml_hint("`mml cluster log " SWITCH_NODE "` shows what it says");
    else
        mml_hint("`mml cluster start " SWITCH_NODE "` starts it again");
    return false;
}

void switch_disconnect(struct switch_client *client)
{
    if (client->object)
        ISwitch_Release(client->object);
    mmlite_close(client->mmlite);
    memset(client, 0, sizeof(*client));
}

/* The port of an endpoint of this machine; 0: it has none yet. */
static uint32_t port_of(const char *endpoint)
{
    unsigned port;

    return sscanf(endpoint, "%*3[a-z]:127.0.0.1:%u", &port) == 1 && port <= UINT16_MAX ? port : 0;
}

static HRESULT forward(ISwitch *object, const char *name, uint32_t machine_port,
                       char endpoint[NET_ENDPOINT_MAX + 1])
{
    uint32_t port = 0;
    HRESULT hr = ISwitch_Forward(object, name, machine_port, port_of(endpoint), &port);

    if (SUCCEEDED(hr))
        snprintf(endpoint, NET_ENDPOINT_MAX + 1, "%s:127.0.0.1:%u",
                 strncmp(endpoint, "udp:", 4) == 0 ? "udp" : "tcp", (unsigned)port);
    return hr;
}

bool switch_attach(const struct cluster *cluster, struct cluster_node *node)
{
    struct switch_client client;
    HRESULT hr;

    if (!switch_connect(cluster, &client))
        return false;
    hr = ISwitch_Attach(client.object, node->name, node->address);
    if (SUCCEEDED(hr))
        hr = forward(client.object, node->name, MACHINE_RPC_PORT, node->endpoint);
    if (SUCCEEDED(hr))
        hr = forward(client.object, node->name, MACHINE_ECHO_PORT, node->echo);
    if (FAILED(hr)) {
        mml_call_error(client.mmlite, node->name, hr);
        mml_hint("`mml cluster log " SWITCH_NODE "` shows what the switch says");
    }
    switch_disconnect(&client);
    return SUCCEEDED(hr);
}

void switch_detach(const struct cluster *cluster, const struct cluster_node *node)
{
    struct switch_client client = {.mmlite = NULL};

    if (SUCCEEDED(open_client(cluster, &client)))
        com_ignore(ISwitch_Detach(client.object, node->name)); /* it notices by itself, too, if not at once */
    switch_disconnect(&client);
}
