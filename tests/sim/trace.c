/* The last events, to be printed when a promise was broken. */
#include "ledger.h"
#include <wire.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 64, TEXT_BYTES = 16384 };

struct record {
    int64_t at_ns;
    enum trace_kind kind;
    uint32_t node, a, b;
};

static const char *const formats[] = {
#define X(name, format) format,
    TRACE_KINDS(X)
#undef X
};

static struct record records[KEPT];
static uint32_t record_count;
static bool aloud;
static void (*violation_hook)(const char *invariant, const char *text);

static int print_record(const struct record *record, char *text, size_t capacity)
{
    int length = snprintf(text, capacity, "%12.6f  ", (double)record->at_ns / 1e9);

    /* the format is one of ours */
    return length + snprintf(text + length, capacity - (size_t)length, formats[record->kind], record->node,
                             record->a, record->b);
}

void trace(enum trace_kind kind, uint32_t node, uint32_t a, uint32_t b)
{
    struct record *record = &records[record_count++ % KEPT];
    char line[160];

    *record = (struct record){sim_now_ns(), kind, node, a, b};
    sim_mix((uint64_t)kind << 48 ^ (uint64_t)node << 40 ^ (uint64_t)a << 16 ^ b);
    if (aloud) {
        (void)print_record(record, line, sizeof(line));
        puts(line);
    }
}

void trace_frame(const char *from, const char *to, uint32_t cable, const uint8_t *frame, uint32_t size_bytes)
{
    static const char *const types[] = {"HELLO", "WELCOME", "CALL",   "RETURN", "RELEASE", "CANCEL", "PING",
                                        "PONG",  "WINDOW",  "GOAWAY", "ABORT",  "DATA",    "MOVED",  "CLASS"};

    if (aloud)
        printf("%12.6f    %s -> %s, connection %u: %s %x, %u bytes\n", (double)sim_now_ns() / 1e9, from, to,
               cable, frame[0] < sizeof(types) / sizeof(types[0]) ? types[frame[0]] : "unknown",
               (unsigned)wire_load_fixed32(frame + 4), size_bytes);
}

void trace_aloud(bool on)
{
    aloud = on;
}

void trace_reset(void)
{
    record_count = 0;
}

void ledger_on_violation(void (*hook)(const char *invariant, const char *text))
{
    violation_hook = hook;
}

void violate(const char *invariant, const char *format, ...)
{
    static char text[TEXT_BYTES];
    size_t length = 0;
    va_list arguments;
    uint32_t i;

    for (i = record_count > KEPT ? record_count - KEPT : 0; i < record_count; i++) {
        length += (size_t)print_record(&records[i % KEPT], text + length, sizeof(text) / 2 - length);
        text[length++] = '\n';
        if (length > sizeof(text) / 2 - 200)
            break;
    }
    length += (size_t)snprintf(text + length, sizeof(text) - length,
                               "%12.6f  %s: ", (double)sim_now_ns() / 1e9, invariant);
    va_start(arguments, format);
    (void)vsnprintf(text + length, sizeof(text) - length, format, arguments);
    va_end(arguments);
    if (violation_hook)
        violation_hook(invariant, text);
    fprintf(stderr, "%s\n", text);
    abort();
}
