/*
 * Stands for the runtime while only its codec is measured: a request stays in the buffer it was written to, a
 * call comes from one. The generated proxies and stubs and those written by hand run on it alike.
 */
#ifndef CODEC_RUNTIME_H
#define CODEC_RUNTIME_H

#include "codecs.h"

#include <rpc_marshal.h>

/** Makes the calls' requests go to `buffer`, and `proxy` a proxy with the table `vtbl`. */
void runtime_caller(struct rpc_proxy *proxy, const void *vtbl, uint8_t *buffer);

/** Bytes of the last request. */
size_t runtime_request_bytes(void);

/** Makes `call` one with that request. */
void runtime_callee(struct rpc_incoming *call, uint8_t *message, size_t size);

/** The object that is called; what it was given goes into the digest, if one is given. */
ICodec *runtime_object(uint64_t *digest);

/** Calls the method of a shape with its sample. */
HRESULT runtime_call(ICodec *object, enum shape shape);

/** The method's number. */
uint32_t runtime_method(enum shape shape);

#endif
