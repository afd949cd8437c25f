/*
 * table.c - the table of descriptors behind connection.h: two levels, so that a lookup is two loads
 * and an unused range costs nothing.
 *
 * An entry is NULL, a connection, or HIDDEN for a descriptor of ours.
 */
#include "preload/connection.h"
#include "preload/loader.h"
#include "preload/real.h"
#include "preload/service.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { PAGE_ENTRIES = 1024, PAGES = 1024, SWEPT_AT_ONCE = 512 };

typedef struct connection *_Atomic entry;

atomic_int connections_live;

static entry *_Atomic pages[PAGES];
static atomic_int highest = -1; /* the highest number ever filed */

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *all, **tail = &all; /* in the order in which they were made */
static struct connection *unused;
static atomic_int swept; /* where the next sweep starts */

static atomic_uint taken; /* numbers of the store's, by the program */

static struct connection hidden_mark;
#define HIDDEN (&hidden_mark)

static entry *entry_at(int fd)
{
    if (fd < 0 || fd >= PAGES * PAGE_ENTRIES)
        return NULL;
    entry *page = atomic_load_explicit(&pages[fd / PAGE_ENTRIES], memory_order_acquire);
    return page != NULL ? &page[fd % PAGE_ENTRIES] : NULL;
}

static struct connection *lookup(int fd)
{
    entry *found = entry_at(fd);
    return found != NULL ? atomic_load_explicit(found, memory_order_acquire) : NULL;
}

/* The table's lock is held. Memory comes from mmap: calloc may be the program's, and its pages
 * might be touched. */
static entry *entry_make(int fd)
{
    if (fd < 0 || fd >= PAGES * PAGE_ENTRIES)
        return NULL;
    if (pages[fd / PAGE_ENTRIES] == NULL) {
        void *page = mmap(NULL, PAGE_ENTRIES * sizeof(entry), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            return NULL;
        atomic_store_explicit(&pages[fd / PAGE_ENTRIES], page, memory_order_release);
    }
    if (fd > atomic_load(&highest))
        atomic_store(&highest, fd);
    return entry_at(fd);
}

struct connection *connection_at(int fd)
{
    struct connection *found = lookup(fd);
    return found != HIDDEN ? found : NULL;
}

bool connection_hides(int fd)
{
    return lookup(fd) == HIDDEN;
}

bool connection_identify(int fd, uint64_t *identity)
{
    socklen_t length = sizeof *identity;
    struct stat status;
    if (REAL(getsockopt)(fd, SOL_SOCKET, SO_COOKIE, identity, &length) == 0)
        return true;
    if (errno == ENOPROTOOPT && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)) {
        *identity = status.st_ino;
        return true;
    }
    return false;
}

bool connection_identified(const struct connection *connection, int fd)
{
    uint64_t identity;
    return connection_identify(fd, &identity) && identity == connection->identity;
}

/* Takes `fd` out if it still says `expected`; whether that was the connection's last number. */
static bool take_out(int fd, struct connection *expected)
{
    bool last = false;
    pthread_mutex_lock(&table_lock);
    entry *found = entry_at(fd);
    if (found != NULL && atomic_load(found) == expected) {
        atomic_store_explicit(found, NULL, memory_order_release);
        atomic_fetch_sub(&connections_live, 1);
        last = --expected->references == 0;
    }
    pthread_mutex_unlock(&table_lock);
    return last;
}

void connection_settle(struct connection *connection)
{
    pthread_mutex_lock(&table_lock);
    bool in_use = connection->references > 0; /* duplicated, or used anew, meanwhile */
    pthread_mutex_unlock(&table_lock);
    if (in_use || connection->gateway == NULL)
        pthread_mutex_unlock(&connection->lock);
    else
        connection_destroy(connection);
}

/* After the last number has gone. */
static void finish(struct connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    if (connection->gateway != NULL && connection->elsewhere && service_watch(connection))
        pthread_mutex_unlock(&connection->lock);
    else
        connection_settle(connection);
}

struct connection *connection_enter(int fd, struct shim_guard *guard)
{
    struct connection *found = connection_at(fd);
    if (found == NULL)
        return NULL;
    shim_enter(guard);
    pthread_mutex_lock(&found->lock);
    bool filed = lookup(fd) == found;
    if (filed && connection_identified(found, fd))
        return found;
    pthread_mutex_unlock(&found->lock);
    /* Closed where no hook saw it; the number is another file now, or none. */
    if (filed && shim_owner() && take_out(fd, found))
        finish(found);
    shim_leave(guard);
    return NULL;
}

void connection_leave(struct connection *connection, const struct shim_guard *guard)
{
    pthread_mutex_unlock(&connection->lock);
    shim_leave(guard);
}

struct connection *connection_create(void)
{
    pthread_mutex_lock(&table_lock);
    struct connection *made = unused;
    if (made != NULL) {
        unused = made->next_free;
    } else if ((made = calloc(1, sizeof *made)) != NULL) {
        pthread_mutex_init(&made->lock, NULL);
        *tail = made;
        tail = &made->next;
    }
    if (made != NULL)
        made->references = 1; /* the maker's own, given up by connection_release */
    pthread_mutex_unlock(&table_lock);
    if (made == NULL)
        return NULL;
    pthread_mutex_lock(&made->lock);
    made->end = made->tcp = -1;
    made->host = NULL;
    made->sent_from = (struct readable_memory){ 0 };
    made->half_closed = made->finished = made->served = made->elsewhere = false;
    atomic_store(&made->backlog, false);
    return made;
}

void connection_destroy(struct connection *connection)
{
    if (connection->served)
        service_forget(connection);
    if (connection->gateway != NULL)
        loader_engine()->disconnect(connection->gateway);
    connection->gateway = NULL;
    atomic_store(&connection->backlog, false);
    if (connection->end >= 0)
        connection_unhide(connection->end);
    if (connection->tcp >= 0)
        connection_unhide(connection->tcp);
    connection->end = connection->tcp = -1;
    pthread_mutex_unlock(&connection->lock);
    pthread_mutex_lock(&table_lock);
    connection->references = 0;
    connection->next_free = unused;
    unused = connection;
    pthread_mutex_unlock(&table_lock);
}

bool connection_add(int fd, struct connection *connection)
{
    struct connection *former = NULL;
    pthread_mutex_lock(&table_lock);
    entry *place = entry_make(fd);
    if (place != NULL) {
        former = atomic_load(place);
        connection->references++;
        atomic_store_explicit(place, connection, memory_order_release);
        if (former == NULL)
            atomic_fetch_add(&connections_live, 1);
        else if (former != HIDDEN && --former->references > 0)
            former = NULL;
    }
    pthread_mutex_unlock(&table_lock);
    if (former != NULL && former != HIDDEN && former != connection)
        finish(former);
    return place != NULL;
}

void connection_release(struct connection *connection)
{
    pthread_mutex_lock(&table_lock);
    bool last = --connection->references == 0;
    pthread_mutex_unlock(&table_lock);
    if (last)
        finish(connection);
}

void connection_drop(int fd)
{
    struct connection *found = connection_at(fd);
    struct shim_guard guard;
    if (found == NULL || !shim_owner())
        return;
    shim_enter(&guard);
    if (take_out(fd, found))
        finish(found);
    shim_leave(&guard);
}

enum { HIGH = 4096 };

/*
 * A copy of `fd` beyond the program's limit, so that ours take none of its numbers: the limit is
 * raised for the moment of one call. -1 when that is not allowed.
 */
static int copy_beyond(int fd, const struct rlimit *limit)
{
    static pthread_mutex_t raising = PTHREAD_MUTEX_INITIALIZER;
    struct rlimit raised = *limit, found, left;
    raised.rlim_cur = limit->rlim_max < 16 * HIGH ? limit->rlim_max : 16 * HIGH;
    if (raised.rlim_cur <= limit->rlim_cur)
        return -1;
    pthread_mutex_lock(&raising);
    int copy = -1;
    if (prlimit(0, RLIMIT_NOFILE, &raised, &found) == 0) {
        copy = REAL(fcntl)(fd, F_DUPFD_CLOEXEC, (int)found.rlim_cur);
        if (prlimit(0, RLIMIT_NOFILE, &found, &left) == 0 && left.rlim_cur != raised.rlim_cur)
            prlimit(0, RLIMIT_NOFILE, &left, NULL); /* the program has set it meanwhile */
    }
    pthread_mutex_unlock(&raising);
    return copy;
}

/* High enough to be out of the way, low enough that the kernel's own table stays small. */
static int copy_high(int fd)
{
    struct rlimit limit;
    int copy = -1;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = limit.rlim_max = HIGH;
    if (limit.rlim_cur <= HIGH)
        copy = copy_beyond(fd, &limit);
    int base = (int)((limit.rlim_cur > HIGH ? HIGH : limit.rlim_cur) / 4 * 3);
    for (; copy < 0 && base > 2; base /= 2)
        copy = REAL(fcntl)(fd, F_DUPFD_CLOEXEC, base);
    return copy;
}

int connection_hide(int fd)
{
    int high = copy_high(fd);
    int error = high < 0 ? -errno : 0;
    REAL(close)(fd);
    if (high < 0)
        return error;
    pthread_mutex_lock(&table_lock);
    entry *place = entry_make(high);
    if (place != NULL) {
        atomic_store_explicit(place, HIDDEN, memory_order_release);
        atomic_fetch_add(&connections_live, 1);
    }
    pthread_mutex_unlock(&table_lock);
    if (place == NULL) {
        REAL(close)(high);
        return -EMFILE;
    }
    return high;
}

/* Without the table's lock, which is held while the engine closes its files before a fork. */
static void forget_hidden(int fd)
{
    struct connection *expected = HIDDEN;
    entry *place = entry_at(fd);
    if (place != NULL && atomic_compare_exchange_strong(place, &expected, NULL))
        atomic_fetch_sub(&connections_live, 1);
}

void connection_unhide(int fd)
{
    forget_hidden(fd);
    REAL(close)(fd);
}

/* The object made after `one`, the first for NULL; for walks that let the table's lock go. */
static struct connection *after(struct connection *one)
{
    pthread_mutex_lock(&table_lock);
    struct connection *next = one != NULL ? one->next : all;
    pthread_mutex_unlock(&table_lock);
    return next;
}

void connection_adopt(int fd)
{
    struct shim_guard guard;
    uint64_t identity;
    if (!connections_exist() || !connection_identify(fd, &identity))
        return;
    connection_drop(fd); /* whatever had the number before */
    shim_enter(&guard);
    for (struct connection *each = after(NULL); each != NULL; each = after(each)) {
        pthread_mutex_lock(&each->lock);
        bool same = each->gateway != NULL && each->elsewhere && each->identity == identity;
        if (same) {
            pthread_mutex_lock(&table_lock);
            each->references++;
            pthread_mutex_unlock(&table_lock);
        }
        pthread_mutex_unlock(&each->lock);
        if (same) {
            connection_add(fd, each);
            connection_release(each);
            break;
        }
    }
    shim_leave(&guard);
}

void connection_relocate(int fd)
{
    struct shim_guard guard;
    if (!shim_owner())
        return;
    shim_enter(&guard);
    struct connection *owner = after(NULL);
    for (; owner != NULL; owner = after(owner)) {
        pthread_mutex_lock(&owner->lock);
        int *ours = owner->end == fd ? &owner->end : owner->tcp == fd ? &owner->tcp : NULL;
        if (ours != NULL) {
            bool served = owner->served;
            int copy = REAL(fcntl)(fd, F_DUPFD_CLOEXEC, 0);
            if (served)
                service_forget(owner);
            if (copy >= 0)
                copy = connection_hide(copy);
            *ours = copy;
            if (served && owner->end >= 0)
                service_watch(owner);
        }
        pthread_mutex_unlock(&owner->lock);
        if (ours != NULL)
            break;
    }
    if (owner != NULL || service_relocate(fd))
        connection_unhide(fd);
    else { /* a file of the store's, which looks after it once it hears of that */
        forget_hidden(fd);
        atomic_fetch_add(&taken, 1);
    }
    shim_leave(&guard);
}

unsigned connection_taken(void)
{
    return atomic_load(&taken);
}

void connection_sweep(void)
{
    int last = atomic_load(&highest), from = atomic_load(&swept);
    atomic_store(&swept, from + SWEPT_AT_ONCE <= last ? from + SWEPT_AT_ONCE : 0);
    for (int fd = from; fd <= last && fd < from + SWEPT_AT_ONCE; fd++) {
        struct connection *found = connection_at(fd);
        if (found == NULL)
            continue;
        pthread_mutex_lock(&found->lock);
        bool stale = lookup(fd) == found && !connection_identified(found, fd);
        pthread_mutex_unlock(&found->lock);
        if (stale && take_out(fd, found))
            finish(found);
    }
}

int connection_next_hidden(unsigned first, unsigned last)
{
    int top = atomic_load(&highest);
    for (unsigned fd = first; fd <= last && (int)fd <= top && fd <= (unsigned)top; fd++) {
        if (fd % PAGE_ENTRIES == 0 && pages[fd / PAGE_ENTRIES] == NULL)
            fd += PAGE_ENTRIES - 1;
        else if (lookup((int)fd) == HIDDEN)
            return (int)fd;
    }
    return -1;
}

void connection_drop_range(unsigned first, unsigned last)
{
    int top = atomic_load(&highest);
    for (unsigned fd = first; top >= 0 && fd <= last && fd <= (unsigned)top; fd++)
        if (connection_at((int)fd) != NULL)
            connection_drop((int)fd);
}

void connection_lock_all(void)
{
    /* New objects come at the end while the locks are collected. */
    struct connection **next = &all;
    pthread_mutex_lock(&table_lock);
    while (*next != NULL) {
        struct connection *each = *next;
        pthread_mutex_unlock(&table_lock);
        pthread_mutex_lock(&each->lock);
        next = &each->next;
        pthread_mutex_lock(&table_lock);
    }
}

void connection_unlock_all(void)
{
    pthread_mutex_unlock(&table_lock);
    for (struct connection *each = all; each != NULL; each = each->next)
        pthread_mutex_unlock(&each->lock);
}

void connection_settle_all(void)
{
    for (struct connection *each = after(NULL); each != NULL; each = after(each)) {
        pthread_mutex_lock(&each->lock);
        connection_settle(each);
    }
}

void connection_each(void (*visit)(struct connection *connection))
{
    for (struct connection *each = all; each != NULL; each = each->next)
        if (each->gateway != NULL)
            visit(each);
}

void connection_each_number(void (*visit)(int fd, struct connection *connection))
{
    int top = atomic_load(&highest);
    for (int fd = 0; fd <= top; fd++) {
        struct connection *found = connection_at(fd);
        if (found == NULL)
            continue;
        pthread_mutex_lock(&found->lock);
        if (lookup(fd) == found)
            visit(fd, found);
        pthread_mutex_unlock(&found->lock);
    }
}
