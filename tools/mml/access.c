/* mml access: what a peer may see and do at a node; and cutting what it holds. */
#include "mml.h"
#include <getopt.h>
#include <rpc/view.idl.h>
#include <stdlib.h>
#include <string.h>

struct access_options {
    const char *node;
    const char *peer; /* as a policy names it: "nameless" */
    const char *path; /* whose names are shown; "": the root */
    bool revoke;
};

/* What a node says about a peer. */
struct answer {
    char *rules; /* lines, the first of which is "peer NAME"; "": there are none */
    char *names; /* each ends with a NUL, a namespace's with a slash before it */
    size_t names_bytes;
};

static void print_help(void)
{
    printf("usage: mml access NODE [PEER [PATH]]\n"
           "       mml access --revoke NODE PEER\n"
           "\n"
           "Shows what the policy of a node (docs/views.md) says about a peer, and the names that it sees "
           "there.\n"
           "PEER is the name of a node, or `nameless` for clients without one, as mml is (the default).\n"
           "\n"
           "  --revoke  cuts all references that PEER holds to objects of NODE: its calls of them fail with\n"
           "            CO_E_OBJNOTCONNECTED until it binds them again; says how many there were\n"
           "\n"
           "examples:\n"
           "  mml access n1 web\n"
           "  mml access n1 web files/public\n"
           "  mml --json access n1 web | jq -r '.names[]'\n"
           "  mml access --revoke n1 web\n");
}

/* As the interface wants it. */
static const char *name_of(const struct access_options *options)
{
    return strcmp(options->peer, "nameless") == 0 ? "" : options->peer;
}

/* All rules, as a text. */
static HRESULT read_rules(IAccess *access, const char *peer, char **out_rules)
{
    uint32_t length = 0, total = 0, used = 0;
    char *rules = calloc(1, 1), *longer;
    HRESULT hr = rules ? S_OK : E_OUTOFMEMORY;

    while (SUCCEEDED(hr)) {
        longer = realloc(rules, used + ACCESS_TEXT_MAX + 1);
        if (!longer) {
            hr = E_OUTOFMEMORY;
            break;
        }
        rules = longer;
        hr = IAccess_GetRules(access, peer, used, ACCESS_TEXT_MAX, rules + used, &length, &total);
        if (FAILED(hr))
            break;
        used += length;
        rules[used] = '\0';
        if (!length || used >= total)
            break;
    }
    if (FAILED(hr)) {
        free(rules);
        return hr;
    }
    *out_rules = rules;
    return S_OK;
}

/* Where the last of some names ends without its slash goes to `last`. @retval false they are malformed */
static bool find_last(const char *names, uint32_t length, char last[NAMESPACE_NAME_MAX + 1])
{
    uint32_t at;

    if (names[length - 1])
        return false;
    for (at = 0; at < length; at += (uint32_t)strlen(names + at) + 1)
        if ((size_t)snprintf(last, NAMESPACE_NAME_MAX + 1, "%.*s", (int)strcspn(names + at, "/"),
                             names + at) > NAMESPACE_NAME_MAX)
            return false;
    return true;
}

static HRESULT read_names(IAccess *access, const struct access_options *options, struct answer *answer)
{
    char last[NAMESPACE_NAME_MAX + 1] = "";
    uint32_t length;
    HRESULT hr = S_FALSE;

    while (hr == S_FALSE) {
        char *longer = realloc(answer->names, answer->names_bytes + NAMESPACE_LIST_MAX);

        if (!longer)
            return E_OUTOFMEMORY;
        answer->names = longer;
        length = 0;
        hr = IAccess_List(access, name_of(options), options->path, last, NAMESPACE_LIST_MAX,
                          answer->names + answer->names_bytes, &length);
        if (FAILED(hr) || !length)
            return hr;
        if (!find_last(answer->names + answer->names_bytes, length, last))
            return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
        answer->names_bytes += length;
    }
    return hr;
}

/* ---- printing ---- */

static void print_text(const struct access_options *options, const struct answer *answer)
{
    const char *line = answer->rules;
    size_t at;

    if (!*line)
        printf("%s: nothing is said about %s, so it may see and do everything\n", options->node,
               options->peer);
    else
        printf("%s: of its policy, for %s:\n\n", options->node, options->peer);
    for (; *line; line += strcspn(line, "\n") + 1)
        printf("  %s%.*s\n", line == answer->rules ? "" : "  ", (int)strcspn(line, "\n"), line);
    printf("\nit sees at /%s:\n\n ", options->path);
    for (at = 0; at < answer->names_bytes; at += strlen(answer->names + at) + 1)
        printf(" %s", answer->names + at);
    printf("\n");
}

/* A line as a JSON string. */
static void print_json_line(const char *line)
{
    char *copy = strndup(line, strcspn(line, "\n"));

    mml_json_string(stdout, copy ? copy : "");
    free(copy);
}

static void print_json(const struct access_options *options, const struct answer *answer)
{
    const char *line = answer->rules, *before = "";
    size_t at;

    printf("{\"node\": ");
    mml_json_string(stdout, options->node);
    printf(", \"peer\": ");
    mml_json_string(stdout, options->peer);
    printf(", \"view\": ");
    if (*line)
        print_json_line(line + strlen("peer "));
    else
        printf("null");
    printf(", \"rules\": [");
    for (line += strcspn(line, "\n") + (*line != '\0'); *line; line += strcspn(line, "\n") + 1) {
        printf("%s", before);
        print_json_line(line);
        before = ", ";
    }
    printf("], \"path\": ");
    mml_json_string(stdout, options->path);
    printf(", \"names\": [");
    for (at = 0; at < answer->names_bytes; at += strlen(answer->names + at) + 1) {
        printf("%s", at ? ", " : "");
        mml_json_string(stdout, answer->names + at);
    }
    printf("]}\n");
}

/* ---- the two things that it does ---- */

static HRESULT show(const struct mml *mml, IAccess *access, const struct access_options *options)
{
    struct answer answer = {.rules = NULL};
    HRESULT hr = read_rules(access, name_of(options), &answer.rules);

    if (SUCCEEDED(hr))
        hr = read_names(access, options, &answer);
    if (SUCCEEDED(hr) && mml->json)
        print_json(options, &answer);
    else if (SUCCEEDED(hr))
        print_text(options, &answer);
    free(answer.rules);
    free(answer.names);
    return hr;
}

static HRESULT revoke(const struct mml *mml, IAccess *access, const struct access_options *options)
{
    uint32_t cut = 0;
    HRESULT hr = IAccess_Revoke(access, name_of(options), &cut);

    if (FAILED(hr))
        return hr;
    if (mml->json)
        printf("{\"cut\": %u}\n", (unsigned)cut);
    else
        printf("%u references that %s held to objects of %s are cut\n", (unsigned)cut, options->peer,
               options->node);
    return S_OK;
}

static enum mml_exit run(const struct mml *mml, const struct access_options *options)
{
    struct mmlite *mmlite = mml_connect(mml);
    COM_SCOPED(IAccess) access = NULL;
    char path[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    if (!mmlite)
        return MML_FAILED;
    snprintf(path, sizeof(path), "/net/%s/policy", options->node);
    hr = mmlite_bind(mmlite, path, &IID_IAccess, (void **)&access);
    if (SUCCEEDED(hr))
        hr = options->revoke ? revoke(mml, access, options) : show(mml, access, options);
    if (FAILED(hr)) {
        mml_call_error(mmlite, path, hr);
        if (!access)
            mml_hint("`mml ls /net` lists the nodes; a node tells if its policy does not hide `policy`");
        else if (options->path[0])
            mml_hint("`mml access %s %s` shows what there is at its root", options->node, options->peer);
        else
            mml_hint("`mml ls /net/%s` shows whether the node answers", options->node);
    }
    if (access)
        IAccess_Release(COM_TAKE(access)); /* before its node ends */
    mmlite_close(mmlite);
    return SUCCEEDED(hr) ? MML_OK : MML_FAILED;
}

static enum mml_exit check(const struct access_options *options, int word_count)
{
    if (word_count < 1)
        return mml_usage_error("access", "the name of a node is missing");
    if (word_count > 3)
        return mml_usage_error("access", "it takes a node, a peer and a path");
    if (strlen(options->node) > NODE_NAME_MAX || strchr(options->node, '/'))
        return mml_usage_error("access", "`%s` is no name of a node", options->node);
    if (!*options->peer || strlen(options->peer) > NODE_NAME_MAX)
        return mml_usage_error("access", "`%s` is no name of a peer", options->peer);
    if (options->revoke && word_count != 2)
        return mml_usage_error("access", "--revoke takes a node and a peer");
    return MML_OK;
}

enum mml_exit mml_access(const struct mml *mml, int argument_count, char **arguments)
{
    static const struct option words[] = {
        {"revoke", no_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct access_options options = {.peer = "nameless", .path = ""};
    enum mml_exit result;
    int option;

    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, ":h", words, NULL)) != -1) {
        if (option == 'h') {
            print_help();
            return MML_OK;
        }
        if (option != 'r')
            return mml_usage_error("access", "unknown option `%s`", arguments[optind - 1]);
        options.revoke = true;
    }
    if (optind < argument_count)
        options.node = arguments[optind];
    if (optind + 1 < argument_count)
        options.peer = arguments[optind + 1];
    if (optind + 2 < argument_count)
        options.path = arguments[optind + 2] + (arguments[optind + 2][0] == '/');
    result = check(&options, argument_count - optind);
    return result == MML_OK ? run(mml, &options) : result;
}
