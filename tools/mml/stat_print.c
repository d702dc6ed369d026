/* What mml stat prints. */
#include "stat.h"
#include <inttypes.h>
#include <reflect/guid_text.h>
#include <reflect/reply.h>
#include <string.h>

/* Where the first bucket of durations ends. */
#define FIRST_BUCKET_NS 512.0

enum { CELL_BYTES = 24 };

double stat_quantile_ns(const struct observe_calls *calls, double share)
{
    double low_ns = 0, high_ns = FIRST_BUCKET_NS, passed = 0, wanted, in_bucket, longest_ns;
    uint64_t counted = 0;
    uint32_t i;

    for (i = 0; i < OBSERVE_BUCKETS; i++)
        counted += calls->durations[i];
    if (!counted)
        return 0;
    wanted = share * (double)counted;
    longest_ns = (double)calls->longest_ns;
    for (i = 0; i < OBSERVE_BUCKETS - 1; i++) {
        if (passed + (double)calls->durations[i] >= wanted && calls->durations[i])
            break;
        passed += (double)calls->durations[i];
        low_ns = high_ns;
        high_ns *= 2;
    }
    if (high_ns > longest_ns || i == OBSERVE_BUCKETS - 1)
        high_ns = longest_ns;
    in_bucket = (double)calls->durations[i];
    return in_bucket > 0 ? low_ns + (high_ns - low_ns) * (wanted - passed) / in_bucket : longest_ns;
}

/* ---- cells ---- */

static const char *duration(double ns, char cell[CELL_BYTES])
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;

    while (ns >= 1000 && unit < sizeof(units) / sizeof(units[0]) - 1) {
        ns /= 1000;
        unit++;
    }
    snprintf(cell, CELL_BYTES, ns < 10 && unit ? "%.1f %s" : "%.0f %s", ns, units[unit]);
    return cell;
}

/* "-" where no call was. */
static const char *quantile(const struct observe_calls *calls, double share, char cell[CELL_BYTES])
{
    return calls->calls ? duration(stat_quantile_ns(calls, share), cell) : "-";
}

static const char *bytes(uint64_t count, char cell[CELL_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double shown = (double)count;
    size_t unit = 0;

    while (shown >= 1024 && unit < sizeof(units) / sizeof(units[0]) - 1) {
        shown /= 1024;
        unit++;
    }
    snprintf(cell, CELL_BYTES, shown < 10 && unit ? "%.1f %s" : "%.0f %s", shown, units[unit]);
    return cell;
}

static const char *age(int64_t ns, char cell[CELL_BYTES])
{
    int64_t seconds = ns / INT64_C(1000000000);

    if (seconds < 60)
        snprintf(cell, CELL_BYTES, "%" PRId64 "s", seconds);
    else if (seconds < 3600)
        snprintf(cell, CELL_BYTES, "%" PRId64 "m%02" PRId64 "s", seconds / 60, seconds % 60);
    else
        snprintf(cell, CELL_BYTES, "%" PRId64 "h%02" PRId64 "m", seconds / 3600, seconds / 60 % 60);
    return cell;
}

/* Calls in a second since the sample before; "-" if there is none. */
static const char *rate(uint64_t calls, const uint64_t *before, int64_t elapsed_ns, char cell[CELL_BYTES])
{
    if (!before || elapsed_ns <= 0 || calls < *before)
        return "-";
    snprintf(cell, CELL_BYTES, "%.0f", (double)(calls - *before) * 1e9 / (double)elapsed_ns);
    return cell;
}

/* A name that another node gave, in which a terminal finds nothing to obey. */
static const char *plain(const char *name, char *text, size_t capacity)
{
    size_t i;

    for (i = 0; name[i] && i < capacity - 1; i++)
        text[i] = name[i] < ' ' || name[i] == 0x7f ? '?' : name[i];
    text[i] = '\0';
    return text;
}

/* ---- tables ---- */

static void print_connections(const struct stat_sample *sample, const struct stat_sample *before,
                              int64_t elapsed_ns)
{
    uint32_t i, old = 0;

    printf("\n%s%6s %-12s %-10s %8s %9s %7s %8s %8s %9s %7s %9s %9s %6s %6s%s\n", mml_bold(stdout), "CONN",
           "PEER", "STATE", "AGE", "SERVED", "FAILED", "REFUSED", "CALLS/S", "MADE", "FAILED", "IN", "OUT",
           "GIVEN", "HELD", mml_plain(stdout));
    for (i = 0; i < sample->connection_count; i++) {
        const struct observe_connection *row = &sample->connections[i];
        static const char *const states[] = {"connecting", "open", "dead"};
        char name[sizeof(row->peer)], cells[4][CELL_BYTES];
        const struct observe_connection *previous = NULL;
        uint64_t calls = row->served.calls + row->made.calls, calls_before = 0;

        while (before && old < before->connection_count && before->connections[old].id < row->id)
            old++;
        if (before && old < before->connection_count && before->connections[old].id == row->id)
            previous = &before->connections[old];
        if (previous)
            calls_before = previous->served.calls + previous->made.calls;
        printf("%6" PRIu64 " %-12s %-10s %8s %9" PRIu64 " %7" PRIu64 " %8" PRIu64 " %8s %9" PRIu64
               " %7" PRIu64 " %9s %9s %6" PRIu32 " %6" PRIu32 "\n",
               row->id, *row->peer ? plain(row->peer, name, sizeof(name)) : "-",
               (uint32_t)row->state < 3 ? states[row->state] : "?", age(row->age_ns, cells[0]),
               row->served.calls, row->served.failed, row->refused,
               rate(calls, previous ? &calls_before : NULL, elapsed_ns, cells[1]), row->made.calls,
               row->made.failed, bytes(row->bytes_in, cells[2]), bytes(row->bytes_out, cells[3]),
               row->exports, row->imports);
    }
}

/* The row of the same interface and direction. */
static const struct observe_interface *find_interface(const struct stat_sample *sample,
                                                      const struct observe_interface *wanted)
{
    uint32_t i;

    for (i = 0; sample && i < sample->interface_count; i++)
        if (sample->interfaces[i].is_served == wanted->is_served &&
            com_guid_equal(&sample->interfaces[i].iid, &wanted->iid))
            return &sample->interfaces[i];
    return NULL;
}

/* Its name, its id if its component is gone, or that it is none that the node knows. */
static const char *interface_name(const struct observe_interface *row, char *text, size_t capacity)
{
    static const GUID others;

    if (*row->name)
        return plain(row->name, text, capacity);
    if (com_guid_equal(&row->iid, &others))
        return "(others)";
    guid_format(&row->iid, text);
    return text;
}

static void print_interfaces(const struct stat_sample *sample, const struct stat_sample *before,
                             int64_t elapsed_ns)
{
    uint32_t i;

    printf("\n%s%-24s %-7s %9s %7s %6s %8s %8s %8s %8s %9s %9s%s\n", mml_bold(stdout), "INTERFACE", "CALLS",
           "COUNT", "FAILED", "LOST", "CALLS/S", "P50", "P99", "MAX", "IN", "OUT", mml_plain(stdout));
    for (i = 0; i < sample->interface_count; i++) {
        const struct observe_interface *row = &sample->interfaces[i], *previous = find_interface(before, row);
        const struct observe_calls *calls = &row->calls;
        char name[sizeof(row->name)], cells[6][CELL_BYTES];

        printf("%-24s %-7s %9" PRIu64 " %7" PRIu64 " %6" PRIu64 " %8s %8s %8s %8s %9s %9s\n",
               interface_name(row, name, sizeof(name)), row->is_served ? "served" : "made", calls->calls,
               calls->failed, calls->lost,
               rate(calls->calls, previous ? &previous->calls.calls : NULL, elapsed_ns, cells[0]),
               quantile(calls, 0.5, cells[1]), quantile(calls, 0.99, cells[2]),
               duration((double)calls->longest_ns, cells[3]), bytes(calls->bytes_in, cells[4]),
               bytes(calls->bytes_out, cells[5]));
    }
}

void stat_print(const struct stat_sample *sample, const struct stat_sample *before)
{
    const struct observe_node *node = &sample->node;
    int64_t elapsed_ns = before ? node->age_ns - before->node.age_ns : 0;
    char cell[CELL_BYTES];

    printf("%s%s%s: counting for %s; %" PRIu32 " connections open, %" PRIu64 " in all; %" PRIu32
           " calls running, %" PRIu32 " outstanding; %" PRIu32 " references given, %" PRIu32 " held\n",
           mml_bold(stdout), sample->name, mml_plain(stdout), age(node->age_ns, cell), node->open,
           node->connections, node->running, node->outstanding, node->exports, node->imports);
    print_connections(sample, before, elapsed_ns);
    print_interfaces(sample, before, elapsed_ns);
}

void stat_print_node(const struct stat_sample *sample, const struct stat_sample *before, bool is_first)
{
    const struct observe_node *node = &sample->node;
    int64_t elapsed_ns = before ? node->age_ns - before->node.age_ns : 0;
    uint64_t calls = node->served.calls + node->made.calls, calls_before = 0;
    char cells[4][CELL_BYTES];

    if (before)
        calls_before = before->node.served.calls + before->node.made.calls;
    if (is_first)
        printf("%s%-16s %8s %5s %9s %7s %8s %8s %8s %9s %7s %8s %6s %6s%s\n", mml_bold(stdout), "NODE", "AGE",
               "CONNS", "SERVED", "FAILED", "REFUSED", "P50", "P99", "MADE", "FAILED", "CALLS/S", "GIVEN",
               "HELD", mml_plain(stdout));
    printf("%-16s %8s %5" PRIu32 " %9" PRIu64 " %7" PRIu64 " %8" PRIu64 " %8s %8s %9" PRIu64 " %7" PRIu64
           " %8s %6" PRIu32 " %6" PRIu32 "\n",
           sample->name, age(node->age_ns, cells[0]), node->open, node->served.calls, node->served.failed,
           node->refused, quantile(&node->served, 0.5, cells[1]), quantile(&node->served, 0.99, cells[2]),
           node->made.calls, node->made.failed,
           rate(calls, before ? &calls_before : NULL, elapsed_ns, cells[3]), node->exports, node->imports);
}

/* ---- JSON ---- */

static void print_number(const char *name, uint64_t value, bool is_first)
{
    printf("%s\"%s\": ", is_first ? "" : ", ", name);
    print_integer(stdout, false, value);
}

static void print_text(const char *name, const char *value)
{
    printf(", \"%s\": ", name);
    print_string(stdout, value);
}

static void print_calls(const char *name, const struct observe_calls *calls)
{
    uint32_t i, used = OBSERVE_BUCKETS;

    printf(", \"%s\": {", name);
    print_number("calls", calls->calls, true);
    print_number("failed", calls->failed, false);
    print_number("lost", calls->lost, false);
    print_number("bytes_in", calls->bytes_in, false);
    print_number("bytes_out", calls->bytes_out, false);
    print_number("total_ns", calls->total_ns, false);
    print_number("longest_ns", calls->longest_ns, false);
    printf(", \"p50_ns\": %.0f, \"p99_ns\": %.0f, \"durations\": [", stat_quantile_ns(calls, 0.5),
           stat_quantile_ns(calls, 0.99));
    while (used && !calls->durations[used - 1])
        used--;
    for (i = 0; i < used; i++)
        printf("%s%" PRIu32, i ? ", " : "", calls->durations[i]);
    printf("]}");
}

static void print_json_connection(const struct observe_connection *row)
{
    static const char *const states[] = {"connecting", "open", "dead"};

    printf("{");
    print_number("id", row->id, true);
    print_text("peer", row->peer);
    print_text("endpoint", row->endpoint);
    print_text("state", (uint32_t)row->state < 3 ? states[row->state] : "unknown");
    print_number("age_ns", (uint64_t)row->age_ns, false);
    print_number("silence_ns", (uint64_t)row->silence_ns, false);
    print_number("frames_in", row->frames_in, false);
    print_number("frames_out", row->frames_out, false);
    print_number("bytes_in", row->bytes_in, false);
    print_number("bytes_out", row->bytes_out, false);
    print_number("refused", row->refused, false);
    print_number("exports", row->exports, false);
    print_number("imports", row->imports, false);
    print_number("running", row->running, false);
    print_number("outstanding", row->outstanding, false);
    print_calls("served", &row->served);
    print_calls("made", &row->made);
    printf("}");
}

void stat_print_json(const struct stat_sample *sample)
{
    const struct observe_node *node = &sample->node;
    char iid[GUID_TEXT_BYTES];
    uint32_t i;

    printf("{\"node\": ");
    print_string(stdout, sample->name);
    print_number("age_ns", (uint64_t)node->age_ns, false);
    print_number("open", node->open, false);
    print_number("connections_in_all", node->connections, false);
    print_number("exports", node->exports, false);
    print_number("imports", node->imports, false);
    print_number("running", node->running, false);
    print_number("outstanding", node->outstanding, false);
    print_number("refused", node->refused, false);
    print_calls("served", &node->served);
    print_calls("made", &node->made);
    printf(", \"connections\": [");
    for (i = 0; i < sample->connection_count; i++) {
        printf("%s", i ? ", " : "");
        print_json_connection(&sample->connections[i]);
    }
    printf("], \"interfaces\": [");
    for (i = 0; i < sample->interface_count; i++) {
        const struct observe_interface *row = &sample->interfaces[i];

        guid_format(&row->iid, iid);
        printf("%s{\"iid\": \"%s\"", i ? ", " : "", iid);
        print_text("name", row->name);
        print_calls(row->is_served ? "served" : "made", &row->calls);
        printf("}");
    }
    printf("]}\n");
}
