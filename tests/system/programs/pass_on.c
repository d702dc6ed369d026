/*
 * pass_on NAME PATH: a node of that name in the cluster, which has the object of that path under the name
 * "passed". Says so on its output, and ends with its input.
 */
#include <mmlite.h>
#include <stdio.h>
#include <stdlib.h>

static struct mmlite *mmlite;

static void require(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "pass_on: %s: %s %s\n", what, mmlite_result_name(mmlite, hr), com_error_detail());
    exit(1);
}

int main(int argument_count, char **arguments)
{
    IUnknown *object;

    if (argument_count != 3) {
        fprintf(stderr, "usage: pass_on NAME PATH\n");
        return 2;
    }
    require(mmlite_open(&(struct mmlite_options){.name = arguments[1], .listen = "tcp:127.0.0.1:0"}, &mmlite),
            "the cluster");
    require(mmlite_bind(mmlite, arguments[2], &IID_IUnknown, (void **)&object), arguments[2]);
    require(INamespace_Register(mmlite_root(mmlite), "passed", object, 0), "the name");
    IUnknown_Release(object);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    mmlite_close(mmlite);
    return 0;
}
