/* mml trace: the calls of nodes as they end, those that were made on behalf of one below it. */
#include "trace.h"
#include "nodes.h"
#include <getopt.h>
#include <inttypes.h>
#include <reflect/guid_text.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SOURCES_MAX = 32,
    POLL_MS = 50,
    HELD_ROUNDS = 6,  /* so long a call waits for the one that it was made for */
    HELD_MAX = 10000, /* and so many of them */
    READS_MAX = 200,  /* of one node, before the next has its turn */
};

/* One node that is traced. */
struct source {
    char name[NODE_NAME_MAX + 1];
    ITrace *trace; /* one reference */
};

struct tracing {
    struct trace_printer printer;
    struct source sources[SOURCES_MAX];
    uint32_t source_count;
    struct trace_record *first, **end; /* that are not printed yet, as they came */
    uint32_t held;
    uint64_t readings;
    struct rpc_trace_context own; /* of this program's calls, which are not shown */
    uint64_t shown;
    uint64_t lost;
    uint64_t count; /* 0: no limit */
    int64_t end_ns; /* of the monotonic clock; 0: never */
    bool has_failed;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int number)
{
    (void)number;
    is_interrupted = 1;
}

static void print_help(void)
{
    printf(
        "usage: mml trace [--count N] [--for SECONDS] [NODE|PATH]...\n"
        "\n"
        "Shows the calls of the nodes as they end: of every NODE those that it serves (<-) and makes (->), "
        "of the\n"
        "object at PATH those that are made of it; without either, of all nodes. What is called on behalf of "
        "a\n"
        "call stands below it and further right, also on other nodes that are traced. Until Ctrl-C.\n"
        "\n"
        "Parameters and results are shown as far as the node keeps them (256 bytes each on Linux, 128 on a\n"
        "kernel). A node keeps some hundred calls until they are fetched, 20 times a second; how many were "
        "lost\n"
        "is said. While nobody traces, it costs nothing.\n"
        "\n"
        "  --count N      until N calls were shown\n"
        "  --for SECONDS  until so much time has passed\n"
        "\n"
        "examples:\n"
        "  mml trace n1\n"
        "  mml trace /net/n1/calculator --count 10\n"
        "  mml --json trace --for 5 | jq -r 'select(.hr < 0) | .method'\n");
}

/* ---- what is traced ---- */

static void explain(struct mmlite *mmlite, const char *what, HRESULT hr)
{
    mml_call_error(mmlite, what, hr);
    if (hr == NS_E_NOT_FOUND || hr == E_NOINTERFACE)
        mml_hint("`mml ls /net` lists the nodes; a node can be traced if its component `observe` is there");
    else if (hr == RPC_E_OUT_OF_RESOURCES)
        mml_hint("end another `mml trace` of the node");
    else
        mml_hint("`mml ls /net` lists the nodes that are there");
}

/* One node, or one object of it. */
static bool add_source(struct tracing *tracing, const char *name, const char *object_path)
{
    struct mmlite *mmlite = tracing->printer.mmlite;
    struct source *source = &tracing->sources[tracing->source_count];
    char path[NAMESPACE_PATH_MAX + 1];
    COM_SCOPED(ITracer) tracer = NULL;
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = S_OK;

    if (tracing->source_count == SOURCES_MAX) {
        mml_error("at most %d nodes and objects can be traced at once", SOURCES_MAX);
        mml_hint("name those that matter");
        return false;
    }
    if (object_path) {
        hr = INamespace_Bind(mmlite_root(mmlite), object_path, 0, &object);
        if (FAILED(hr)) {
            mml_call_error(mmlite, object_path, hr);
            mml_hint("`mml ls -R /net` lists the objects of all nodes");
            return false;
        }
    }
    snprintf(source->name, sizeof(source->name), "%s", name);
    snprintf(path, sizeof(path), "/net/%s/observe", name);
    hr = mmlite_bind(mmlite, path, &IID_ITracer, (void **)&tracer);
    if (SUCCEEDED(hr))
        hr = ITracer_Trace(tracer, object, &source->trace);
    if (FAILED(hr)) {
        explain(mmlite, path, hr);
        return false;
    }
    tracing->source_count++;
    return true;
}

static void add_node(void *context, const char *name)
{
    struct tracing *tracing = context;

    if (!add_source(tracing, name, NULL))
        tracing->has_failed = true;
}

static bool add_word(struct tracing *tracing, const char *word)
{
    char node[NODE_NAME_MAX + 1];
    size_t length;

    if (word[0] != '/')
        return add_source(tracing, word, NULL);
    length = strncmp(word, "/net/", 5) == 0 ? strcspn(word + 5, "/") : 0;
    if (!length || length > NODE_NAME_MAX) {
        mml_error("%s: objects that can be traced are below /net/NODE", word);
        mml_hint("`mml ls -R /net` lists them");
        return false;
    }
    snprintf(node, sizeof(node), "%.*s", (int)length, word + 5);
    return add_source(tracing, node, word[5 + length] && word[6 + length] ? word : NULL);
}

/* ---- records ---- */

static int64_t real_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void say_lost(struct tracing *tracing, const struct source *source, uint64_t lost)
{
    if (!lost)
        return;
    tracing->lost += lost;
    if (tracing->printer.mml->json)
        printf("{\"node\": \"%s\", \"lost\": %" PRIu64 "}\n", source->name, lost);
    else
        printf("%s%s: %" PRIu64 " calls were lost: too many at once%s\n", mml_dim(stdout), source->name, lost,
               mml_plain(stdout));
}

static void hold(struct tracing *tracing, const struct source *source, const struct trace_call *call,
                 const uint8_t *bytes, int64_t now_ns)
{
    size_t size = call->request_kept + call->reply_kept;
    struct trace_record *record;
    GUID own;

    guid_load(tracing->own.id, &own);
    if (com_guid_equal(&call->trace, &own))
        return;
    record = calloc(1, sizeof(*record) + size);
    if (!record) {
        tracing->lost++;
        return;
    }
    record->node = source->name;
    record->call = *call;
    record->began_ns = now_ns - call->ended_ns - call->duration_ns;
    record->reading = tracing->readings;
    memcpy(record->bytes, bytes, size);
    *tracing->end = record;
    tracing->end = &record->next;
    tracing->held++;
}

/* Takes what a node has. */
static HRESULT read_source(struct tracing *tracing, const struct source *source)
{
    struct trace_call calls[TRACE_READ_MAX];
    uint8_t bytes[TRACE_READ_BYTES_MAX];
    uint32_t count = 0, byte_count = 0, i, at, reads;
    int64_t now_ns;
    uint64_t lost;
    HRESULT hr = S_FALSE;

    for (reads = 0; hr == S_FALSE && reads < READS_MAX && tracing->held < HELD_MAX; reads++) {
        hr = ITrace_Read(source->trace, TRACE_READ_MAX, calls, &count, sizeof(bytes), bytes, &byte_count,
                         &lost);
        if (FAILED(hr))
            return hr;
        now_ns = real_now_ns();
        tracing->readings++;
        say_lost(tracing, source, lost);
        for (i = 0, at = 0; i < count; i++) {
            uint64_t size = (uint64_t)calls[i].request_kept + calls[i].reply_kept;

            if (size > byte_count - at)
                return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
            hold(tracing, source, &calls[i], bytes + at, now_ns);
            at += (uint32_t)size;
        }
    }
    return S_OK;
}

/* ---- printing ---- */

static bool is_done(const struct tracing *tracing)
{
    return is_interrupted || (tracing->count && tracing->shown >= tracing->count) ||
           (tracing->end_ns && mml_now_ns() >= tracing->end_ns) || ferror(stdout);
}

static struct trace_record **find_parent(struct tracing *tracing, const struct trace_record *record)
{
    struct trace_record **at;

    for (at = &tracing->first; *at; at = &(*at)->next)
        if ((*at)->call.span == record->call.parent && *at != record &&
            com_guid_equal(&(*at)->call.trace, &record->call.trace))
            return at;
    return NULL;
}

static struct trace_record *take(struct tracing *tracing, struct trace_record **at)
{
    struct trace_record *record = *at;

    *at = record->next;
    if (tracing->end == &record->next)
        tracing->end = at;
    tracing->held--;
    return record;
}

/*
 * The one that began first of those that were made on behalf of a call. All are of one node, which tells them
 * as they end: so what came in an earlier answer is not compared by times, which are as wrong as answers are
 * late.
 */
static struct trace_record **first_child(struct tracing *tracing, const struct trace_record *parent)
{
    struct trace_record **at, **found = NULL;

    for (at = &tracing->first; *at; at = &(*at)->next)
        if ((*at)->call.parent == parent->call.span &&
            com_guid_equal(&(*at)->call.trace, &parent->call.trace) &&
            (!found || ((*at)->reading == (*found)->reading && (*at)->began_ns < (*found)->began_ns)))
            found = at;
    return found;
}

/* Prints a call and all below it, and frees them. Who names itself as what it was made for is taken out
 * already. */
static void print_tree(struct tracing *tracing, struct trace_record *record, unsigned depth)
{
    struct trace_record **child;

    if (!tracing->count || tracing->shown < tracing->count) {
        trace_print(&tracing->printer, record, depth);
        tracing->shown++;
    }
    while ((child = first_child(tracing, record)) != NULL)
        print_tree(tracing, take(tracing, child), depth + 1);
    free(record);
}

/* Prints what needs not wait for the call that it was made for. */
static void print_ready(struct tracing *tracing, bool all)
{
    struct trace_record **at = &tracing->first;

    while (*at) {
        struct trace_record *record = *at;
        bool is_ready = record->rounds > 0 && !find_parent(tracing, record) &&
                        (!record->call.parent || record->rounds >= HELD_ROUNDS || tracing->printer.mml->json);

        if (!is_ready && !all && tracing->held < HELD_MAX) {
            record->rounds++;
            at = &record->next;
            continue;
        }
        print_tree(tracing, take(tracing, at), 0);
        at = &tracing->first; /* what was behind it may be gone */
        if (tracing->count && tracing->shown >= tracing->count)
            break;
    }
    fflush(stdout);
}

static enum mml_exit run(struct tracing *tracing)
{
    uint32_t i;
    HRESULT hr;

    while (!is_done(tracing)) {
        for (i = 0; i < tracing->source_count; i++) {
            hr = read_source(tracing, &tracing->sources[i]);
            if (FAILED(hr)) {
                print_ready(tracing, true);
                mml_call_error(tracing->printer.mmlite, tracing->sources[i].name, hr);
                mml_hint("`mml ls /net` lists the nodes that are there");
                return MML_FAILED;
            }
        }
        print_ready(tracing, false);
        if (!is_done(tracing))
            mml_sleep_ms(POLL_MS);
    }
    for (i = 0; i < tracing->source_count; i++)
        com_ignore(
            read_source(tracing, &tracing->sources[i])); /* what came last; the node may be gone by now */
    print_ready(tracing, true);
    if (!tracing->printer.mml->json)
        fprintf(stderr, "%" PRIu64 " calls shown, %" PRIu64 " lost\n", tracing->shown, tracing->lost);
    return MML_OK;
}

/* ---- the command ---- */

static enum mml_exit read_seconds(const char *text, struct tracing *tracing)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || *end || !(seconds > 0 && seconds <= 1e6))
        return mml_usage_error("trace", "--for needs seconds, not `%s`", text);
    tracing->end_ns = (int64_t)(seconds * 1e9);
    return MML_OK;
}

static enum mml_exit read_count(const char *text, struct tracing *tracing)
{
    char *end;

    tracing->count = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || !tracing->count)
        return mml_usage_error("trace", "--count needs a number from 1 on, not `%s`", text);
    return MML_OK;
}

static enum mml_exit read_options(int argument_count, char **arguments, struct tracing *tracing,
                                  bool *out_help)
{
    static const struct option words[] = {
        {"count", required_argument, NULL, 'n'},
        {"for", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    enum mml_exit result = MML_OK;
    int option;

    opterr = 0;
    while (result == MML_OK && (option = getopt_long(argument_count, arguments, ":h", words, NULL)) != -1) {
        switch (option) {
        case 'n':
            result = read_count(optarg, tracing);
            break;
        case 'f':
            result = read_seconds(optarg, tracing);
            break;
        case 'h':
            *out_help = true;
            return MML_OK;
        case ':':
            return mml_usage_error("trace", "`%s` needs a value", arguments[optind - 1]);
        default:
            return mml_usage_error("trace", "unknown option `%s`", arguments[optind - 1]);
        }
    }
    return result;
}

/* This program's own calls are known by their trace. */
static void mark_own_calls(struct tracing *tracing)
{
    arc4random_buf(tracing->own.id, sizeof(tracing->own.id));
    tracing->own.span = 1;
    (void)rpc_set_trace(&tracing->own);
}

static enum mml_exit start(struct tracing *tracing, char **words, int count)
{
    int i;

    tracing->printer.types = mml_types_create(tracing->printer.mmlite, false);
    if (!tracing->printer.types)
        return MML_FAILED;
    mark_own_calls(tracing);
    for (i = 0; i < count; i++)
        if (!add_word(tracing, words[i]))
            return MML_FAILED;
    if (!count && FAILED(mml_each_node(tracing->printer.mmlite, add_node, tracing)))
        return MML_FAILED;
    if (!tracing->source_count)
        return MML_FAILED;
    if (tracing->end_ns)
        tracing->end_ns += mml_now_ns();
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    fprintf(stderr, "tracing; Ctrl-C ends it\n");
    return run(tracing);
}

enum mml_exit mml_trace(const struct mml *mml, int argument_count, char **arguments)
{
    struct tracing *tracing = calloc(1, sizeof(*tracing));
    enum mml_exit result = tracing ? MML_OK : MML_FAILED;
    bool help = false;
    uint32_t i;

    if (!tracing)
        return MML_FAILED;
    tracing->end = &tracing->first;
    tracing->printer.mml = mml;
    result = read_options(argument_count, arguments, tracing, &help);
    if (result == MML_OK && help)
        print_help();
    if (result == MML_OK && !help) {
        tracing->printer.mmlite = mml_connect(mml);
        result = tracing->printer.mmlite ? start(tracing, arguments + optind, argument_count - optind)
                                         : MML_FAILED;
        if (result == MML_OK && tracing->has_failed)
            result = MML_FAILED;
    }
    for (i = 0; i < tracing->source_count; i++)
        ITrace_Release(tracing->sources[i].trace);
    while (tracing->first)
        free(take(tracing, &tracing->first));
    mml_types_destroy(tracing->printer.types);
    mmlite_close(tracing->printer.mmlite);
    free(tracing);
    return result;
}
