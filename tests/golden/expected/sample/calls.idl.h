/* Made by idlc from sample/calls.idl; do not edit. */
#ifndef SAMPLE_CALLS_IDL_H
#define SAMPLE_CALLS_IDL_H

#include <com.h>
#include <com/unknown.idl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IUnknown IUnknown;
typedef struct IPrinter IPrinter;

COM_IID IID_IPrinter = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11}};

/** Calls of every kind. */
#ifdef __cplusplus
struct IPrinter : IUnknown {
    virtual HRESULT Print(const char *page, uint32_t copies) = 0;
    virtual void Notify(IUnknown *who) = 0;
    virtual HRESULT Count(uint32_t *out_pages) = 0;
    virtual HRESULT Wait() = 0;
};
#else
struct IPrinterVtbl {
    HRESULT (*QueryInterface)(IPrinter *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IPrinter *self);
    uint32_t (*Release)(IPrinter *self);
    HRESULT (*Print)(IPrinter *self, const char *page, uint32_t copies);
    void (*Notify)(IPrinter *self, IUnknown *who);
    HRESULT (*Count)(IPrinter *self, uint32_t *out_pages);
    HRESULT (*Wait)(IPrinter *self);
};

struct IPrinter {
    const struct IPrinterVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IPrinter_QueryInterface(IPrinter *self, const IID *iid,
                                                              void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IPrinter_AddRef(IPrinter *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IPrinter_Release(IPrinter *self)
{
    return COM_CALL0(self, Release);
}

/** Prints a page some time; nobody waits. */
static inline COM_WARN_UNUSED HRESULT IPrinter_Print(IPrinter *self, const char *page, uint32_t copies)
{
    return COM_CALL(self, Print, page, copies);
}

/** Tells somebody when the printer is idle. */
static inline void IPrinter_Notify(IPrinter *self, IUnknown *who)
{
    COM_CALL(self, Notify, who);
}

/** How many pages are left. */
static inline COM_WARN_UNUSED HRESULT IPrinter_Count(IPrinter *self, uint32_t *out_pages)
{
    return COM_CALL(self, Count, out_pages);
}

/** Returns when the printer is idle. */
static inline COM_WARN_UNUSED HRESULT IPrinter_Wait(IPrinter *self)
{
    return COM_CALL0(self, Wait);
}

/** Releases what a COM_SCOPED(IPrinter) variable holds. */
static inline void IPrinter_cleanup(IPrinter **pointer)
{
    if (*pointer)
        (void)IPrinter_Release(*pointer);
}

/** What a node knows about IPrinter: its proxy and stub. */
extern const struct com_interface IPrinter_interface;

#ifdef __cplusplus
}
#endif

#endif
