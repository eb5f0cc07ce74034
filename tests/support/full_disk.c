/* A disk that is full: preloaded, it lets calls that take room below a folder fail with ENOSPC.
 *
 * NAMI_FULL_DISK names the folder. full_disk_from(n, calls) lets the n-th call from now on fail and
 * those after it, `calls` in all (0: all of them); with n = 0 there is room again.
 * full_disk_calls() gives how many calls there were since.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long first, last, seen;

void full_disk_from(long n, long calls) {
    __atomic_store_n(&seen, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&last, calls ? n + calls : 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&first, n, __ATOMIC_SEQ_CST);
}

long full_disk_calls(void) { return __atomic_load_n(&seen, __ATOMIC_SEQ_CST); }

/* Whether a call on a path fails. */
static int fails(const char *path) {
    const char *folder = getenv("NAMI_FULL_DISK");
    if (!folder || strncmp(path, folder, strlen(folder))) return 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    long from = __atomic_load_n(&first, __ATOMIC_SEQ_CST);
    long until = __atomic_load_n(&last, __ATOMIC_SEQ_CST);
    if (!from || number < from || (until && number >= until)) return 0;
    errno = ENOSPC;
    return 1;
}

static int fails_on(int descriptor) {
    char link[64], path[4096];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (length < 0) return 0;
    path[length] = 0;
    return fails(path);
}

#define PASS_ON(result, name, types, check, ...)                                                  \
    result name types {                                                                           \
        static result(*real) types;                                                               \
        if (!real) real = (result(*) types)dlsym(RTLD_NEXT, #name);                               \
        return check ? -1 : real(__VA_ARGS__);                                                    \
    }

PASS_ON(ssize_t, write, (int fd, const void *from, size_t size), fails_on(fd), fd, from, size)
PASS_ON(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), fails_on(fd), fd, from,
        size, at)
PASS_ON(ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at), fails_on(fd), fd,
        from, size, at)
PASS_ON(ssize_t, writev, (int fd, const struct iovec *from, int count), fails_on(fd), fd, from,
        count)
PASS_ON(ssize_t, copy_file_range,
        (int in, off64_t *at, int out, off64_t *to, size_t size, unsigned int flags),
        fails_on(out), in, at, out, to, size, flags)
PASS_ON(int, ftruncate, (int fd, off_t size), fails_on(fd), fd, size)
PASS_ON(int, ftruncate64, (int fd, off64_t size), fails_on(fd), fd, size)
PASS_ON(int, fallocate, (int fd, int mode, off_t at, off_t size), fails_on(fd), fd, mode, at, size)
PASS_ON(int, fallocate64, (int fd, int mode, off64_t at, off64_t size), fails_on(fd), fd, mode, at,
        size)
PASS_ON(int, fsync, (int fd), fails_on(fd), fd)
PASS_ON(int, fdatasync, (int fd), fails_on(fd), fd)
PASS_ON(int, rename, (const char *from, const char *to), fails(to), from, to)
PASS_ON(int, mkdir, (const char *path, mode_t mode), fails(path), path, mode)

#define OPEN(name)                                                                                \
    int name(const char *path, int flags, ...) {                                                  \
        static int (*real)(const char *, int, ...);                                               \
        if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name);               \
        if (!(flags & O_CREAT)) return real(path, flags);                                         \
        va_list more;                                                                             \
        va_start(more, flags);                                                                    \
        mode_t mode = va_arg(more, mode_t);                                                       \
        va_end(more);                                                                             \
        return access(path, F_OK) && fails(path) ? -1 : real(path, flags, mode);                  \
    }

OPEN(open)
OPEN(open64)
