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
typedef struct IPlotter IPlotter;
typedef struct AsyncIPlotter AsyncIPlotter;

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

COM_IID IID_IPlotter = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x13}};

/** In two halves. */
#ifdef __cplusplus
struct IPlotter : IUnknown {
    virtual HRESULT Turn(const uint8_t *page, uint32_t length, uint8_t *out_page, IPlotter **out_plotter) = 0;
    virtual HRESULT Count(uint32_t *pages) = 0;
    virtual void Stop() = 0;
};
#else
struct IPlotterVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(IPlotter *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IPlotter *self);
    uint32_t (*Release)(IPlotter *self);
    HRESULT (*Turn)(IPlotter *self, const uint8_t *page, uint32_t length, uint8_t *out_page,
                    IPlotter **out_plotter);
    HRESULT (*Count)(IPlotter *self, uint32_t *pages);
    void (*Stop)(IPlotter *self);
    // clang-format on
};

struct IPlotter {
    const struct IPlotterVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IPlotter_QueryInterface(IPlotter *self, const IID *iid,
                                                              void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IPlotter_AddRef(IPlotter *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IPlotter_Release(IPlotter *self)
{
    return COM_CALL0(self, Release);
}

/** The page turned by half, as many bytes as came. */
static inline COM_WARN_UNUSED HRESULT IPlotter_Turn(IPlotter *self, const uint8_t *page, uint32_t length,
                                                    uint8_t *out_page, IPlotter **out_plotter)
{
    return COM_CALL(self, Turn, page, length, out_page, out_plotter);
}

/** How many pages are left. */
static inline COM_WARN_UNUSED HRESULT IPlotter_Count(IPlotter *self, uint32_t *pages)
{
    return COM_CALL(self, Count, pages);
}

/** Nobody waits. */
static inline void IPlotter_Stop(IPlotter *self)
{
    COM_CALL0(self, Stop);
}

/** Releases what a COM_SCOPED(IPlotter) variable holds. */
static inline void IPlotter_cleanup(IPlotter **pointer)
{
    if (*pointer)
        (void)IPlotter_Release(*pointer);
}

/** What a node knows about IPlotter: its proxy and stub. */
extern const struct com_interface IPlotter_interface;

COM_IID IID_AsyncIPlotter = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12}};

/** In two halves. */
#ifdef __cplusplus
struct AsyncIPlotter : IUnknown {
    virtual HRESULT Begin_Turn(const uint8_t *page, uint32_t length) = 0;
    virtual HRESULT Finish_Turn(uint8_t *out_page, IPlotter **out_plotter) = 0;
    virtual HRESULT Begin_Count(uint32_t *pages) = 0;
    virtual HRESULT Finish_Count(uint32_t *pages) = 0;
    virtual HRESULT Begin_Stop() = 0;
    virtual HRESULT Finish_Stop() = 0;
};
#else
struct AsyncIPlotterVtbl {
    HRESULT (*QueryInterface)(AsyncIPlotter *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(AsyncIPlotter *self);
    uint32_t (*Release)(AsyncIPlotter *self);
    HRESULT (*Begin_Turn)(AsyncIPlotter *self, const uint8_t *page, uint32_t length);
    HRESULT (*Finish_Turn)(AsyncIPlotter *self, uint8_t *out_page, IPlotter **out_plotter);
    HRESULT (*Begin_Count)(AsyncIPlotter *self, uint32_t *pages);
    HRESULT (*Finish_Count)(AsyncIPlotter *self, uint32_t *pages);
    HRESULT (*Begin_Stop)(AsyncIPlotter *self);
    HRESULT (*Finish_Stop)(AsyncIPlotter *self);
};

struct AsyncIPlotter {
    const struct AsyncIPlotterVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_QueryInterface(AsyncIPlotter *self, const IID *iid,
                                                                   void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t AsyncIPlotter_AddRef(AsyncIPlotter *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t AsyncIPlotter_Release(AsyncIPlotter *self)
{
    return COM_CALL0(self, Release);
}

/** The page turned by half, as many bytes as came. */
static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_Begin_Turn(AsyncIPlotter *self, const uint8_t *page,
                                                               uint32_t length)
{
    return COM_CALL(self, Begin_Turn, page, length);
}

/** The page turned by half, as many bytes as came. */
static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_Finish_Turn(AsyncIPlotter *self, uint8_t *out_page,
                                                                IPlotter **out_plotter)
{
    return COM_CALL(self, Finish_Turn, out_page, out_plotter);
}

/** How many pages are left. */
static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_Begin_Count(AsyncIPlotter *self, uint32_t *pages)
{
    return COM_CALL(self, Begin_Count, pages);
}

/** How many pages are left. */
static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_Finish_Count(AsyncIPlotter *self, uint32_t *pages)
{
    return COM_CALL(self, Finish_Count, pages);
}

/** Nobody waits. */
static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_Begin_Stop(AsyncIPlotter *self)
{
    return COM_CALL0(self, Begin_Stop);
}

/** Nobody waits. */
static inline COM_WARN_UNUSED HRESULT AsyncIPlotter_Finish_Stop(AsyncIPlotter *self)
{
    return COM_CALL0(self, Finish_Stop);
}

/**
 * A call object for `object`, with one reference: Begin_ sends a call and returns, Finish_ waits for it and
 * has its results. One call at a time; any number of objects. Its last Release gives up a call that is out.
 * @retval E_NOTIMPL the object is of this process: call it directly
 */
COM_WARN_UNUSED HRESULT AsyncIPlotter_create(IPlotter *object, AsyncIPlotter **out_call);

/** Releases what a COM_SCOPED(AsyncIPlotter) variable holds. */
static inline void AsyncIPlotter_cleanup(AsyncIPlotter **pointer)
{
    if (*pointer)
        (void)AsyncIPlotter_Release(*pointer);
}

#ifdef __cplusplus
}
#endif

#endif
