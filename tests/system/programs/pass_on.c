/*
 * pass_on NAME PATH [WHERE]: a node of that name in the cluster, which has the object of that path under the
 * name "passed", or gives it that name in the namespace of the path WHERE. Says so on its output, and ends
 * with its input.
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

static void pass_on(const char *path, const char *where)
{
    COM_SCOPED(INamespace) other = NULL;
    COM_SCOPED(IUnknown) object = NULL;

    require(mmlite_bind(mmlite, path, &IID_IUnknown, (void **)&object), path);
    if (where)
        require(mmlite_bind(mmlite, where, &IID_INamespace, (void **)&other), where);
    if (other)
        com_ignore(INamespace_Unregister(other, "passed")); /* what was passed on there before, if anything */
    require(INamespace_Register(other ? other : mmlite_root(mmlite), "passed", object, 0), "the name");
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3 && argument_count != 4) {
        fprintf(stderr, "usage: pass_on NAME PATH [WHERE]\n");
        return 2;
    }
    require(mmlite_open(&(struct mmlite_options){.name = arguments[1], .listen = "tcp:127.0.0.1:0"}, &mmlite),
            "the cluster");
    pass_on(arguments[2], argument_count == 4 ? arguments[3] : NULL);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    mmlite_close(mmlite);
    return 0;
}
