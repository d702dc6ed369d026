/* mml cluster up, start */
#include "added.h"
#include "cluster_join.h"
#include "cluster_switch.h"
#include "machine.h"
#include "upload.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIRECTORY_NODE "host"
#define DEFAULT_NODES "n1,n2"
#define DEFAULT_WAIT_S 20
#define NODE_ARGUMENT_NAME_MAX 64 /* NAME= of --dir */

static void print_result(const struct joining *joining, const struct added_files *added)
{
    const struct cluster *cluster = joining->cluster;
    size_t i;

    if (!joining->mml->json) {
        added_print(added, cluster);
        printf("cluster %s is up: %zu nodes after %.2f s\n", cluster->name, cluster->node_count,
               joining_seconds(joining));
        return;
    }
    printf("{\"cluster\": \"%s\", \"folder\": ", cluster->name);
    mml_json_string(stdout, cluster->path);
    printf(", \"directory\": ");
    mml_json_string(stdout, cluster->nodes[0].endpoint);
    printf(", \"nodes\": [");
    for (i = 0; i < cluster->node_count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];

        printf("%s{\"name\": \"%s\", \"system\": \"%s\", \"pid\": %ld, \"joined_s\": %.3f, \"endpoint\": ",
               i ? ", " : "", node->name, node->system, (long)node->process.pid, joining->joined_s[i]);
        mml_json_string(stdout, node->endpoint);
        printf(", \"echo\": ");
        mml_json_string(stdout, node->echo);
        printf(", \"added\": ");
        added_print_json(added, node);
        printf("}");
    }
    printf("]}\n");
}

/* Up */

struct up_options {
    const char *name;
    char *nodes;
    const char *listen;    /* NULL: as all nodes do */
    const char *transport; /* tcp or udp */
    long wait_s;
    struct added_files *added;
};

/* Files are served by another process with another working folder: their paths are made absolute. */
static bool served_path(const char *path, char *absolute, size_t capacity)
{
    if (!mml_absolute_path(path, absolute, capacity))
        return false;
    if (strchr(absolute, '\n')) {
        mml_error("%s: a path that has a line end cannot be served", path);
        return false;
    }
    if (access(absolute, R_OK) != 0) {
        mml_error("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

/* Adds --file PATH or --dir NAME=PATH to what the node `host` is started with. */
static bool add_host_argument(struct cluster_node *host, const char *option, const char *value)
{
    char argument[CLUSTER_PATH_MAX + NODE_ARGUMENT_NAME_MAX];
    const char *equals = strcmp(option, "--dir") == 0 ? strchr(value, '=') : NULL;
    int name_length = equals ? (int)(equals - value) + 1 : 0;

    if (strcmp(option, "--dir") == 0 && (!equals || name_length > NODE_ARGUMENT_NAME_MAX)) {
        mml_error("`--dir %s` needs NAME=PATH", value);
        return false;
    }
    if (equals && strncmp(value, UPLOADS_NAME "=", sizeof(UPLOADS_NAME)) == 0) {
        mml_error("`--dir %s`: the name " UPLOADS_NAME " is the cluster's own, for files of `mml load`",
                  value);
        mml_hint("choose another name");
        return false;
    }
    memcpy(argument, value, (size_t)name_length);
    if (!served_path(equals ? equals + 1 : value, argument + name_length, CLUSTER_PATH_MAX))
        return false;
    if (!cluster_node_add_argument(host, option) || !cluster_node_add_argument(host, argument)) {
        mml_error("too many files: at most %d", NODE_ARGUMENTS_MAX / 2);
        return false;
    }
    return true;
}

/* Adds the nodes of "n1,n2=i386,n3=armv7m,n4=linux". @param anywhere  the endpoint of a node, port 0 */
static enum mml_exit add_nodes(struct cluster *cluster, char *list, const char *anywhere)
{
    char *rest = list;
    char *word;

    while ((word = strsep(&rest, ",")) != NULL) {
        char *equals = strchr(word, '=');
        const char *given = "i386";
        char system[sizeof(cluster->nodes[0].system)];
        struct cluster_node *node;

        if (equals) {
            *equals = '\0';
            given = equals + 1;
        }
        snprintf(system, sizeof(system), "%s%s", strcmp(given, "linux") == 0 ? "" : "kernel-", given);
        if (!cluster_name_is_valid(word))
            return mml_usage_error("cluster", "`%s` cannot be the name of a node: 1 to %d of a-z 0-9 _ -",
                                   word, (int)NODE_NAME_MAX);
        if (strcmp(system, "linux") != 0 && !machine_is_known(system))
            return mml_usage_error("cluster", "node %s: there is no system `%s`, only i386, armv7m and linux",
                                   word, given);
        if (strcmp(word, SWITCH_NODE) == 0 || strcmp(word, SWITCH_GATEWAY) == 0)
            return mml_usage_error("cluster",
                                   "no node can be called %s: it is a part of every cluster's network", word);
        if (cluster_find_node(cluster, word))
            return mml_usage_error("cluster", "the name %s is given twice%s", word,
                                   strcmp(word, DIRECTORY_NODE) == 0 ? " (every cluster has a node `host`)"
                                                                     : "");
        node = cluster_add_node(cluster, word, system);
        if (!node)
            return mml_usage_error("cluster", "at most %d nodes", CLUSTER_NODES_MAX);
        snprintf(node->endpoint, sizeof(node->endpoint), "%s", anywhere);
    }
    return MML_OK;
}

static enum mml_exit read_up_options(int argument_count, char **arguments, struct up_options *up,
                                     struct cluster_node *host)
{
    static const struct option options[] = {
        {"nodes", required_argument, NULL, 'N'},  {"name", required_argument, NULL, 'n'},
        {"file", required_argument, NULL, 'f'},   {"dir", required_argument, NULL, 'd'},
        {"add", required_argument, NULL, 'a'},    {"policy", required_argument, NULL, 'p'},
        {"listen", required_argument, NULL, 'l'}, {"transport", required_argument, NULL, 't'},
        {"wait", required_argument, NULL, 'w'},   {NULL, 0, NULL, 0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, ":", options, NULL)) != -1) {
        switch (option) {
        case 'N':
            up->nodes = optarg;
            break;
        case 'n':
            up->name = optarg;
            break;
        case 'l':
            up->listen = optarg;
            break;
        case 't':
            up->transport = optarg;
            break;
        case 'w':
            up->wait_s = strtol(optarg, NULL, 10);
            break;
        case 'f':
        case 'd':
            if (!add_host_argument(host, option == 'f' ? "--file" : "--dir", optarg))
                return MML_FAILED;
            break;
        case 'a':
            if (!added_read(up->added, optarg))
                return MML_FAILED;
            break;
        case 'p':
            if (!added_read_policy(up->added, optarg))
                return MML_FAILED;
            break;
        case ':':
            return mml_usage_error("cluster", "`%s` needs a value", arguments[optind - 1]);
        default:
            return mml_usage_error("cluster", "`up` has no option `%s`", arguments[optind - 1]);
        }
    }
    if (optind < argument_count)
        return mml_usage_error("cluster", "`up` takes no names (nodes go into --nodes)");
    if (!cluster_name_is_valid(up->name))
        return mml_usage_error("cluster", "`%s` cannot be a name: 1 to %d of a-z 0-9 _ -", up->name,
                               CLUSTER_NAME_MAX);
    if (strcmp(up->transport, "tcp") != 0 && strcmp(up->transport, "udp") != 0)
        return mml_usage_error("cluster", "--transport is tcp or udp, not `%s`", up->transport);
    if (up->wait_s < 1 || up->wait_s > 3600)
        return mml_usage_error("cluster", "--wait needs a number of seconds from 1 to 3600");
    return MML_OK;
}

/* Everything is there that the nodes need. */
static bool check_systems(const struct cluster *cluster)
{
    size_t i;

    for (i = 0; i < cluster->node_count; i++)
        if (machine_is_known(cluster->nodes[i].system) && !machine_can_start(cluster->nodes[i].system))
            return false;
    return !cluster->net_switch.name[0] || switch_can_start();
}

static bool bring_up(struct joining *joining)
{
    struct cluster *cluster = joining->cluster;
    size_t i;

    if (!joining_start_node(joining, &cluster->nodes[0]) ||
        (cluster->net_switch.name[0] && !joining_start_node(joining, &cluster->net_switch)) ||
        !joining_wait_until_ready(joining, &cluster->nodes[0]) ||
        (cluster->net_switch.name[0] && !joining_wait_until_ready(joining, &cluster->net_switch)))
        return false;
    for (i = 1; i < cluster->node_count; i++)
        if (!joining_start_node(joining, &cluster->nodes[i]))
            return false;
    /* Last: who finds the cluster by its folder finds all of it. */
    return joining_wait_until_joined(joining) && cluster_write_directory(cluster, cluster->nodes[0].endpoint);
}

/* Moves the nodes that the options named into the cluster that was made for them. */
static void move_nodes(struct cluster *from, struct cluster *to)
{
    memcpy(to->nodes, from->nodes, sizeof(to->nodes));
    to->node_count = from->node_count;
    to->net_switch = from->net_switch;
    from->node_count = 0;
}

static enum mml_exit up(const struct mml *mml, int argument_count, char **arguments, struct cluster *wanted,
                        struct added_files *added, struct cluster *cluster)
{
    struct up_options options = {
        .name = "default", .transport = "tcp", .wait_s = DEFAULT_WAIT_S, .added = added};
    char anywhere[sizeof(wanted->nodes[0].endpoint)];
    struct joining joining = {.mml = mml, .cluster = cluster, .start_ns = mml_now_ns()};
    struct cluster_node *host = cluster_add_node(wanted, DIRECTORY_NODE, "linux");
    char default_nodes[] = DEFAULT_NODES;
    enum mml_exit result = read_up_options(argument_count, arguments, &options, host);

    snprintf(anywhere, sizeof(anywhere), "%s:127.0.0.1:0", options.transport);
    if (result == MML_OK)
        result = add_nodes(wanted, options.nodes ? options.nodes : default_nodes, anywhere);
    if (result != MML_OK)
        return result;

    snprintf(host->endpoint, sizeof(host->endpoint), "%s", options.listen ? options.listen : anywhere);
    switch_plan(wanted);
    if (!added_check(added, wanted) || !check_systems(wanted) || !cluster_create(options.name, cluster))
        return MML_FAILED;

    move_nodes(wanted, cluster);
    joining.deadline_ns = joining.start_ns + options.wait_s * 1000 * MML_NS_PER_MS;
    joining_handle_interrupts();
    if (uploads_create(cluster) && added_write(added, cluster) && bring_up(&joining)) {
        print_result(&joining, added);
        result = MML_OK;
    } else {
        result = MML_FAILED;
        if (cluster_end_nodes(cluster))
            (void)cluster_remove(cluster); /* says itself why not */
    }
    mmlite_close(joining.mmlite);
    return result;
}

enum mml_exit cluster_up(const struct mml *mml, int argument_count, char **arguments)
{
    struct cluster *wanted = calloc(1, sizeof(*wanted));
    struct cluster *cluster = calloc(1, sizeof(*cluster));
    struct added_files *added = calloc(1, sizeof(*added));
    enum mml_exit result = MML_FAILED;
    int i;

    for (i = 1; i < argument_count; i++) {
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) {
            cluster_print_help();
            free(wanted);
            free(cluster);
            free(added);
            return MML_OK;
        }
    }
    if (wanted && cluster && added) {
        wanted->lock = cluster->lock = -1;
        result = up(mml, argument_count, arguments, wanted, added, cluster);
        cluster_close(wanted);
        cluster_close(cluster);
        added_free(added);
    } else {
        mml_error("out of memory");
    }
    free(wanted);
    free(cluster);
    free(added);
    return result;
}

/* Start */

/* The switch is new, machines run: each is plugged in again, and is reached by the ports it had. */
static bool restart_switch(struct joining *joining)
{
    struct cluster *cluster = joining->cluster;
    bool attached = true;
    size_t i;

    if (!joining_start_node(joining, &cluster->net_switch))
        return false;
    if (!joining_wait_until_ready(joining, &cluster->net_switch)) {
        (void)process_end(&cluster->net_switch.process, true); /* it is of no use */
        return false;
    }
    for (i = 0; i < cluster->node_count; i++) {
        struct cluster_node *node = &cluster->nodes[i];
        char endpoint[NET_ENDPOINT_MAX + 1];

        if (!machine_is_known(node->system) || !process_is_alive(&node->process))
            continue;
        snprintf(endpoint, sizeof(endpoint), "%s", node->endpoint);
        if (!switch_attach(cluster, node) || !cluster_write_node(cluster, node)) {
            attached = false;
        } else if (strcmp(endpoint, node->endpoint) != 0) {
            mml_error("node %s was reached at %s, which is taken now", node->name, endpoint);
            mml_hint("`mml cluster stop %s` and `mml cluster start %s` give it another", node->name,
                     node->name);
            attached = false;
        }
    }
    if (attached && !joining->mml->json)
        printf("the switch runs (process %ld)\n", (long)cluster->net_switch.process.pid);
    return attached;
}

static bool start_again(struct joining *joining, const char *name)
{
    struct cluster *cluster = joining->cluster;
    struct cluster_node *node = cluster_find_node(cluster, name);
    size_t i;

    if (!node) {
        mml_error("the cluster %s has no node %s", cluster->name, name);
        mml_hint("`mml cluster ls` shows its nodes");
        return false;
    }
    if (process_is_alive(&node->process)) {
        mml_error("node %s is already running (process %ld)", name, (long)node->process.pid);
        mml_hint("`mml cluster stop %s` ends it", name);
        return false;
    }
    if (node == &cluster->net_switch)
        return restart_switch(joining);

    for (i = 0; i < cluster->node_count; i++)
        joining->joined_s[i] = &cluster->nodes[i] == node ? 0 : 1; /* only this one is waited for */
    if (!joining_start_node(joining, node))
        return false;
    if ((node == &cluster->nodes[0] && !joining_wait_until_ready(joining, node)) ||
        !joining_wait_until_joined(joining)) {
        (void)process_end(&node->process, true); /* what has not joined by now is of no use */
        return false;
    }
    return true;
}

enum mml_exit cluster_start(const struct mml *mml, int argument_count, char **arguments)
{
    struct cluster_options options;
    struct cluster cluster;
    struct joining joining = {.mml = mml, .cluster = &cluster, .start_ns = mml_now_ns()};
    enum mml_exit result = cluster_read_options("start", argument_count, arguments, 1, &options);

    if (result != MML_OK)
        return result;
    if (options.help) {
        cluster_print_help();
        return MML_OK;
    }
    if (!cluster_open(options.name, &cluster))
        return MML_FAILED;

    joining.deadline_ns = joining.start_ns + DEFAULT_WAIT_S * 1000 * MML_NS_PER_MS;
    joining_handle_interrupts();
    result = cluster_lock(&cluster) && start_again(&joining, options.words[0]) ? MML_OK : MML_FAILED;
    mmlite_close(joining.mmlite);
    cluster_close(&cluster);
    return result;
}
