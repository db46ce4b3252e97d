/* The pool, the random source, the terminal and what is printed. */
#include <stdarg.h>

#include "net/signals.h"
#include "sys/pool.h"
#include "sys/random.h"
#include "ui/terminal.h"
#include "world.h"

#define JOBS_MAX 192
#define BODY_MAX 512

/* Signals: bytes of a stream. */

int world_signals;

void
signals_unblock(void)
{
}

int
signals_open(const int *numbers, int n)
{
	(void)numbers, (void)n;
	return 0;
}

void
signals_watch(struct ready *r)
{
	ready_read(r, world_signals);
}

int
signals_next(const struct ready *r)
{
	unsigned char byte;

	return ready_can_read(r, world_signals) &&
		world_read(world_signals, &byte, 1) == 1 ?
	    byte :
	    0;
}

_Noreturn void
signals_die(int number)
{
	(void)number;
	abort();
}

/* The pool: a job is a copy of its body, as a child would have it. */

static struct {
	struct pool *pool;
	struct job *job;
	int fd, theirs; /* the child's, and what it is a copy of; -1: none */
	unsigned char body[BODY_MAX];
} jobs[JOBS_MAX];
static int njobs;
bool world_waits;

int
pool_start(struct pool *p, int workers, size_t size,
    void (*run)(void *body, int fd), const int *keep)
{
	(void)keep;
	require(size <= BODY_MAX);
	memset(p, 0, sizeof(*p));
	if (world_fails())
		return -1;
	p->workers = workers;
	p->size = size;
	p->run = run;
	return 0;
}

void
pool_submit(struct pool *p, struct job *job, void *body, int fd)
{
	require(!job_busy(job) && njobs < JOBS_MAX && p->workers > 0);
	job->state = JOB_RUNNING;
	job->body = body;
	jobs[njobs].pool = p;
	jobs[njobs].job = job;
	jobs[njobs].fd = fd != -1 ? world_dup(fd) : -1;
	jobs[njobs].theirs = fd;
	memcpy(jobs[njobs++].body, body, p->size);
}

bool
job_busy(const struct job *job)
{
	return job->state == JOB_WAITING || job->state == JOB_RUNNING;
}

void
pool_watch(const struct pool *p, struct ready *r)
{
	(void)p, (void)r;
}

void
pool_step(struct pool *p, const struct ready *r)
{
	(void)p, (void)r;
}

void
pool_stop(struct pool *p)
{
	p->workers = 0;
}

int
world_jobs(void)
{
	return njobs;
}

void
world_pool_reset(void)
{
	njobs = 0;
}

/* A child that dies may have done its work, and nobody hears of it. */
void
world_job_end(int which, enum world_end how)
{
	struct job *job;
	int n;

	if (njobs == 0)
		return;
	n = which % njobs;
	job = jobs[n].job;
	require(job->state == JOB_RUNNING);
	require(!world_waits || jobs[n].fd == -1 ||
	    (world_is(jobs[n].theirs, END_FILE) &&
		world_fd[jobs[n].theirs].inode == world_fd[jobs[n].fd].inode));
	if (how != JOB_IS_LOST)
		jobs[n].pool->run(jobs[n].body, jobs[n].fd);
	if (how == JOB_ENDS)
		memcpy(job->body, jobs[n].body, jobs[n].pool->size);
	if (jobs[n].fd != -1)
		world_close(jobs[n].fd);
	job->state = how == JOB_ENDS ? JOB_DONE : JOB_FAILED;
	memmove(
	    &jobs[n], &jobs[n + 1], (size_t)(--njobs - n) * sizeof(jobs[0]));
	world_wake();
}

/* The random source: the same from run to run. */

static uint32_t seed;

void
world_random_reset(void)
{
	seed = 2463534242u;
}

static uint32_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

int
random_open(void)
{
	return world_new(END_OTHER);
}

void
random_bytes(void *out, size_t n)
{
	unsigned char *at = out;

	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)draw();
}

void
random_code(char code[CODE_LEN + 1])
{
	uint32_t n = 1000 + draw() % 9000;

	for (int i = CODE_LEN - 1; i >= 0; i--, n /= 10)
		code[i] = (char)('0' + n % 10);
	code[CODE_LEN] = '\0';
}

/* What is printed is one line of printable characters, ASCII or UTF-8. */

/* How many bytes one has; 0: it is none, or a control. */
static int
character(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	int n = 1;

	if (*c < 0x80)
		return *c >= ' ' && *c <= '~';
	while (n < 4 && (c[n] & 0xc0) == 0x80)
		n++;
	if (*c < 0xc2 || (*c == 0xc2 && c[1] < 0xa0))
		return 0;
	return n == (*c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4) && *c < 0xf5 ? n : 0;
}

static void __attribute__((__format__(__printf__, 1, 0)))
print(const char *format, va_list args, void (*told)(const char *))
{
	char text[2048];
	int n = vsnprintf(text, sizeof(text), format, args);

	require(n >= 0 && n < (int)sizeof(text));
	if (told == NULL && n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	for (const char *s = text; *s != '\0'; s += character(s))
		require(character(s) > 0);
	if (told != NULL)
		told(text);
}

int
world_fprintf(FILE *to, const char *format, ...)
{
	va_list args;

	(void)to;
	va_start(args, format);
	print(format, args, NULL);
	va_end(args);
	return 0;
}

static void
ignore(const char *text)
{
	(void)text;
}

void
tell_args(const char *format, va_list args)
{
	print(format, args, world_on.told != NULL ? world_on.told : ignore);
}

void
tell(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell_args(format, args);
	va_end(args);
}

void
warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args, ignore);
	va_end(args);
}

void
terminal_open(void)
{
}

bool
terminal_interactive(void)
{
	return world_tty;
}

int
terminal_lost(void)
{
	return 0;
}

void
terminal_ask(const char *question, bool secret)
{
	(void)question, (void)secret;
}

void
terminal_answered(void)
{
}

bool
terminal_shows_status(void)
{
	return world_tty;
}

void
terminal_status(const char *line)
{
	require(strlen(line) < 80);
	warn("%s", line);
}

int
terminal_columns(void)
{
	return 80;
}

void
terminal_slow(const char *what)
{
	(void)what;
}

bool
terminal_in_background(void)
{
	return false;
}

bool
terminal_signal(int number)
{
	(void)number;
	return false;
}

void
terminal_interrupted(void)
{
}

int
terminal_exit(int status)
{
	return status;
}

/* Who and where we are. */

uid_t
world_geteuid(void)
{
	return 1000;
}

pid_t
world_getpid(void)
{
	return 7;
}

int
world_gethostname(char *name, size_t room)
{
	snprintf(name, room, "host");
	return 0;
}

char *
world_getcwd(char *path, size_t room)
{
	snprintf(path, room, "/home");
	return path;
}
