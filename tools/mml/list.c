/* mml ls: what is below a path. */
#include "mml.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Trees end by the rules of namespaces; this is for peers that break them. */
#define DEPTH_MAX 16

struct listing {
    const struct mml *mml;
    struct mmlite *mmlite;
    bool recursive;
    bool incomplete; /* some part could not be listed; an error told which */
};

static void print_help(void)
{
    printf("usage: mml ls [-R] [PATH]\n"
           "\n"
           "Lists the objects below PATH (default: /net). A name that ends with / is a namespace itself.\n"
           "\n"
           "  -R, --recursive  what is below those, too, as a tree\n"
           "\n"
           "examples:\n"
           "  mml ls                the nodes of the cluster\n"
           "  mml ls /net/n1        the objects of node n1\n"
           "  mml ls -R /net        every object of every node\n");
}

static void list_namespace(struct listing *listing, INamespace *names, const char *path, unsigned depth);

/* One name of a list, and what is below it. `path` is the namespace's, without a slash at its end. */
static void list_entry(struct listing *listing, INamespace *names, const char *path, const char *entry,
                       unsigned depth, bool is_first)
{
    COM_SCOPED(IUnknown) object = NULL;
    COM_SCOPED(INamespace) below = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    char full[NAMESPACE_PATH_MAX + 1];
    size_t length = strlen(entry);
    bool is_namespace = length > 0 && entry[length - 1] == '/';
    HRESULT hr = S_OK;

    snprintf(name, sizeof(name), "%.*s", (int)(length - is_namespace), entry);
    snprintf(full, sizeof(full), "%s/%s", path, name);

    if (listing->mml->json) {
        printf("%s{\"name\": ", is_first ? "" : ", ");
        mml_json_string(stdout, name);
        printf(", \"namespace\": %s", is_namespace ? "true" : "false");
    } else {
        printf("%*s%s%s%s\n", (int)(2 * depth), "", is_namespace ? mml_bold(stdout) : "", entry,
               is_namespace ? mml_plain(stdout) : "");
    }

    if (is_namespace && listing->recursive && depth < DEPTH_MAX) {
        hr = INamespace_Bind(names, name, 0, &object);
        if (SUCCEEDED(hr))
            hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)&below);
        if (listing->mml->json)
            printf(", \"entries\": [");
        if (SUCCEEDED(hr)) {
            list_namespace(listing, below, full, depth + 1);
        } else { /* a node may have gone since it was listed: the others are still worth showing */
            mml_call_error(listing->mmlite, full, hr);
            listing->incomplete = true;
        }
        if (listing->mml->json)
            printf("]");
    }
    if (listing->mml->json)
        printf("}");
}

static void list_namespace(struct listing *listing, INamespace *names, const char *path, unsigned depth)
{
    char *list = malloc(NAMESPACE_LIST_MAX);
    char after[NAMESPACE_NAME_MAX + 1] = "";
    bool is_first = true;
    HRESULT hr = list ? S_FALSE : E_OUTOFMEMORY;

    while (hr == S_FALSE) {
        uint32_t length = 0;
        const char *entry;

        hr = INamespace_List(names, after, NAMESPACE_LIST_MAX, list, &length);
        if (SUCCEEDED(hr) && length > 0 && list[length - 1] != '\0')
            hr = RPC_E_CLIENT_CANTUNMARSHAL_DATA;
        if (FAILED(hr) || length == 0)
            break;
        for (entry = list; entry < list + length; entry += strlen(entry) + 1) {
            list_entry(listing, names, path, entry, depth, is_first);
            is_first = false;
            snprintf(after, sizeof(after), "%.*s", (int)strcspn(entry, "/"), entry);
        }
    }
    if (FAILED(hr)) {
        mml_call_error(listing->mmlite, *path ? path : "/", hr);
        listing->incomplete = true;
    }
    free(list);
}

/* The path without the slashes at its end; "" for the root. */
static void trim_path(const char *path, char trimmed[NAMESPACE_PATH_MAX + 1])
{
    size_t length;

    snprintf(trimmed, NAMESPACE_PATH_MAX + 1, "%s", path);
    for (length = strlen(trimmed); length > 0 && trimmed[length - 1] == '/'; length--)
        trimmed[length - 1] = '\0';
}

static enum mml_exit list_path(struct listing *listing, const char *path)
{
    COM_SCOPED(IUnknown) object = NULL;
    COM_SCOPED(INamespace) names = NULL;
    char trimmed[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    if (strlen(path) > NAMESPACE_PATH_MAX) {
        mml_error("the path is longer than %d bytes", (int)NAMESPACE_PATH_MAX);
        mml_hint("no object has a path that long: `mml ls -R` shows those there are");
        return MML_FAILED;
    }

    trim_path(path, trimmed);
    hr = INamespace_Bind(mmlite_root(listing->mmlite), trimmed, 0, &object);
    if (FAILED(hr)) {
        mml_call_error(listing->mmlite, path, hr);
        mml_hint("`mml ls /net` lists the nodes that are there, `mml ls /net/NODE` the objects of one");
        return MML_FAILED;
    }

    hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)&names);
    if (FAILED(hr) && hr != E_NOINTERFACE) {
        mml_call_error(listing->mmlite, path, hr);
        return MML_FAILED;
    }

    if (listing->mml->json) {
        printf("{\"path\": ");
        mml_json_string(stdout, *trimmed ? trimmed : "/");
        printf(", \"namespace\": %s", names ? "true" : "false");
        if (names) {
            printf(", \"entries\": [");
            list_namespace(listing, names, trimmed, 1);
            printf("]");
        }
        printf("}\n");
    } else if (!names) { /* an object: as ls does with a file */
        printf("%s\n", trimmed);
    } else if (listing->recursive) {
        printf("%s%s%s\n", mml_bold(stdout), *trimmed ? trimmed : "/", mml_plain(stdout));
        list_namespace(listing, names, trimmed, 1);
    } else {
        list_namespace(listing, names, trimmed, 0);
    }
    return listing->incomplete ? MML_FAILED : MML_OK;
}

enum mml_exit mml_ls(const struct mml *mml, int argument_count, char **arguments)
{
    static const struct option options[] = {
        {"recursive", no_argument, NULL, 'R'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct listing listing = {.mml = mml};
    enum mml_exit result;
    int option;

    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, "Rh", options, NULL)) != -1) {
        switch (option) {
        case 'R':
            listing.recursive = true;
            break;
        case 'h':
            print_help();
            return MML_OK;
        default:
            return mml_usage_error("ls", "unknown option `%s`", arguments[optind - 1]);
        }
    }
    if (argument_count - optind > 1)
        return mml_usage_error("ls", "one path at a time");

    listing.mmlite = mml_connect(mml);
    if (!listing.mmlite)
        return MML_FAILED;
    result = list_path(&listing, optind < argument_count ? arguments[optind] : "/net");
    mmlite_close(listing.mmlite);
    return result;
}
