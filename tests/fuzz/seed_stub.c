/* Requests of calls with random values, the method's number in front. */
#include "seeds.h"

static void keep(const char *folder, const struct echo_call *call, uint32_t seed)
{
    random_seed(seed);
    if (!call->run(seeds_target()))
        seeds_fail(call->name);
    seeds_write(folder, call, seed, fake.request, fake.request_bytes);
}

/* The first element is cut off in the middle of a field, and so many need more memory than there is with the
 * outputs: the two forms find the one or the other first. */
static int keep_refused_twice(const char *folder)
{
    static const uint8_t cut_off[] = {0x0A, 1, 0x0A}, others[] = {0x30, 100, 0x4A, 0, 0x4A, 0};
    enum { EMPTY_ELEMENTS = 200 };
    uint8_t request[sizeof(cut_off) + (size_t)2 * EMPTY_ELEMENTS + sizeof(others)], *at = request;
    const struct echo_call *call;
    int i;

    memcpy(at, cut_off, sizeof(cut_off));
    at += sizeof(cut_off);
    for (i = 0; i < EMPTY_ELEMENTS; i++) {
        *at++ = 0x0A;
        *at++ = 0;
    }
    memcpy(at, others, sizeof(others));
    for (call = echo_calls_list; call->name; call++)
        if (strcmp(call->name, "StructArrays") == 0) {
            seeds_write(folder, call, 0, request, sizeof(request));
            return 0;
        }
    fputs("seed_stub: there is no call StructArrays\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int code = seeds_main(argc, argv, keep);

    return code ? code : keep_refused_twice(argv[1]);
}
