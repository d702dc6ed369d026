/* Requests and replies of calls with random values, the method's number in front. */
#include <errno.h>
#include <fake_runtime.h>
#include <shapes/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SEEDS_OF_EACH = 5 };

static const char *const METHOD_NAMES[1];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void write_one(const char *folder, const char *name, uint32_t seed, int first, const uint8_t *bytes,
                      size_t size)
{
    char path[500];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s-%u-%d", folder, name, (unsigned)seed, first);
    file = fopen(path, "wb");
    if (!file || fputc(first, file) == EOF || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        fail(path);
}

int main(int argc, char **argv)
{
    const struct shapes_call *call;
    struct rpc_proxy proxy;
    uint32_t seed;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    if (mkdir(argv[1], 0777) != 0 && errno != EEXIST)
        fail(argv[1]);
    fake.interface = &IShapes_interface;
    fake.object = &shapes_object;
    fake.method_names = METHOD_NAMES; /* for oracles; there is none */
    fake_proxy_init(&proxy);
    for (call = shapes_calls_list; call->name; call++)
        for (seed = 1; seed <= SEEDS_OF_EACH; seed++) {
            random_seed(seed);
            if (call->run((IShapes *)&proxy) != CAME_BACK)
                fail(call->name);
            write_one(argv[1], call->name, seed, (int)call->slot, fake.request, fake.request_bytes);
            write_one(argv[1], call->name, seed, (int)call->slot | 0x80, fake.reply, fake.reply_bytes);
        }
    fake_forget();
    return 0;
}
