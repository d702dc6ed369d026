/*
 * The names that COM interfaces of Windows take for granted, with the widths they have there on any host:
 * long is 32 bits, a character of text 16. Generated headers include it when their .idl uses such names.
 * Where Windows' own headers are used instead, COM_HAS_WINDOWS_HEADERS must be defined.
 */
#ifndef COM_WINDOWS_H
#define COM_WINDOWS_H

#include <com.h>

#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif

typedef uint8_t BYTE, *PBYTE, *LPBYTE, UCHAR, UINT8, *PUINT8, BOOLEAN, byte;
typedef int8_t INT8, *PINT8;
typedef char CHAR;
typedef uint16_t WORD, USHORT, UINT16, *PUINT16;
typedef int16_t SHORT, INT16, *PINT16;
typedef uint32_t DWORD, ULONG, UINT, UINT32, *PUINT32, ULONG32, DWORD32;
typedef int32_t BOOL, LONG, INT, *LPINT, INT32, *PINT32, LONG32, SCODE;
typedef uint64_t DWORDLONG, ULONGLONG, UINT64, *PUINT64, ULONG64, DWORD64;
typedef int64_t LONGLONG, INT64, *PINT64, LONG64;
typedef uintptr_t UINT_PTR, HANDLE_PTR, ULONG_PTR, DWORD_PTR, SIZE_T;
typedef intptr_t INT_PTR, SHANDLE_PTR, LONG_PTR, SSIZE_T;
typedef float FLOAT;
typedef double DOUBLE;
typedef char16_t WCHAR, OLECHAR;
typedef DWORD *PDWORD, *LPDWORD;
typedef void *HANDLE, *PVOID, *LPVOID;
typedef CHAR *LPSTR, *PSTR;
typedef const CHAR *LPCSTR, *PCSTR;
typedef WCHAR *LPWSTR, *PWSTR, *LPOLESTR;
typedef const WCHAR *LPCWSTR, *PCWSTR, *LPCOLESTR;

typedef GUID CLSID, FMTID, *LPGUID;
typedef const GUID *LPCGUID, *REFGUID;
typedef IID *LPIID;
typedef CLSID *LPCLSID;
typedef FMTID *LPFMTID;
typedef const IID *REFIID;
typedef const CLSID *REFCLSID;
typedef const FMTID *REFFMTID;

/* Formats that many interfaces pass; files that hide their own see that they are here. */
#define _WAVEFORMATEX_
#define COM_HAS_WAVEFORMATEX
#define COM_HAS_PWAVEFORMATEX
#define COM_HAS_LPWAVEFORMATEX
#define COM_HAS_tWAVEFORMATEX_STRUCT
typedef struct tWAVEFORMATEX {
    WORD wFormatTag;
    WORD nChannels;
    DWORD nSamplesPerSec;
    DWORD nAvgBytesPerSec;
    WORD nBlockAlign;
    WORD wBitsPerSample;
    WORD cbSize;
} __attribute__((packed)) WAVEFORMATEX, *PWAVEFORMATEX, *LPWAVEFORMATEX;

#define COM_HAS_BITMAPINFOHEADER
#define COM_HAS_PBITMAPINFOHEADER
#define COM_HAS_LPBITMAPINFOHEADER
#define COM_HAS_tagBITMAPINFOHEADER_STRUCT
typedef struct tagBITMAPINFOHEADER {
    DWORD biSize;
    LONG biWidth;
    LONG biHeight;
    WORD biPlanes;
    WORD biBitCount;
    DWORD biCompression;
    DWORD biSizeImage;
    LONG biXPelsPerMeter;
    LONG biYPelsPerMeter;
    DWORD biClrUsed;
    DWORD biClrImportant;
} BITMAPINFOHEADER, *PBITMAPINFOHEADER, *LPBITMAPINFOHEADER;

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    union {
        struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

#define COM_HAS_LUID
#define COM_HAS__LUID_STRUCT
typedef struct _LUID {
    DWORD LowPart;
    LONG HighPart;
} LUID, *PLUID;

/* Callbacks of its graphical interface, which quoted prototypes name. */
typedef INT_PTR (*FARPROC)(void);
typedef FARPROC DLGPROC;
typedef struct _PSP *HPROPSHEETPAGE;
typedef struct _TBBUTTON *LPTBBUTTON;
#define COM_HAS_HIMAGELIST
typedef struct _IMAGELIST *HIMAGELIST;
typedef BOOL (*LPFNADDPROPSHEETPAGE)(HPROPSHEETPAGE page, LONG_PTR parameter);

/* The runtime library of Windows, which quoted prototypes name. */
typedef struct IRpcStubBuffer IRpcStubBuffer;
typedef struct IRpcChannelBuffer IRpcChannelBuffer;
typedef struct _RPC_MESSAGE RPC_MESSAGE, *PRPC_MESSAGE;

static inline void *CoTaskMemAlloc(size_t size_bytes)
{
    return com_alloc(size_bytes);
}

static inline void CoTaskMemFree(void *memory)
{
    com_free(memory);
}

/* What quoted text of such files uses. Methods have the platform's calling convention. */
#define STDMETHODCALLTYPE
#define STDAPICALLTYPE
#define STDAPI EXTERN_C HRESULT
#define WINAPI
#define APIENTRY
#define CONST const
#define __MIDL_CONST const
#define NEAR
#define FAR
#define PASCAL
#define DECLARE_INTERFACE_(name, base) struct name
#define __stdcall
#define __cdecl
#define DEFINE_ENUM_FLAG_OPERATORS(type)
#define VOID void
#define TRUE 1
#define FALSE 0
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#define DECLSPEC_SELECTANY COM_MAYBE_UNUSED
#define DECLARE_HANDLE(name)  \
    typedef struct name##__ { \
        int unused;           \
    } * name
#define CALLBACK
#define __RPC_STUB
#define __RPC_FAR
#define __unaligned
#define UNALIGNED
#define interface struct
#define _GUID com_guid
#define DECLSPEC_ALIGN(bytes) __attribute__((aligned(bytes)))
#define DECLSPEC_HIDDEN
#define DECLSPEC_IMPORT
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME1
#define DUMMYUNIONNAME2
#define DUMMYUNIONNAME3
#define DUMMYSTRUCTNAME
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    static const GUID name COM_MAYBE_UNUSED = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#define DEFINE_PROPERTYKEY(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8, number) \
    static const PROPERTYKEY name COM_MAYBE_UNUSED = {{l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}, number}
#define EXTERN_GUID DEFINE_GUID

#endif
