/*
 * Frames in a file of the pcap format, as tcpdump and Wireshark read it: microseconds, Ethernet.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <com.h>

/* A file that has become so long takes no more frames. */
#define CAPTURE_BYTES_MAX (UINT64_C(1) << 30)

struct capture; /* opaque */

/** Makes the file, or empties it. @retval OS_E_IO it cannot (the detail says why); E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT capture_create(const char *path, struct capture **out_capture);

/** Adds a frame. @param time_ns  since 1970 */
void capture_add(struct capture *capture, int64_t time_ns, const uint8_t *frame, uint32_t length);

/** Lets readers see what is in it so far. */
void capture_flush(struct capture *capture);

/**
 * Closes the file.
 * @param out_frames  how many frames are in it, also when it failed
 * @retval OS_E_IO not all are: it could not be written, or became CAPTURE_BYTES_MAX long (the detail says
 * which)
 */
HRESULT capture_end(struct capture *capture, uint64_t *out_frames);

#endif
