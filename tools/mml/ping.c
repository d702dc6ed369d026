/* mml ping: round trips of a null call. */
#include "mml.h"
#include <getopt.h>
#include <inttypes.h>
#include <os/probe.idl.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_COUNT 100
#define COUNT_MAX 1000000

/* What is called: whichever of the two interfaces the object has. */
struct ping_target {
    IProbe *probe;
    INode *node;
};

static void print_help(void)
{
    printf("usage: mml ping [-c N] NODE|PATH\n"
           "\n"
           "Calls a null method of a node, or of the object at PATH (which must have IProbe or INode), and "
           "prints\n"
           "the shortest round trip, the median and the 99th percentile.\n"
           "\n"
           "  -c, --count N  calls; default: %d\n"
           "\n"
           "examples:\n"
           "  mml ping n1\n"
           "  mml ping -c 10000 /net/host/probe\n",
           DEFAULT_COUNT);
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static HRESULT call_once(const struct ping_target *target)
{
    return target->probe ? IProbe_Null(target->probe) : INode_Ping(target->node);
}

static HRESULT bind_target(struct mmlite *mmlite, const char *path, struct ping_target *out_target)
{
    HRESULT hr = mmlite_bind(mmlite, path, &IID_IProbe, (void **)&out_target->probe);

    if (hr == E_NOINTERFACE)
        hr = mmlite_bind(mmlite, path, &IID_INode, (void **)&out_target->node);
    return hr;
}

static void print_result(const struct mml *mml, const char *path, const int64_t *times_ns, unsigned count)
{
    double low = (double)times_ns[0] / 1e6;
    double median = (double)times_ns[count / 2] / 1e6;
    double high = (double)times_ns[(uint64_t)count * 99 / 100] / 1e6;

    if (mml->json) {
        printf("{\"path\": ");
        mml_json_string(stdout, path);
        printf(", \"calls\": %u, \"rtt_ms\": {\"min\": %.4f, \"p50\": %.4f, \"p99\": %.4f}}\n", count, low,
               median, high);
    } else {
        printf("%s: %u calls, rtt min/p50/p99 = %.3f/%.3f/%.3f ms\n", path, count, low, median, high);
    }
}

static enum mml_exit ping(const struct mml *mml, struct mmlite *mmlite, const char *path, unsigned count)
{
    struct ping_target target = {NULL, NULL};
    int64_t *times_ns = calloc(count, sizeof(*times_ns));
    enum mml_exit result = MML_FAILED;
    unsigned i;
    HRESULT hr;

    if (!times_ns) {
        mml_error("out of memory for %u times", count);
        return MML_FAILED;
    }

    hr = bind_target(mmlite, path, &target);
    if (SUCCEEDED(hr))
        hr = call_once(&target); /* not counted: it fills caches and wakes what sleeps */
    for (i = 0; SUCCEEDED(hr) && i < count; i++) {
        int64_t start_ns = mml_now_ns();

        hr = call_once(&target);
        times_ns[i] = mml_now_ns() - start_ns;
    }

    if (SUCCEEDED(hr)) {
        qsort(times_ns, count, sizeof(*times_ns), compare_times);
        print_result(mml, path, times_ns, count);
        result = MML_OK;
    } else {
        mml_call_error(mmlite, path, hr);
        if (hr == E_NOINTERFACE)
            mml_hint("ping a node (`mml ping n1`) or its probe (`mml ping /net/n1/probe`)");
        else
            mml_hint("`mml ls /net` lists the nodes that are there");
    }

    if (target.probe)
        IProbe_Release(target.probe);
    if (target.node)
        INode_Release(target.node);
    free(times_ns);
    return result;
}

enum mml_exit mml_ping(const struct mml *mml, int argument_count, char **arguments)
{
    static const struct option options[] = {
        {"count", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    char path[NAMESPACE_PATH_MAX + 1];
    unsigned long count = DEFAULT_COUNT;
    struct mmlite *mmlite;
    enum mml_exit result;
    const char *target;
    bool is_path;
    char *end;
    int option;

    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, ":c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            count = strtoul(optarg, &end, 10);
            if (*optarg < '0' || *optarg > '9' || *end || count < 1 || count > COUNT_MAX)
                return mml_usage_error("ping", "-c needs a number from 1 to %d, not `%s`", COUNT_MAX, optarg);
            break;
        case 'h':
            print_help();
            return MML_OK;
        case ':':
            return mml_usage_error("ping", "`%s` needs a value", arguments[optind - 1]);
        default:
            return mml_usage_error("ping", "unknown option `%s`", arguments[optind - 1]);
        }
    }
    if (argument_count - optind != 1)
        return mml_usage_error("ping", "one node or path is needed");

    target = arguments[optind];
    is_path = strchr(target, '/') != NULL;
    if ((size_t)snprintf(path, sizeof(path), "%s%s%s", is_path ? "" : "/net/", target,
                         is_path ? "" : "/node") >= sizeof(path)) {
        mml_error("the path is longer than %d bytes", (int)NAMESPACE_PATH_MAX);
        return MML_FAILED;
    }

    mmlite = mml_connect(mml);
    if (!mmlite)
        return MML_FAILED;
    result = ping(mml, mmlite, path, (unsigned)count);
    mmlite_close(mmlite);
    return result;
}
