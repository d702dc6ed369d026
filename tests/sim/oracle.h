/* Looks into the runtime of all nodes at once, as nothing else can. Changes nothing and takes no lock. */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include <com.h>

enum walk { WALK_FOUND, WALK_DEAD, WALK_BROKEN };

/**
 * Follows a pointer from node to node to the object itself.
 * @param out_object  its number; 0: it is none of ours
 * @retval WALK_DEAD a connection on the way is lost, and who holds the reference has given it up or should
 * have
 * @retval WALK_BROKEN who holds the reference may still trust in it, but the exporter does not have the
 * object
 */
enum walk oracle_walk(uint32_t node, void *pointer, uint32_t *out_object);

bool oracle_is_proxy(void *pointer);

/** The connection to the node whose object a proxy stands for, as a number of the node; 0: another way. */
uint64_t oracle_link_to(void *pointer);

/** Whether the connection that a proxy came over is lost, as far as its node knows. */
bool oracle_is_lost(void *pointer);

/** Limits and counts of all links that hold at any moment (I5, I9). */
void oracle_check_links(void);

/** A node has gone away in good order: it has no connection, and runs no call of a peer. */
void oracle_check_drained(uint32_t node);

/** While nothing happens: each export is counted exactly as its importer knows (I5). */
void oracle_check_balance(void);

/** All tables of all links are empty (I6). */
void oracle_check_empty(void);

#endif
