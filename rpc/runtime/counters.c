/* What is counted of calls, a row for each interface and direction. Linked only with rpc_observe. */
#include "observe.h"
#include <string.h>

/* The first bucket is below 512 ns. */
enum { FIRST_BUCKET_BITS = 9 };

static uint32_t bucket_of(int64_t duration_ns)
{
    uint64_t units = duration_ns > 0 ? (uint64_t)duration_ns >> FIRST_BUCKET_BITS : 0;
    uint32_t bits = units > UINT32_MAX ? 32 : units ? 32 - (uint32_t)__builtin_clz((uint32_t)units) : 0;

    return bits < OBSERVE_BUCKETS ? bits : OBSERVE_BUCKETS - 1;
}

static bool is_row_of(const struct rpc_row *row, const IID *iid, bool is_served)
{
    return row->is_served == is_served && com_guid_equal(&row->iid, iid);
}

/* A row behind the others, unless there are too many. */
static struct rpc_row *append(struct rpc_counters *counters, uint32_t rows_max, const IID *iid,
                              bool is_served)
{
    struct rpc_row **at = &counters->rows, *row;

    if (counters->row_count >= rows_max)
        return NULL;
    row = (struct rpc_row *)port_alloc(sizeof(*row));
    if (!row)
        return NULL;
    memset(row, 0, sizeof(*row));
    row->iid = *iid;
    row->is_served = is_served;
    while (*at)
        at = &(*at)->next;
    *at = row;
    counters->row_count++;
    return row;
}

static struct rpc_row *find(const struct rpc_counters *counters, const IID *iid, bool is_served)
{
    struct rpc_row *row = counters->rows;

    while (row && !is_row_of(row, iid, is_served))
        row = row->next;
    return row;
}

/*
 * The row of an interface, or the one that is shared. Two places are left for the shared ones.
 * @retval NULL no memory: the call is not counted
 */
static struct rpc_row *row_of(struct rpc_counters *counters, uint32_t rows_max, const IID *iid,
                              bool is_served)
{
    static const IID others;
    struct rpc_row *row = counters->recent;

    if (!iid)
        iid = &others;
    if (row && is_row_of(row, iid, is_served))
        return row;
    row = find(counters, iid, is_served);
    if (!row && iid != &others)
        row = append(counters, rows_max - 2, iid, is_served);
    if (!row)
        row = find(counters, &others, is_served);
    if (!row)
        row = append(counters, rows_max, &others, is_served);
    counters->recent = row;
    return row;
}

void rpc__counters_add(struct rpc_counters *counters, uint32_t rows_max, const struct rpc_ended *call)
{
    struct rpc_row *row = row_of(counters, rows_max, call->iid, call->is_served);
    uint64_t duration_ns = call->duration_ns > 0 ? (uint64_t)call->duration_ns : 0;
    struct observe_calls *calls;

    if (!row)
        return;
    calls = &row->calls;
    calls->calls++;
    calls->failed += FAILED(call->hr);
    calls->lost += call->is_lost;
    calls->bytes_in += call->bytes_in;
    calls->bytes_out += call->bytes_out;
    calls->total_ns += duration_ns;
    if (duration_ns > calls->longest_ns)
        calls->longest_ns = duration_ns;
    calls->durations[bucket_of(call->duration_ns)]++;
}

static void add_calls(struct observe_calls *sum, const struct observe_calls *calls)
{
    uint32_t i;

    sum->calls += calls->calls;
    sum->failed += calls->failed;
    sum->lost += calls->lost;
    sum->bytes_in += calls->bytes_in;
    sum->bytes_out += calls->bytes_out;
    sum->total_ns += calls->total_ns;
    if (calls->longest_ns > sum->longest_ns)
        sum->longest_ns = calls->longest_ns;
    for (i = 0; i < OBSERVE_BUCKETS; i++)
        sum->durations[i] += calls->durations[i];
}

void rpc__counters_merge(struct rpc_counters *counters, uint32_t rows_max, const struct rpc_counters *from)
{
    const struct rpc_row *row;

    counters->frames_in += from->frames_in;
    counters->frames_out += from->frames_out;
    counters->bytes_in += from->bytes_in;
    counters->bytes_out += from->bytes_out;
    counters->refused += from->refused;
    for (row = from->rows; row; row = row->next) {
        struct rpc_row *to = row_of(counters, rows_max, &row->iid, row->is_served);

        if (to)
            add_calls(&to->calls, &row->calls);
    }
}

void rpc__counters_sum(const struct rpc_counters *counters, bool is_served, struct observe_calls *out_calls)
{
    const struct rpc_row *row;

    memset(out_calls, 0, sizeof(*out_calls));
    for (row = counters->rows; row; row = row->next)
        if (row->is_served == is_served)
            add_calls(out_calls, &row->calls);
}

void rpc__counters_clear(struct rpc_counters *counters)
{
    struct rpc_row *row, *next;

    for (row = counters->rows; row; row = next) {
        next = row->next;
        port_free(row);
    }
    memset(counters, 0, sizeof(*counters));
}
