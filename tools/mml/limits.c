/* mml limits: what each peer takes of a node, beside the most that it may. */
#include "nodes.h"
#include <getopt.h>
#include <inttypes.h>
#include <rpc/observe.idl.h>
#include <string.h>

enum { CELL_BYTES = 32 };

static void print_help(void)
{
    printf("usage: mml limits [NODE]\n"
           "\n"
           "Shows what each connected peer takes of a node, and the most that it may: what the policy allows "
           "it,\n"
           "and never more than the node's own limits. Without NODE: of all nodes of the cluster.\n"
           "\n"
           "  GIVEN          references that the peer holds\n"
           "  RUNNING        calls that run\n"
           "  BYTES          of calls that are not answered\n"
           "  MESSAGE        the largest call\n"
           "  LOADING        components that are being loaded because it binds their names\n"
           "  CALLS/S, LOOKUPS/S, BYTES/S, LOADS/S\n"
           "                 in the second that runs; `-`: there is no limit, and nothing is counted\n"
           "\n"
           "examples:\n"
           "  mml limits n1\n"
           "  mml --json limits n1 | jq '.peers[] | select(.exports.used > .exports.max * 0.9)'\n");
}

/* "3/128" */
static const char *share(uint32_t used, uint32_t most, char cell[CELL_BYTES])
{
    if (most)
        snprintf(cell, CELL_BYTES, "%" PRIu32 "/%" PRIu32, used, most);
    else
        snprintf(cell, CELL_BYTES, "-");
    return cell;
}

static void print_row(const char *node, const struct observe_limits *limits)
{
    char given[CELL_BYTES], running[CELL_BYTES], bytes[CELL_BYTES], loading[CELL_BYTES], calls[CELL_BYTES];
    char lookups[CELL_BYTES], rate[CELL_BYTES], loads[CELL_BYTES];

    printf("%-12s %6" PRIu64 " %-12s %10s %9s %14s %8" PRIu32 " %8s %9s %10s %12s %9s\n", node, limits->id,
           limits->peer[0] ? limits->peer : "-", share(limits->exports, limits->exports_max, given),
           share(limits->calls, limits->calls_max, running), share(limits->bytes, limits->bytes_max, bytes),
           limits->message_bytes_max, share(limits->activations, limits->activations_max, loading),
           share(limits->calls_in_second, limits->calls_per_second, calls),
           share(limits->lookups_in_second, limits->lookups_per_second, lookups),
           share(limits->bytes_in_second, limits->bytes_per_second, rate),
           share(limits->activations_in_second, limits->activations_per_second, loads));
}

static void print_json_share(const char *name, uint32_t used, uint32_t most)
{
    if (most)
        printf(", \"%s\": {\"used\": %" PRIu32 ", \"max\": %" PRIu32 "}", name, used, most);
    else
        printf(", \"%s\": {\"used\": null, \"max\": null}", name);
}

static void print_json_peer(const struct observe_limits *limits, bool is_first)
{
    printf("%s{\"connection\": %" PRIu64 ", \"peer\": ", is_first ? "" : ", ", limits->id);
    mml_json_string(stdout, limits->peer);
    printf(", \"message_bytes_max\": %" PRIu32, limits->message_bytes_max);
    print_json_share("exports", limits->exports, limits->exports_max);
    print_json_share("calls", limits->calls, limits->calls_max);
    print_json_share("bytes", limits->bytes, limits->bytes_max);
    print_json_share("activations", limits->activations, limits->activations_max);
    print_json_share("calls_in_second", limits->calls_in_second, limits->calls_per_second);
    print_json_share("lookups_in_second", limits->lookups_in_second, limits->lookups_per_second);
    print_json_share("bytes_in_second", limits->bytes_in_second, limits->bytes_per_second);
    print_json_share("activations_in_second", limits->activations_in_second, limits->activations_per_second);
    printf("}");
}

struct showing {
    const struct mml *mml;
    struct mmlite *mmlite;
    bool has_header;
    bool has_failed;
};

static void print_piece(struct showing *showing, const char *node, const struct observe_limits *limits,
                        uint32_t count, bool is_first)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        if (showing->mml->json)
            print_json_peer(&limits[i], is_first && i == 0);
        else
            print_row(node, &limits[i]);
    }
}

static HRESULT print_peers(struct showing *showing, const char *node, ILimits *object)
{
    struct observe_limits limits[OBSERVE_LIST_MAX];
    uint64_t after = 0;
    uint32_t count = 1;
    HRESULT hr = S_FALSE;

    while (hr == S_FALSE && count) {
        hr = ILimits_List(object, after, OBSERVE_LIST_MAX, limits, &count);
        if (FAILED(hr))
            return hr;
        print_piece(showing, node, limits, count, !after);
        if (count)
            after = limits[count - 1].id;
    }
    return S_OK;
}

static void show_node(void *context, const char *name)
{
    struct showing *showing = context;
    COM_SCOPED(ILimits) object = NULL;
    char path[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    snprintf(path, sizeof(path), "/net/%s/observe", name);
    hr = mmlite_bind(showing->mmlite, path, &IID_ILimits, (void **)&object);
    if (SUCCEEDED(hr) && showing->mml->json) {
        printf("{\"node\": ");
        mml_json_string(stdout, name);
        printf(", \"peers\": [");
    } else if (SUCCEEDED(hr) && !showing->has_header) {
        printf("%-12s %6s %-12s %10s %9s %14s %8s %8s %9s %10s %12s %9s\n", "NODE", "CONN", "PEER", "GIVEN",
               "RUNNING", "BYTES", "MESSAGE", "LOADING", "CALLS/S", "LOOKUPS/S", "BYTES/S", "LOADS/S");
        showing->has_header = true;
    }
    if (SUCCEEDED(hr)) {
        hr = print_peers(showing, name, object);
        if (showing->mml->json)
            printf("]}\n");
    }
    if (SUCCEEDED(hr))
        return;
    showing->has_failed = true;
    mml_call_error(showing->mmlite, path, hr);
    mml_hint("`mml ls /net` lists the nodes; a node tells if its component `observe` is there");
}

enum mml_exit mml_limits(const struct mml *mml, int argument_count, char **arguments)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct showing showing = {.mml = mml};
    const char *node;
    int option;

    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, ":h", options, NULL)) != -1) {
        if (option != 'h')
            return mml_usage_error("limits", "unknown option `%s`", arguments[optind - 1]);
        print_help();
        return MML_OK;
    }
    node = optind < argument_count ? arguments[optind] : NULL;
    if (argument_count - optind > 1)
        return mml_usage_error("limits", "one node at a time, or none for all");
    if (node && (strlen(node) > NODE_NAME_MAX || strchr(node, '/')))
        return mml_usage_error("limits", "`%s` is no name of a node", node);
    showing.mmlite = mml_connect(mml);
    if (!showing.mmlite)
        return MML_FAILED;
    if (node)
        show_node(&showing, node);
    else if (FAILED(mml_each_node(showing.mmlite, show_node, &showing)))
        showing.has_failed = true;
    mmlite_close(showing.mmlite);
    return showing.has_failed ? MML_FAILED : MML_OK;
}
