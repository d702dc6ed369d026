/* What to do about a path that leads nowhere. */
#include "mml.h"
#include <com/namespace.idl.h>
#include <reflect/nearest.h>
#include <string.h>

/* Names that are looked at, of one namespace. */
enum { NAMES_MAX = 500 };

/* The name in a namespace that is most like the word. @retval false there is none */
static bool find_nearest(INamespace *names, const char *word, char found[NAMESPACE_NAME_MAX + 1])
{
    char list[NAMESPACE_LIST_MAX], after[NAMESPACE_NAME_MAX + 1] = "";
    struct nearest nearest = nearest_to(word);
    uint32_t length = 1, at, count = 0;
    HRESULT hr = S_FALSE;

    while (hr == S_FALSE && length > 0 && count < NAMES_MAX) {
        length = 0;
        hr = INamespace_List(names, after, sizeof(list), list, &length);
        if (FAILED(hr) || (length > 0 && list[length - 1] != '\0'))
            break;
        for (at = 0; at < length; at += (uint32_t)strlen(list + at) + 1, count++) {
            snprintf(after, sizeof(after), "%.*s", (int)strcspn(list + at, "/"), list + at);
            nearest_offer(&nearest, after);
            if (nearest.name != after)
                continue;
            snprintf(found, NAMESPACE_NAME_MAX + 1, "%s", after); /* `after` goes on */
            nearest.name = found;
        }
    }
    return nearest.name != NULL;
}

void mml_path_hint(struct mmlite *mmlite, const char *path, HRESULT hr)
{
    char folder[NAMESPACE_PATH_MAX + 1], word[NAMESPACE_NAME_MAX + 1], found[NAMESPACE_NAME_MAX + 1];
    size_t length = strlen(path), end;

    /* From the longest folder that is there: the element behind it is the one that is not. */
    for (end = length; hr == NS_E_NOT_FOUND && length <= NAMESPACE_PATH_MAX && end > 0; end--) {
        const char *rest = path + end + strcspn(path + end, "/");
        COM_SCOPED(INamespace) names = NULL;

        if (path[end - 1] != '/')
            continue;
        snprintf(folder, sizeof(folder), "%.*s", (int)(end - 1), path);
        if (FAILED(mmlite_bind(mmlite, *folder ? folder : "/", &IID_INamespace, (void **)&names)))
            continue;
        snprintf(word, sizeof(word), "%.*s", (int)(rest - (path + end)), path + end);
        if (!find_nearest(names, word, found))
            break;
        mml_hint("did you mean `%s/%s%s`? `mml ls -R /net` lists the objects of all nodes", folder, found,
                 rest);
        return;
    }
    mml_hint("`mml ls -R /net` lists the objects of all nodes");
}
