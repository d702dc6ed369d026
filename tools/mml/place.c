/* Paths: where this program is, since what belongs to it is found from there and an installed tree can be
 * moved; and those that other processes get. */
#include "mml.h"
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

#define PATH_CAPACITY 4096

void mml_path_beside(const char *below, char *path, size_t capacity)
{
    char program[PATH_CAPACITY];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    program[length > 0 ? length : 0] = '\0';
    snprintf(path, capacity, "%s/%s", dirname(dirname(program)), below);
}

bool mml_absolute_path(const char *path, char *absolute, size_t capacity)
{
    char folder[PATH_CAPACITY] = "";

    if (path[0] != '/' && !getcwd(folder, sizeof(folder))) {
        mml_error("the working folder: %s", strerror(errno));
        mml_hint("give a path that begins with /");
        return false;
    }
    if ((size_t)snprintf(absolute, capacity, "%s%s%s", folder, *folder ? "/" : "", path) >= capacity) {
        mml_error("%s: the path is too long", path);
        mml_hint("move the file, or give a shorter path that begins with /");
        return false;
    }
    return true;
}

bool mml_is_installed(void)
{
    char path[PATH_CAPACITY];

    mml_path_beside("share/mmlite/scons/mmlite.py", path, sizeof(path));
    return access(path, R_OK) == 0;
}
