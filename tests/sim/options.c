#include "options.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *name;
    size_t offset;
    uint32_t low;
    uint32_t high;
};

static const struct row rows[] = {
#define X(name, low, high, text) {#name, offsetof(struct sim_options, name), low, high},
    SIM_OPTIONS(X)
#undef X
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static uint32_t *value_of(struct sim_options *options, const struct row *row)
{
    return (uint32_t *)(void *)((char *)options + row->offset);
}

/* One of a few values, the usual ones first. */
static uint32_t one_of(struct draw *draw, const uint32_t *values, uint32_t count)
{
    return values[draw_below(draw, count)];
}

static uint32_t sometimes(struct draw *draw, uint32_t one_in, uint32_t low, uint32_t high)
{
    uint32_t value =
        draw_between(draw, low, high); /* drawn in any case, so that options do not move others */

    return draw_one_in(draw, one_in) ? value : 0;
}

static void draw_faults(struct draw *draw, struct sim_options *options)
{
    options->faults = draw_between(draw, 1, 8);
    options->cut = sometimes(draw, 2, 1, 4);
    options->hold = sometimes(draw, 3, 1, 4);
    options->crash = sometimes(draw, 3, 1, 3);
    options->old_id = sometimes(draw, 3, 1, 1);
    options->stop = sometimes(draw, 5, 1, 2);
    options->pause = sometimes(draw, 4, 1, 2);
    options->clock = sometimes(draw, 5, 1, 2);
    options->oom = sometimes(draw, 4, 1, 3);
    options->refuse = sometimes(draw, 5, 2, 20);
    options->silent = sometimes(draw, 6, 3, 20);
    options->corrupt = sometimes(draw, 8, 30, 300);
    options->noise = sometimes(draw, 16, 10, 200);
    options->partition = sometimes(draw, 3, 1, 4);
    options->boots = draw_below(draw, 3) > 0;
    if (!options->crash)
        options->old_id = 0;
    if (!(options->cut + options->hold + options->partition + options->crash + options->stop +
          options->pause + options->clock + options->oom))
        options->faults = 0;
}

/* Kinds of calls; each in half of the seeds, so that what breaks needs few of them. */
static void draw_calls(uint64_t seed, struct sim_options *options)
{
    struct draw draw = draw_stream(seed, 'k', 0);

    options->oneway = draw_below(&draw, 2);
    options->cancel = draw_below(&draw, 2);
    options->halves = draw_below(&draw, 2);
    options->lasting = draw_below(&draw, 2);
    options->watch = draw_below(&draw, 2);
    options->drain = draw_below(&draw, 2);
    options->promises = draw_below(&draw, 2);
}

/* Mostly all; else some, as where they are of several versions. */
static uint32_t draw_introducing(uint64_t seed)
{
    struct draw draw = draw_stream(seed, 'i', 0);
    uint32_t all = (1u << NODES_MAX) - 1, some = draw_below(&draw, all + 1);

    return draw_one_in(&draw, 4) ? some : all;
}

/* In one of five seeds connections are made of datagrams. */
static void draw_datagrams(uint64_t seed, struct sim_options *options)
{
    struct draw draw = draw_stream(seed, 'u', 0);

    options->udp = draw_one_in(&draw, 5);
    if (!options->udp)
        return;
    options->loss = sometimes(&draw, 2, 1, 40);
    options->duplicate = sometimes(&draw, 2, 1, 20);
    options->reorder = sometimes(&draw, 2, 1, 40);
    options->refuse = 0; /* of a stream's */
    options->silent = 0;
    options->bandwidth = 0;
    options->noise = 0; /* what is changed there gets lost: it has a checksum */
}

void options_draw(uint64_t seed, struct sim_options *out_options)
{
    static const uint32_t preempt[] = {1, 2, 5, 20, 100};
    static const uint32_t delay[] = {20, 200, 2000, 20000};
    static const uint32_t window[] = {65536, 65536, 8192, 1024, 300};
    struct draw draw = draw_stream(seed, 'o', 0);
    struct sim_options *options = out_options;

    memset(options, 0, sizeof(*options));
    options->nodes = draw_between(&draw, 2, draw_one_in(&draw, 4) ? NODES_MAX : 3);
    options->clients = draw_between(&draw, 1, draw_one_in(&draw, 4) ? CLIENTS_MAX : 2);
    options->operations = draw_between(&draw, 5, draw_one_in(&draw, 8) ? OPERATIONS_MAX : 20);
    options->pause_us = draw_between(&draw, 0, 3) * 7000;
    options->preempt = one_of(&draw, preempt, 5);
    options->stall = sometimes(&draw, 2, 3, 300);
    options->stall_us = 1u << draw_below(&draw, 13);
    options->delay_us = one_of(&draw, delay, 4);
    options->jitter_us = draw_one_in(&draw, 2) ? draw_between(&draw, 0, 3 * options->delay_us) : 0;
    options->window = one_of(&draw, window, 5);
    options->bandwidth = sometimes(&draw, 5, 10, 1000);
    options->nested = draw_between(&draw, 0, 5);
    options->names = draw_below(&draw, 2);
    if (draw_below(&draw, 5))
        draw_faults(&draw, options);
    draw_calls(seed, options);
    options->introduce = draw_introducing(seed);
    draw_datagrams(seed, options);
    options->fault_mask = UINT64_MAX;
    memset(options->operation_mask, 0xFF, sizeof(options->operation_mask));
}

/* So many lost of a hundred delay a call, but no more: what is sent again arrives. */
#define CALM_LOSS 5

bool options_have_room(const struct sim_options *options)
{
    return options->window >= 65536 && !options->bandwidth && !options->udp;
}

bool options_are_calm(const struct sim_options *options)
{
    /* A connection that takes nothing for 20 ms is given up when the network's own thread has to send. */
    bool takes_all = options->udp ? options->loss <= CALM_LOSS : options_have_room(options);

    return takes_all && !options->faults && !options->refuse && !options->silent && !options->corrupt &&
           !options->noise;
}

bool options_are_orderly(const struct sim_options *options)
{
    struct sim_options other = *options;

    other.faults = 0;
    return options_are_calm(&other) && options->drain &&
           !(options->cut + options->hold + options->partition + options->crash + options->pause +
             options->clock + options->oom);
}

/* ---- text ---- */

void options_print(const struct sim_options *options, char *text, size_t capacity)
{
    struct sim_options copy = *options;
    size_t length = 0;
    uint32_t i, j;

    text[0] = '\0';
    for (i = 0; i < ROWS; i++)
        if (*value_of(&copy, &rows[i]) && length < capacity)
            length += (size_t)snprintf(text + length, capacity - length, "%s%s=%u", length ? " " : "",
                                       rows[i].name, *value_of(&copy, &rows[i]));
    if (options->fault_mask != UINT64_MAX && length < capacity)
        length += (size_t)snprintf(text + length, capacity - length, " only-faults=%llx",
                                   (unsigned long long)options->fault_mask);
    for (i = 0; i < options->nodes; i++)
        for (j = 0; j < options->clients; j++)
            if (options->operation_mask[i][j] != UINT64_MAX && length < capacity)
                length += (size_t)snprintf(text + length, capacity - length, " only-operations%u.%u=%llx", i,
                                           j, (unsigned long long)options->operation_mask[i][j]);
}

static bool parse_one(const char *word, struct sim_options *options)
{
    unsigned long long bits;
    unsigned node, client, value;
    char name[32];
    uint32_t i;

    if (sscanf(word, "only-faults=%llx", &bits) == 1) {
        options->fault_mask = bits;
        return true;
    }
    if (sscanf(word, "only-operations%u.%u=%llx", &node, &client, &bits) == 3 && node < NODES_MAX &&
        client < CLIENTS_MAX) {
        options->operation_mask[node][client] = bits;
        return true;
    }
    if (sscanf(word, "%31[a-z_]=%u", name, &value) != 2)
        return false;
    for (i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        *value_of(options, &rows[i]) = value;
        return value >= rows[i].low && value <= rows[i].high;
    }
    return false;
}

const char *options_parse(const char *text, struct sim_options *options)
{
    char word[96];
    size_t length;

    for (text += strspn(text, " "); *text; text += length + strspn(text + length, " ")) {
        length = strcspn(text, " ");
        if (length >= sizeof(word))
            return text;
        memcpy(word, text, length);
        word[length] = '\0';
        if (!parse_one(word, options))
            return text;
    }
    return NULL;
}
