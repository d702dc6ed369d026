/* mml describe: the interfaces of an object, or one by name, as IDL. */
#include "nodes.h"
#include "types.h"
#include <ctype.h>
#include <getopt.h>
#include <reflect/describe.h>
#include <reflect/guid_text.h>
#include <reflect/nearest.h>
#include <stdlib.h>
#include <string.h>

/* Interfaces printed at once, with those that their parameters name. */
enum { DESCRIBED_MAX = 64 };

struct description {
    struct mml_types *types;
    IUnknown *object; /* may be NULL */
    const struct type_info *infos[DESCRIBED_MAX];
    size_t count;
};

/* The interface that was perhaps meant. */
struct meant {
    struct nearest nearest;
    char name[TYPE_INFO_NAME_MAX + 1];
};

static void print_help(void)
{
    printf("usage: mml describe PATH\n"
           "       mml describe INTERFACE\n"
           "\n"
           "Prints the interfaces of the object at PATH (which begins with /), or the interface of that name "
           "or id, as\n"
           "IDL: with all that they need, so that `idlc` makes headers and proxies of it. What nodes say of "
           "them is asked\n"
           "from the object's node, else from any node.\n"
           "\n"
           "  --json   as JSON, for tools\n"
           "\n"
           "examples:\n"
           "  mml describe /net/n1/calculator\n"
           "  mml describe INamespace > namespace.idl\n"
           "  mml describe 6d6d6c01-0003-4001-8001-000000000016\n");
}

static bool is_known(const struct description *description, const IID *iid)
{
    size_t i;

    for (i = 0; i < description->count; i++)
        if (com_guid_equal(&type_info_interface(description->infos[i])->iid, iid))
            return true;
    return false;
}

static void add(struct description *description, const struct type_info *info)
{
    if (info && description->count < DESCRIBED_MAX && !is_known(description, &type_info_interface(info)->iid))
        description->infos[description->count++] = info;
}

/* What parameters name, and what those name in turn. Who is not found is printed with its id only. */
static void add_named(struct description *description)
{
    size_t i;
    uint32_t j;

    for (i = 0; i < description->count; i++)
        for (j = description->infos[i]->known_count; j < description->infos[i]->interface_count; j++) {
            const struct type_info *info = NULL;

            if (!is_known(description, &description->infos[i]->interfaces[j].iid))
                com_ignore(mml_types_get(description->types, description->object,
                                         &description->infos[i]->interfaces[j].iid, &info));
            add(description, info);
        }
}

static enum mml_exit find_by_path(struct description *description, struct mmlite *mmlite, const char *path)
{
    struct mml_object_types *object = calloc(1, sizeof(*object));
    enum mml_exit result = MML_OK;
    char iid[GUID_TEXT_BYTES];
    HRESULT hr = E_OUTOFMEMORY;
    size_t i;

    com_set_error_detail("");
    if (object)
        hr = INamespace_Bind(mmlite_root(mmlite), path, 0, &description->object);
    if (SUCCEEDED(hr))
        hr = mml_types_of_object(description->types, description->object, object);
    if (FAILED(hr)) {
        if (hr == E_NOTIMPL)
            mml_error("%s is an object of this program, not of a node", path);
        else
            mml_call_error(mmlite, path, hr);
        if (hr == E_NOTIMPL)
            mml_hint("objects of nodes are below /net: `mml ls -R /net` lists them");
        else
            mml_path_hint(mmlite, path, hr);
        free(object);
        return MML_FAILED;
    }
    for (i = 0; i < object->count; i++) {
        add(description, object->interfaces[i].info);
        if (object->interfaces[i].info)
            continue;
        guid_format(&object->interfaces[i].iid, iid);
        mml_error("%s has interface %s, and no node says what that looks like", path, iid);
        result = MML_FAILED;
    }
    if (!description->count) {
        mml_error("%s has no interface that any node knows", path);
        result = MML_FAILED;
    }
    if (result != MML_OK)
        mml_hint("a node that has the interface and the object `types` would say it: `mml ls -R /net` shows "
                 "who has");
    free(object);
    return result;
}

static void offer_interface(void *context, const IID *iid, const char *name)
{
    struct meant *meant = context;

    (void)iid;
    nearest_offer(&meant->nearest, name);
    if (meant->nearest.name != name)
        return;
    snprintf(meant->name, sizeof(meant->name), "%s", name); /* `name` is lent */
    meant->nearest.name = meant->name;
}

/* An object whose name is that of an interface. */
struct namesake {
    struct mmlite *mmlite;
    char word[NAMESPACE_NAME_MAX + 1];
    char path[NAMESPACE_PATH_MAX + 1]; /* "": none was found */
};

/* Only looks: who binds it loads a component. */
static void find_namesake(void *context, const char *node)
{
    struct namesake *namesake = context;
    char folder[NAMESPACE_PATH_MAX + 1], names[NAMESPACE_LIST_MAX], after[NAMESPACE_NAME_MAX + 1] = "";
    COM_SCOPED(INamespace) objects = NULL;
    uint32_t length = 1, at;
    HRESULT hr = S_FALSE;

    snprintf(folder, sizeof(folder), "/net/%s", node);
    if (*namesake->path || FAILED(mmlite_bind(namesake->mmlite, folder, &IID_INamespace, (void **)&objects)))
        return;
    while (hr == S_FALSE && length > 0) {
        length = 0;
        hr = INamespace_List(objects, after, sizeof(names), names, &length);
        if (FAILED(hr) || (length > 0 && names[length - 1] != '\0'))
            return;
        for (at = 0; at < length; at += (uint32_t)strlen(names + at) + 1) {
            snprintf(after, sizeof(after), "%.*s", (int)strcspn(names + at, "/"), names + at);
            if (strcmp(after, namesake->word) == 0)
                snprintf(namesake->path, sizeof(namesake->path), "%.*s/%s", NODE_NAME_MAX + 5, folder, after);
        }
    }
}

/* A node may have the component only as a file: its interfaces are known once its object is bound. */
static void offer_path(struct mmlite *mmlite, const char *interface)
{
    struct namesake namesake = {.mmlite = mmlite};
    size_t i;

    if (interface[0] != 'I' || !interface[1] || strlen(interface) > NAMESPACE_NAME_MAX)
        return;
    for (i = 1; interface[i]; i++)
        namesake.word[i - 1] = (char)tolower((unsigned char)interface[i]);
    if (SUCCEEDED(mml_each_node(mmlite, find_namesake, &namesake)) && *namesake.path)
        mml_hint("a component that is not loaded says nothing yet: `mml describe %s` binds its path first",
                 namesake.path);
}

static enum mml_exit find_by_name(struct description *description, struct mmlite *mmlite, const char *name)
{
    const struct type_info *info = NULL;
    HRESULT hr;
    IID iid;

    com_set_error_detail("");
    hr = mml_types_find(description->types, name, &iid);
    if (SUCCEEDED(hr))
        hr = mml_types_get(description->types, NULL, &iid, &info);
    if (FAILED(hr)) {
        struct meant meant = {.nearest = nearest_to(name)};

        mml_types_each(description->types, offer_interface, &meant);
        mml_call_error(mmlite, name, hr);
        if (meant.nearest.name)
            mml_hint("did you mean `%s`? `mml describe PATH` shows the interfaces of an object", meant.name);
        else
            mml_hint("no node says anything about an interface of that name; `mml describe PATH` shows those "
                     "of an object");
        offer_path(mmlite, name);
        return MML_FAILED;
    }
    add(description, info);
    return MML_OK;
}

static enum mml_exit describe(const struct mml *mml, const char *what)
{
    struct mmlite *mmlite = mml_connect(mml);
    struct description *description = calloc(1, sizeof(*description));
    enum mml_exit result = MML_FAILED;

    if (mmlite && description)
        description->types = mml_types_create(mmlite, true);
    if (mmlite && description && description->types) {
        result =
            *what == '/' ? find_by_path(description, mmlite, what) : find_by_name(description, mmlite, what);
        add_named(description);
        if (description->count && mml->json)
            describe_json(stdout, description->infos, description->count);
        else if (description->count)
            describe_idl(stdout, description->infos, description->count);
        if (description->object)
            IUnknown_Release(description->object);
        mml_types_destroy(description->types);
    }
    free(description);
    mmlite_close(mmlite);
    return result;
}

enum mml_exit mml_describe(const struct mml *mml, int argument_count, char **arguments)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int option;

    opterr = 0;
    while ((option = getopt_long(argument_count, arguments, "h", options, NULL)) != -1) {
        if (option != 'h')
            return mml_usage_error("describe", "there is no option `%s`", arguments[optind - 1]);
        print_help();
        return MML_OK;
    }
    if (argument_count - optind != 1)
        return mml_usage_error("describe", "a path or the name of an interface is needed");
    return describe(mml, arguments[optind]);
}
