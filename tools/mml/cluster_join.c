/* Starting the nodes of a cluster and waiting until they have joined. */
#include "cluster_join.h"
#include "cluster_switch.h"
#include "machine.h"
#include "upload.h"
#include <com_names.h>
#include <component.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define POLL_MS 10

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

void joining_handle_interrupts(void)
{
    struct sigaction action = {.sa_handler = interrupt};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

double joining_seconds(const struct joining *joining)
{
    return (double)(mml_now_ns() - joining->start_ns) / 1e9;
}

/* Starting */

/* The endpoint in the line "ready: NAME at ENDPOINT" that a Linux node writes; false while it has not. */
static bool read_ready_line(const struct cluster *cluster, struct cluster_node *node)
{
    char path[CLUSTER_PATH_MAX];
    char line[NODE_ENDPOINTS_MAX + 64];
    char name[NODE_NAME_MAX + 1];
    char endpoint[NET_ENDPOINT_MAX + 1];
    bool found = false;
    FILE *log;

    cluster_file_path(cluster, node->name, ".log", path);
    log = fopen(path, "re");
    if (!log)
        return false;
    while (fgets(line, sizeof(line), log)) {
        if (strncmp(line, "[mml: ", 6) == 0) /* what follows is of a later start */
            found = false;
        if (strchr(line, '\n') && sscanf(line, "ready: %31s at %127s", name, endpoint) == 2 &&
            strcmp(name, node->name) == 0) {
            snprintf(node->endpoint, sizeof(node->endpoint), "%s", endpoint);
            found = true;
        }
    }
    fclose(log);
    return found;
}

/* The components that were built or installed with this program; "" if they are not there. */
static void find_components(char *path, size_t capacity)
{
    static const char *const places[] = {"linux/components", "share/mmlite/linux/components"};
    size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        mml_path_beside(places[i], path, capacity);
        if (access(path, R_OK | X_OK) == 0)
            return;
    }
    path[0] = '\0';
}

/* What a Linux node of a cluster loads, as those that run a kernel. */
static size_t add_loading(const struct cluster *cluster, const char *components, const char *arguments[])
{
    size_t count = 0;

    if (*components) {
        arguments[count++] = "--components";
        arguments[count++] = components;
    }
    if (cluster_serves(cluster, COMPONENTS_NAME)) {
        arguments[count++] = "--components";
        arguments[count++] = COMPONENTS_PATH;
    }
    arguments[count++] = "--load-from";
    arguments[count++] = UPLOADS_PATH;
    return count;
}

/* Starts `mml node`; `directory` NULL: the node holds it itself, and serves what all nodes may load. */
static bool start_linux_node(const struct cluster *cluster, struct cluster_node *node, const char *directory)
{
    const char *arguments[NODE_ARGUMENTS_MAX + 24];
    char log[CLUSTER_PATH_MAX], program[CLUSTER_PATH_MAX], components[CLUSTER_PATH_MAX];
    char added[CLUSTER_PATH_MAX], uploads[CLUSTER_PATH_MAX], served[CLUSTER_PATH_MAX + sizeof(UPLOADS_NAME)];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    size_t count = 0, i;

    program[length > 0 ? length : 0] = '\0';
    find_components(components, sizeof(components));
    cluster_file_path(cluster, UPLOADS_NAME, "", uploads);
    snprintf(served, sizeof(served), "%s=%s", UPLOADS_NAME, uploads);
    arguments[count++] = program;
    arguments[count++] = "node";
    arguments[count++] = "--name";
    arguments[count++] = node->name;
    arguments[count++] = "--listen";
    arguments[count++] = node->endpoint;
    arguments[count++] = "--directory";
    arguments[count++] = directory ? directory : "self";
    if (node->has_added) { /* before the others, as in a kernel's RomFS */
        cluster_file_path(cluster, node->name, CLUSTER_COMPONENTS_SUFFIX, added);
        arguments[count++] = "--components";
        arguments[count++] = added;
    }
    count += add_loading(cluster, components, arguments + count);
    if (!directory) {
        arguments[count++] = "--dir";
        arguments[count++] = served;
    }
    for (i = 0; i < node->argument_count; i++)
        arguments[count++] = node->arguments[i];
    arguments[count] = NULL;

    cluster_file_path(cluster, node->name, ".log", log);
    cluster_log_line(cluster, node, "started");
    if (!process_start(arguments, log, &node->process)) {
        mml_error("cannot start %s for node %s: %s", program, node->name, strerror(errno));
        return false;
    }
    return true;
}

static bool is_machine(const struct cluster_node *node)
{
    return machine_is_known(node->system);
}

bool joining_start_node(struct joining *joining, struct cluster_node *node)
{
    struct cluster *cluster = joining->cluster;
    const char *directory = cluster->nodes[0].endpoint;
    bool is_directory = node == &cluster->nodes[0];
    bool started;

    if (node == &cluster->net_switch)
        started = switch_start(cluster);
    else if (is_machine(node))
        started = switch_attach(cluster, node) && machine_start(cluster, node, directory);
    else
        started = start_linux_node(cluster, node, is_directory ? NULL : directory);
    return started && cluster_write_node(cluster, node);
}

/* Waiting */

static bool node_has_died(const struct joining *joining, const struct cluster_node *node)
{
    if (process_is_alive(&node->process))
        return false;
    mml_error("node %s ended while it was starting", node->name);
    cluster_print_log_end(joining->cluster, node);
    return true;
}

static bool out_of_time(const struct joining *joining, const struct cluster_node *node)
{
    if (interrupted) {
        mml_error("interrupted");
        return true;
    }
    if (mml_now_ns() < joining->deadline_ns)
        return false;
    mml_error("node %s did not join within %.0f s", node->name, joining_seconds(joining));
    cluster_print_log_end(joining->cluster, node);
    return true;
}

bool joining_wait_until_ready(struct joining *joining, struct cluster_node *node)
{
    while (!read_ready_line(joining->cluster, node)) {
        if (node_has_died(joining, node) || out_of_time(joining, node))
            return false;
        mml_sleep_ms(POLL_MS);
    }
    return cluster_write_node(joining->cluster, node); /* with its real endpoint */
}

static void report_joined(struct joining *joining, const struct cluster_node *node)
{
    size_t place = (size_t)(node - joining->cluster->nodes);

    joining->joined_s[place] = joining_seconds(joining);
    if (!joining->mml->json) {
        printf("%-8s %-13s joined after %.2f s at %s\n", node->name, node->system, joining->joined_s[place],
               node->endpoint);
        fflush(stdout);
    }
}

/* Whether a node of that name answers: a call comes back, so it is more than an entry or an open port. */
static HRESULT ping_node(struct joining *joining, const struct cluster_node *node)
{
    COM_SCOPED(INode) remote = NULL;
    char path[NODE_NAME_MAX + sizeof("/net//node")];
    HRESULT hr;

    snprintf(path, sizeof(path), "/net/%s/node", node->name);
    hr = mmlite_bind(joining->mmlite, path, &IID_INode, (void **)&remote);
    return FAILED(hr) ? hr : INode_Ping(remote);
}

/*
 * Looks whether a node has joined. Returns false when waiting on is of no use, after saying why.
 *
 * The ping comes first: after a crash the directory may have an old entry for a moment, but nobody answers
 * there.
 */
static bool look_for_node(struct joining *joining, IDirectory *directory, struct cluster_node *node)
{
    char endpoints[NODE_ENDPOINTS_MAX + 1];
    uint64_t incarnation;
    HRESULT hr;

    if (FAILED(ping_node(joining, node)))
        return true;
    hr = IDirectory_Lookup(directory, node->name, endpoints, sizeof(endpoints), &incarnation);
    if (FAILED(hr))
        return true;
    if (!cluster_has_endpoint(endpoints, node->endpoint)) {
        mml_error("the name %s is in use: a node at %s has it, so the one at %s cannot join", node->name,
                  endpoints, node->endpoint);
        mml_hint("end that node, or give this one another name");
        return false;
    }
    report_joined(joining, node);
    return true;
}

static bool connect_to_directory(struct joining *joining, IDirectory **out_directory)
{
    struct mmlite_options options = {.directory = joining->cluster->nodes[0].endpoint};
    COM_SCOPED(ICluster) membership = NULL;
    HRESULT hr = mmlite_open(&options, &joining->mmlite);

    if (SUCCEEDED(hr))
        hr = com_bind(mmlite_root(joining->mmlite), "net", &IID_ICluster, (void **)&membership);
    if (SUCCEEDED(hr))
        hr = ICluster_GetDirectory(membership, out_directory);
    if (FAILED(hr))
        mml_call_error(joining->mmlite, options.directory, hr);
    return SUCCEEDED(hr);
}

bool joining_wait_until_joined(struct joining *joining)
{
    COM_SCOPED(IDirectory) directory = NULL;
    bool waiting = true;

    if (!connect_to_directory(joining, &directory))
        return false;
    while (waiting) {
        size_t i;

        waiting = false;
        for (i = 0; i < joining->cluster->node_count; i++) {
            struct cluster_node *node = &joining->cluster->nodes[i];

            if (joining->joined_s[i] > 0)
                continue;
            if (!is_machine(node) && !read_ready_line(joining->cluster, node)) {
                waiting = true; /* it does not listen yet */
            } else if (!look_for_node(joining, directory, node)) {
                return false;
            } else if (joining->joined_s[i] == 0) {
                waiting = true;
            }
            if (joining->joined_s[i] == 0 && (node_has_died(joining, node) || out_of_time(joining, node)))
                return false;
            if (joining->joined_s[i] > 0 && !cluster_write_node(joining->cluster, node))
                return false;
        }
        if (waiting)
            mml_sleep_ms(POLL_MS);
    }
    return true;
}
