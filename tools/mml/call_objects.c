#include "call_objects.h"
#include <string.h>

void call_objects_add(struct call_objects *objects, const char *name, IUnknown *object)
{
    objects->names[objects->count] = name; /* there is room for all that so many calls can give */
    objects->objects[objects->count++] = object;
}

static bool find(const struct call_objects *objects, const char *name, uint32_t *out_index)
{
    uint32_t i;

    for (i = objects->count; i-- > 0;)
        if (strcmp(objects->names[i], name) == 0) {
            *out_index = i;
            return true;
        }
    return false;
}

bool call_objects_find(const struct call_objects *objects, const char *name, IUnknown **out_object)
{
    uint32_t index;

    if (!find(objects, name, &index))
        return false;
    *out_object = objects->objects[index];
    return true;
}

void call_objects_names(const struct call_objects *objects, char *text, size_t size)
{
    size_t length = 0;
    uint32_t i, index;

    text[0] = '\0';
    for (i = 0; i < objects->count && length < size; i++)
        if (objects->names[i][0] && find(objects, objects->names[i], &index) && index == i)
            length +=
                (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", objects->names[i]);
}

void call_objects_release(struct call_objects *objects)
{
    uint32_t i;

    for (i = 0; i < objects->count; i++)
        if (objects->objects[i])
            IUnknown_Release(objects->objects[i]);
    objects->count = 0;
}
