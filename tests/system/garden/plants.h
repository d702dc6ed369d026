/* The plants of garden.idl in memory, as the component and its caller make them. */
#ifndef PLANTS_H
#define PLANTS_H

#include <com_impl.h>
#include <garden.idl.h>

/**
 * A copy in blocks of its own, with all behind it; interfaces are held once more.
 * @retval E_OUTOFMEMORY nothing is left of it
 */
HRESULT plant_copy(const struct plant *plant, struct plant *out_plant);

/** How many there are, with all behind it. */
uint32_t plant_count(const struct plant *plant);

#endif
