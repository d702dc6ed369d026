/* The rules that a file must keep beyond its grammar: a list of named steps. */
#ifndef IDLC_CHECK_H
#define IDLC_CHECK_H

struct compilation;

void check(struct compilation *compilation);

#endif
