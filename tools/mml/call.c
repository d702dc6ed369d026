/* mml call: a method of any object by its name, whether this program was compiled with its interface or not.
 */
#include "call.h"
#include "call_words.h"
#include <reflect/describe.h>
#include <rpc_dynamic.h>
#include <stdlib.h>
#include <string.h>

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
        call_note_rooms(request, &reply, hr);
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
        if (FAILED(hr)) {
            result = call_print_failure(call, hr);
            call_note_taken_rooms(request);
        } else {
            result = finish(call, request, hr, &reply, prints, outcome);
            rpc_dynamic_free(&reply);
        }
    }
    release_all(objects, request->path_count);
    return result;
}

/* Of the outputs of a method that are objects: the one of that name, or if it is NULL the only one. */
static const struct type_member *find_output(const struct type_method *method, const char *name,
                                             uint32_t *out_found, char names[300])
{
    const struct type_member *found = NULL;
    uint32_t i;

    *out_found = 0;
    names[0] = '\0';
    for (i = 0; i < method->count; i++) {
        const struct type_member *param = &method->params[i];

        if (!param->is_out || param->kind != KIND_INTERFACE || param->shape != SHAPE_VALUE)
            continue;
        call_add_text(names, 300, " or ", param->name, "");
        if (name && strcmp(param->name, name) != 0)
            continue;
        found = param;
        (*out_found)++;
    }
    return *out_found == 1 ? found : NULL;
}

/* Before a call is made: whether there will be an object for the next. */
static enum mml_exit check_next(const struct call *call, const struct call_words *next)
{
    char names[300];
    uint32_t found;

    if (find_output(call->method, next->object, &found, names))
        return MML_OK;
    mml_error("%s.%s gives %s to be called next", call->interface_name, call->method->name,
              !*names        ? "no object"
              : next->object ? "no object of that name"
                             : "several objects");
    if (*names)
        mml_hint("say which: -- OUTPUT:METHOD, where OUTPUT is %s", names);
    else
        mml_hint("`mml describe %s` shows which methods have interfaces as outputs", call->interface_name);
    return MML_USAGE;
}

/* @param next  the words of the call that follows; NULL: this is the last */
static enum mml_exit call_method(struct call *call, const struct call_words *words,
                                 const struct call_words *next, bool prints, struct outcome *outcome)
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

/* The object that the next call is for. */
static enum mml_exit choose(const struct outcome *outcome, const char *name, const struct call *call,
                            struct call_target *target)
{
    char names[300];
    uint32_t found, i;
    const struct type_member *output = find_output(call->method, name, &found, names);

    for (i = 0; output && i < outcome->count; i++)
        if (strcmp(outcome->names[i], output->name) == 0) {
            target->label = outcome->names[i];
            target->object = outcome->objects[i];
            IUnknown_AddRef(target->object);
            return MML_OK;
        }
    mml_error("%s.%s gave NULL as %s: there is nothing to be called next", call->interface_name,
              call->method->name, output ? output->name : "its output");
    mml_hint("`mml describe %s` says when it gives an object", call->interface_name);
    return MML_FAILED;
}

/* Each call is for an object that the one before gave. */
static enum mml_exit run_calls(const struct mml *mml, struct mmlite *mmlite, struct mml_types *types,
                               const struct call_options *options, struct call_target *target,
                               const struct call_words *calls, int count)
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
        if (result == MML_OK && options->is_help)
            return call_print_method(&call, calls[i].method);
        if (result == MML_OK)
            result = call_method(&call, &calls[i], is_last ? NULL : &calls[i + 1], !options->raw || is_last,
                                 &outcome);
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

static enum mml_exit call_path(const struct mml *mml, const struct call_options *options,
                               const struct call_words *calls, int count)
{
    struct mmlite *mmlite = mml_connect(mml);
    struct mml_types *types = mmlite ? mml_types_create(mmlite, options->is_help) : NULL;
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

enum mml_exit mml_call(const struct mml *mml, int argument_count, char **arguments)
{
    struct call_options options = {.path = NULL};
    struct call_words *calls;
    enum mml_exit result;
    int count, call_count = 0, i;

    count = call_read_options(argument_count - 1, arguments + 1, &options, &result);
    if (result != MML_OK)
        return result;
    if (options.is_help && count < 2) {
        call_print_help();
        return MML_OK;
    }
    if (count < 2 || strcmp(arguments[1], "--") == 0 || strcmp(arguments[2], "--") == 0)
        return mml_usage_error("call", "the path of an object and a method are needed");
    options.path = arguments[1];
    calls = calloc(CALL_CALLS_MAX, sizeof(*calls));
    result = calls ? call_read_words(calls, &call_count, count - 1, arguments + 2) : MML_FAILED;
    if (result == MML_OK)
        result = call_path(mml, &options, calls, call_count);
    for (i = 0; i < call_count; i++)
        call_free_words(&calls[i]);
    free(calls);
    return result;
}
