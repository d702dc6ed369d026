#include "lease.h"

static int64_t later(int64_t one_ns, int64_t other_ns)
{
    return one_ns > other_ns ? one_ns : other_ns;
}

static int64_t earlier(int64_t one_ns, int64_t other_ns)
{
    return one_ns < other_ns ? one_ns : other_ns;
}

void rpc_lease_open(struct rpc_lease *lease, int64_t sent_ns, int64_t now_ns)
{
    lease->acked_ns = sent_ns;
    lease->asked_ns = sent_ns;
    lease->heard_ns = now_ns;
}

void rpc_lease_acked(struct rpc_lease *lease, int64_t sent_ns)
{
    lease->acked_ns = later(lease->acked_ns, sent_ns);
}

uint64_t rpc_lease_ask(struct rpc_lease *lease, int64_t now_ns)
{
    lease->asked_ns = now_ns;
    return (uint64_t)(now_ns - lease->started_ns);
}

void rpc_lease_answered(struct rpc_lease *lease, uint64_t token)
{
    if (token <= (uint64_t)(lease->asked_ns - lease->started_ns))
        rpc_lease_acked(lease, lease->started_ns + (int64_t)token);
}

int64_t rpc_lease_end_ns(const struct rpc_lease *lease, bool busy)
{
    int64_t end_ns = lease->acked_ns + RPC_IDLE_HOLD_NS;

    if (!busy)
        return end_ns;
    return earlier(end_ns, later(lease->acked_ns, lease->busy_since_ns) + RPC_BUSY_HOLD_NS);
}

int64_t rpc_lease_tick(const struct rpc_lease *lease, bool busy, int64_t now_ns, bool *inout_ping_due)
{
    int64_t ping_ns = later(lease->acked_ns, lease->asked_ns) + RPC_IDLE_PING_NS;
    int64_t end_ns = rpc_lease_end_ns(lease, busy);

    if (busy)
        ping_ns = earlier(ping_ns, later(later(lease->acked_ns, lease->asked_ns), lease->busy_since_ns) +
                                       RPC_BUSY_PING_NS);
    if (now_ns < ping_ns)
        return earlier(ping_ns, end_ns);
    *inout_ping_due = true;
    return end_ns;
}
