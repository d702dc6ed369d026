/* mml call: a method of any object by its name, whether this program was compiled with its interface or not.
 */
#include "call.h"
#include "call_words.h"
#include <reflect/describe.h>
#include <rpc_dynamic.h>
#include <stdlib.h>
#include <string.h>

/* ---- the call ---- */

/* An output that is one object, and can be called. */
static bool is_object(const struct type_member *param)
{
    return param->is_out && param->kind == KIND_INTERFACE && param->shape == SHAPE_VALUE;
}

/* What came out of an earlier call. */
static enum mml_exit take_output(const struct call *call, const char *name, IUnknown **out_object)
{
    char names[300];

    if (call_objects_find(call->objects, name, out_object)) {
        if (*out_object)
            IUnknown_AddRef(*out_object);
        return MML_OK;
    }
    call_objects_names(call->objects, names, sizeof(names));
    mml_error("no call before gave an object `%s`", name);
    if (*names)
        mml_hint(":OUTPUT is one of the objects that came out, %s; : alone is the one at PATH", names);
    else
        mml_hint("a parameter of an interface is the path of an object: `mml ls -R /net` shows all");
    return MML_USAGE;
}

static enum mml_exit bind_parameters(const struct call *call, const struct request *request,
                                     IUnknown **objects)
{
    enum mml_exit result = MML_OK;
    uint32_t i;
    HRESULT hr;

    for (i = 0; i < request->path_count && result == MML_OK; i++) {
        if (request->paths[i][0] == ':') {
            result = take_output(call, request->paths[i] + 1, &objects[i]);
            continue;
        }
        com_set_error_detail("");
        hr = INamespace_Bind(mmlite_root(call->mmlite), request->paths[i], 0, &objects[i]);
        if (FAILED(hr)) {
            mml_call_error(call->mmlite, request->paths[i], hr);
            mml_path_hint(call->mmlite, request->paths[i], hr);
            result = MML_FAILED;
        }
    }
    return result;
}

static void release_all(IUnknown **objects, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (objects[i])
            IUnknown_Release(objects[i]);
}

/* The outputs that are interfaces, for the calls that follow; also those that are NULL. */
static void keep_interfaces(const struct call *call, const struct reply *reply, struct rpc_dynamic_reply *raw)
{
    uint32_t i;

    for (i = 0; i < call->method->count; i++) {
        const struct type_member *param = &call->method->params[i];
        uint32_t index = reply->interfaces[i];

        if (!is_object(param))
            continue;
        call_objects_add(call->objects, param->name, index ? raw->interfaces[index - 1] : NULL);
        if (index)
            raw->interfaces[index - 1] = NULL;
    }
}

static enum mml_exit finish(const struct call *call, const struct request *request, HRESULT hr,
                            struct rpc_dynamic_reply *raw, bool prints)
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
        call_note_rooms(request, &reply, hr);
        keep_interfaces(call, &reply, raw);
    }
    reply_free(&reply);
    return result;
}

static enum mml_exit invoke(const struct call *call, struct request *request, bool prints)
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
        if (FAILED(hr)) {
            result = call_print_failure(call, hr);
            call_note_taken_rooms(request);
        } else {
            result = finish(call, request, hr, &reply, prints);
            rpc_dynamic_free(&reply);
        }
    }
    release_all(objects, request->path_count);
    return result;
}

/* The outputs of a method that are objects: how many, their names, and whether one has the given name. */
static uint32_t count_outputs(const struct type_method *method, const char *name, bool *out_has_name,
                              const char **out_last, char names[300])
{
    uint32_t i, count = 0;

    *out_has_name = false;
    *out_last = NULL;
    names[0] = '\0';
    for (i = 0; i < method->count; i++) {
        if (!is_object(&method->params[i]))
            continue;
        call_add_text(names, 300, " or ", method->params[i].name, "");
        *out_has_name |= name && strcmp(method->params[i].name, name) == 0;
        *out_last = method->params[i].name;
        count++;
    }
    return count;
}

/* Before a call is made: whether it will be clear which object the next is for. */
static enum mml_exit check_next(const struct call *call, const struct call_words *next)
{
    char names[300], before[300];
    const char *last;
    bool has_name;
    uint32_t count = count_outputs(call->method, next->object, &has_name, &last, names);
    IUnknown *object;

    if (next->object ? has_name || call_objects_find(call->objects, next->object, &object) : count <= 1)
        return MML_OK;
    call_objects_names(call->objects, before, sizeof(before));
    mml_error("%s.%s gives %s to be called next", call->interface_name, call->method->name,
              next->object ? count ? "no object of that name" : "no object" : "several objects");
    if (*names || *before)
        mml_hint("say which: -- OUTPUT:METHOD, where OUTPUT is %s%s%s", names,
                 *names && *before ? " or " : "", before);
    else
        mml_hint("`mml describe %s` shows which methods have interfaces as outputs", call->interface_name);
    return MML_USAGE;
}

/* @param next  the words of the call that follows; NULL: this is the last */
static enum mml_exit call_method(struct call *call, const struct call_words *words,
                                 const struct call_words *next, bool prints)
{
    char error[VALUE_ERROR_BYTES];
    struct request request;
    enum mml_exit result = call_find_method(call, words->method);

    if (result == MML_OK && next)
        result = check_next(call, next);
    if (result != MML_OK)
        return result;
    memset(&request, 0, sizeof(request));
    if (request_build(&request, call->info, call->method, words->arguments, words->argument_count, error)) {
        result = invoke(call, &request, prints);
    } else {
        mml_error("%s.%s: %s", call->interface_name, call->method->name, error);
        fprintf(stderr, "  next: it is declared as ");
        describe_method(stderr, call->method, 0);
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

/* The object that the next call is for: one that came out, or the same again. */
static enum mml_exit choose(const struct call *call, const struct call_words *next,
                            struct call_target *target)
{
    char names[300];
    const char *last, *name = next->object;
    bool has_name;
    IUnknown *object = NULL;

    if (!name && !count_outputs(call->method, NULL, &has_name, &last, names))
        return MML_OK;
    name = name ? name : last;
    if (!call_objects_find(call->objects, name, &object) || !object) {
        mml_error("%s.%s gave NULL as %s: there is nothing to be called next", call->interface_name,
                  call->method->name, name);
        mml_hint("`mml describe %s` says when it gives an object", call->interface_name);
        return MML_FAILED;
    }
    if (object == target->object)
        return MML_OK;
    *target = (struct call_target){.label = *name ? name : call->path, .object = object};
    return MML_OK;
}

/* Each call is for an object that one before gave, or for the same. */
static enum mml_exit run_calls(struct call *call, const struct call_options *options,
                               struct call_target *target, const struct call_words *calls, int count)
{
    const IUnknown *known = NULL; /* whose interfaces the target has */
    enum mml_exit result = MML_OK;
    int i;

    for (i = 0; i < count && result == MML_OK; i++) {
        bool is_last = i + 1 == count;

        call->method = NULL;
        call->info = NULL;
        call->raw = is_last ? options->raw : NULL;
        if (target->object != known)
            result = learn_types(call->types, target, call->mmlite);
        known = target->object;
        if (result == MML_OK && options->is_help)
            return calls[i].method ? call_print_method(call, calls[i].method) : call_print_methods(call);
        if (result == MML_OK)
            result = call_method(call, &calls[i], is_last ? NULL : &calls[i + 1], !options->raw || is_last);
        if (result == MML_OK && !is_last)
            result = choose(call, &calls[i + 1], target);
    }
    return result;
}

static enum mml_exit call_path(const struct mml *mml, const struct call_options *options,
                               const struct call_words *calls, int count)
{
    struct mmlite *mmlite = mml_connect(mml);
    struct mml_types *types = mmlite ? mml_types_create(mmlite, options->is_help) : NULL;
    struct call_target *target = calloc(1, sizeof(*target));
    struct call_objects *objects = calloc(1, sizeof(*objects));
    struct call call = {.mml = mml,
                        .mmlite = mmlite,
                        .types = types,
                        .path = options->path,
                        .target = target,
                        .objects = objects,
                        .timeout_ms = options->timeout_ms};
    enum mml_exit result = MML_FAILED;
    HRESULT hr;

    if (types && target && objects) {
        target->label = options->path;
        com_set_error_detail("");
        hr = INamespace_Bind(mmlite_root(mmlite), options->path, 0, &target->object);
        if (FAILED(hr)) {
            mml_call_error(mmlite, options->path, hr);
            mml_path_hint(mmlite, options->path, hr);
        } else {
            call_objects_add(objects, "", target->object);
            result = run_calls(&call, options, target, calls, count);
        }
    }
    if (objects)
        call_objects_release(objects);
    free(objects);
    free(target);
    mml_types_destroy(types);
    mmlite_close(mmlite);
    return result;
}

/* ---- the command ---- */

enum mml_exit mml_call(const struct mml *mml, int argument_count, char **arguments)
{
    struct call_options options = {.path = NULL};
    struct call_words *calls;
    enum mml_exit result;
    int count, call_count = 0, i;

    count = call_read_options(argument_count - 1, arguments + 1, &options, &result);
    if (result != MML_OK)
        return result;
    if (options.is_help && count < 1) {
        call_print_help();
        return MML_OK;
    }
    if (count == 1 && !options.is_help) {
        mml_error("a method of the object at %s is missing", arguments[1]);
        mml_hint("`mml call %s --help` shows them", arguments[1]);
        return MML_USAGE;
    }
    if (count < 1 || strcmp(arguments[1], "--") == 0 || (count > 1 && strcmp(arguments[2], "--") == 0))
        return mml_usage_error("call", "the path of an object and a method are needed");
    options.path = arguments[1];
    calls = calloc(CALL_CALLS_MAX, sizeof(*calls));
    call_count = count == 1; /* and only help is wanted */
    result = !calls       ? MML_FAILED
             : count == 1 ? MML_OK
                          : call_read_words(calls, &call_count, count - 1, arguments + 2);
    if (result == MML_OK)
        result = call_path(mml, &options, calls, call_count);
    for (i = 0; i < call_count; i++)
        call_free_words(&calls[i]);
    free(calls);
    return result;
}
