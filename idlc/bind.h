/* Names to declarations, in any order and across imports. */
#ifndef IDLC_BIND_H
#define IDLC_BIND_H

struct compilation;

void bind(struct compilation *compilation);

#endif
