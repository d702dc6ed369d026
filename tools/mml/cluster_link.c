/* See cluster_link.h. */
#include "cluster_link.h"
#include "cluster_link_options.h"
#include "cluster_link_show.h"
#include "cluster_switch.h"
#include "machine.h"
#include <inttypes.h>
#include <string.h>

#define NAMES_MAX 1024

/* Names of links */

/* Only machines are on the switch, and this machine by its gateway. */
static bool check_link(struct cluster *cluster, const char *name)
{
    const struct cluster_node *node = cluster_find_node(cluster, name);

    if (strcmp(name, SWITCH_GATEWAY) == 0 || (node && machine_is_known(node->system)))
        return true;
    if (node && node != &cluster->net_switch) {
        mml_error("%s is a Linux node: it has no link to the switch", name);
        mml_hint("`" SWITCH_GATEWAY "` is the link between all machines and this one");
    } else {
        mml_error("the cluster %s has no link %s", cluster->name, name);
        mml_hint("`mml cluster link` shows its links");
    }
    return false;
}

/* All words, which may have commas, as one text with spaces between the names. */
static bool join_names(struct cluster *cluster, const struct link_options *options, char names[NAMES_MAX])
{
    size_t length = 0;
    int i;

    names[0] = '\0';
    for (i = 0; i < options->word_count; i++) {
        char *rest = options->words[i];
        const char *name;

        while ((name = strsep(&rest, ",")) != NULL) {
            if (!check_link(cluster, name))
                return false;
            length += (size_t)snprintf(names + length, NAMES_MAX - length, "%s%s", length ? " " : "", name);
            if (length >= NAMES_MAX) {
                mml_error("too many links");
                return false;
            }
        }
    }
    return true;
}

/* Link */

static HRESULT get_link(ISwitch *object, uint32_t number, struct link *link)
{
    HRESULT hr = ISwitch_GetPort(object, number, link->name, &link->present, &link->group);

    if (hr != S_OK)
        return hr;
    hr = ISwitch_GetLink(object, link->name, SWITCH_FROM_NODE, &link->from.conditions, &link->from.counters,
                         &link->from.seed);
    if (FAILED(hr))
        return hr;
    return ISwitch_GetLink(object, link->name, SWITCH_TO_NODE, &link->to.conditions, &link->to.counters,
                           &link->to.seed);
}

/* Prints the link of that name, or all of them ("" ). */
static HRESULT show_links(const struct mml *mml, ISwitch *object, const char *name)
{
    struct link link;
    uint32_t number, shown = 0;
    HRESULT hr;

    if (mml->json)
        printf("[");
    for (number = 0; (hr = get_link(object, number, &link)) == S_OK; number++) {
        if (name[0] && strcmp(name, link.name) != 0)
            continue;
        if (mml->json)
            printf("%s", shown ? ", " : "");
        (mml->json ? link_show_json : link_show)(&link);
        shown++;
    }
    if (mml->json)
        printf("]\n");
    return hr;
}

static HRESULT set_link(ISwitch *object, const char *name, const struct link_options *options)
{
    uint32_t directions = options->directions ? options->directions : (uint32_t)SWITCH_BOTH;
    struct switch_conditions from, to;
    struct switch_counters counters;
    uint64_t seed = options->seed, ignored;
    HRESULT hr = ISwitch_GetLink(object, name, SWITCH_FROM_NODE, &from, &counters, &ignored);

    if (SUCCEEDED(hr))
        hr = ISwitch_GetLink(object, name, SWITCH_TO_NODE, &to, &counters, &ignored);
    if (FAILED(hr))
        return hr;
    link_options_apply(options, &from);
    link_options_apply(options, &to);
    if (directions == SWITCH_BOTH && memcmp(&from, &to, sizeof(from)) == 0)
        return ISwitch_SetLink(object, name, SWITCH_BOTH, &from, seed, &seed);
    if (directions & SWITCH_FROM_NODE)
        hr = ISwitch_SetLink(object, name, SWITCH_FROM_NODE, &from, seed, &seed);
    if (SUCCEEDED(hr) && (directions & SWITCH_TO_NODE))
        hr = ISwitch_SetLink(object, name, SWITCH_TO_NODE, &to, seed, &seed);
    return hr;
}

/* Runs one of the commands on the switch of a cluster; its text is the path, or if that is NULL the names of
 * links. */
static enum mml_exit with_switch(const struct mml *mml, const struct link_options *options, const char *path,
                                 HRESULT (*run)(const struct mml *mml, ISwitch *object, const char *text,
                                                const struct link_options *options))
{
    struct switch_client client;
    struct cluster cluster;
    char names[NAMES_MAX];
    enum mml_exit result = MML_FAILED;
    HRESULT hr;

    if (!cluster_open(options->cluster, &cluster))
        return MML_FAILED;
    if ((path || join_names(&cluster, options, names)) &&
        (!options->only || check_link(&cluster, options->only)) && switch_connect(&cluster, &client)) {
        hr = run(mml, client.object, path ? path : names, options);
        if (FAILED(hr)) {
            mml_call_error(client.mmlite, "the switch", hr);
            mml_hint("`mml cluster link` shows what it has; `mml cluster log " SWITCH_NODE "` what it did");
        } else {
            result = MML_OK;
        }
        switch_disconnect(&client);
    }
    cluster_close(&cluster);
    return result;
}

static HRESULT run_link(const struct mml *mml, ISwitch *object, const char *names,
                        const struct link_options *options)
{
    HRESULT hr = S_OK;

    if (link_options_change(options))
        hr = set_link(object, names, options);
    return SUCCEEDED(hr) ? show_links(mml, object, names) : hr;
}

enum mml_exit cluster_link(const struct mml *mml, int argument_count, char **arguments)
{
    struct link_options options;
    enum mml_exit result = link_read_options("link", argument_count, arguments, &options);

    if (result != MML_OK)
        return result;
    if (options.help) {
        link_print_help();
        return MML_OK;
    }
    if (options.word_count > 1 || (options.word_count == 1 && strchr(options.words[0], ',')))
        return mml_usage_error("cluster link", "`link` takes one link");
    if (options.word_count == 0 && (link_options_change(&options) || options.directions))
        return mml_usage_error("cluster link", "conditions of which link?");
    if (options.directions && !link_options_change(&options))
        return mml_usage_error("cluster link", "--from and --to need a condition");
    return with_switch(mml, &options, NULL, run_link);
}

/* Partition, heal */

static void print_names(const struct mml *mml, const char *key, const char *names, const char *text)
{
    const char *at;

    if (!mml->json) {
        printf("%s %s\n", names[0] ? names : "all", text);
        return;
    }
    printf("{\"%s\": [", key);
    for (at = names; *at; at += strspn(at, " ")) {
        int length = (int)strcspn(at, " ");

        printf("%s\"%.*s\"", at == names ? "" : ", ", length, at);
        at += length;
    }
    printf("]}\n");
}

static HRESULT run_partition(const struct mml *mml, ISwitch *object, const char *names,
                             const struct link_options *options)
{
    HRESULT hr = ISwitch_Partition(object, names);

    (void)options;
    if (SUCCEEDED(hr))
        print_names(mml, "partitioned", names, "cut off from all others");
    return hr;
}

static HRESULT run_heal(const struct mml *mml, ISwitch *object, const char *names,
                        const struct link_options *options)
{
    HRESULT hr = ISwitch_Heal(object, names);

    (void)options;
    if (SUCCEEDED(hr))
        print_names(mml, "healed", names, "healed");
    return hr;
}

static enum mml_exit partition_or_heal(const struct mml *mml, const char *command, int argument_count,
                                       char **arguments)
{
    struct link_options options;
    enum mml_exit result = link_read_options(command, argument_count, arguments, &options);
    bool heals = options.heal || strcmp(command, "heal") == 0;

    if (result != MML_OK)
        return result;
    if (options.help) {
        link_print_help();
        return MML_OK;
    }
    if (!heals && options.word_count == 0)
        return mml_usage_error("cluster link", "which links are to be cut off?");
    return with_switch(mml, &options, NULL, heals ? run_heal : run_partition);
}

enum mml_exit cluster_partition(const struct mml *mml, int argument_count, char **arguments)
{
    return partition_or_heal(mml, "partition", argument_count, arguments);
}

enum mml_exit cluster_heal(const struct mml *mml, int argument_count, char **arguments)
{
    return partition_or_heal(mml, "heal", argument_count, arguments);
}

/* Capture */

static HRESULT run_start_capture(const struct mml *mml, ISwitch *object, const char *path,
                                 const struct link_options *options)
{
    HRESULT hr = ISwitch_StartCapture(object, path, options->only ? options->only : "");

    if (FAILED(hr))
        return hr;
    if (mml->json) {
        printf("{\"file\": ");
        mml_json_string(stdout, path);
        printf("}\n");
    } else {
        printf("capturing %s into %s until `mml cluster capture stop`\n",
               options->only ? options->only : "all frames", path);
    }
    return S_OK;
}

static HRESULT run_stop_capture(const struct mml *mml, ISwitch *object, const char *path,
                                const struct link_options *options)
{
    uint64_t frames = 0;
    HRESULT hr = ISwitch_StopCapture(object, &frames);

    (void)path;
    (void)options;
    if (SUCCEEDED(hr))
        printf(mml->json ? "{\"frames\": %" PRIu64 "}\n" : "%" PRIu64 " frames were captured\n", frames);
    return hr;
}

enum mml_exit cluster_capture(const struct mml *mml, int argument_count, char **arguments)
{
    char path[CLUSTER_PATH_MAX] = "";
    struct link_options options;
    enum mml_exit result = link_read_options("capture", argument_count, arguments, &options);
    bool starts = options.word_count == 2 && strcmp(options.words[0], "start") == 0;
    bool stops = options.word_count == 1 && strcmp(options.words[0], "stop") == 0;

    if (result != MML_OK)
        return result;
    if (options.help) {
        link_print_help();
        return MML_OK;
    }
    if (!starts && !stops)
        return mml_usage_error("cluster link", "`capture` needs `start FILE` or `stop`");
    /* The switch runs in another folder. */
    if (starts && !mml_absolute_path(options.words[1], path, sizeof(path)))
        return MML_FAILED;
    return with_switch(mml, &options, path, starts ? run_start_capture : run_stop_capture);
}
