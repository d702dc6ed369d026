/* What mml trace prints of a call. */
#include "trace.h"
#include <inttypes.h>
#include <reflect/guid_text.h>
#include <reflect/reply.h>
#include <string.h>
#include <time.h>

/* What the interface of a call looks like; NULL: nobody knows. */
static const struct type_info *find_info(struct trace_printer *printer, const IID *iid)
{
    const struct type_info *info;
    uint32_t i;

    for (i = 0; i < printer->unknown_count; i++)
        if (com_guid_equal(&printer->unknown[i], iid))
            return NULL;
    if (SUCCEEDED(mml_types_get(printer->types, NULL, iid, &info)))
        return info;
    if (printer->unknown_count < sizeof(printer->unknown) / sizeof(printer->unknown[0]))
        printer->unknown[printer->unknown_count++] = *iid;
    return NULL;
}

static const struct type_method *find_method(const struct type_info *info, uint32_t slot)
{
    const struct type_interface *interface = info ? type_info_interface(info) : NULL;
    uint32_t i;

    for (; interface; interface = interface->base)
        for (i = 0; i < interface->count; i++)
            if (interface->methods[i].slot == slot)
                return &interface->methods[i];
    return NULL;
}

static const char *executed_word(uint32_t executed)
{
    return executed == RPC_EXECUTED_NO ? "no" : executed == RPC_EXECUTED_YES ? "yes" : "unknown";
}

static const char *result_name(const struct trace_printer *printer, const struct type_info *info, HRESULT hr)
{
    const struct type_constant *own = !info || com_result_name(hr) ? NULL : type_info_result(info, hr);

    return own ? own->name : mmlite_result_name(printer->mmlite, hr);
}

/* ---- values ---- */

/* An interface parameter is an index of the call's table, which says nothing about what it is. */
static void print_value(bool is_json, const struct reply *reply, uint32_t param, uint32_t interface)
{
    const struct type_member *member = &reply->method->params[param];

    if (member->kind != KIND_INTERFACE)
        reply_print(stdout, is_json ? PRINT_JSON : PRINT_LINE, reply, param, NULL);
    else if (!interface)
        printf("null");
    else
        printf(is_json ? "\"%s\"" : "%s", member->interface ? member->interface->name : "IUnknown");
}

/* The value of an interface parameter in a request: 1 + its index, 0: NULL. */
static uint32_t interface_of(const struct reply *reply, uint32_t param, bool is_request)
{
    uint32_t i;

    if (!is_request)
        return reply->interfaces[param];
    for (i = 0; i < reply->type.count; i++)
        if (reply->type.members[i] == &reply->method->params[param])
            return (uint32_t)value_integer(reply->message, reply->type.fields[i]);
    return 0;
}

static void print_values(bool is_json, const struct reply *reply, bool is_request)
{
    const struct type_method *method = reply->method;
    bool is_first = true;
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        if (is_request ? !method->params[i].is_in : !method->params[i].is_out)
            continue;
        printf(is_json ? "%s\"%s\": " : "%s%s=", is_first ? "" : ", ", method->params[i].name);
        print_value(is_json, reply, i, interface_of(reply, i, is_request));
        is_first = false;
    }
}

/* Parameters or results, or why they are not shown. */
static void print_message(bool is_json, const struct trace_record *record, const struct type_info *info,
                          const struct type_method *method, bool is_request)
{
    const struct trace_call *call = &record->call;
    const uint8_t *bytes = record->bytes + (is_request ? 0 : call->request_kept);
    uint32_t size = is_request ? call->request_bytes : call->reply_bytes;
    uint32_t kept = is_request ? call->request_kept : call->reply_kept;
    struct request request = {.info = info, .method = method};
    struct reply reply;
    char error[VALUE_ERROR_BYTES];
    bool is_read;

    memset(&reply, 0, sizeof(reply));
    if (!method || kept < size) {
        printf(is_json ? "null" : size ? "%" PRIu32 " bytes" : "", size);
        return;
    }
    is_read = is_request ? reply_read_request(&reply, info, method, bytes, size, error)
                         : reply_read(&reply, &request, bytes, size, call->interfaces, error);
    if (is_json)
        printf(is_read ? "{" : "null");
    if (is_read)
        print_values(is_json, &reply, is_request);
    else if (!is_json)
        printf("malformed");
    if (is_json && is_read)
        printf("}");
    reply_free(&reply);
}

/* Of a QueryInterface: the name of the interface, or its id. */
static void print_wanted(struct trace_printer *printer, const struct trace_record *record)
{
    static const uint8_t key[] = {0x0A, sizeof(IID)}; /* QueryInterface_Request of rpc.proto */
    const struct type_info *info;
    char text[GUID_TEXT_BYTES];
    IID iid;

    if (record->call.request_kept != sizeof(key) + sizeof(IID) ||
        memcmp(record->bytes, key, sizeof(key)) != 0)
        return;
    guid_load(record->bytes + sizeof(key), &iid);
    info = find_info(printer, &iid);
    guid_format(&iid, text);
    printf("%s", info ? type_info_interface(info)->name : text);
}

/* ---- lines ---- */

static void print_duration(int64_t ns)
{
    if (ns < 10000)
        printf("%.1f us", (double)ns / 1e3);
    else if (ns < 10000000)
        printf("%.0f us", (double)ns / 1e3);
    else if (ns < INT64_C(10000000000))
        printf("%.0f ms", (double)ns / 1e6);
    else
        printf("%.1f s", (double)ns / 1e9);
}

static void print_time(int64_t ns)
{
    time_t seconds = (time_t)(ns / INT64_C(1000000000));
    struct tm parts;
    char text[16];

    localtime_r(&seconds, &parts);
    strftime(text, sizeof(text), "%H:%M:%S", &parts);
    printf("%s.%06d ", text, (int)(ns % INT64_C(1000000000) / 1000));
}

/* A name that a node gave, in which a terminal finds nothing to obey. */
static void print_name(const char *name)
{
    for (; *name; name++)
        putchar(*name < ' ' || *name == 0x7f ? '?' : *name);
}

static void print_text(struct trace_printer *printer, const struct trace_record *record, unsigned depth,
                       const struct type_info *info, const struct type_method *method)
{
    const struct trace_call *call = &record->call;
    char iid[GUID_TEXT_BYTES];

    print_time(record->began_ns);
    printf("%*s", (int)(2 * depth), "");
    printf("%s %s ", record->node, call->is_served ? "<-" : "->");
    print_name(*call->peer ? call->peer : "-");
    guid_format(&call->iid, iid);
    if (!call->method)
        printf("  QueryInterface");
    else if (method)
        printf("  %s.%s", type_info_interface(info)->name, method->name);
    else
        printf("  %s.#%" PRIu32, info ? type_info_interface(info)->name : iid, call->method);
    printf("(");
    if (call->method)
        print_message(false, record, info, method, true);
    else
        print_wanted(printer, record);
    printf(") = %s%s%s", FAILED(call->result) ? mml_red(stdout) : "",
           result_name(printer, info, call->result), mml_plain(stdout));
    if (FAILED(call->result)) {
        printf(" executed: %s", executed_word(call->executed));
    } else if (call->reply_bytes) {
        printf(" {");
        print_message(false, record, info, method, false);
        printf("}");
    }
    printf("  ");
    print_duration(call->duration_ns);
    printf("\n");
}

static void print_json(struct trace_printer *printer, const struct trace_record *record,
                       const struct type_info *info, const struct type_method *method)
{
    const struct trace_call *call = &record->call;
    char iid[GUID_TEXT_BYTES], trace[GUID_TEXT_BYTES];

    guid_format(&call->iid, iid);
    guid_format(&call->trace, trace);
    printf("{\"node\": \"%s\", \"direction\": \"%s\", \"peer\": ", record->node,
           call->is_served ? "served" : "made");
    print_string(stdout, call->peer);
    printf(", \"connection\": %" PRIu64 ", \"began\": %" PRId64 ".%06d, \"duration_ns\": %" PRId64,
           call->connection, record->began_ns / INT64_C(1000000000),
           (int)(record->began_ns % INT64_C(1000000000) / 1000), call->duration_ns);
    printf(", \"trace\": \"%s\", \"span\": \"%016" PRIx64 "\", \"parent\": ", trace, call->span);
    if (call->parent)
        printf("\"%016" PRIx64 "\"", call->parent);
    else
        printf("null");
    printf(", \"depth\": %" PRIu32 ", \"iid\": \"%s\", \"interface\": ", call->depth, iid);
    print_string(stdout, info ? type_info_interface(info)->name : "");
    printf(", \"method\": ");
    print_string(stdout, method ? method->name : call->method ? "" : "QueryInterface");
    printf(", \"slot\": %" PRIu32 ", \"parameters\": ", call->method);
    if (call->method) {
        print_message(true, record, info, method, true);
    } else {
        printf("{\"iid\": \"");
        print_wanted(printer, record);
        printf("\"}");
    }
    printf(", \"result\": \"%s\", \"hr\": %d, \"executed\": \"%s\", \"outputs\": ",
           result_name(printer, info, call->result), (int)call->result, executed_word(call->executed));
    if (FAILED(call->result))
        printf("null");
    else
        print_message(true, record, info, method, false);
    printf(", \"request_bytes\": %" PRIu32 ", \"reply_bytes\": %" PRIu32 "}\n", call->request_bytes,
           call->reply_bytes);
}

void trace_print(struct trace_printer *printer, const struct trace_record *record, unsigned depth)
{
    const struct type_info *info = find_info(printer, &record->call.iid);
    const struct type_method *method = find_method(info, record->call.method);

    if (printer->mml->json)
        print_json(printer, record, info, method);
    else
        print_text(printer, record, depth, info, method);
}
