/* What the build embeds for `mml new`: the files of tools/mml/new. */
#ifndef NEW_H
#define NEW_H

/*
 * A file of a new project. In its path and its text, "sample", "Sample" and "SAMPLE" stand for the project's
 * name in three forms, and the UUID of zeros for a fresh one.
 */
struct new_template {
    const char *path; /* NULL ends the table */
    const char *text;
};

extern const struct new_template new_templates[];

/* Names of components that nodes have already; ends with NULL. */
extern const char *const new_taken_components[];

/* Interfaces that every node knows; ends with NULL. */
extern const char *const new_taken_interfaces[];

#endif
