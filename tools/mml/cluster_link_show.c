/* See cluster_link_show.h. */
#include "cluster_link_show.h"
#include "quantity.h"
#include <inttypes.h>
#include <string.h>

#define QUANTITY_MAX 32

static void print_quantity(const char *name, const char *text, bool *first)
{
    printf("%s%s %s", *first ? "" : ", ", name, text);
    *first = false;
}

static void print_share(const char *name, uint32_t share, bool *first)
{
    char text[QUANTITY_MAX];

    if (share == 0)
        return;
    quantity_write_share(share, text, sizeof(text));
    print_quantity(name, text, first);
}

static void print_time(const char *name, int64_t time_ns, bool *first)
{
    char text[QUANTITY_MAX];

    if (time_ns == 0)
        return;
    quantity_write_time(time_ns, text, sizeof(text));
    print_quantity(name, text, first);
}

static void print_rate(const struct switch_conditions *conditions, bool *first)
{
    char text[QUANTITY_MAX];

    if (conditions->rate == 0)
        return;
    quantity_write_rate(conditions->rate, text, sizeof(text));
    print_quantity("rate", text, first);
    snprintf(text, sizeof(text), "%" PRIu32 " bytes",
             conditions->queue_bytes ? conditions->queue_bytes : (uint32_t)SWITCH_QUEUE_DEFAULT);
    print_quantity("queue", text, first);
}

static void print_conditions(const struct link_direction *direction)
{
    const struct switch_conditions *conditions = &direction->conditions;
    bool first = true;

    print_share("loss", conditions->loss, &first);
    print_share("duplicate", conditions->duplicate, &first);
    print_share("reorder", conditions->reorder, &first);
    print_time("delay", conditions->delay_ns, &first);
    print_time("jitter", conditions->jitter_ns, &first);
    print_rate(conditions, &first);
    if (first)
        printf("no conditions\n");
    else
        printf(", seed %" PRIu64 "\n", direction->seed);
}

/* What happened to frames on the way, as rows of both the table and the JSON. */
struct counter_row {
    const char *name;
    size_t offset;
};

#define ROW(field)                                      \
    {                                                   \
#field, offsetof(struct switch_counters, field) \
    }

static const struct counter_row rows[] = {
    ROW(frames),  ROW(bytes),      ROW(lost),        ROW(duplicated), ROW(reordered),
    ROW(delayed), ROW(overflowed), ROW(partitioned), ROW(malformed),  ROW(refused),
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static uint64_t value_of(const struct switch_counters *counters, const struct counter_row *row)
{
    uint64_t value;

    memcpy(&value, (const char *)counters + row->offset, sizeof(value));
    return value;
}

void link_show(const struct link *link)
{
    size_t i;

    printf("%s%s%s: %s%s\n", mml_bold(stdout), link->name, mml_plain(stdout),
           link->present ? "present" : "not present", link->group ? ", partitioned" : "");
    printf("  from %s: ", link->name);
    print_conditions(&link->from);
    printf("  to %s: ", link->name);
    print_conditions(&link->to);
    printf("    %-12s %14s %14s\n", "", "from it", "to it");
    for (i = 0; i < ROW_COUNT; i++)
        printf("    %-12s %14" PRIu64 " %14" PRIu64 "\n", rows[i].name,
               value_of(&link->from.counters, &rows[i]), value_of(&link->to.counters, &rows[i]));
}

static void print_direction_json(const struct link_direction *direction)
{
    const struct switch_conditions *conditions = &direction->conditions;
    size_t i;

    printf("{\"seed\": %" PRIu64
           ", \"loss_percent\": %g, \"duplicate_percent\": %g, \"reorder_percent\": %g, ",
           direction->seed, conditions->loss / 1e4, conditions->duplicate / 1e4, conditions->reorder / 1e4);
    printf("\"delay_ms\": %g, \"jitter_ms\": %g, \"rate_bits_per_s\": %" PRIu64 ", \"queue_bytes\": %" PRIu32,
           (double)conditions->delay_ns / 1e6, (double)conditions->jitter_ns / 1e6, conditions->rate,
           conditions->queue_bytes ? conditions->queue_bytes : (uint32_t)SWITCH_QUEUE_DEFAULT);
    printf(", \"counters\": {");
    for (i = 0; i < ROW_COUNT; i++)
        printf("%s\"%s\": %" PRIu64, i ? ", " : "", rows[i].name, value_of(&direction->counters, &rows[i]));
    printf("}}");
}

void link_show_json(const struct link *link)
{
    printf("{\"name\": \"%s\", \"present\": %s, \"group\": %" PRIu32 ", \"from\": ", link->name,
           link->present ? "true" : "false", link->group);
    print_direction_json(&link->from);
    printf(", \"to\": ");
    print_direction_json(&link->to);
    printf("}");
}
