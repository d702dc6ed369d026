/* mml cluster: the choice of its command, and ending nodes. */
#include "cluster.h"
#include "cluster_link.h"
#include "cluster_switch.h"
#include <errno.h>
#include <getopt.h>
#include <string.h>

void cluster_print_help(void)
{
    printf(
        "usage: mml cluster up [--nodes LIST] [--name NAME] [--file PATH]... [--dir NAME=PATH]...\n"
        "                      [--add FILE]... [--policy NODE=FILE]... [--listen ENDPOINT] [--wait SECONDS]\n"
        "       mml cluster ls [--name NAME]\n"
        "       mml cluster log [--name NAME] NODE\n"
        "       mml cluster stop [--name NAME] [--kill] NODE\n"
        "       mml cluster start [--name NAME] NODE\n"
        "       mml cluster down [--name NAME]\n"
        "       mml cluster link|partition|heal|capture ...\n"
        "\n"
        "Runs a cluster on this machine: a Linux node `host`, which holds the directory, and the nodes of\n"
        "LIST. No root rights are needed.\n"
        "\n"
        "  up     starts the nodes and returns when all of them have joined\n"
        "  ls     shows the nodes with their processes and endpoints\n"
        "  log    prints what a node has written: a kernel's serial port, a Linux node's output\n"
        "  stop   ends one node; --kill as a power cut would\n"
        "  start  starts a node that was stopped or died\n"
        "  down   ends all nodes and removes the cluster's folder\n"
        "  link, partition, heal, capture\n"
        "         look at the machines' network and make it worse; `mml cluster link --help` tells how\n"
        "\n"
        "Machines are on a switch, a process of the cluster that log, stop and start know as `switch`.\n"
        "\n"
        "options:\n"
        "  --nodes LIST       names with commas (default: n1,n2); NAME is a kernel in QEMU, as NAME=i386 "
        "is,\n"
        "                     NAME=armv7m one on a Cortex-M3, NAME=linux another Linux node\n"
        "  --name NAME        of the cluster (default: for up `default`, else the only one)\n"
        "  --file PATH        `host` serves this file, read-only, as /net/host/files/BASENAME\n"
        "  --dir NAME=PATH    `host` serves this folder, read-only, as /net/host/files/NAME; with the name\n"
        "                     `components` all nodes look there for what nobody registered (NAME.elf, "
        "NAME.so)\n"
        "  --add FILE         gives the file to all nodes: kernels find it as /romfs/BASENAME, before the "
        "files of\n"
        "                     their image. A component goes only to the nodes that it was built for, which "
        "load\n"
        "                     it when somebody binds its name. It is copied: a new version needs a new `up`, "
        "or\n"
        "                     `mml load`\n"
        "  --policy NODE=FILE what peers may see and do there (docs/views.md); of a kernel as of a Linux "
        "node\n"
        "  --transport NAME   that nodes speak with each other: tcp (default) or udp\n"
        "  --listen ENDPOINT  of `host` (default: tcp:127.0.0.1:0, which takes a free port)\n"
        "  --wait SECONDS     how long nodes may take to join (default: 20)\n"
        "\n"
        "examples:\n"
        "  mml cluster up --file README.md\n"
        "  mml cluster up --name big --nodes n1,n2,n3,n4\n"
        "  mml cluster up --nodes n1 --add build/i386/pump.elf && build/pump-client /net/n1/pump\n"
        "  mml cluster up --nodes n1 --policy n1=n1.policy && mml ls n1\n"
        "  mml cluster stop n1 --kill && mml cluster start n1\n"
        "  mml cluster link n1 --loss 30%% --delay 20ms\n"
        "  mml cluster partition n1 && sleep 6 && mml cluster heal\n"
        "  mml cluster down\n");
}

enum mml_exit cluster_read_options(const char *command, int argument_count, char **arguments,
                                   int words_wanted, struct cluster_options *out_options)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 'n'},
        {"kill", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool can_kill = strcmp(command, "stop") == 0;
    int option;

    memset(out_options, 0, sizeof(*out_options));
    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, ":h", options, NULL)) != -1) {
        if (option == 'h') {
            out_options->help = true;
            return MML_OK;
        } else if (option == 'n') {
            out_options->name = optarg;
        } else if (option == 'k' && can_kill) {
            out_options->by_force = true;
        } else if (option == ':') {
            return mml_usage_error("cluster", "`%s` needs a value", arguments[optind - 1]);
        } else {
            return mml_usage_error("cluster", "`%s` has no option `%s`", command, arguments[optind - 1]);
        }
    }
    out_options->words = arguments + optind;
    out_options->word_count = argument_count - optind;
    if (out_options->name && !cluster_name_is_valid(out_options->name))
        return mml_usage_error("cluster", "`%s` cannot be a name: 1 to %d of a-z 0-9 _ -", out_options->name,
                               CLUSTER_NAME_MAX);
    if (out_options->word_count != words_wanted)
        return mml_usage_error("cluster", words_wanted == 0 ? "`%s` takes no names" : "`%s` needs one node",
                               command);
    return MML_OK;
}

static bool end_node(const struct cluster_node *node)
{
    if (process_end(&node->process, false))
        return true;
    mml_error("node %s (process %ld) does not end: %s", node->name, (long)node->process.pid, strerror(errno));
    return false;
}

bool cluster_end_nodes(struct cluster *cluster)
{
    bool ended = true;
    size_t i;

    /* "host" is the first; the others may have something to tell it while they end. */
    for (i = cluster->node_count; i-- > 1;)
        ended = end_node(&cluster->nodes[i]) && ended;
    ended = end_node(&cluster->net_switch) && ended;
    return (cluster->node_count == 0 || end_node(&cluster->nodes[0])) && ended;
}

static enum mml_exit cluster_stop(const struct mml *mml, int argument_count, char **arguments)
{
    struct cluster_options options;
    struct cluster cluster;
    struct cluster_node *node;
    enum mml_exit result = cluster_read_options("stop", argument_count, arguments, 1, &options);

    (void)mml;
    if (result != MML_OK)
        return result;
    if (options.help) {
        cluster_print_help();
        return MML_OK;
    }
    if (!cluster_open(options.name, &cluster))
        return MML_FAILED;

    result = MML_FAILED;
    node = cluster_lock(&cluster) ? cluster_find_node(&cluster, options.words[0]) : NULL;
    if (cluster.lock >= 0 && !node) {
        mml_error("the cluster %s has no node %s", cluster.name, options.words[0]);
        mml_hint("`mml cluster ls` shows its nodes");
    } else if (node && !process_is_alive(&node->process)) {
        mml_error("node %s is not running", node->name);
        mml_hint("`mml cluster start %s` starts it", node->name);
    } else if (node && !process_end(&node->process, options.by_force)) {
        mml_error("node %s (process %ld) does not end: %s", node->name, (long)node->process.pid,
                  strerror(errno));
    } else if (node) {
        if (node->address[0] && node != &cluster.net_switch)
            switch_detach(&cluster, node);
        node->process = (struct process){.pid = 0};
        if (cluster_write_node(&cluster, node)) {
            printf("%s is %s\n", node->name, options.by_force ? "killed" : "stopped");
            result = MML_OK;
        }
    }
    cluster_close(&cluster);
    return result;
}

static enum mml_exit cluster_down(const struct mml *mml, int argument_count, char **arguments)
{
    struct cluster_options options;
    struct cluster cluster;
    enum mml_exit result = cluster_read_options("down", argument_count, arguments, 0, &options);

    (void)mml;
    if (result != MML_OK)
        return result;
    if (options.help) {
        cluster_print_help();
        return MML_OK;
    }
    if (!cluster_open(options.name, &cluster))
        return MML_FAILED;

    result = MML_FAILED;
    if (cluster_lock(&cluster) && cluster_end_nodes(&cluster) && cluster_remove(&cluster)) {
        printf("cluster %s is down\n", cluster.name);
        result = MML_OK;
    }
    cluster_close(&cluster);
    return result;
}

enum mml_exit mml_cluster(const struct mml *mml, int argument_count, char **arguments)
{
    static const struct mml_command commands[] = {
        {"up", NULL, cluster_up},       {"ls", NULL, cluster_show},
        {"log", NULL, cluster_log},     {"stop", NULL, cluster_stop},
        {"start", NULL, cluster_start}, {"down", NULL, cluster_down},
        {"link", NULL, cluster_link},   {"partition", NULL, cluster_partition},
        {"heal", NULL, cluster_heal},   {"capture", NULL, cluster_capture},
    };
    size_t i;

    if (argument_count < 2)
        return mml_usage_error("cluster", "`cluster` needs a command");
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0) {
        cluster_print_help();
        return MML_OK;
    }

    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(arguments[1], commands[i].name) == 0)
            return commands[i].run(mml, argument_count - 1, arguments + 1);

    return mml_usage_error("cluster", "`cluster` has no command `%s`", arguments[1]);
}
