/* mml node: a Linux node with the components that are linked into this program. */
#include "mml.h"
#include <component.h>
#include <errno.h>
#include <getopt.h>
#include <os/config.idl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTS_MAX 64
#define FOLDERS_MAX 16
#define POLICY_BYTES_MAX 65536

/* A file or folder to be served under /files. */
struct node_export {
    const char *name; /* NULL: the last element of the path */
    const char *path;
};

struct node_options {
    const char *name;
    const char *listen;
    const char *directory;
    struct node_export exports[EXPORTS_MAX];
    size_t export_count;
    const char *components[FOLDERS_MAX + 1]; /* folders to load from; ends with NULL */
    size_t component_count;
    char load_from[CONFIG_VALUE_MAX + 1]; /* paths with spaces; "": none */
    const char *policy;                   /* a file; NULL: none */
    uint32_t keep_ms;
};

static void print_help(void)
{
    printf("usage: mml node --name NAME --listen ENDPOINT [--directory ENDPOINT|self]\n"
           "                [--file PATH]... [--dir NAME=PATH]... [--components FOLDER]... [--keep MS]\n"
           "                [--load-from PATH]... [--policy FILE]\n"
           "\n"
           "Is a Linux node with these components, until SIGTERM or Ctrl-C:\n ");
    for (size_t i = 0; linked_components[i].name; i++)
        printf(" %s", linked_components[i].name);
    printf(
        "\n"
        "\n"
        "  --name NAME           1 to %d of a-z 0-9 _ -\n"
        "  --listen ENDPOINT     such as tcp:127.0.0.1:0 or udp:127.0.0.1:0 (any free port), or\n"
        "                        unix:/run/user/1000/n3; several in one word with spaces between them, "
        "cheapest\n"
        "                        first\n"
        "  --directory ENDPOINT  the node that holds the directory; `self`: this one does\n"
        "                        (default: that of the only cluster on this machine)\n"
        "  --file PATH           serve this file, read-only, as /net/NAME/files/BASENAME\n"
        "  --dir NAME=PATH       serve this folder, read-only; links and `..` do not lead out of it\n"
        "  --components FOLDER   who binds a NAME that is not there gets the component FOLDER/NAME.so, "
        "which\n"
        "                        goes again when nobody holds it; FOLDER can also be a path of other nodes,\n"
        "                        /net/...\n"
        "  --keep MS             how long such a component stays that nobody holds (default: 0)\n"
        "  --load-from PATH      `mml load` may bring components from below this path of other nodes, "
        "/net/...\n"
        "  --policy FILE         what each peer may see and do (docs/views.md); read again at SIGUSR1\n"
        "\n"
        "examples:\n"
        "  mml node --name gateway --listen tcp:127.0.0.1:40001 --directory self\n"
        "  mml node --name n3 --listen tcp:127.0.0.1:0 --directory tcp:127.0.0.1:40001 --file README.md\n"
        "  mml node --name n4 --listen tcp:127.0.0.1:0 --components build/linux/components\n",
        (int)NODE_NAME_MAX);
}

static enum mml_exit add_export(struct node_options *node, char *value, bool is_folder)
{
    struct node_export *export = &node->exports[node->export_count];
    char *equals = is_folder ? strchr(value, '=') : NULL;

    if (node->export_count == EXPORTS_MAX)
        return mml_usage_error("node", "at most %d files and folders", EXPORTS_MAX);
    if (is_folder && (!equals || equals == value || !equals[1]))
        return mml_usage_error("node", "`--dir %s` needs NAME=PATH", value);
    if (equals)
        *equals = '\0';
    export->name = equals ? value : NULL;
    export->path = equals ? equals + 1 : value;
    node->export_count++;
    return MML_OK;
}

static enum mml_exit add_components(struct node_options *node, const char *folder)
{
    if (node->component_count == FOLDERS_MAX)
        return mml_usage_error("node", "at most %d folders of components", FOLDERS_MAX);
    node->components[node->component_count++] = folder;
    return MML_OK;
}

static enum mml_exit add_load_from(struct node_options *node, const char *path)
{
    size_t used = strlen(node->load_from);

    if (path[0] != '/' || strpbrk(path, " ,"))
        return mml_usage_error("node", "`--load-from %s` needs a path such as /net/host/files/images", path);
    if ((size_t)snprintf(node->load_from + used, sizeof(node->load_from) - used, "%s%s", used ? " " : "",
                         path) >= sizeof(node->load_from) - used)
        return mml_usage_error("node", "too many paths to load from");
    return MML_OK;
}

static enum mml_exit read_keep(struct node_options *node, const char *text)
{
    char *end;
    unsigned long keep_ms = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end || keep_ms > UINT32_MAX)
        return mml_usage_error("node", "--keep needs a number of milliseconds");
    node->keep_ms = (uint32_t)keep_ms;
    return MML_OK;
}

static enum mml_exit read_options(int argument_count, char **arguments, struct node_options *node,
                                  bool *out_help)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 'n'},
        {"listen", required_argument, NULL, 'l'},
        {"directory", required_argument, NULL, 'd'},
        {"file", required_argument, NULL, 'f'},
        {"dir", required_argument, NULL, 'D'},
        {"components", required_argument, NULL, 'c'},
        {"load-from", required_argument, NULL, 'L'},
        {"policy", required_argument, NULL, 'p'},
        {"keep", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    enum mml_exit result = MML_OK;
    int option;

    opterr = 0;
    while (result == MML_OK && (option = getopt_long(argument_count, arguments, ":h", options, NULL)) != -1) {
        switch (option) {
        case 'n':
            node->name = optarg;
            break;
        case 'l':
            node->listen = optarg;
            break;
        case 'd':
            node->directory = optarg;
            break;
        case 'f':
        case 'D':
            result = add_export(node, optarg, option == 'D');
            break;
        case 'c':
            result = add_components(node, optarg);
            break;
        case 'L':
            result = add_load_from(node, optarg);
            break;
        case 'p':
            node->policy = optarg;
            break;
        case 'k':
            result = read_keep(node, optarg);
            break;
        case 'h':
            *out_help = true;
            return MML_OK;
        case ':':
            return mml_usage_error("node", "`%s` needs a value", arguments[optind - 1]);
        default:
            return mml_usage_error("node", "there is no option `%s`", arguments[optind - 1]);
        }
    }
    if (result != MML_OK)
        return result;
    if (optind < argument_count)
        return mml_usage_error("node", "`%s` is one word too many", arguments[optind]);
    if (!node->name || !node->listen)
        return mml_usage_error("node", "a node needs --name and --listen");
    return MML_OK;
}

static void explain_open_error(const struct node_options *node, HRESULT hr)
{
    mml_call_error(NULL, node->name, hr);
    if (hr == NET_E_ADDRESS_IN_USE)
        mml_hint("choose another port than that of %s; port 0 takes a free one", node->listen);
    else if (hr == NET_E_NAME_IN_USE)
        mml_hint("choose another --name; `mml ls /net` shows which are taken");
    else if (hr == NET_E_UNREACHABLE)
        mml_hint(
            "start the node with the directory first (`mml cluster up`, or `mml node --directory self`)");
    else if (hr == NET_E_BAD_ENDPOINT)
        mml_hint("endpoints look like tcp:127.0.0.1:40001, udp:127.0.0.1:40001 or unix:/path");
    else if (hr == E_INVALIDARG && node->policy)
        mml_hint("correct %s; docs/views.md says what a policy consists of", node->policy);
    else if (hr == E_ACCESSDENIED)
        mml_hint("choose a folder that you can read");
    else if (hr == NS_E_NOT_FOUND && node->component_count)
        mml_hint("check --components, and name the directory's node with `--directory ENDPOINT` or `self`");
    else if (hr == NS_E_NOT_FOUND)
        mml_hint("name the directory's node with `--directory ENDPOINT`, or hold it with `--directory self`");
}

static bool export_all(struct mmlite *mmlite, const struct node_options *node)
{
    size_t i;

    for (i = 0; i < node->export_count; i++) {
        HRESULT hr = mmlite_export(mmlite, node->exports[i].name, node->exports[i].path);

        if (FAILED(hr)) {
            mml_call_error(mmlite, node->exports[i].path, hr);
            if (hr == NS_E_EXISTS)
                mml_hint("two files of one name: serve one of them with its folder, `--dir NAME=FOLDER`");
            return false;
        }
    }
    return true;
}

/* The text of the policy, to be freed. Says why it fails. */
static char *read_policy(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(POLICY_BYTES_MAX + 1);
    size_t size = file && text ? fread(text, 1, POLICY_BYTES_MAX + 1, file) : 0;
    const char *why = !file || ferror(file)     ? strerror(errno)
                      : size > POLICY_BYTES_MAX ? "it is too large"
                                                : NULL;

    if (file)
        fclose(file);
    if (!why && text && memchr(text, '\0', size))
        why = "it is no text";
    if (!why && text) {
        text[size] = '\0';
        return text;
    }
    mml_error("%s: %s", path, why ? why : "out of memory");
    mml_hint("--policy takes a file as docs/views.md describes it");
    free(text);
    return NULL;
}

/* While the node runs: a policy that is malformed changes nothing. */
static void reload_policy(struct mmlite *mmlite, const char *path)
{
    char *text = read_policy(path);
    HRESULT hr = text ? mmlite_set_policy(mmlite, text) : E_FAIL;

    free(text);
    if (!text)
        return;
    if (FAILED(hr)) {
        mml_call_error(mmlite, path, hr);
        mml_hint("the views are as they were: correct the file, and send SIGUSR1 again");
        return;
    }
    printf("policy: %s\n", path);
    fflush(stdout);
}

enum mml_exit mml_node(const struct mml *mml, int argument_count, char **arguments)
{
    struct node_options node = {.directory = mml->node};
    struct mmlite *mmlite = NULL;
    char *policy = NULL;
    enum mml_exit result;
    bool help = false;
    sigset_t ends;
    int number;
    HRESULT hr;

    result = read_options(argument_count, arguments, &node, &help);
    if (result != MML_OK)
        return result;
    if (help) {
        print_help();
        return MML_OK;
    }

    /* Before the node's threads start: they inherit the mask, so that only sigwait gets these. */
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP);
    if (node.policy)
        sigaddset(&ends, SIGUSR1);
    sigprocmask(SIG_BLOCK, &ends, NULL);

    if (node.policy) {
        policy = read_policy(node.policy);
        if (!policy)
            return MML_FAILED;
    }
    hr = mmlite_open(
        &(struct mmlite_options){
            .directory = node.directory,
            .name = node.name,
            .listen = node.listen,
            .components = linked_components,
            .component_folders = node.components,
            .load_from = node.load_from[0] ? node.load_from : NULL,
            .keep_ms = node.keep_ms,
            .policy = policy,
        },
        &mmlite);
    free(policy);
    if (FAILED(hr)) {
        explain_open_error(&node, hr);
        return MML_FAILED;
    }
    if (!export_all(mmlite, &node)) {
        mmlite_close(mmlite);
        return MML_FAILED;
    }

    printf("ready: %s at %s\n", node.name, mmlite_endpoints(mmlite));
    fflush(stdout);
    while (sigwait(&ends, &number) == 0 && number == SIGUSR1)
        reload_policy(mmlite, node.policy);
    printf("ended by %s\n", strsignal(number));
    mmlite_close(mmlite);
    return MML_OK;
}
