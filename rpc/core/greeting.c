/* How a session begins: Hello, Welcome, and what the two sides agree on. */
#include "session_internal.h"

#define OWN_FEATURES (RPC_FEATURE_CREDIT | RPC_FEATURE_DRAIN | RPC_FEATURE_PIPELINE | RPC_FEATURE_CLASSES)

static char *put_number(char *at, uint32_t number)
{
    char digits[10];
    uint32_t count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count)
        *at++ = digits[--count];
    return at;
}

static char *put_text(char *at, const char *text)
{
    size_t length = strlen(text);

    memcpy(at, text, length);
    return at + length;
}

static void refuse_version(struct rpc_session *session, const struct rpc_hello *hello)
{
    char detail[RPC_DETAIL_MAX + 1], *at = detail;

    at = put_number(put_text(at, "the peer speaks versions "), hello->version_min);
    at = put_number(put_text(at, " to "), hello->version_max);
    at = put_number(put_text(at, ", this node "), RPC_VERSION);
    *at = '\0';
    refuse(session, RPC_E_VERSION_MISMATCH, detail);
}

void rpc__receive_greeting(struct rpc_session *session, const uint8_t *body, size_t body_bytes,
                           int64_t now_ns)
{
    struct rpc_hello hello;
    uint32_t version;

    memset(&hello, 0, sizeof(hello));
    if (FAILED(rpc_hello_read(body, body_bytes, &hello))) {
        refuse(session, RPC_E_INVALID_DATA, "the greeting is malformed");
        return;
    }
    version = hello.version_max < RPC_VERSION ? hello.version_max : RPC_VERSION;
    if (version < hello.version_min || version < RPC_VERSION) {
        refuse_version(session, &hello);
        return;
    }
    session->peer = hello.sender;
    session->features = (uint32_t)hello.features & OWN_FEATURES;
    session->greeting_due = session->state == RPC_ACCEPTING;
    session->state = RPC_OPEN;
    /* Our Welcome is still to be sent, so it is not acknowledged. But before it is there, nothing is given.
     */
    rpc_lease_open(&session->lease, session->dialler ? session->lease.started_ns : now_ns, now_ns);
}

size_t rpc__poll_greeting(struct rpc_session *session, uint8_t *frame)
{
    const struct rpc_terms *terms = session->terms;
    struct rpc_hello hello;

    memset(&hello, 0, sizeof(hello));
    hello.version_min = RPC_VERSION;
    hello.version_max = RPC_VERSION;
    hello.features = OWN_FEATURES;
    hello.sender.incarnation = session->pending->incarnation;
    memcpy(hello.sender.node_id, terms->node_id, sizeof(hello.sender.node_id));
    rpc__copy_text(hello.sender.name, sizeof(hello.sender.name), terms->name);
    hello.sender.limits = terms->limits;
    session->greeting_due = false;
    return rpc_hello_write(frame, session->dialler ? RPC_HELLO : RPC_WELCOME, &hello);
}
