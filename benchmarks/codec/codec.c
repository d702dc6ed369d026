/*
 * What does it cost to write and to read a message? Code written by hand for just these messages, both forms
 * that idlc generates, nanopb and protobuf-c take turns in one run; then callgrind counts their instructions.
 */
#include "codecs.h"
#include "instructions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CALLS = 20000, /* of one kind in a round */
    ROUNDS = 15,
};

/* What --check asks of the instructions of straight-line code. */
#define HAND_RATIO_MAX 1.5
#define PROTOBUF_C_RATIO_MIN 5.0

static const struct codec *const codecs[] = {&hand_codec, &line_codec, &table_codec, &nanopb_codec,
                                             &protobuf_c_codec};
static const struct {
    const char *name;
    const char *what;
} shapes[SHAPE_COUNT] = {
    [SHAPE_TEXT] = {"text", "3 int32 and a string of 32 bytes"},
    [SHAPE_POINTS] = {"points", "16 structs of 3 int32"},
    [SHAPE_PERSON] = {"person", "a struct with 2 nested ones and 5 strings"},
    [SHAPE_BLOB] = {"blob", "a uint64 and 1024 bytes"},
};

enum direction { ENCODE, DECODE, DIRECTION_COUNT };
enum { CODEC_COUNT = sizeof(codecs) / sizeof(codecs[0]) };
enum { HAND, LINE, TABLE, NANOPB, PROTOBUF_C };

static const char *const directions[] = {"encode", "decode"};

struct result {
    double ns;           /* a message, in the fastest round: others were disturbed */
    double instructions; /* a message, without those of an empty one */
};

static struct result results[SHAPE_COUNT][DIRECTION_COUNT][CODEC_COUNT];

/* The messages that are decoded, as a generated proxy wrote them. */
static uint8_t messages[SHAPE_COUNT][MESSAGE_BYTES_MAX];
static size_t message_bytes[SHAPE_COUNT];

static void fail(const struct codec *codec, enum shape shape, const char *what)
{
    fprintf(stderr, "bench-codec: %s, %s: %s\n", codec->name, shapes[shape].name, what);
    exit(1);
}

/* ---- the work ---- */

static void run_encode(const struct codec *codec, enum shape shape, uint32_t calls)
{
    static uint8_t buffer[4 * MESSAGE_BYTES_MAX];
    size_t size;
    uint32_t i;

    for (i = 0; i < calls; i++)
        if (!codec->encode(shape, buffer, &size))
            fail(codec, shape, "was not written");
}

/* Reading may change a message, so each codec gets a copy, as if it had just come. */
static void run_decode(const struct codec *codec, enum shape shape, uint32_t calls)
{
    static uint8_t copy[MESSAGE_BYTES_MAX + 1];
    size_t size = message_bytes[shape];
    uint32_t i;

    for (i = 0; i < calls; i++) {
        memcpy(copy, messages[shape], size);
        if (!codec->decode(shape, copy, size, NULL))
            fail(codec, shape, "was not read");
    }
}

/* The same without a message, which is the same for all shapes; but what is copied is of that size. */
static void run_empty(const struct codec *codec, enum shape shape, enum direction direction, uint32_t calls)
{
    static uint8_t copy[MESSAGE_BYTES_MAX + 1];
    uint32_t i;

    if (direction == ENCODE) {
        run_encode(codec, SHAPE_NULL, calls);
        return;
    }
    for (i = 0; i < calls; i++) {
        memcpy(copy, messages[shape], message_bytes[shape]);
        if (!codec->decode(SHAPE_NULL, copy, 0, NULL))
            fail(codec, shape, "nothing was not read");
    }
}

static void run(const struct codec *codec, enum shape shape, enum direction direction, uint32_t calls)
{
    if (direction == ENCODE)
        run_encode(codec, shape, calls);
    else
        run_decode(codec, shape, calls);
}

/* Every codec must read what every codec writes, as the same values. */
static void verify(enum shape shape)
{
    uint8_t message[4 * MESSAGE_BYTES_MAX], copy[MESSAGE_BYTES_MAX + 1];
    uint64_t digest, expected = 0;
    size_t writer, reader, size;

    for (writer = 0; writer < CODEC_COUNT; writer++) {
        if (!codecs[writer]->encode(shape, message, &size) || size > MESSAGE_BYTES_MAX)
            fail(codecs[writer], shape, "was not written");
        if (writer == LINE) {
            memcpy(messages[shape], message, size);
            message_bytes[shape] = size;
        }
        for (reader = 0; reader < CODEC_COUNT; reader++) {
            memcpy(copy, message, size);
            digest = 1;
            if (!codecs[reader]->decode(shape, copy, size, &digest))
                fail(codecs[reader], shape, "was not read");
            if (expected && digest != expected)
                fail(codecs[reader], shape, "other values were read");
            expected = digest;
        }
    }
}

/* ---- measuring ---- */

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure_time(enum shape shape, enum direction direction)
{
    double begin, ns;
    size_t i, round;

    for (round = 0; round < ROUNDS; round++)
        for (i = 0; i < CODEC_COUNT; i++) {
            struct result *result = &results[shape][direction][i];

            begin = now_ns();
            run(codecs[i], shape, direction, CALLS);
            ns = (now_ns() - begin) / CALLS;
            if (round == 0 || ns < result->ns)
                result->ns = ns;
        }
}

/* Calls `each` with a number for every kind of message, direction and codec. */
static void for_each_kind(void (*each)(uint32_t number, enum shape shape, enum direction direction,
                                       size_t codec))
{
    uint32_t number = 0;
    int shape, direction;
    size_t codec;

    for (shape = SHAPE_NULL + 1; shape < SHAPE_COUNT; shape++)
        for (direction = ENCODE; direction < DIRECTION_COUNT; direction++)
            for (codec = 0; codec < CODEC_COUNT; codec++)
                each(number++, (enum shape)shape, (enum direction)direction, codec);
}

enum { KINDS = (SHAPE_COUNT - 1) * DIRECTION_COUNT * CODEC_COUNT };

static uint64_t counts[2 * KINDS];

/* Below callgrind. The first call finds functions of other libraries, which is not counted. */
static void count_kind(uint32_t number, enum shape shape, enum direction direction, size_t codec)
{
    run(codecs[codec], shape, direction, 1);
    run_empty(codecs[codec], shape, direction, 1);
    instructions_begin();
    run(codecs[codec], shape, direction, INSTRUCTIONS_CALLS);
    instructions_end(2 * number);
    instructions_begin();
    run_empty(codecs[codec], shape, direction, INSTRUCTIONS_CALLS);
    instructions_end(2 * number + 1);
}

static void take_count(uint32_t number, enum shape shape, enum direction direction, size_t codec)
{
    double whole = (double)counts[2 * number], empty = (double)counts[2 * number + 1];

    results[shape][direction][codec].instructions = (whole - empty) / INSTRUCTIONS_CALLS;
}

/* ---- what came out ---- */

static void print_row(const char *name, const struct result *row, bool instructions)
{
    double floor = instructions ? row[HAND].instructions : row[HAND].ns;
    size_t i;

    printf("%-15s", name);
    for (i = 0; i < CODEC_COUNT; i++) {
        double value = instructions ? row[i].instructions : row[i].ns;

        printf(instructions ? " %8.0f" : " %8.1f", value);
        if (i == HAND)
            printf("        ");
        else
            printf(" %6.2fx", value / floor);
    }
    printf("\n");
}

static void print_table(bool counted)
{
    int shape, direction;
    size_t i;

    printf("One message: nanoseconds, and instructions without those of an empty message; x: times code by "
           "hand\n\n");
    for (i = 0; i < CODEC_COUNT; i++)
        printf("  %-11s %s\n", codecs[i]->name, codecs[i]->what);
    for (shape = SHAPE_NULL + 1; shape < SHAPE_COUNT; shape++) {
        printf("\n%s: %s (%zu bytes)\n%-15s", shapes[shape].name, shapes[shape].what, message_bytes[shape],
               "");
        for (i = 0; i < CODEC_COUNT; i++)
            printf(" %8s        ", codecs[i]->name);
        printf("\n");
        for (direction = ENCODE; direction < DIRECTION_COUNT; direction++) {
            print_row(direction == ENCODE ? "encode  ns" : "decode  ns", results[shape][direction], false);
            if (counted)
                print_row("  instructions", results[shape][direction], true);
        }
    }
}

static void print_json(bool counted)
{
    int shape, direction;
    size_t i;

    printf("{\"shapes\": [");
    for (shape = SHAPE_NULL + 1; shape < SHAPE_COUNT; shape++) {
        printf("%s\n  {\"name\": \"%s\", \"bytes\": %zu", shape > SHAPE_NULL + 1 ? "," : "",
               shapes[shape].name, message_bytes[shape]);
        for (direction = ENCODE; direction < DIRECTION_COUNT; direction++) {
            printf(",\n   \"%s\": {", directions[direction]);
            for (i = 0; i < CODEC_COUNT; i++) {
                const struct result *result = &results[shape][direction][i];

                printf("%s\"%s\": {\"ns\": %.2f", i ? ", " : "", codecs[i]->name, result->ns);
                if (counted)
                    printf(", \"instructions\": %.1f", result->instructions);
                printf("}");
            }
            printf("}");
        }
        printf("}");
    }
    printf("\n]}\n");
}

static bool meets_goal(int shape, int direction)
{
    const struct result *row = results[shape][direction];
    double to_hand = row[LINE].instructions / row[HAND].instructions;
    double to_protobuf_c = row[PROTOBUF_C].instructions / row[LINE].instructions;
    bool good = true;

    if (to_hand > HAND_RATIO_MAX) {
        fprintf(stderr, "bench-codec: %s %s: %.2f times the instructions of code by hand, more than %.1f\n",
                directions[direction], shapes[shape].name, to_hand, HAND_RATIO_MAX);
        good = false;
    }
    /* Copying 1024 bytes costs everybody the same. */
    if (shape != SHAPE_BLOB && to_protobuf_c < PROTOBUF_C_RATIO_MIN) {
        fprintf(stderr, "bench-codec: %s %s: protobuf-c executes %.2f times as many, less than %.1f\n",
                directions[direction], shapes[shape].name, to_protobuf_c, PROTOBUF_C_RATIO_MIN);
        good = false;
    }
    return good;
}

static bool meets_goals(void)
{
    bool good = true;
    int shape, direction;

    for (shape = SHAPE_NULL + 1; shape < SHAPE_COUNT; shape++)
        for (direction = ENCODE; direction < DIRECTION_COUNT; direction++)
            good &= meets_goal(shape, direction);
    return good;
}

static const char HELP[] =
    "usage: bench-codec [--check] [--json]\n"
    "\n"
    "Writes and reads four messages with code written by hand, with what idlc generates (straight-line and\n"
    "--optimize=size), with nanopb and with protobuf-c, and prints the time and the instructions of each.\n"
    "\n"
    "  --check  fail if straight-line code executes more than 1.5 times the instructions of code written by\n"
    "           hand, or more than a fifth of protobuf-c's (not asked of the blob, where all of them copy)\n"
    "  --json   print JSON\n"
    "\n"
    "Exit code: 0 all is well, 1 a goal is missed or nothing could be measured, 2 wrong use of the "
    "command.\n";

int main(int argc, char **argv)
{
    bool check = false, json = false, below_callgrind = false, counted;
    int i, shape, direction;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(HELP, stdout);
            return 0;
        }
        check |= strcmp(argv[i], "--check") == 0;
        json |= strcmp(argv[i], "--json") == 0;
        below_callgrind |= strcmp(argv[i], INSTRUCTIONS_ARGUMENT) == 0;
    }
    if (argc > 1 + check + json + below_callgrind) {
        fprintf(stderr, "bench-codec: unknown arguments\nTry 'bench-codec --help'.\n");
        return 2;
    }
    for (shape = SHAPE_NULL; shape < SHAPE_COUNT; shape++)
        verify((enum shape)shape);
    if (below_callgrind) {
        for_each_kind(count_kind);
        return 0;
    }
    for (shape = SHAPE_NULL + 1; shape < SHAPE_COUNT; shape++)
        for (direction = ENCODE; direction < DIRECTION_COUNT; direction++)
            measure_time((enum shape)shape, (enum direction)direction);
    counted = instructions_count(2 * KINDS, counts);
    if (counted)
        for_each_kind(take_count);
    if (json)
        print_json(counted);
    else
        print_table(counted);
    return check && !(counted && meets_goals()) ? 1 : 0;
}
