/* mml call: a method of any object by its name, whether this program was compiled with its interface or not.
 */
#include "call.h"
#include <errno.h>
#include <reflect/describe.h>
#include <reflect/guid_text.h>
#include <rpc_dynamic.h>
#include <stdlib.h>
#include <string.h>

/* Largest file that is an argument: more than any message carries. */
#define FILE_BYTES_MAX ((size_t)64 * 1024 * 1024)

enum { ARGUMENTS_MAX = TYPE_INFO_PARAMS_MAX, CALLS_MAX = 16 };

/* The words of one call. */
struct words {
    const char *object; /* of the calls behind the first: which output; NULL: the only one */
    const char *method; /* INTERFACE.METHOD or METHOD */
    struct request_argument arguments[ARGUMENTS_MAX];
    char *memory[ARGUMENTS_MAX]; /* files that were read */
    uint32_t argument_count;
};

struct options {
    const char *path;
    uint32_t timeout_ms;
    const char *raw;
};

static void print_help(void)
{
    printf("usage: mml call [--timeout MS] [--raw OUTPUT] PATH [INTERFACE.]METHOD [NAME=VALUE]...\n"
           "                [-- [OUTPUT:][INTERFACE.]METHOD [NAME=VALUE]...]...\n"
           "\n"
           "Calls a method of the object at PATH. What its interfaces look like is asked from its node, so "
           "they need\n"
           "not be known to this program; `mml describe PATH` shows them. INTERFACE may be left out if only "
           "one of the\n"
           "object's interfaces has such a method.\n"
           "\n"
           "values:\n"
           "  numbers           42, -1, 0xff, or the name of a constant; enums and results by name\n"
           "  booleans, GUIDs   true, false; 6d6d6c01-0003-4001-8001-000000000016\n"
           "  texts             as they are; @FILE: what the file holds; @@...: a text that begins with @\n"
           "  bytes             as texts, or hex:00ff...; text:... is text that begins like that\n"
           "  structs, arrays   JSON, such as '{\"x\": 1, \"names\": [\"a\", \"b\"]}', or @FILE\n"
           "  interfaces        the path of an object, or null\n"
           "What counts the elements of an array, or is the room for a result, may be left out.\n"
           "\n"
           "Behind -- follows a call of the interface that came out of the one before; with several, say "
           "which.\n"
           "\n"
           "  --timeout MS   instead of the method's own, or 5000\n"
           "  --raw OUTPUT   print only the bytes of this output, as they are\n"
           "\n"
           "examples:\n"
           "  mml call /net/n1/calculator Divide dividend=7 divisor=2\n"
           "  mml call --json /net/n1/probe IProbe.Echo data=hello\n"
           "  mml call /net/n1 Bind path=probe flags=0 -- IProbe.GetCount\n"
           "\n"
           "exit codes: 0 the method succeeded, 1 it or the call failed, 2 wrong usage\n");
}

/* ---- words ---- */

static enum mml_exit read_file(const char *path, struct request_argument *argument, char **out_memory)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t size = 0, capacity = 4096;
    char *bytes = file ? malloc(capacity) : NULL;

    while (bytes && size < FILE_BYTES_MAX && !feof(file) && !ferror(file)) {
        size += fread(bytes + size, 1, capacity - size, file);
        if (size == capacity) {
            char *grown = realloc(bytes, capacity * 2);

            if (!grown)
                break;
            bytes = grown;
            capacity *= 2;
        }
    }
    if (!file || !bytes || ferror(file) || size >= FILE_BYTES_MAX) {
        mml_error("%s=@%s: %s", argument->name, path,
                  size >= FILE_BYTES_MAX ? "the file is too large" : strerror(errno));
        mml_hint("@ goes before the name of a file; a text that begins with @ is written @@...");
        free(bytes);
        if (file && file != stdin)
            fclose(file);
        return MML_FAILED;
    }
    if (file != stdin)
        fclose(file);
    *out_memory = bytes;
    argument->value = (struct value_text){bytes, size, true};
    return MML_OK;
}

static enum mml_exit read_argument(struct words *words, char *word)
{
    struct request_argument *argument = &words->arguments[words->argument_count];
    char *equals = strchr(word, '=');

    if (!equals || equals == word)
        return mml_usage_error("call", "`%s` is no NAME=VALUE", word);
    if (words->argument_count == ARGUMENTS_MAX)
        return mml_usage_error("call", "a method has at most %d parameters", ARGUMENTS_MAX);
    *equals = '\0';
    argument->name = word;
    argument->value = (struct value_text){equals + 1, strlen(equals + 1), false};
    words->argument_count++;
    if (equals[1] != '@')
        return MML_OK;
    if (equals[2] == '@') {
        argument->value.bytes++;
        argument->value.size--;
        return MML_OK;
    }
    return read_file(equals + 2, argument, &words->memory[words->argument_count - 1]);
}

static void free_words(struct words *words)
{
    uint32_t i;

    for (i = 0; i < words->argument_count; i++)
        free(words->memory[i]);
}

/* The words up to the next --, of which the first is the method. @return how many */
static int read_words(struct words *words, int count, char **arguments, enum mml_exit *out_result)
{
    char *colon;
    int i;

    for (i = 0; i < count && strcmp(arguments[i], "--") != 0 && *out_result == MML_OK; i++) {
        if (words->method) {
            *out_result = read_argument(words, arguments[i]);
            continue;
        }
        colon = strchr(arguments[i], ':');
        if (colon) {
            *colon = '\0';
            words->object = arguments[i];
        }
        words->method = colon ? colon + 1 : arguments[i];
    }
    if (*out_result == MML_OK && (!words->method || !*words->method))
        *out_result = mml_usage_error("call", "a method is missing");
    return i;
}

/* All calls of the command line, before the first is made. */
static enum mml_exit read_calls(struct words *calls, int *out_count, int count, char **arguments)
{
    enum mml_exit result = MML_OK;

    for (*out_count = 0; result == MML_OK && *out_count < CALLS_MAX;) {
        int taken = read_words(&calls[(*out_count)++], count, arguments, &result);

        if (taken >= count)
            return result;
        count -= taken + 1;
        arguments += taken + 1;
    }
    return result != MML_OK ? result : mml_usage_error("call", "at most %d calls in a row", CALLS_MAX);
}

/* ---- which method ---- */

/* "INTERFACE.METHOD" taken apart; a GUID has no dot. */
static const char *split_method(const char *text, char interface[TYPE_INFO_NAME_MAX + 1])
{
    const char *dot = strrchr(text, '.');

    interface[0] = '\0';
    if (!dot)
        return text;
    snprintf(interface, TYPE_INFO_NAME_MAX + 1, "%.*s", (int)(dot - text), text);
    return dot + 1;
}

static bool is_meant(const struct mml_interface *interface, const char *name)
{
    char iid[GUID_TEXT_BYTES];

    if (!*name)
        return true;
    guid_format(&interface->iid, iid);
    return strcmp(iid, name) == 0 ||
           (interface->info && strcmp(type_info_interface(interface->info)->name, name) == 0);
}

/* The same slot of the same interface: it was found through an heir, or in both. */
static bool is_same(const struct type_method *left, const struct type_method *right)
{
    return left->slot == right->slot && com_guid_equal(&left->interface->iid, &right->interface->iid);
}

static void add_text(char *text, size_t size, const char *separator, const char *name, const char *method)
{
    size_t length = strlen(text);

    snprintf(text + length, size - length, "%s%s%s%s", length ? separator : "", name, *method ? "." : "",
             method);
}

static enum mml_exit report_unknown(const struct call *call, const char *interface, const char *method)
{
    const struct mml_object_types *types = &call->target->types;
    char known[400] = "", iid[GUID_TEXT_BYTES];
    bool is_undescribed = false;
    size_t i;

    for (i = 0; i < types->count; i++) {
        guid_format(&types->interfaces[i].iid, iid);
        is_undescribed |= !types->interfaces[i].info && is_meant(&types->interfaces[i], interface);
        add_text(known, sizeof(known), ", ",
                 types->interfaces[i].info ? type_info_interface(types->interfaces[i].info)->name : iid, "");
    }
    if (is_undescribed && !*com_error_detail())
        mml_error("%s: no node says what its interfaces look like, so %s cannot be called",
                  call->target->label, method);
    else if (is_undescribed)
        mml_error("%s: %s cannot be called: %s", call->target->label, method, com_error_detail());
    else if (*interface)
        mml_error("%s has no method %s.%s; its interfaces are %s", call->target->label, interface, method,
                  known);
    else if (*known)
        mml_error("%s has no method %s; its interfaces are %s", call->target->label, method, known);
    else
        mml_error("%s has no interface that can be called from another node", call->target->label);
    if (is_undescribed)
        mml_hint("start a node that has the interface and the object `types`, such as a Linux node with its "
                 "component");
    else if (*known)
        mml_hint("`mml describe %s` shows its methods", call->target->label);
    else
        mml_hint("`mml ls -R /net` lists the objects of all nodes");
    return MML_FAILED;
}

static enum mml_exit find_method(struct call *call, const char *text)
{
    const struct mml_object_types *types = &call->target->types;
    char interface[TYPE_INFO_NAME_MAX + 1], candidates[400] = "";
    const char *name = split_method(text, interface);
    bool is_ambiguous = false;
    size_t i;

    for (i = 0; i < types->count; i++) {
        const struct type_info *info = types->interfaces[i].info;
        const struct type_method *method =
            info && is_meant(&types->interfaces[i], interface) ? type_info_method(info, name) : NULL;

        if (!method)
            continue;
        add_text(candidates, sizeof(candidates), " or ", method->interface->name, method->name);
        if (call->method && !is_same(call->method, method))
            is_ambiguous = true;
        if (!call->method) {
            call->method = method;
            call->info = info;
        }
    }
    call->interface_name = call->info ? type_info_interface(call->info)->name : "";
    if (is_ambiguous) {
        mml_error("%s has several methods %s", call->target->label, name);
        mml_hint("say which: %s", candidates);
        return MML_FAILED;
    }
    if (!call->method)
        return report_unknown(call, interface, name);
    if (call->method->is_local) {
        mml_error("%s.%s is [local]: only code on its own node can call it", call->interface_name, name);
        mml_hint("`mml describe %s` shows the methods that can be called", call->interface_name);
        return MML_FAILED;
    }
    return MML_OK;
}

/* ---- the call ---- */

static enum mml_exit bind_parameters(const struct call *call, const struct request *request,
                                     IUnknown **objects)
{
    uint32_t i;
    HRESULT hr;

    for (i = 0; i < request->path_count; i++) {
        com_set_error_detail("");
        hr = INamespace_Bind(mmlite_root(call->mmlite), request->paths[i], 0, &objects[i]);
        if (FAILED(hr)) {
            mml_call_error(call->mmlite, request->paths[i], hr);
            mml_hint("a parameter of type %s is the path of an object: `mml ls -R /net` shows all",
                     call_interface_name(request->path_interfaces[i]));
            return MML_FAILED;
        }
    }
    return MML_OK;
}

static void release_all(IUnknown **objects, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (objects[i])
            IUnknown_Release(objects[i]);
}

/* What goes on to the next call: the outputs that are interfaces. */
struct outcome {
    const char *names[RPC_CAPS_MAX];
    IUnknown *objects[RPC_CAPS_MAX];
    uint32_t count;
};

static void keep_interfaces(const struct call *call, const struct reply *reply, struct rpc_dynamic_reply *raw,
                            struct outcome *outcome)
{
    uint32_t i;

    for (i = 0; i < call->method->count; i++) {
        uint32_t index = reply->interfaces[i];

        if (!index || !raw->interfaces[index - 1])
            continue;
        outcome->names[outcome->count] = call->method->params[i].name;
        outcome->objects[outcome->count++] = raw->interfaces[index - 1];
        raw->interfaces[index - 1] = NULL;
    }
}

static enum mml_exit finish(const struct call *call, const struct request *request, HRESULT hr,
                            struct rpc_dynamic_reply *raw, bool prints, struct outcome *outcome)
{
    struct reply reply;
    char error[VALUE_ERROR_BYTES];
    enum mml_exit result = MML_OK;

    memset(&reply, 0, sizeof(reply));
    if (!reply_read(&reply, request, raw->results, raw->results_bytes, raw->interface_count, error)) {
        com_set_error_detail(error);
        result = call_print_failure(call, RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    } else {
        if (prints)
            result = call_print(call, hr, &reply, raw->interfaces);
        keep_interfaces(call, &reply, raw, outcome);
    }
    reply_free(&reply);
    return result;
}

static enum mml_exit invoke(const struct call *call, struct request *request, bool prints,
                            struct outcome *outcome)
{
    IUnknown *objects[RPC_CAPS_MAX] = {NULL};
    struct rpc_dynamic_call dynamic = {
        .object = call->target->object,
        .iid = &type_info_interface(call->info)->iid, /* which an object has for sure, unlike its bases */
        .method = call->method->slot,
        .timeout_ms = call->timeout_ms ? call->timeout_ms : call->method->timeout_ms,
        .is_oneway = call->method->is_oneway,
        .is_idempotent = call->method->is_idempotent,
        .interfaces = objects,
        .interface_count = request->path_count,
    };
    struct rpc_dynamic_reply reply;
    enum mml_exit result = bind_parameters(call, request, objects);
    HRESULT hr;

    if (result == MML_OK) {
        dynamic.request = request_pack(request, &dynamic.request_bytes);
        com_set_error_detail("");
        hr = rpc_dynamic_invoke(&dynamic, &reply);
        result =
            FAILED(hr) ? call_print_failure(call, hr) : finish(call, request, hr, &reply, prints, outcome);
        if (SUCCEEDED(hr))
            rpc_dynamic_free(&reply);
    }
    release_all(objects, request->path_count);
    return result;
}

static enum mml_exit call_method(struct call *call, const struct words *words, bool prints,
                                 struct outcome *outcome)
{
    char error[VALUE_ERROR_BYTES];
    struct request request;
    enum mml_exit result = find_method(call, words->method);

    if (result != MML_OK)
        return result;
    memset(&request, 0, sizeof(request));
    if (request_build(&request, call->info, call->method, words->arguments, words->argument_count, error)) {
        result = invoke(call, &request, prints, outcome);
    } else {
        mml_error("%s.%s: %s", call->interface_name, call->method->name, error);
        fprintf(stderr, "  next: it is declared as ");
        describe_method(stderr, call->method);
        result = MML_USAGE;
    }
    request_free(&request);
    return result;
}

/* ---- which object ---- */

static enum mml_exit learn_types(struct mml_types *types, struct call_target *target, struct mmlite *mmlite)
{
    HRESULT hr;

    com_set_error_detail("");
    hr = mml_types_of_object(types, target->object, &target->types);
    if (SUCCEEDED(hr))
        return MML_OK;
    if (hr == E_NOTIMPL)
        mml_error("%s is an object of this program, not of a node", target->label);
    else
        mml_call_error(mmlite, target->label, hr);
    if (hr == E_NOTIMPL)
        mml_hint("objects of nodes are below /net: `mml ls -R /net` lists them");
    else
        mml_hint("`mml ping %s` shows whether its node answers", target->label);
    return MML_FAILED;
}

/* The output that the next call is for. */
static enum mml_exit choose(const struct outcome *outcome, const char *name, const struct call *call,
                            struct call_target *target)
{
    char names[300] = "";
    uint32_t i, found = 0, index = 0;

    for (i = 0; i < outcome->count; i++) {
        add_text(names, sizeof(names), " or ", outcome->names[i], "");
        if (!name || strcmp(outcome->names[i], name) == 0) {
            index = i;
            found++;
        }
    }
    if (found != 1) {
        mml_error("%s.%s gave %s to be called next", call->interface_name, call->method->name,
                  !outcome->count ? "no object"
                  : name          ? "no object of that name"
                                  : "several objects");
        if (outcome->count)
            mml_hint("say which: -- OUTPUT:METHOD, where OUTPUT is %s", names);
        else
            mml_hint("`mml describe %s` shows which methods have interfaces as outputs",
                     call->interface_name);
        return MML_FAILED;
    }
    target->label = outcome->names[index];
    target->object = outcome->objects[index];
    IUnknown_AddRef(target->object);
    return MML_OK;
}

/* Each call is for an object that the one before gave. */
static enum mml_exit run_calls(const struct mml *mml, struct mmlite *mmlite, struct mml_types *types,
                               const struct options *options, struct call_target *target,
                               const struct words *calls, int count)
{
    enum mml_exit result = MML_OK;
    int i;

    for (i = 0; i < count && result == MML_OK; i++) {
        struct call call = {.mml = mml,
                            .mmlite = mmlite,
                            .types = types,
                            .target = target,
                            .timeout_ms = options->timeout_ms};
        struct outcome outcome = {.count = 0};
        struct call_target next = {.object = NULL};
        bool is_last = i + 1 == count;

        call.raw = is_last ? options->raw : NULL;
        result = learn_types(types, target, mmlite);
        if (result == MML_OK)
            result = call_method(&call, &calls[i], !options->raw || is_last, &outcome);
        if (result == MML_OK && !is_last)
            result = choose(&outcome, calls[i + 1].object, &call, &next);
        release_all(outcome.objects, outcome.count);
        if (!next.object)
            continue;
        IUnknown_Release(target->object);
        *target = next;
    }
    return result;
}

static enum mml_exit call_path(const struct mml *mml, const struct options *options,
                               const struct words *calls, int count)
{
    struct mmlite *mmlite = mml_connect(mml);
    struct mml_types *types = mmlite ? mml_types_create(mmlite, false) : NULL;
    struct call_target *target = calloc(1, sizeof(*target));
    enum mml_exit result = MML_FAILED;
    HRESULT hr;

    if (types && target) {
        target->label = options->path;
        com_set_error_detail("");
        hr = INamespace_Bind(mmlite_root(mmlite), options->path, 0, &target->object);
        if (FAILED(hr)) {
            mml_call_error(mmlite, options->path, hr);
            mml_hint("`mml ls -R /net` lists the objects of all nodes");
        } else {
            result = run_calls(mml, mmlite, types, options, target, calls, count);
        }
        if (target->object)
            IUnknown_Release(target->object);
    }
    free(target);
    mml_types_destroy(types);
    mmlite_close(mmlite);
    return result;
}

/* ---- the command ---- */

static enum mml_exit read_timeout(const char *text, struct options *options)
{
    char *end;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;

    if (!text || !*text || *end || *text == '-' || value == 0 || value > 24 * 3600 * 1000ul)
        return mml_usage_error("call", "--timeout takes milliseconds, from 1 to a day");
    options->timeout_ms = (uint32_t)value;
    return MML_OK;
}

/* Takes the options before the first --. @return how many words are left at the front of `arguments` */
static int read_options(int count, char **arguments, struct options *options, enum mml_exit *out_result)
{
    int kept = 0, i;

    *out_result = MML_OK;
    for (i = 0; i < count && strcmp(arguments[i], "--") != 0 && *out_result == MML_OK; i++) {
        char *word = arguments[i];

        if (strcmp(word, "--timeout") == 0)
            *out_result = read_timeout(arguments[i + 1] ? arguments[++i] : NULL, options);
        else if (strncmp(word, "--timeout=", 10) == 0)
            *out_result = read_timeout(word + 10, options);
        else if (strcmp(word, "--raw") == 0 && arguments[i + 1])
            options->raw = arguments[++i];
        else if (strncmp(word, "--raw=", 6) == 0)
            options->raw = word + 6;
        else if (word[0] == '-' && !strchr(word, '='))
            *out_result = mml_usage_error("call", "there is no option `%s`", word);
        else
            arguments[kept++] = word;
    }
    for (; i < count; i++)
        arguments[kept++] = arguments[i];
    return kept;
}

enum mml_exit mml_call(const struct mml *mml, int argument_count, char **arguments)
{
    struct options options = {.path = NULL};
    struct words *calls;
    enum mml_exit result;
    int count, call_count = 0, i;

    if (argument_count > 1 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)) {
        print_help();
        return MML_OK;
    }
    count = read_options(argument_count - 1, arguments + 1, &options, &result);
    if (result != MML_OK)
        return result;
    if (count < 2 || strcmp(arguments[1], "--") == 0 || strcmp(arguments[2], "--") == 0)
        return mml_usage_error("call", "the path of an object and a method are needed");
    options.path = arguments[1];
    calls = calloc(CALLS_MAX, sizeof(*calls));
    result = calls ? read_calls(calls, &call_count, count - 1, arguments + 2) : MML_FAILED;
    if (result == MML_OK)
        result = call_path(mml, &options, calls, call_count);
    for (i = 0; i < call_count; i++)
        free_words(&calls[i]);
    free(calls);
    return result;
}
