/* Seeds made of calls with random values; included once by each program that writes some. */
#ifndef SEEDS_H
#define SEEDS_H

#include <echo.h>
#include <errno.h>
#include <fake_runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SEEDS_OF_EACH = 5 };

static const char *const SEEDS_METHOD_NAMES[1];

static IEverything *seeds_target(void)
{
    static struct rpc_proxy proxy;

    fake.interface = &IEverything_interface;
    fake.object = &echo_object;
    fake.method_names = SEEDS_METHOD_NAMES; /* for oracles; there is none */
    fake_proxy_init(&proxy);
    return (IEverything *)&proxy;
}

static void seeds_fail(const char *what)
{
    perror(what);
    exit(1);
}

static void seeds_write(const char *folder, const struct echo_call *call, uint32_t seed, const uint8_t *bytes,
                        size_t size)
{
    char path[500];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s-%u", folder, call->name, (unsigned)seed);
    file = fopen(path, "wb");
    if (!file || fputc((int)call->slot, file) == EOF || fwrite(bytes, 1, size, file) != size ||
        fclose(file) != 0)
        seeds_fail(path);
}

static int seeds_main(int argc, char **argv,
                      void (*keep)(const char *folder, const struct echo_call *call, uint32_t seed))
{
    const struct echo_call *call;
    uint32_t seed;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    if (mkdir(argv[1], 0777) != 0 && errno != EEXIST)
        seeds_fail(argv[1]);
    for (call = echo_calls_list; call->name; call++)
        for (seed = 1; seed <= SEEDS_OF_EACH; seed++)
            keep(argv[1], call, seed);
    fake_forget();
    return 0;
}

#endif
