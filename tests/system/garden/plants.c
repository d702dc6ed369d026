#include "plants.h"
#include <string.h>

/* NULL for NULL, and for memory that is not there. */
static void *copy_bytes(const void *bytes, size_t size)
{
    void *copy = bytes && size ? com_alloc(size) : NULL;

    if (copy)
        memcpy(copy, bytes, size);
    return copy;
}

static char *copy_text(const char *text)
{
    return copy_bytes(text, text ? strlen(text) + 1 : 0);
}

/* @retval false memory ran out */
static bool copy_arrays(const struct plant *plant, struct plant *copy)
{
    uint32_t i;

    copy->day_count = plant->day_count;
    copy->days = copy_bytes(plant->days, plant->day_count * sizeof(*plant->days));
    copy->notes = copy_bytes(plant->notes, plant->note_count * sizeof(*plant->notes));
    copy->neighbours = copy_bytes(plant->neighbours, plant->neighbour_count * sizeof(IPlot *));
    copy->note_count = copy->notes ? plant->note_count : 0;
    copy->neighbour_count = copy->neighbours ? plant->neighbour_count : 0;
    for (i = 0; i < copy->neighbour_count; i++)
        if (copy->neighbours[i])
            IPlot_AddRef(copy->neighbours[i]);
    for (i = 0; i < copy->note_count; i++)
        copy->notes[i] = copy_text(plant->notes[i]);
    for (i = 0; i < copy->note_count && copy->notes[i]; i++)
        ;
    return (copy->days || !plant->day_count) && i == plant->note_count &&
           copy->neighbour_count == plant->neighbour_count;
}

/* All but what is behind it. @retval false memory ran out */
static bool copy_one(const struct plant *plant, struct plant *copy)
{
    memset(copy, 0, sizeof(*copy));
    copy->kind = plant->kind;
    copy->detail = plant->detail;
    if (plant->kind == PLANT_FLOWER)
        copy->detail.colour = copy_text(plant->detail.colour);
    copy->name = copy_text(plant->name);
    copy->harvest = plant->harvest;
    copy->wanted = copy_bytes(plant->wanted, sizeof(*plant->wanted));
    copy->plot = plant->plot;
    if (copy->plot)
        IPlot_AddRef(copy->plot);
    return copy_arrays(plant, copy) && copy->name && (copy->wanted || !plant->wanted) &&
           (plant->kind != PLANT_FLOWER || copy->detail.colour);
}

HRESULT plant_copy(const struct plant *plant, struct plant *out_plant)
{
    struct plant first, *last = &first;
    bool is_complete = copy_one(plant, &first);

    for (plant = plant->next; is_complete && plant; plant = plant->next) {
        last->next = com_alloc(sizeof(*last->next));
        is_complete = last->next && copy_one(plant, last->next);
        last = last->next;
    }
    if (!is_complete) {
        com_free_plant(&first);
        return E_OUTOFMEMORY;
    }
    *out_plant = first;
    return S_OK;
}

uint32_t plant_count(const struct plant *plant)
{
    uint32_t count = 0;

    for (; plant; plant = plant->next)
        count++;
    return count;
}
