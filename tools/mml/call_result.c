/* What a call by name gave. */
#include "call.h"
#include <reflect/guid_text.h>
#include <reflect/room.h>
#include <rpc.h>
#include <rpc_dynamic.h>
#include <string.h>

const char *call_interface_name(const struct type_interface *interface)
{
    return interface ? interface->name : "IUnknown";
}

/* The code's name: of errors.def, of the interface's .idl, or of another that this program knows. */
static const char *result_name(const struct call *call, HRESULT hr)
{
    const struct type_constant *own = com_result_name(hr) ? NULL : type_info_result(call->info, hr);

    return own ? own->name : mmlite_result_name(call->mmlite, hr);
}

/* What the code means: errors.def says it, or the comment at its constant, whose first paragraph is taken. */
static void result_text(const struct call *call, HRESULT hr, char *text, size_t size)
{
    const struct type_constant *own = com_result_name(hr) ? NULL : type_info_result(call->info, hr);
    const char *known = com_result_text(hr);
    char *at;

    if (own && own->doc)
        known = own->doc;
    snprintf(text, size, "%.*s", known ? (int)strcspn(known, "@") : 0, known ? known : "");
    for (at = text; *at; at++)
        if (*at == '\n')
            *at = ' ';
    while (at > text && (at[-1] == ' ' || at[-1] == '.'))
        *--at = '\0';
}

static const char *executed_word(enum rpc_executed executed)
{
    return executed == RPC_EXECUTED_NO ? "no" : executed == RPC_EXECUTED_YES ? "yes" : "unknown";
}

/* ---- failures ---- */

/* What the node of an object wrote may say more than the code does. */
static void hint_at_log(const struct call *call)
{
    const char *node = call->target->types.node;

    if (*node)
        mml_hint("the object says no more, and its interface does not declare the code; what the node wrote "
                 "may: `mml cluster log %s`",
                 node);
    else
        mml_hint("the object says no more, and its interface does not declare the code");
}

static void hint_for(HRESULT hr, const struct call *call)
{
    const char *what = call->target->label[0] == '/' ? call->target->label : call->interface_name;

    if (hr == RPC_E_ACCESS_DENIED && *call->target->types.node) {
        mml_hint("`mml access %s` says what you may do there", call->target->types.node);
        return;
    }
    switch (com_result_reaction(hr)) {
    case COM_REACTION_FIX:
        mml_hint("`mml describe %s` says what %s takes", what, call->method->name);
        break;
    case COM_REACTION_RETRY:
        mml_hint("it was not executed: the same call may succeed later");
        break;
    case COM_REACTION_RECONNECT:
        mml_hint("`mml ls /net` lists the nodes that are there; bind the object again by its path");
        break;
    case COM_REACTION_LIMIT:
        mml_hint("ask for less at once, or free something on the node");
        break;
    default:
        if (hr == RPC_E_TIMEOUT)
            mml_hint("give it more time with --timeout MS");
        else if (type_info_result(call->info, hr))
            mml_hint("`mml describe %s` says what its results mean", what);
        else
            hint_at_log(call);
    }
}

enum mml_exit call_print_failure(const struct call *call, HRESULT hr)
{
    const char *executed = executed_word(rpc_last_executed()), *name = result_name(call, hr);
    char text[200], detail[COM_DETAIL_MAX + 1];

    snprintf(detail, sizeof(detail), "%s", com_error_detail());
    result_text(call, hr, text, sizeof(text));
    if (call->mml->json) {
        printf("{\"result\": \"%s\", \"hr\": %d, \"text\": ", name, (int)hr);
        print_string(stdout, text);
        printf(", \"detail\": ");
        print_string(stdout, detail);
        printf(", \"executed\": \"%s\"}\n", executed);
    }
    mml_error("%s %s.%s: %s%s%s%s%s%s; executed: %s", call->target->label, call->interface_name,
              call->method->name, name, *text ? " (" : "", text, *text ? ")" : "", *detail ? ": " : "",
              detail, executed);
    hint_for(hr, call);
    return MML_FAILED;
}

/* ---- rooms ---- */

void call_note_taken_rooms(const struct request *request)
{
    const struct type_method *method = request->method;
    uint32_t i;

    for (i = 0; i < method->count; i++)
        if (request->is_taken[i])
            mml_hint("%s=%llu was taken, because none was given; another may do", method->params[i].name,
                     (unsigned long long)request->counts[i]);
}

void call_note_rooms(const struct request *request, const struct reply *reply, HRESULT hr)
{
    const struct type_method *method = request->method;
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        uint64_t room = request->counts[i], most = room_most(&method->params[i]);
        const struct type_member *full = request->is_taken[i] ? room_filled(request, reply, i) : NULL;

        if (!request->is_taken[i] || (!full && hr != S_FALSE) || room >= most)
            continue;
        fflush(stdout); /* so that the two streams stay in order */
        mml_hint("there may be more%s%s, for %s=%llu was taken: %s=%llu asks for more", full ? " of " : "",
                 full ? full->name : "", method->params[i].name, (unsigned long long)room,
                 method->params[i].name, (unsigned long long)(room > most / 4 ? most : room * 4));
    }
}

/* ---- results ---- */

/* The interfaces of a reply; what was told of the last one is kept. */
struct told {
    const struct call *call;
    IUnknown *const *objects;
    struct mml_object_types types;
};

/* Which interface a value has: as declared, or if that says nothing, the first that the object itself has. */
static bool identify(void *context, const struct type_member *member, uint32_t index,
                     struct reply_interface *out_interface)
{
    COM_SCOPED(INamespace) root = NULL;
    struct told *told = context;
    struct mml_object_types *types = &told->types;
    IUnknown *object = told->objects[index - 1];

    if (!object)
        return false;
    memset(types, 0, sizeof(*types));
    *out_interface = (struct reply_interface){.name = "IUnknown", .iid = &IID_IUnknown, .node = types->node};
    if (member->interface) {
        out_interface->name = member->interface->name;
        out_interface->iid = &member->interface->iid;
        com_ignore(rpc_dynamic_node(object, types->node, &root)); /* of this program: no node */
        return true;
    }
    if (FAILED(mml_types_of_object(told->call->types, object, types)) || !types->count)
        return true;
    out_interface->iid = &types->interfaces[0].iid;
    if (types->interfaces[0].info)
        out_interface->name = type_info_interface(types->interfaces[0].info)->name;
    return true;
}

static enum mml_exit print_raw(const struct call *call, const struct reply *reply)
{
    const uint8_t *bytes;
    size_t size;

    if (!reply_bytes(reply, call->raw, &bytes, &size)) {
        mml_error("%s.%s has no output `%s` of text or bytes", call->interface_name, call->method->name,
                  call->raw);
        mml_hint("`mml describe %s` shows its outputs", call->interface_name);
        return MML_FAILED;
    }
    if (size)
        fwrite(bytes, 1, size, stdout);
    return MML_OK;
}

enum mml_exit call_print(const struct call *call, HRESULT hr, const struct reply *reply,
                         IUnknown *const *interfaces)
{
    const struct type_method *method = call->method;
    struct told told = {.call = call, .objects = interfaces};
    const struct reply_interfaces known = {identify, &told};
    bool is_first = true;
    uint32_t i;

    if (call->raw)
        return print_raw(call, reply);
    if (call->mml->json)
        printf("{\"result\": \"%s\", \"hr\": %d, \"outputs\": {", result_name(call, hr), (int)hr);
    else if (hr != S_OK)
        printf("result = %s\n", result_name(call, hr));
    for (i = 0; i < method->count; i++) {
        if (!method->params[i].is_out)
            continue;
        if (call->mml->json)
            printf("%s\"%s\": ", is_first ? "" : ", ", method->params[i].name);
        else
            printf("%s = ", method->params[i].name);
        reply_print(stdout, call->mml->json ? PRINT_JSON : PRINT_READABLE, reply, i, &known);
        fputs(call->mml->json ? "" : "\n", stdout);
        is_first = false;
    }
    if (call->mml->json)
        printf("}}\n");
    return MML_OK;
}
