/* mml stat: connections, interfaces, calls and bytes of a node. */
#include "stat.h"
#include "nodes.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WATCH_MS_DEFAULT = 1000, WATCH_MS_MIN = 100, NODES_MAX = 64 };

struct stat_options {
    const char *node; /* NULL: all */
    uint64_t connection;
    uint32_t watch_ms; /* 0: once */
    uint32_t count;    /* with watch: how often; 0: for ever */
};

static void print_help(void)
{
    printf(
        "usage: mml stat [--watch[=SECONDS] [--count N]] [--connection ID] [NODE]\n"
        "\n"
        "Shows what a node counts since it began: its connections, and the calls of each interface that it "
        "served\n"
        "or made, with failures, bytes and durations. Without NODE: a line for each node of the cluster.\n"
        "\n"
        "  SERVED, MADE   calls of peers, and calls of peers' objects\n"
        "  FAILED         of these, those whose result was a failure\n"
        "  REFUSED        calls that were answered without being looked at (overload, stale references)\n"
        "  LOST           of the failed, those that ended without an answer\n"
        "  P50, P99, MAX  durations: half of the calls took no longer than P50; served calls are timed from\n"
        "                 their arrival to their answer, made ones from the call to the answer\n"
        "  IN, OUT        bytes that came and went\n"
        "  GIVEN, HELD    references that peers hold, and references to peers' objects\n"
        "\n"
        "  --watch[=SECONDS]  again and again, with CALLS/S, until Ctrl-C; default: every second\n"
        "  --count N          with --watch: N times\n"
        "  --connection ID    interfaces of that connection (CONN) only\n"
        "\n"
        "examples:\n"
        "  mml stat\n"
        "  mml stat n1 --watch\n"
        "  mml stat n1 --json | jq '.interfaces[] | select(.served.failed > 0)'\n");
}

static HRESULT read_connections(IObserve *observe, struct stat_sample *sample)
{
    uint64_t after = 0;
    uint32_t count = 1;
    HRESULT hr = S_FALSE;

    while (hr == S_FALSE && count && sample->connection_count + OBSERVE_LIST_MAX <= STAT_CONNECTIONS_MAX) {
        hr = IObserve_ListConnections(observe, after, OBSERVE_LIST_MAX,
                                      &sample->connections[sample->connection_count], &count);
        if (FAILED(hr))
            return hr;
        sample->connection_count += count;
        if (count)
            after = sample->connections[sample->connection_count - 1].id;
    }
    return S_OK;
}

static int compare_interfaces(const void *left, const void *right)
{
    const struct observe_interface *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    return order ? order : (int)b->is_served - (int)a->is_served;
}

static HRESULT read_interfaces(IObserve *observe, uint64_t connection, struct stat_sample *sample)
{
    uint32_t count = 1;
    HRESULT hr = S_FALSE;

    while (hr == S_FALSE && count && sample->interface_count + OBSERVE_LIST_MAX <= STAT_INTERFACES_MAX) {
        hr = IObserve_ListInterfaces(observe, connection, sample->interface_count, OBSERVE_LIST_MAX,
                                     &sample->interfaces[sample->interface_count], &count);
        if (FAILED(hr))
            return hr;
        sample->interface_count += count;
    }
    qsort(sample->interfaces, sample->interface_count, sizeof(sample->interfaces[0]), compare_interfaces);
    return S_OK;
}

/* One node, now. Says why it fails. */
static bool take_sample(struct mmlite *mmlite, const char *name, const struct stat_options *options,
                        struct stat_sample *sample)
{
    COM_SCOPED(IObserve) observe = NULL;
    char path[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    memset(sample, 0, sizeof(*sample));
    snprintf(sample->name, sizeof(sample->name), "%s", name);
    snprintf(path, sizeof(path), "/net/%s/observe", name);
    hr = mmlite_bind(mmlite, path, &IID_IObserve, (void **)&observe);
    if (SUCCEEDED(hr))
        hr = IObserve_GetNode(observe, &sample->node);
    if (SUCCEEDED(hr))
        hr = read_connections(observe, sample);
    if (SUCCEEDED(hr))
        hr = read_interfaces(observe, options->connection, sample);
    if (SUCCEEDED(hr))
        return true;
    mml_call_error(mmlite, path, hr);
    if (options->connection && hr == NS_E_NOT_FOUND && observe)
        mml_hint("`mml stat %s` shows the connections that there are, by CONN", name);
    else if (hr == NS_E_NOT_FOUND)
        mml_hint("`mml ls /net` lists the nodes; a node counts if its component `observe` is there");
    else
        mml_hint("`mml ls /net` lists the nodes that are there");
    return false;
}

/* All samples of one round, and those of the round before. */
struct rounds {
    struct stat_sample *samples;
    struct stat_sample *before; /* valid behind the first round */
    uint32_t count;
    uint32_t before_count;
};

static const struct stat_sample *sample_before(const struct rounds *rounds, const char *name)
{
    uint32_t i;

    for (i = 0; i < rounds->before_count; i++)
        if (strcmp(rounds->before[i].name, name) == 0)
            return &rounds->before[i];
    return NULL;
}

struct round {
    struct mmlite *mmlite;
    const struct stat_options *options;
    struct rounds *rounds;
    bool has_failed;
};

static void add_node(void *context, const char *name)
{
    struct round *round = context;

    if (round->rounds->count == NODES_MAX)
        return;
    if (take_sample(round->mmlite, name, round->options, &round->rounds->samples[round->rounds->count]))
        round->rounds->count++;
    else
        round->has_failed = true;
}

static void print_round(const struct mml *mml, const struct stat_options *options,
                        const struct rounds *rounds)
{
    uint32_t i;

    if (options->watch_ms && !mml->json && isatty(STDOUT_FILENO))
        printf("\033[H\033[2J");
    for (i = 0; i < rounds->count; i++) {
        const struct stat_sample *sample = &rounds->samples[i], *before = sample_before(rounds, sample->name);

        if (mml->json)
            stat_print_json(sample);
        else if (options->node)
            stat_print(sample, before);
        else
            stat_print_node(sample, before, i == 0);
    }
    if (options->watch_ms && !mml->json && !isatty(STDOUT_FILENO))
        printf("\n");
    fflush(stdout);
}

static enum mml_exit show(const struct mml *mml, struct mmlite *mmlite, const struct stat_options *options)
{
    struct rounds rounds = {.samples = calloc(NODES_MAX, sizeof(*rounds.samples)),
                            .before = calloc(NODES_MAX, sizeof(*rounds.before))};
    struct round round = {.mmlite = mmlite, .options = options, .rounds = &rounds};
    enum mml_exit result = MML_OK;
    uint32_t shown;

    for (shown = 0; rounds.samples && rounds.before; shown++) {
        struct stat_sample *before = rounds.before;

        rounds.before = rounds.samples;
        rounds.before_count = rounds.count;
        rounds.samples = before;
        rounds.count = 0;
        if (options->node)
            add_node(&round, options->node);
        else if (FAILED(mml_each_node(mmlite, add_node, &round)))
            round.has_failed = true;
        print_round(mml, options, &rounds);
        if (!options->watch_ms || (options->count && shown + 1 >= options->count) || !rounds.count ||
            ferror(stdout))
            break;
        mml_sleep_ms(options->watch_ms);
    }
    if (round.has_failed || !rounds.samples || !rounds.before)
        result = MML_FAILED;
    free(rounds.samples);
    free(rounds.before);
    return result;
}

static enum mml_exit read_number(const char *option, const char *text, uint64_t maximum, uint64_t *out_value)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || !value || value > maximum)
        return mml_usage_error("stat", "%s needs a number from 1 on, not `%s`", option, text);
    *out_value = value;
    return MML_OK;
}

static enum mml_exit read_watch(const char *text, struct stat_options *options)
{
    double seconds = WATCH_MS_DEFAULT / 1000.0;
    char *end;

    if (text) {
        seconds = strtod(text, &end);
        if (end == text || *end || !(seconds * 1000 >= WATCH_MS_MIN && seconds <= 86400))
            return mml_usage_error("stat", "--watch needs seconds, 0.1 or more, not `%s`", text);
    }
    options->watch_ms = (uint32_t)(seconds * 1000);
    return MML_OK;
}

static enum mml_exit read_options(int argument_count, char **arguments, struct stat_options *options,
                                  bool *out_help)
{
    static const struct option words[] = {
        {"watch", optional_argument, NULL, 'w'},
        {"count", required_argument, NULL, 'n'},
        {"connection", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    enum mml_exit result = MML_OK;
    uint64_t count = 0;
    int option;

    opterr = 0;
    while (result == MML_OK && (option = getopt_long(argument_count, arguments, ":h", words, NULL)) != -1) {
        switch (option) {
        case 'w':
            result = read_watch(optarg, options);
            break;
        case 'n':
            result = read_number("--count", optarg, UINT32_MAX, &count);
            break;
        case 'c':
            result = read_number("--connection", optarg, UINT64_MAX, &options->connection);
            break;
        case 'h':
            *out_help = true;
            return MML_OK;
        case ':':
            return mml_usage_error("stat", "`%s` needs a value", arguments[optind - 1]);
        default:
            return mml_usage_error("stat", "unknown option `%s`", arguments[optind - 1]);
        }
    }
    options->count = (uint32_t)count;
    if (result != MML_OK)
        return result;
    if (argument_count - optind > 1)
        return mml_usage_error("stat", "one node at a time, or none for all");
    if (optind < argument_count)
        options->node = arguments[optind];
    if (options->node && (strlen(options->node) > NODE_NAME_MAX || strchr(options->node, '/')))
        return mml_usage_error("stat", "`%s` is no name of a node", options->node);
    if (options->connection && !options->node)
        return mml_usage_error("stat", "--connection needs the node whose connection it is");
    if (options->count && !options->watch_ms)
        return mml_usage_error("stat", "--count needs --watch");
    return MML_OK;
}

enum mml_exit mml_stat(const struct mml *mml, int argument_count, char **arguments)
{
    struct stat_options options = {.node = NULL};
    struct mmlite *mmlite;
    enum mml_exit result;
    bool help = false;

    result = read_options(argument_count, arguments, &options, &help);
    if (result != MML_OK)
        return result;
    if (help) {
        print_help();
        return MML_OK;
    }
    mmlite = mml_connect(mml);
    if (!mmlite)
        return MML_FAILED;
    result = show(mml, mmlite, &options);
    mmlite_close(mmlite);
    return result;
}
