/*
 * The object model: what every user of an interface needs, in C and C++.
 *
 * Binary COM on the platform's C calling convention: an interface pointer points to a pointer to a table
 * of functions whose first three are QueryInterface, AddRef and Release. Who implements objects includes
 * com_impl.h as well.
 */
#ifndef COM_H
#define COM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#else
typedef __CHAR16_TYPE__ char16_t; /* as in uchar.h, which kernels do not have; IDL `wchar_t` on any host */
#endif

/* The result of a method: negative is failure. Values and their meaning: idl/errors.def. */
typedef int32_t HRESULT;

/* 1 byte, 0 or 1, whatever the host's bool is (IDL `boolean`). */
typedef uint8_t boolean;

/* A UUID; as an interface id it names one frozen table of methods. */
typedef struct com_guid {
    uint32_t data1;
    uint16_t data2;
    uint16_t data3;
    uint8_t data4[8];
} GUID, IID;

/* An enum, not constants, so that a debugger prints the name and unused codes cost nothing. */
enum com_result {
#define X(name, value, reaction, text) name = (HRESULT)value,
#include <errors.def>
#undef X
};

/* What a caller can do about a code; the third column of errors.def. */
enum com_reaction {
    COM_REACTION_OK,
    COM_REACTION_FIX,
    COM_REACTION_RETRY,
    COM_REACTION_RECONNECT,
    COM_REACTION_LIMIT,
    COM_REACTION_FAILED,
};

#define FAILED(hr) ((HRESULT)(hr) < 0)
#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)

#define COM_WARN_UNUSED __attribute__((warn_unused_result))
#define COM_MAYBE_UNUSED __attribute__((unused))

/* NULL where nothing in the same image defines it; takes nothing out of an archive by itself. */
#define COM_WEAK __attribute__((weak, visibility("hidden")))

/* How a header defines an IID: once in an image, however many of its files include it. */
#ifdef __cplusplus
#define COM_IID static const IID __attribute__((unused))
#else
#define COM_IID const IID __attribute__((weak, visibility("hidden")))
#endif

/* Drops a result on purpose; say why beside it. (gcc takes no cast to void for that.) */
static inline void com_ignore(HRESULT hr)
{
    (void)hr;
}

/* A pointer that is released when its scope ends; I##_cleanup is generated with the interface. */
#define COM_SCOPED(I) __attribute__((cleanup(I##_cleanup))) I *

/* Moves a reference out of a COM_SCOPED variable: `*out_file = COM_TAKE(file);` */
#define COM_TAKE(p)                 \
    __extension__({                 \
        __typeof__(p) _taken = (p); \
        (p) = NULL;                 \
        _taken;                     \
    })

/* How the wrappers that idlc writes call a slot of a method table, with and without arguments. */
#ifdef __cplusplus
#define COM_CALL(self, method, ...) (self)->method(__VA_ARGS__)
#define COM_CALL0(self, method) (self)->method()
#define COM_GLOBAL(type) ::type /* a type whose name a member of the struct or class has, too */
#define COM_WORD(name) name##_  /* a member that only C can call so */
#else
#define COM_CALL(self, method, ...) (self)->vtbl->method(self, __VA_ARGS__)
#define COM_CALL0(self, method) (self)->vtbl->method(self)
#define COM_GLOBAL(type) type
#define COM_WORD(name) name
#endif

static inline bool com_guid_equal(const GUID *a, const GUID *b)
{
    const uint32_t *left = (const uint32_t *)(const void *)a;
    const uint32_t *right = (const uint32_t *)(const void *)b;

    return left[0] == right[0] && left[1] == right[1] && left[2] == right[2] && left[3] == right[3];
}

/* A component's own code and its name, from `const HRESULT` in its .idl. */
struct com_result_name {
    HRESULT hr;
    const char *name;
};

/*
 * What a node says about an interface to those who do not know it: a TypeInfo of idl/wire/typeinfo.proto.
 * idlc writes it twice as IX_type_info, in X.idl.typeinfo.c and with documentation in X.idl.typeinfo-docs.c.
 */
struct com_type_info {
    const uint8_t *bytes;
    uint32_t size_bytes;
};

struct rpc_incoming;

/*
 * Everything a node must know about an interface to stand in for it; idlc writes one per interface that is
 * not [local], as IX_interface in X.idl.proxy.c. Immutable; lives as long as its image.
 */
struct com_interface {
    const IID *iid;
    const char *name;
    uint32_t method_count;  /* with QueryInterface, AddRef and Release */
    const void *proxy_vtbl; /* the method table of a proxy (struct rpc_proxy, rpc_marshal.h) */
    /* Decodes one call, makes it on `object` (of this interface) and encodes its results. */
    HRESULT (*stub)(void *object, uint32_t method, struct rpc_incoming *call);
    const struct com_result_name *results; /* ends with a NULL name; NULL: the .idl has no codes */
    const struct com_type_info *type_info; /* NULL: none is linked (the reference to it is weak) */
};

/**
 * The name of a code of errors.def, such as "RPC_E_TIMEOUT"; NULL if it is none of them.
 * Any thread; static storage. For a component's own codes see com_interface_result_name.
 */
const char *com_result_name(HRESULT hr);

/** What errors.def says about a code, for people; NULL if it is none of them. */
const char *com_result_text(HRESULT hr);

/** What the caller can do; an unknown failure is COM_REACTION_FAILED. */
enum com_reaction com_result_reaction(HRESULT hr);

/** As com_result_name, but knows the codes that the interface's .idl defines as well. */
const char *com_interface_result_name(const struct com_interface *interface, HRESULT hr);

/**
 * Memory of results: data behind an [out] T** is allocated by the callee with com_alloc and freed by the
 * caller with com_free. One allocator per node. Any thread, never inside an interrupt.
 * @retval NULL out of memory (or size 0)
 */
void *com_alloc(size_t size_bytes);
void com_free(void *memory);

#ifndef COM_HAS_BSTR /* where other headers have it */
#define COM_HAS_BSTR

/*
 * A text with its length in front (four bytes: how many bytes it has) and a NUL behind it, in memory of its
 * own; IDL knows the type by this name. NULL is no text, which is not the same as an empty one. It is made
 * and freed by these functions alone: who gets one as a result frees it, who is given one as an [in]
 * parameter only reads it. Any thread, never inside an interrupt.
 */
typedef char16_t *BSTR;

/** A copy. @retval NULL out of memory, or there is no text (NULL) */
BSTR SysAllocString(const char16_t *text);

/**
 * A copy of `units` characters, NULs too. `text` NULL: they are the caller's to fill in, and zero until then.
 * @retval NULL out of memory
 */
BSTR SysAllocStringLen(const char16_t *text, uint32_t units);

/** Frees it; NULL is allowed. */
void SysFreeString(BSTR text);

/** Replaces *text by a copy, and frees it. @retval 0 out of memory: nothing has changed */
int SysReAllocString(BSTR *text, const char16_t *by);

/** How many bytes a text has without its NUL; of NULL: 0. */
static inline uint32_t SysStringByteLen(const char16_t *text)
{
    return text ? ((const uint32_t *)(const void *)text)[-1] : 0;
}

/** How many characters it has. */
static inline uint32_t SysStringLen(const char16_t *text)
{
    return SysStringByteLen(text) / (uint32_t)sizeof(*text);
}

#endif

/**
 * A deadline for all that the running thread calls: nested calls never last longer, whatever their own
 * time-outs say. Returns the one before, to be put back. INT64_MAX: none.
 *
 * @param deadline_ns  on the clock of ILocalNode::Now
 */
int64_t rpc_set_deadline(int64_t deadline_ns);

/** The running thread's deadline; INT64_MAX: none. */
int64_t rpc_get_deadline(void);

/**
 * Whether nobody waits any more for what the running thread does: who made the call that it runs gave up or
 * is gone, or its deadline has passed. A method that takes long asks now and then, and returns.
 */
bool rpc_is_cancelled(void);

/* Longest detail, without the NUL. */
#define COM_DETAIL_MAX 100

/** The text behind the running thread's last failure, for people; "" if there is none. */
const char *com_error_detail(void);

/**
 * Sets it: a method that fails calls this before it returns, and the caller's thread gets it, wherever it is.
 * Cut at COM_DETAIL_MAX bytes.
 */
void com_set_error_detail(const char *text);

/** Sets the detail to all parts in a row, up to a NULL, and returns `hr`: `return com_fail(hr, "no ", name,
 * NULL);` */
COM_WARN_UNUSED HRESULT com_fail(HRESULT hr, const char *part, ...) __attribute__((sentinel));

#ifdef __cplusplus
}
#endif

#endif
