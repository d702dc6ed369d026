/* mml load, mml unload: components of a running node. */
#include "mml.h"
#include <getopt.h>
#include <os/components.idl.h>
#include <string.h>

static void print_help(void)
{
    printf(
        "usage: mml load NODE NAME [PATH]\n"
        "       mml load NODE\n"
        "       mml unload NODE NAME\n"
        "\n"
        "Brings a component into a running node, or takes its name away. Without a NAME it prints what is\n"
        "loaded, with what only waits for its last release. Binding a name loads it by\n"
        "itself, if the node has its image; this is for other versions, and for images of other nodes.\n"
        "\n"
        "  PATH  of the image, as the node binds it; it must lie where the node may load from\n"
        "        (load_from in its configuration; `mml cluster up` allows /net/host/files/components).\n"
        "        Without it the node's own image of that name is loaded, /romfs/NAME.elf.\n"
        "\n"
        "The object that had the name before stays for whoever holds it. What was loaded so stays until\n"
        "it is unloaded; an image that was loaded by binding its name goes with its last reference.\n"
        "\n"
        "examples:\n"
        "  mml cluster up --dir components=build/kernel-i386/components\n"
        "  mml load n1 calculator /net/host/files/components/calculator.elf\n"
        "  mml unload n1 calculator\n");
}

static HRESULT load(struct mmlite *mmlite, const char *node, const char *name, const char *path)
{
    COM_SCOPED(IComponents) components = NULL;
    char at[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    snprintf(at, sizeof(at), "/net/%s/demand", node);
    hr = mmlite_bind(mmlite, at, &IID_IComponents, (void **)&components);
    return FAILED(hr) ? hr : IComponents_Load(components, name, path ? path : "");
}

static HRESULT print_loaded(struct mmlite *mmlite, const char *node, bool as_json)
{
    COM_SCOPED(IComponents) components = NULL;
    char at[NAMESPACE_PATH_MAX + 1], after[NAMESPACE_NAME_MAX + 1] = "", names[NAMESPACE_LIST_MAX];
    uint32_t length, i, count = 0;
    HRESULT hr;

    snprintf(at, sizeof(at), "/net/%s/demand", node);
    hr = mmlite_bind(mmlite, at, &IID_IComponents, (void **)&components);
    if (FAILED(hr))
        return hr;
    if (as_json)
        printf("[");
    do {
        hr = IComponents_List(components, after, sizeof(names), names, &length);
        for (i = 0; SUCCEEDED(hr) && i < length; i += (uint32_t)strlen(names + i) + 1) {
            printf(as_json ? "%s\"%s\"" : "%s%s\n", as_json && count++ ? ", " : "", names + i);
            snprintf(after, sizeof(after), "%s", names + i);
        }
    } while (hr == S_FALSE);
    if (as_json)
        printf("]\n");
    return hr;
}

static HRESULT unload(struct mmlite *mmlite, const char *node, const char *name)
{
    COM_SCOPED(IComponents) components = NULL;
    char at[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    snprintf(at, sizeof(at), "/net/%s/demand", node);
    hr = mmlite_bind(mmlite, at, &IID_IComponents, (void **)&components);
    return FAILED(hr) ? hr : IComponents_Unload(components, name);
}

/* What went wrong, with what to do about it. */
static enum mml_exit report(struct mmlite *mmlite, const char *node, const char *what, HRESULT hr)
{
    mml_call_error(mmlite, what, hr);
    if (hr == E_ACCESSDENIED)
        mml_hint("a node loads only from the paths in its configuration (load_from)");
    else if (hr == NS_E_NOT_FOUND)
        mml_hint("`mml ls /net/%s/romfs` lists the images that the node has, `mml ls /net` the nodes", node);
    else if (hr == NS_E_EXISTS)
        mml_hint("choose another name: `mml ls /net/%s` lists those that are taken", node);
    else if (hr == OS_E_UNRESOLVED || hr == OS_E_BAD_IMAGE)
        mml_hint("build the image for this node's system (`mml cluster ls` shows it)");
    else
        mml_hint("`mml cluster log %s` shows what the node says", node);
    return MML_FAILED;
}

/* Reads the words; the commands have no options of their own. */
static enum mml_exit read_words(const char *command, int argument_count, char **arguments, int least,
                                int most)
{
    int words = argument_count - 1;

    if (words < least || words > most)
        return mml_usage_error(command, least == most ? "a node and a name are needed"
                                                      : "a node is needed, and what to load there");
    if (arguments[1][0] == '-')
        return mml_usage_error(command, "unknown option `%s`", arguments[1]);
    return MML_OK;
}

static bool wants_help(int argument_count, char **arguments)
{
    return argument_count > 1 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0);
}

enum mml_exit mml_load(const struct mml *mml, int argument_count, char **arguments)
{
    enum mml_exit result = MML_OK;
    struct mmlite *mmlite;
    HRESULT hr;

    if (wants_help(argument_count, arguments)) {
        print_help();
        return MML_OK;
    }
    result = read_words("load", argument_count, arguments, 1, 3);
    if (result != MML_OK)
        return result;
    mmlite = mml_connect(mml);
    if (!mmlite)
        return MML_FAILED;
    if (argument_count == 2)
        hr = print_loaded(mmlite, arguments[1], mml->json);
    else
        hr = load(mmlite, arguments[1], arguments[2], argument_count > 3 ? arguments[3] : NULL);
    if (FAILED(hr))
        result = report(mmlite, arguments[1], arguments[argument_count > 2 ? 2 : 1], hr);
    mmlite_close(mmlite);
    return result;
}

enum mml_exit mml_unload(const struct mml *mml, int argument_count, char **arguments)
{
    enum mml_exit result = MML_OK;
    struct mmlite *mmlite;
    HRESULT hr;

    if (wants_help(argument_count, arguments)) {
        print_help();
        return MML_OK;
    }
    result = read_words("unload", argument_count, arguments, 2, 2);
    if (result != MML_OK)
        return result;
    mmlite = mml_connect(mml);
    if (!mmlite)
        return MML_FAILED;
    hr = unload(mmlite, arguments[1], arguments[2]);
    if (FAILED(hr))
        result = report(mmlite, arguments[1], arguments[2], hr);
    mmlite_close(mmlite);
    return result;
}
