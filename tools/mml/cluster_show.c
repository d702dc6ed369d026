/* mml cluster ls, log: looking at a cluster without changing it. */
#include "cluster.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOG_END_LINES 15

static const char *state_of(const struct cluster_node *node)
{
    if (node->process.pid == 0)
        return "stopped";
    return process_is_alive(&node->process) ? "running" : "dead";
}

static void print_switch_json(const struct cluster_node *net_switch)
{
    if (!net_switch->name[0]) {
        printf("null");
        return;
    }
    printf("{\"state\": \"%s\", \"pid\": %ld, \"endpoint\": ", state_of(net_switch),
           (long)net_switch->process.pid);
    mml_json_string(stdout, net_switch->endpoint);
    printf("}");
}

static void print_json(const struct cluster *cluster)
{
    size_t i;

    printf("{\"cluster\": \"%s\", \"folder\": ", cluster->name);
    mml_json_string(stdout, cluster->path);
    printf(", \"nodes\": [");
    for (i = 0; i < cluster->node_count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];

        printf("%s{\"name\": \"%s\", \"system\": \"%s\", \"state\": \"%s\", \"pid\": %ld, \"endpoint\": ",
               i ? ", " : "", node->name, node->system, state_of(node), (long)node->process.pid);
        mml_json_string(stdout, node->endpoint);
        printf(", \"echo\": ");
        mml_json_string(stdout, node->echo);
        printf("}");
    }
    printf("], \"switch\": ");
    print_switch_json(&cluster->net_switch);
    printf("}");
}

static void print_table(const struct cluster *cluster)
{
    size_t i;

    printf("%scluster %s%s in %s\n", mml_bold(stdout), cluster->name, mml_plain(stdout), cluster->path);
    printf("  %-12s %-13s %-8s %8s  %-24s %s\n", "NODE", "SYSTEM", "STATE", "PID", "ENDPOINT", "ECHO");
    for (i = 0; i < cluster->node_count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];

        printf("  %-12s %-13s %-8s %8ld  %-24s %s\n", node->name, node->system, state_of(node),
               (long)node->process.pid, node->endpoint, *node->echo ? node->echo : "-");
    }
    if (cluster->net_switch.name[0])
        printf("  the machines' switch: %s, process %ld\n", state_of(&cluster->net_switch),
               (long)cluster->net_switch.process.pid);
}

struct show_context {
    const struct mml *mml;
    int shown;
};

static void show_one(void *context, const char *name)
{
    struct show_context *show = context;
    struct cluster *cluster = malloc(sizeof(*cluster));

    if (cluster && cluster_open(name, cluster)) {
        if (show->mml->json)
            printf("%s", show->shown ? ", " : "");
        (show->mml->json ? print_json : print_table)(cluster);
        show->shown++;
        cluster_close(cluster);
    }
    free(cluster);
}

enum mml_exit cluster_show(const struct mml *mml, int argument_count, char **arguments)
{
    struct show_context show = {.mml = mml};
    struct cluster_options options;
    enum mml_exit result = cluster_read_options("ls", argument_count, arguments, 0, &options);

    if (result != MML_OK)
        return result;
    if (options.help) {
        cluster_print_help();
        return MML_OK;
    }

    if (mml->json)
        printf("[");
    if (options.name)
        show_one(&show, options.name);
    else if (cluster_list_names(show_one, &show) < 0)
        result = MML_FAILED;
    if (mml->json)
        printf("]\n");
    else if (!options.name && show.shown == 0 && result == MML_OK)
        printf("no cluster is running (`mml cluster up` starts one)\n");
    return options.name && show.shown == 0 ? MML_FAILED : result;
}

void cluster_print_log_end(const struct cluster *cluster, const struct cluster_node *node)
{
    char *lines[LOG_END_LINES] = {NULL};
    char path[CLUSTER_PATH_MAX];
    char *line = NULL;
    size_t capacity = 0, count = 0, i;
    FILE *log;

    cluster_file_path(cluster, node->name, ".log", path);
    log = fopen(path, "re");
    if (!log)
        return;
    while (getline(&line, &capacity, log) > 0) {
        free(lines[count % LOG_END_LINES]);
        lines[count++ % LOG_END_LINES] = line;
        line = NULL;
        capacity = 0;
    }
    free(line);
    fclose(log);

    fprintf(stderr, "  the end of its log:\n");
    for (i = count > LOG_END_LINES ? count - LOG_END_LINES : 0; i < count; i++) {
        char *text = lines[i % LOG_END_LINES];

        text[strcspn(text, "\r\n")] = '\0';
        fprintf(stderr, "  %s|%s %s\n", mml_dim(stderr), mml_plain(stderr), text);
    }
    mml_hint("mend what it complains of and try again");
    for (i = 0; i < LOG_END_LINES; i++)
        free(lines[i]);
}

/*
 * That a node is gone which nobody stopped. Its parent is gone, too, so nobody was told its exit code; but
 * what ends by itself says so in its log.
 */
static void say_if_it_ended(const struct cluster_node *node)
{
    if (node->process.pid == 0 || process_is_alive(&node->process))
        return;
    mml_error("node %s (process %ld) has ended, and not by `mml cluster stop`", node->name,
              (long)node->process.pid);
    mml_hint("if its log ends without a reason, a signal ended it; `mml cluster start %s` starts it again",
             node->name);
}

enum mml_exit cluster_log(const struct mml *mml, int argument_count, char **arguments)
{
    struct cluster_options options;
    struct cluster cluster;
    struct cluster_node *node;
    enum mml_exit result = cluster_read_options("log", argument_count, arguments, 1, &options);

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
    node = cluster_find_node(&cluster, options.words[0]);
    if (!node) {
        mml_error("the cluster %s has no node %s", cluster.name, options.words[0]);
        mml_hint("`mml cluster ls` shows its nodes");
    } else {
        char path[CLUSTER_PATH_MAX];
        char bytes[4096];
        size_t length;
        FILE *log;

        cluster_file_path(&cluster, node->name, ".log", path);
        log = fopen(path, "re");
        if (log) {
            while ((length = fread(bytes, 1, sizeof(bytes), log)) > 0)
                fwrite(bytes, 1, length, stdout);
            fclose(log);
            fflush(stdout);
            say_if_it_ended(node);
            result = MML_OK;
        } else {
            mml_error("cannot read %s: %s", path, strerror(errno));
        }
    }
    cluster_close(&cluster);
    return result;
}
