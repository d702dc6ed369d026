/* Made by idlc from sample/owned.idl; do not edit. */
#ifndef SAMPLE_OWNED_IDL_H
#define SAMPLE_OWNED_IDL_H

#include <com.h>
#include <com/unknown.idl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IPress IPress;
typedef struct AsyncIPress AsyncIPress;
typedef struct IBinder IBinder;

enum corner {
    CORNER_SHARP = 0,
    CORNER_ROUND = 1,
};

struct frame {
    double a;
    double b;
    enum corner corner;
};

/** The struct of its third arm has a tag, so that methods may name it, too. */
struct outline {
    uint32_t kind;
    union {
        double radius;
        struct frame frame;
    } value;
};

struct page {
    BSTR title;
    uint32_t line_count;
    BSTR *lines;
    char16_t bullet;
    char16_t *marks;
};

/** Its text is the reader's to change. */
struct motto {
    char *text;
    uint32_t colour;
};

COM_IID IID_IPress = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21}};

#ifdef __cplusplus
struct IPress : IUnknown {
    virtual HRESULT Cut(const struct outline *outline, struct frame *out_frame, enum corner *out_corner) = 0;
    virtual HRESULT Proof(uint32_t number, struct page **out_page, BSTR *out_name) = 0;
    virtual HRESULT Bind(uint32_t count, const struct page *pages, const float *weights,
                         struct page **out_pages, uint32_t *out_count) = 0;
};
#else
struct IPressVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(IPress *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IPress *self);
    uint32_t (*Release)(IPress *self);
    HRESULT (*Cut)(IPress *self, const struct outline *outline, struct frame *out_frame,
                   enum corner *out_corner);
    HRESULT (*Proof)(IPress *self, uint32_t number, struct page **out_page, BSTR *out_name);
    HRESULT (*Bind)(IPress *self, uint32_t count, const struct page *pages, const float *weights,
                    struct page **out_pages, uint32_t *out_count);
    // clang-format on
};

struct IPress {
    const struct IPressVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IPress_QueryInterface(IPress *self, const IID *iid, void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IPress_AddRef(IPress *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IPress_Release(IPress *self)
{
    return COM_CALL0(self, Release);
}

static inline COM_WARN_UNUSED HRESULT IPress_Cut(IPress *self, const struct outline *outline,
                                                 struct frame *out_frame, enum corner *out_corner)
{
    return COM_CALL(self, Cut, outline, out_frame, out_corner);
}

/** The page as it is now, or NULL. */
static inline COM_WARN_UNUSED HRESULT IPress_Proof(IPress *self, uint32_t number, struct page **out_page,
                                                   BSTR *out_name)
{
    return COM_CALL(self, Proof, number, out_page, out_name);
}

static inline COM_WARN_UNUSED HRESULT IPress_Bind(IPress *self, uint32_t count, const struct page *pages,
                                                  const float *weights, struct page **out_pages,
                                                  uint32_t *out_count)
{
    return COM_CALL(self, Bind, count, pages, weights, out_pages, out_count);
}

/** Releases what a COM_SCOPED(IPress) variable holds. */
static inline void IPress_cleanup(IPress **pointer)
{
    if (*pointer)
        (void)IPress_Release(*pointer);
}

/** What a node knows about IPress: its proxy and stub. */
extern const struct com_interface IPress_interface;

COM_IID IID_AsyncIPress = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x22}};

#ifdef __cplusplus
struct AsyncIPress : IUnknown {
    virtual HRESULT Begin_Cut(const struct outline *outline) = 0;
    virtual HRESULT Finish_Cut(struct frame *out_frame, enum corner *out_corner) = 0;
    virtual HRESULT Begin_Proof(uint32_t number) = 0;
    virtual HRESULT Finish_Proof(struct page **out_page, BSTR *out_name) = 0;
    virtual HRESULT Begin_Bind(uint32_t count, const struct page *pages, const float *weights) = 0;
    virtual HRESULT Finish_Bind(struct page **out_pages, uint32_t *out_count) = 0;
};
#else
struct AsyncIPressVtbl {
    HRESULT (*QueryInterface)(AsyncIPress *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(AsyncIPress *self);
    uint32_t (*Release)(AsyncIPress *self);
    HRESULT (*Begin_Cut)(AsyncIPress *self, const struct outline *outline);
    HRESULT (*Finish_Cut)(AsyncIPress *self, struct frame *out_frame, enum corner *out_corner);
    HRESULT (*Begin_Proof)(AsyncIPress *self, uint32_t number);
    HRESULT (*Finish_Proof)(AsyncIPress *self, struct page **out_page, BSTR *out_name);
    HRESULT (*Begin_Bind)(AsyncIPress *self, uint32_t count, const struct page *pages, const float *weights);
    HRESULT (*Finish_Bind)(AsyncIPress *self, struct page **out_pages, uint32_t *out_count);
};

struct AsyncIPress {
    const struct AsyncIPressVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT AsyncIPress_QueryInterface(AsyncIPress *self, const IID *iid,
                                                                 void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t AsyncIPress_AddRef(AsyncIPress *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t AsyncIPress_Release(AsyncIPress *self)
{
    return COM_CALL0(self, Release);
}

static inline COM_WARN_UNUSED HRESULT AsyncIPress_Begin_Cut(AsyncIPress *self, const struct outline *outline)
{
    return COM_CALL(self, Begin_Cut, outline);
}

static inline COM_WARN_UNUSED HRESULT AsyncIPress_Finish_Cut(AsyncIPress *self, struct frame *out_frame,
                                                             enum corner *out_corner)
{
    return COM_CALL(self, Finish_Cut, out_frame, out_corner);
}

/** The page as it is now, or NULL. */
static inline COM_WARN_UNUSED HRESULT AsyncIPress_Begin_Proof(AsyncIPress *self, uint32_t number)
{
    return COM_CALL(self, Begin_Proof, number);
}

/** The page as it is now, or NULL. */
static inline COM_WARN_UNUSED HRESULT AsyncIPress_Finish_Proof(AsyncIPress *self, struct page **out_page,
                                                               BSTR *out_name)
{
    return COM_CALL(self, Finish_Proof, out_page, out_name);
}

static inline COM_WARN_UNUSED HRESULT AsyncIPress_Begin_Bind(AsyncIPress *self, uint32_t count,
                                                             const struct page *pages, const float *weights)
{
    return COM_CALL(self, Begin_Bind, count, pages, weights);
}

static inline COM_WARN_UNUSED HRESULT AsyncIPress_Finish_Bind(AsyncIPress *self, struct page **out_pages,
                                                              uint32_t *out_count)
{
    return COM_CALL(self, Finish_Bind, out_pages, out_count);
}

/**
 * A call object for `object`, with one reference: Begin_ sends a call and returns, Finish_ waits for it and
 * has its results. One call at a time; any number of objects. Its last Release gives up a call that is out.
 * @retval E_NOTIMPL the object is of this process: call it directly
 */
COM_WARN_UNUSED HRESULT AsyncIPress_create(IPress *object, AsyncIPress **out_call);

/** Releases what a COM_SCOPED(AsyncIPress) variable holds. */
static inline void AsyncIPress_cleanup(AsyncIPress **pointer)
{
    if (*pointer)
        (void)AsyncIPress_Release(*pointer);
}

COM_IID IID_IBinder = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x23}};

#ifdef __cplusplus
struct IBinder : IUnknown {
    virtual HRESULT Replace(char **inout_title, IPress **inout_press, struct page **inout_page) = 0;
    virtual HRESULT Mark(const struct motto *motto, const float *weights, uint32_t count, uint8_t title_count,
                         const BSTR *titles) = 0;
};
#else
struct IBinderVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(IBinder *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IBinder *self);
    uint32_t (*Release)(IBinder *self);
    HRESULT (*Replace)(IBinder *self, char **inout_title, IPress **inout_press, struct page **inout_page);
    HRESULT (*Mark)(IBinder *self, const struct motto *motto, const float *weights, uint32_t count,
                    uint8_t title_count, const BSTR *titles);
    // clang-format on
};

struct IBinder {
    const struct IBinderVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IBinder_QueryInterface(IBinder *self, const IID *iid, void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IBinder_AddRef(IBinder *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IBinder_Release(IBinder *self)
{
    return COM_CALL0(self, Release);
}

/** Puts others in their place. */
static inline COM_WARN_UNUSED HRESULT IBinder_Replace(IBinder *self, char **inout_title, IPress **inout_press,
                                                      struct page **inout_page)
{
    return COM_CALL(self, Replace, inout_title, inout_press, inout_page);
}

static inline COM_WARN_UNUSED HRESULT IBinder_Mark(IBinder *self, const struct motto *motto,
                                                   const float *weights, uint32_t count, uint8_t title_count,
                                                   const BSTR *titles)
{
    return COM_CALL(self, Mark, motto, weights, count, title_count, titles);
}

/** Releases what a COM_SCOPED(IBinder) variable holds. */
static inline void IBinder_cleanup(IBinder **pointer)
{
    if (*pointer)
        (void)IBinder_Release(*pointer);
}

/** What a node knows about IBinder: its proxy and stub. */
extern const struct com_interface IBinder_interface;

/** Frees what a struct page of results points to, and releases its interfaces. */
void com_free_page(struct page *value);

#ifdef __cplusplus
}
#endif

#endif
