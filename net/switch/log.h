/* Lines with their time, for the log that `mml cluster log switch` prints. */
#ifndef LOG_H
#define LOG_H

/** Writes a line to standard output at once. */
void switch_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
