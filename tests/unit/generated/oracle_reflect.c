/*
 * What `mml call` does, as an oracle: each request is taken apart, written as the words of a command line,
 * and made again of those; each reply is read as a tool reads it. With type information, and without
 * generated code.
 */
#include "oracles.h"

#include <com.h>
#include <reflect/reply.h>
#include <reflect/request.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the interface whose messages pass; a test of another one says so when it is built. */
#ifndef ORACLE_TYPE_INFO
#define ORACLE_TYPE_INFO IEverything_type_info
#endif
extern const struct com_type_info ORACLE_TYPE_INFO;

static struct type_info *info;
static struct request last; /* outputs have the room that the request said */

static void die(const char *type, const char *why)
{
    fprintf(stderr, "reflect: %s: %s\n", type, why);
    abort();
}

static const struct type_method *method_of(const char *type)
{
    const struct type_method *method;
    char error[TYPE_INFO_ERROR_BYTES], name[100];

    if (!info)
        info = type_info_read(ORACLE_TYPE_INFO.bytes, ORACLE_TYPE_INFO.size_bytes, error);
    if (!info)
        die(type, error);
    snprintf(name, sizeof(name), "%.*s", (int)(strrchr(type, '_') - strchr(type, '_') - 1),
             strchr(type, '_') + 1); /* IEverything_NAME_Request */
    method = type_info_method(info, name);
    if (!method)
        die(type, "there is no such method");
    return method;
}

/* The parameters that a message has. */
static void init_type(struct message_type *message_type, struct pool *pool, const struct type_method *method)
{
    const struct type_member *members[TYPE_INFO_PARAMS_MAX];
    uint32_t i, count = 0;

    for (i = 0; i < method->count; i++)
        if (method->params[i].is_in && !method->params[i].is_rebuilt)
            members[count++] = &method->params[i];
    message_type_init(message_type, pool, method->name, members, count);
}

/* A value as it would stand behind NAME=. */
static struct value_text word_of(struct pool *pool, struct reply *whole, uint32_t position, uint32_t param)
{
    const ProtobufCFieldDescriptor *field = whole->type.fields[position];
    const struct type_member *member = whole->type.members[position];
    const void *at = message_value(whole->message, field);
    struct value_text word = {.is_file = false};
    char *text = NULL;
    size_t size = 0;
    FILE *stream;

    if (member->shape == SHAPE_STRING) /* as it is, from a file, so that nothing in it means anything */
        return (struct value_text){*(const char *const *)at, strlen(*(const char *const *)at), true};
    if (member->kind == KIND_INTERFACE && member->shape == SHAPE_VALUE) {
        word.bytes = pool_format(pool, message_has(whole->message, field) ? "/%lld" : "null",
                                 (long long)value_integer(whole->message, field));
        word.size = strlen(word.bytes);
        return word;
    }
    stream = open_memstream(&text, &size);
    reply_print(stream, PRINT_JSON, whole, param, NULL);
    fclose(stream);
    if (!type_is_list(member) && member->kind != KIND_STRUCT && text[0] == '"' && member->kind != KIND_CHAR) {
        word.bytes = pool_copy(pool, text + 1, size - 2); /* names, hex:... */
        word.size = size - 2;
    } else if (member->shape == SHAPE_BYTES) {
        const ProtobufCBinaryData *bytes = at;

        word = (struct value_text){pool_copy(pool, bytes->data, bytes->len), bytes->len, true};
    } else {
        word.bytes = pool_copy(pool, text, size);
        word.size = size;
    }
    free(text);
    return word;
}

static bool is_there(ProtobufCMessage *message, const struct type_member *member,
                     const ProtobufCFieldDescriptor *field)
{
    return type_is_list(member) || message_has(message, field);
}

/* The request's fields as arguments; counts of arrays are left out where they can be. */
static uint32_t make_arguments(struct pool *pool, struct reply *whole, struct request_argument *arguments)
{
    uint32_t i, param, count = 0;

    for (i = 0; i < whole->type.count; i++) {
        const struct type_member *member = whole->type.members[i];

        if (!is_there(whole->message, member, whole->type.fields[i]) && member->kind != KIND_INTERFACE)
            continue;
        for (param = 0; &whole->method->params[param] != member; param++)
            ;
        arguments[count].name = member->name;
        arguments[count++].value = word_of(pool, whole, i, param);
    }
    return count;
}

static void replace(uint8_t **bytes, size_t *size, const uint8_t *by, size_t by_size)
{
    free(*bytes);
    *bytes = malloc(by_size + 1);
    memcpy(*bytes, by, by_size);
    *size = by_size;
}

static void check_request(const char *type, uint8_t **bytes, size_t *size)
{
    struct request_argument arguments[TYPE_INFO_PARAMS_MAX];
    const struct type_method *method = method_of(type);
    struct reply whole = {.info = info, .method = method};
    char error[VALUE_ERROR_BYTES];
    struct pool pool = {NULL};
    const uint8_t *made;
    uint8_t *canonical;
    size_t made_size;
    uint32_t count;

    init_type(&whole.type, &pool, method);
    whole.message = protobuf_c_message_unpack(&whole.type.descriptor, NULL, *size, *bytes);
    if (!whole.message)
        die(type, "protobuf-c cannot read it");
    count = make_arguments(&pool, &whole, arguments);
    request_free(&last);
    memset(&last, 0, sizeof(last));
    if (!request_build(&last, info, method, arguments, count, error))
        die(type, error);
    made = request_pack(&last, &made_size);
    /* Generated code pads lengths: the same message without padding must be the same bytes. */
    canonical = malloc(protobuf_c_message_get_packed_size(whole.message) + 1);
    if (protobuf_c_message_pack(whole.message, canonical) != made_size ||
        memcmp(canonical, made, made_size) != 0)
        die(type, "the request is not what the proxy made");
    free(canonical);
    replace(bytes, size, made, made_size);
    protobuf_c_message_free_unpacked(whole.message, NULL);
    pool_free(&pool);
}

static void check_reply(const char *type, uint8_t **bytes, size_t *size)
{
    struct reply reply = {.info = info};
    char error[VALUE_ERROR_BYTES], *text = NULL;
    size_t text_size = 0, made_size;
    FILE *stream = open_memstream(&text, &text_size);
    uint8_t *made;
    uint32_t i;

    if (!reply_read(&reply, &last, *bytes, *size, RPC_CAPS_MAX, error))
        die(type, error);
    for (i = 0; i < reply.method->count; i++)
        if (reply.method->params[i].is_out)
            reply_print(stream, PRINT_JSON, &reply, i, NULL);
    fclose(stream);
    free(text);
    made = malloc(protobuf_c_message_get_packed_size(reply.message) + 1);
    made_size = protobuf_c_message_pack(reply.message, made);
    replace(bytes, size, made, made_size);
    free(made);
    reply_free(&reply);
}

void oracle_reflect(const char *type, uint8_t **bytes, size_t *size)
{
    if (strstr(type, "_Request"))
        check_request(type, bytes, size);
    else
        check_reply(type, bytes, size);
}

void oracle_reflect_end(void)
{
    request_free(&last);
    memset(&last, 0, sizeof(last));
    type_info_free(info);
    info = NULL;
}
