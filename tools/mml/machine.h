/*
 * Kernel nodes: emulated machines, one QEMU process each, with one network card, on the cluster's switch. No
 * root rights.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "folder.h"

/* Where services listen inside every machine; outside, each has a port of its own. */
#define MACHINE_RPC_PORT 7000
#define MACHINE_ECHO_PORT 7007

/** Whether nodes of this system are machines; "kernel-i386" and "kernel-armv7m" are. */
bool machine_is_known(const char *system);

/** What users write for it, as in `--nodes NAME=i386`. */
const char *machine_short_name(const char *system);

/** How large the files may be that the machines of a system get beside their kernel (CLUSTER_ROMFS_SUFFIX).
 */
size_t machine_module_bytes_max(const char *system);

/** Looks for the emulator and the kernel image before anything is started. Says what is missing. */
bool machine_can_start(const char *system);

/**
 * Starts the machine of a node that is attached to the cluster's switch (its address and endpoints are
 * known), and fills in its process. Says why not. Returns at once: the kernel boots by itself.
 *
 * @param directory  the endpoint of the node that holds the directory
 */
bool machine_start(const struct cluster *cluster, struct cluster_node *node, const char *directory);

#endif
