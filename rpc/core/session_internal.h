/* What the files of a session share: session.c, greeting.c, ending.c. */
#ifndef RPC_CORE_SESSION_INTERNAL_H
#define RPC_CORE_SESSION_INTERNAL_H

#include "session.h"

/** Copies a text that is cut if it is too long; `capacity` is with its NUL. */
void rpc__copy_text(char *out, size_t capacity, const char *text);

/* A peer that breaks the protocol is told why, and has no lease: hostile links leave nothing behind. */
static inline void refuse(struct rpc_session *session, HRESULT hr, const char *detail)
{
    rpc_session_fail(session, hr, detail, true);
    rpc_session_forget(session);
}

/* ---- greeting.c ---- */

void rpc__receive_greeting(struct rpc_session *session, const uint8_t *body, size_t body_bytes,
                           int64_t now_ns);
size_t rpc__poll_greeting(struct rpc_session *session, uint8_t *frame);

/* ---- ending.c ---- */

void rpc__receive_goaway(struct rpc_session *session, const uint8_t *body, size_t body_bytes);
void rpc__receive_abort(struct rpc_session *session, const uint8_t *body, size_t body_bytes);

#endif
