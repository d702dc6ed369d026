/* mml load, mml unload: components of a running node. */
#include "image.h"
#include "upload.h"
#include <os/components.idl.h>
#include <string.h>
#include <unistd.h>

/* Of names, as IComponents takes them. */
#define COMPONENT_NAME_MAX 31

static void print_help(void)
{
    printf(
        "usage: mml load NODE NAME [FILE]\n"
        "       mml load NODE\n"
        "       mml unload NODE NAME\n"
        "\n"
        "Brings a component into a running node, or takes its name away. Without a NAME it prints what is\n"
        "loaded, with what only waits for its last release. Binding a name loads it by itself, if the node\n"
        "has its image; this is for images that it has not, and for other versions.\n"
        "\n"
        "  FILE  the image: a file of this machine, built for the node's system, of which the node gets a\n"
        "        copy; or, from /net/ on, its path on any node, which must be one that this node loads\n"
        "        from (in a cluster of `mml cluster up` that is what --dir components=FOLDER serves).\n"
        "        Without it the node's own image of that name is loaded.\n"
        "\n"
        "The object that had the name before stays for whoever holds it. What was loaded so stays until\n"
        "it is unloaded; an image that was loaded by binding its name goes with its last reference.\n"
        "\n"
        "examples:\n"
        "  mml load n1 calculator build/kernel-i386/components/calculator.elf\n"
        "  mml load n1 calculator /net/host/files/components/calculator.elf\n"
        "  mml unload n1 calculator\n");
}

/* What went wrong, with what to do about it. */
static enum mml_exit report(struct mmlite *mmlite, const char *node, const char *what, HRESULT hr)
{
    mml_call_error(mmlite, what, hr);
    if (hr == E_ACCESSDENIED)
        mml_hint("a node loads only from the paths in its configuration (load_from)");
    else if (hr == NS_E_NOT_FOUND)
        mml_hint(
            "`mml ls -R /net` shows the nodes; one that loads components has `demand`, and its own images\n"
            "        in `romfs` or `components`");
    else if (hr == NS_E_EXISTS)
        mml_hint("choose another name: `mml ls /net/%s` lists those that are taken", node);
    else if (hr == OS_E_UNRESOLVED || hr == OS_E_BAD_IMAGE)
        mml_hint("build the image for this node's system (`mml cluster ls` shows it)");
    else
        mml_hint("`mml cluster log %s` shows what the node says", node);
    return MML_FAILED;
}

/* What the command was told. */
struct load {
    const char *node;
    const char *name;
    const char *file; /* NULL: the node's own image */
};

static HRESULT load_from(struct mmlite *mmlite, const struct load *load, const char *path)
{
    COM_SCOPED(IComponents) components = NULL;
    char at[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    snprintf(at, sizeof(at), "/net/%s/demand", load->node);
    hr = mmlite_bind(mmlite, at, &IID_IComponents, (void **)&components);
    return FAILED(hr) ? hr : IComponents_Load(components, load->name, path);
}

/* What a node runs on. */
static HRESULT get_system(struct mmlite *mmlite, const char *node, char *system, uint32_t capacity)
{
    COM_SCOPED(INode) remote = NULL;
    char at[NAMESPACE_PATH_MAX + 1], name[NODE_NAME_MAX + 1];
    HRESULT hr;

    snprintf(at, sizeof(at), "/net/%s/node", node);
    hr = mmlite_bind(mmlite, at, &IID_INode, (void **)&remote);
    return FAILED(hr) ? hr : INode_GetInfo(remote, name, sizeof(name), system, capacity);
}

/* Whether FILE is a path that the node binds: /net/..., or one that is nothing on this machine. */
static bool is_node_path(const char *file)
{
    return strncmp(file, "/net/", 5) == 0 || (file[0] == '/' && access(file, F_OK) != 0);
}

/* A file of this machine: the node gets a copy. */
static enum mml_exit load_file(const struct mml *mml, struct mmlite *mmlite, const struct load *load)
{
    struct upload upload;
    struct image image;
    char system[64];
    bool uploaded;
    HRESULT hr = get_system(mmlite, load->node, system, sizeof(system));

    if (FAILED(hr))
        return report(mmlite, load->node, load->node, hr);
    if (!image_read(load->file, load->node, system, &image))
        return MML_FAILED;
    uploaded = upload_begin(mml, load->file, load->name, image.suffix, image.data, image.size_bytes, &upload);
    image_free(&image);
    if (!uploaded)
        return MML_FAILED;
    hr = load_from(mmlite, load, upload.path);
    upload_end(&upload);
    return FAILED(hr) ? report(mmlite, load->node, load->name, hr) : MML_OK;
}

static enum mml_exit load_component(const struct mml *mml, struct mmlite *mmlite, const struct load *load)
{
    HRESULT hr;

    if (load->file && !is_node_path(load->file))
        return load_file(mml, mmlite, load);
    hr = load_from(mmlite, load, load->file ? load->file : "");
    return FAILED(hr) ? report(mmlite, load->node, load->name, hr) : MML_OK;
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
        length = 0;
        hr = IComponents_List(components, after, sizeof(names), names, &length);
        if (SUCCEEDED(hr) && length > 0 && names[length - 1] != '\0')
            hr = RPC_E_CLIENT_CANTUNMARSHAL_DATA;
        for (i = 0; SUCCEEDED(hr) && i < length; i += (uint32_t)strlen(names + i) + 1) {
            if (as_json) {
                printf("%s", count++ ? ", " : "");
                mml_json_string(stdout, names + i);
            } else {
                printf("%s\n", names + i);
            }
            snprintf(after, sizeof(after), "%s", names + i);
        }
    } while (hr == S_FALSE && length > 0);
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

/* Said here and not only by the node: a file's copy is called after it. */
static bool is_component_name(const char *name)
{
    size_t length = strlen(name);

    return length >= 1 && length <= COMPONENT_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* Reads the words; the commands have no options of their own. */
static enum mml_exit read_words(const char *command, int argument_count, char **arguments, int least,
                                int most)
{
    int words = argument_count - 1, i;

    for (i = 1; i < argument_count; i++)
        if (arguments[i][0] == '-')
            return mml_usage_error(command, "unknown option `%s`", arguments[i]);
    if (words < least || words > most)
        return mml_usage_error(command, least == most ? "a node and a name are needed"
                                                      : "a node is needed, and what to load there");
    if (words > 1 && !is_component_name(arguments[2]))
        return mml_usage_error(command, "`%s` cannot be the name of a component: 1 to %d of a-z 0-9 _ -",
                               arguments[2], COMPONENT_NAME_MAX);
    return MML_OK;
}

static bool wants_help(int argument_count, char **arguments)
{
    int i;

    for (i = 1; i < argument_count; i++)
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0)
            return true;
    return false;
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
    if (argument_count == 2) {
        hr = print_loaded(mmlite, arguments[1], mml->json);
        if (FAILED(hr))
            result = report(mmlite, arguments[1], arguments[1], hr);
    } else {
        const struct load load = {arguments[1], arguments[2], argument_count > 3 ? arguments[3] : NULL};

        result = load_component(mml, mmlite, &load);
    }
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
