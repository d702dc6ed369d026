/* Where this program is: what belongs to it is found from there, so that an installed tree can be moved. */
#include <libgen.h>
#include <unistd.h>
#include "mml.h"

#define PATH_CAPACITY 4096

void mml_path_beside(const char *below, char *path, size_t capacity)
{
    char program[PATH_CAPACITY];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    program[length > 0 ? length : 0] = '\0';
    snprintf(path, capacity, "%s/%s", dirname(dirname(program)), below);
}

bool mml_is_installed(void)
{
    char path[PATH_CAPACITY];

    mml_path_beside("share/mmlite/scons/mmlite.py", path, sizeof(path));
    return access(path, R_OK) == 0;
}
