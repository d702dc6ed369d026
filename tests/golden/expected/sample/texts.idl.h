/* Made by idlc from sample/texts.idl; do not edit. */
#ifndef SAMPLE_TEXTS_IDL_H
#define SAMPLE_TEXTS_IDL_H

#include <com.h>
#include <com/unknown.idl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IUnknown IUnknown;
typedef struct ITexts ITexts;
typedef struct IMoreTexts IMoreTexts;

/** A caption: a text in the struct itself. */
struct caption {
    char16_t text[32];
    uint32_t color;
};

COM_IID IID_ITexts = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x31}};

/** Texts of 16-bit characters, and results whose memory the callee allocates. */
#ifdef __cplusplus
struct ITexts : IUnknown {
    virtual HRESULT Translate(const char16_t *text, const char16_t *language, char16_t *out_text,
                              char16_t *name, uint32_t capacity) = 0;
    virtual HRESULT SetCaption(const struct caption *caption, char16_t initial) = 0;
    virtual HRESULT GetName(char **out_name) = 0;
    virtual HRESULT List(const char *pattern, struct caption **out_captions, uint32_t *out_count,
                         char16_t **out_title, struct caption **out_first, IUnknown **out_object) = 0;
    virtual HRESULT get_Subject(BSTR *subject) = 0;
    virtual HRESULT put_Subject(BSTR subject) = 0;
    virtual HRESULT Exchange(BSTR *text) = 0;
    virtual HRESULT Next(uint32_t count, char **words, uint32_t *fetched) = 0;
};
#else
struct ITextsVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(ITexts *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(ITexts *self);
    uint32_t (*Release)(ITexts *self);
    HRESULT (*Translate)(ITexts *self, const char16_t *text, const char16_t *language, char16_t *out_text,
                         char16_t *name, uint32_t capacity);
    HRESULT (*SetCaption)(ITexts *self, const struct caption *caption, char16_t initial);
    HRESULT (*GetName)(ITexts *self, char **out_name);
    HRESULT (*List)(ITexts *self, const char *pattern, struct caption **out_captions, uint32_t *out_count,
                    char16_t **out_title, struct caption **out_first, IUnknown **out_object);
    HRESULT (*get_Subject)(ITexts *self, BSTR *subject);
    HRESULT (*put_Subject)(ITexts *self, BSTR subject);
    HRESULT (*Exchange)(ITexts *self, BSTR *text);
    HRESULT (*Next)(ITexts *self, uint32_t count, char **words, uint32_t *fetched);
    // clang-format on
};

struct ITexts {
    const struct ITextsVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT ITexts_QueryInterface(ITexts *self, const IID *iid, void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t ITexts_AddRef(ITexts *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t ITexts_Release(ITexts *self)
{
    return COM_CALL0(self, Release);
}

/** In, out, and both. */
static inline COM_WARN_UNUSED HRESULT ITexts_Translate(ITexts *self, const char16_t *text,
                                                       const char16_t *language, char16_t *out_text,
                                                       char16_t *name, uint32_t capacity)
{
    return COM_CALL(self, Translate, text, language, out_text, name, capacity);
}

static inline COM_WARN_UNUSED HRESULT ITexts_SetCaption(ITexts *self, const struct caption *caption,
                                                        char16_t initial)
{
    return COM_CALL(self, SetCaption, caption, initial);
}

/** @param out_name  NULL: there is none */
static inline COM_WARN_UNUSED HRESULT ITexts_GetName(ITexts *self, char **out_name)
{
    return COM_CALL(self, GetName, out_name);
}

static inline COM_WARN_UNUSED HRESULT ITexts_List(ITexts *self, const char *pattern,
                                                  struct caption **out_captions, uint32_t *out_count,
                                                  char16_t **out_title, struct caption **out_first,
                                                  IUnknown **out_object)
{
    return COM_CALL(self, List, pattern, out_captions, out_count, out_title, out_first, out_object);
}

/** Texts that know their length; NULL is none. */
static inline COM_WARN_UNUSED HRESULT ITexts_get_Subject(ITexts *self, BSTR *subject)
{
    return COM_CALL(self, get_Subject, subject);
}

static inline COM_WARN_UNUSED HRESULT ITexts_put_Subject(ITexts *self, BSTR subject)
{
    return COM_CALL(self, put_Subject, subject);
}

static inline COM_WARN_UNUSED HRESULT ITexts_Exchange(ITexts *self, BSTR *text)
{
    return COM_CALL(self, Exchange, text);
}

/** Words one by one: what travels is one text. */
static inline COM_WARN_UNUSED HRESULT ITexts_Next(ITexts *self, uint32_t count, char **words,
                                                  uint32_t *fetched)
{
    return COM_CALL(self, Next, count, words, fetched);
}

/** Releases what a COM_SCOPED(ITexts) variable holds. */
static inline void ITexts_cleanup(ITexts **pointer)
{
    if (*pointer)
        (void)ITexts_Release(*pointer);
}

/*
 * Next is [local] and travels as RemoteNext. Written by hand: Next_Proxy, which is the proxy's method and
 * calls RemoteNext_Proxy, and Next_Stub, which makes the call on the object.
 */
HRESULT ITexts_Next_Proxy(ITexts *self, uint32_t count, char **words, uint32_t *fetched);
HRESULT ITexts_Next_Stub(ITexts *self, uint32_t count, char **words, uint32_t *fetched);
HRESULT ITexts_RemoteNext_Proxy(ITexts *self, uint32_t count, char **words, uint32_t *fetched);

/** What a node knows about ITexts: its proxy and stub. */
extern const struct com_interface ITexts_interface;

COM_IID IID_IMoreTexts = {0x6d6d6c01, 0x0900, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x32}};

/** Has the pair of its base. */
#ifdef __cplusplus
struct IMoreTexts : ITexts {
    virtual uint32_t Count(void *context) = 0;
};
#else
struct IMoreTextsVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(IMoreTexts *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IMoreTexts *self);
    uint32_t (*Release)(IMoreTexts *self);
    HRESULT (*Translate)(IMoreTexts *self, const char16_t *text, const char16_t *language, char16_t *out_text,
                         char16_t *name, uint32_t capacity);
    HRESULT (*SetCaption)(IMoreTexts *self, const struct caption *caption, char16_t initial);
    HRESULT (*GetName)(IMoreTexts *self, char **out_name);
    HRESULT (*List)(IMoreTexts *self, const char *pattern, struct caption **out_captions, uint32_t *out_count,
                    char16_t **out_title, struct caption **out_first, IUnknown **out_object);
    HRESULT (*get_Subject)(IMoreTexts *self, BSTR *subject);
    HRESULT (*put_Subject)(IMoreTexts *self, BSTR subject);
    HRESULT (*Exchange)(IMoreTexts *self, BSTR *text);
    HRESULT (*Next)(IMoreTexts *self, uint32_t count, char **words, uint32_t *fetched);
    uint32_t (*Count)(IMoreTexts *self, void *context);
    // clang-format on
};

struct IMoreTexts {
    const struct IMoreTextsVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IMoreTexts_QueryInterface(IMoreTexts *self, const IID *iid,
                                                                void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IMoreTexts_AddRef(IMoreTexts *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IMoreTexts_Release(IMoreTexts *self)
{
    return COM_CALL0(self, Release);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_Translate(IMoreTexts *self, const char16_t *text,
                                                           const char16_t *language, char16_t *out_text,
                                                           char16_t *name, uint32_t capacity)
{
    return COM_CALL(self, Translate, text, language, out_text, name, capacity);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_SetCaption(IMoreTexts *self, const struct caption *caption,
                                                            char16_t initial)
{
    return COM_CALL(self, SetCaption, caption, initial);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_GetName(IMoreTexts *self, char **out_name)
{
    return COM_CALL(self, GetName, out_name);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_List(IMoreTexts *self, const char *pattern,
                                                      struct caption **out_captions, uint32_t *out_count,
                                                      char16_t **out_title, struct caption **out_first,
                                                      IUnknown **out_object)
{
    return COM_CALL(self, List, pattern, out_captions, out_count, out_title, out_first, out_object);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_get_Subject(IMoreTexts *self, BSTR *subject)
{
    return COM_CALL(self, get_Subject, subject);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_put_Subject(IMoreTexts *self, BSTR subject)
{
    return COM_CALL(self, put_Subject, subject);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_Exchange(IMoreTexts *self, BSTR *text)
{
    return COM_CALL(self, Exchange, text);
}

static inline COM_WARN_UNUSED HRESULT IMoreTexts_Next(IMoreTexts *self, uint32_t count, char **words,
                                                      uint32_t *fetched)
{
    return COM_CALL(self, Next, count, words, fetched);
}

static inline uint32_t IMoreTexts_Count(IMoreTexts *self, void *context)
{
    return COM_CALL(self, Count, context);
}

/** Releases what a COM_SCOPED(IMoreTexts) variable holds. */
static inline void IMoreTexts_cleanup(IMoreTexts **pointer)
{
    if (*pointer)
        (void)IMoreTexts_Release(*pointer);
}

/*
 * Count is [local] and travels as RemoteCount. Written by hand: Count_Proxy, which is the proxy's method and
 * calls RemoteCount_Proxy, and Count_Stub, which makes the call on the object.
 */
uint32_t IMoreTexts_Count_Proxy(IMoreTexts *self, void *context);
HRESULT IMoreTexts_Count_Stub(IMoreTexts *self, uint32_t *count);
HRESULT IMoreTexts_RemoteCount_Proxy(IMoreTexts *self, uint32_t *count);

/** What a node knows about IMoreTexts: its proxy and stub. */
extern const struct com_interface IMoreTexts_interface;

#ifdef __cplusplus
}
#endif

#endif
