/* Replies to calls with random values, the call's number in front. */
#include "seeds.h"

static void keep(const char *folder, const struct echo_call *call, uint32_t seed)
{
    random_seed(seed);
    if (!call->run(seeds_target()))
        seeds_fail(call->name);
    seeds_write(folder, call, seed, fake.reply, fake.reply_bytes);
}

int main(int argc, char **argv)
{
    return seeds_main(argc, argv, keep);
}
