/*
 * A disk that forgets. Preloaded into every process of a PostgreSQL, it keeps beside the data folder POWER_CUT_DATA a second one,
 * POWER_CUT_DISK, in which a file has what it had when it was last synced: fsync and fdatasync copy the file there before they return,
 * and nothing else does. Names are durable at once (rename, unlink, mkdir, rmdir), contents are not. After a kill of all processes that
 * second folder is what a power cut would have left, in the worst case that the rules of POSIX allow.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Where a path of the data folder is on the disk; 0 for paths elsewhere. */
static int on_disk(const char *path, char *found) {
  const char *data = getenv("POWER_CUT_DATA"), *disk = getenv("POWER_CUT_DISK");
  char whole[PATH_MAX];
  if (!data || !disk || !path) return 0;
  if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
  else {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return 0;
    if (snprintf(whole, sizeof whole, "%s/%s", here, path) >= (int)sizeof whole) return 0;
  }
  size_t length = strlen(data);
  if (strncmp(whole, data, length) != 0 || whole[length] != '/') return 0;
  return snprintf(found, PATH_MAX, "%s%s", disk, whole + length) < PATH_MAX;
}

static void die(const char *what, const char *path) {
  fprintf(stderr, "power-cut: %s %s: %s\n", what, path, strerror(errno));
  abort(); /* a disk that lies would let a wrong test pass */
}

/* Copies the file of an open descriptor to the disk. One at a time: an older content must not come after a newer one. */
static void persist(int fd) {
  char link[64], source[PATH_MAX], target[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, source, sizeof source - 1);
  if (length < 0) return;
  source[length] = 0;
  struct stat about;
  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_nlink == 0 || !on_disk(source, target)) return;
  int from = open(source, O_RDONLY | O_CLOEXEC);
  if (from < 0) return; /* unlinked meanwhile */
  int to = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (to < 0) die("open", target);
  if (flock(to, LOCK_EX) != 0) die("lock", target);
  static __thread char block[1 << 18];
  off_t at = 0;
  for (;;) {
    ssize_t got = pread(from, block, sizeof block, at);
    if (got < 0) die("read", source);
    if (got == 0) break;
    if (pwrite(to, block, got, at) != got) die("write", target);
    at += got;
  }
  if (ftruncate(to, at) != 0) die("truncate", target);
  close(to);
  close(from);
}

int fsync(int fd) {
  persist(fd);
  return 0;
}

int fdatasync(int fd) {
  persist(fd);
  return 0;
}

/* Asked for when a start after a cut wants all that a crash left to be synced: then the data folder is a copy of the disk. */
int syncfs(int fd) {
  (void)fd;
  return 0;
}

int rename(const char *from, const char *to) {
  char before[PATH_MAX], after[PATH_MAX];
  int done = REAL(rename)(from, to);
  if (done == 0 && on_disk(from, before) && on_disk(to, after) && REAL(rename)(before, after) != 0 && errno != ENOENT)
    die("rename", before);
  return done;
}

int unlink(const char *path) {
  char there[PATH_MAX];
  int done = REAL(unlink)(path);
  if (done == 0 && on_disk(path, there) && REAL(unlink)(there) != 0 && errno != ENOENT) die("unlink", there);
  return done;
}

int mkdir(const char *path, mode_t mode) {
  char there[PATH_MAX];
  int done = REAL(mkdir)(path, mode);
  if (done == 0 && on_disk(path, there) && REAL(mkdir)(there, mode) != 0 && errno != EEXIST) die("mkdir", there);
  return done;
}

int rmdir(const char *path) {
  char there[PATH_MAX];
  int done = REAL(rmdir)(path);
  if (done == 0 && on_disk(path, there) && REAL(rmdir)(there) != 0 && errno != ENOENT) die("rmdir", there);
  return done;
}
