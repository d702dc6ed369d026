/*
 * Kernel nodes: emulated machines, one QEMU process each, with ports of this machine forwarded into them. No
 * root rights: user networking.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "folder.h"

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
 * Starts a node's machine on free ports, first on those it had before, and fills in its endpoints and
 * process. Says why not. Returns at once: the kernel boots by itself.
 *
 * @param directory  the endpoint of the node that holds the directory
 */
bool machine_start(const struct cluster *cluster, struct cluster_node *node, const char *directory);

/**
 * Whether a machine that has ended did so because another program took one of its ports between choosing and
 * using it: starting it again, on others, is all that is needed.
 */
bool machine_lost_port(const struct cluster *cluster, const struct cluster_node *node);

#endif
