/* AS - the authentication server (section 2.3). */
#include <signal.h>
#include <string.h>

#include "as/admin.h"
#include "as/change.h"
#include "as/clients.h"
#include "as/failures.h"
#include "as/lock.h"
#include "as/tasks.h"
#include "as/udp.h"
#include "net/signals.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/fd.h"
#include "sys/log.h"
#include "sys/random.h"
#include "ui/options.h"

struct options {
	uint16_t port;
	bool verbose, standby;
	const char *dir, *users;
	struct guard_options secure;
	struct admin admin;
};

static struct options options = { .port = AS_PORT, .dir = "as-data" };

static const struct option_row rows[] = {
	{ 'p', NULL, "ASport", "UDP and TCP port; 0: any free one",
	    OPTION_ANY_PORT, &options.port },
	{ 'v', NULL, NULL, "show each request and its answer", OPTION_FLAG,
	    &options.verbose },
	{ 'd', NULL, "DIR", "where accounts are kept", OPTION_TEXT,
	    &options.dir },
	{ 'u', NULL, "FILE", "who may register, one UID a line (any may)",
	    OPTION_TEXT, &options.users },
	{ '\0', "standby", NULL,
	    "wait for the AS that holds DIR to end, then take over",
	    OPTION_FLAG, &options.standby },
	{ 's', NULL, "DIR", "speak securely, too, with the keys in DIR",
	    OPTION_TEXT, &options.secure.dir },
	{ 'S', NULL, "DIR", "the same, and refuse plain text", OPTION_TEXT,
	    &options.secure.strict_dir },
	{ '\0', "issue", "CLASS OUT",
	    "make a directory of keys: class 1, 2 or 3; see AS(8)", OPTION_PAIR,
	    &options.admin.issue },
	{ '\0', "name", "NAME", "its name, or names with commas (that of OUT)",
	    OPTION_TEXT, &options.admin.name },
	{ '\0', "list", NULL, "show what has been issued", OPTION_FLAG,
	    &options.admin.list },
	{ '\0', "forget", "UID", "let another device register", OPTION_TEXT,
	    &options.admin.forget },
};

static const struct option_table table = {
	.program = "AS",
	.about = "The authentication server: registers devices, checks "
		 "passwords, sends\n"
		 "validation codes and issues transaction IDs.\n",
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
};

static struct server as;

/* Of the secure side: nothing of it is touched without -s or -S. */
#define SLOTS (SESSIONS_MAX + 1) /* one comes before another goes */

static struct secure_slot slots[SLOTS];
static uint8_t rooms[SLOTS][SECURE_BUFFERS(SECURE_LINES)];
static struct association associations[AS_ASSOCIATIONS];
static struct secure_handshake handshakes[AS_HANDSHAKES];
static struct tls_cached resumed[SESSIONS_KEPT];

static void
restrict_users(const char *file)
{
	int line, n = accounts_approve(file, &line);

	if (n == -1 && line == 0)
		fatal("cannot read %s", file);
	if (n == -1)
		fatalx("%s, line %d: not a UID of 5 digits", file, line);
	log_info("AS registers the %d users of %s", n, file);
}

static void
note_removal(const struct removal *r)
{
	memcpy(person_of(r->uid)->removal, r->tid, sizeof(r->tid));
}

/* The removals of the last AS are done; their FS may not know it yet. */
static void
finish_removals(void)
{
	int unfinished = accounts_removals(note_removal);

	if (unfinished == -1)
		fatal("cannot read the removals");
	if (unfinished > 0)
		log_warn("%d removals cannot be finished", unfinished);
}

/* The same port for both; a free one for TCP may be taken for UDP. */
static void
open_network(const struct options *o)
{
	int tries = o->port == 0 ? FREE_PORT_TRIES : 1;
	uint16_t port;

	do {
		if (listener_open(&as.listener, o->port) == -1)
			fatal(
			    "cannot listen on TCP port %u", (unsigned)o->port);
		port = listener_port(&as.listener);
		if (dgram_open(&as.udp, port) == -1) {
			if (--tries == 0)
				fatal("cannot listen on UDP port %u",
				    (unsigned)port);
			listener_close(&as.listener);
		}
	} while (!as.udp.open);
	as.listener.secure = guard_secure(&as.guard);
	dgram_secure(&as.udp, guard_secure(&as.guard));
	dgram_buffer(&as.udp, DATAGRAMS_WAITING);
}

static void
open_guard(const struct options *o)
{
	const struct keys_owner owner = admin_owner(o->admin.name);
	struct secure *s = &as.guard.secure;
	const char *why;

	s->slot = slots;
	s->slots = SLOTS;
	s->room = rooms[0];
	s->record = SECURE_LINES;
	s->association = associations;
	s->associations = AS_ASSOCIATIONS;
	s->handshake = handshakes;
	s->handshakes = AS_HANDSHAKES;
	s->cache = resumed;
	s->cached = SESSIONS_KEPT;
	why = guard_open(&as.guard, &o->secure, &owner, now_ms());
	if (why != NULL)
		fatalx("%s", why);
	devices_secure(guard_secure(&as.guard));
}

static void
open_places(int inherited)
{
	int places = fd_limit() - inherited - FDS_RESERVED;

	if (places < 1)
		fatalx("too few descriptors: of %d (ulimit -n) %d are "
		       "inherited, at least %d are needed",
		    fd_limit(), inherited, FDS_RESERVED + 1);
	admission_open(
	    &as.places, places < SESSIONS_MAX ? places : SESSIONS_MAX, true);
	admission_open(&as.change_places, CHANGES_MAX, true);
}

static void
open_accounts(const struct options *o, int keep[POOL_KEEP])
{
	const char *error = accounts_open(o->dir, o->standby, keep);

	if (error != NULL)
		fatalx("%s: %s", o->dir, error);
	if (failures_open(keep[0], now_ms()) == -1)
		fatal("%s: cannot read the counts of wrong codes", o->dir);
	if (o->users != NULL) /* as it is now, after standing by */
		restrict_users(o->users);
	finish_removals();
}

static void
open_program(const struct options *o, int inherited)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGUSR1 };
	bool is_new = disk_is_missing(o->dir);
	char dir[LOG_PATH_MAX];
	int keep[POOL_KEEP] = { 0 };

	open_places(inherited);
	if (random_open() == -1)
		fatal("cannot open the system's random source");
	open_guard(o);
	people_open();
	open_accounts(o, keep);
	if (signals_open(signals, sizeof(signals) / sizeof(signals[0])) == -1)
		fatal("cannot make the signal pipe");
	open_network(o);
	if (pool_start(&as.pool, WORKERS, sizeof(struct account_job),
		accounts_run, keep) == -1)
		fatal("cannot start helper processes");
	log_info("AS listening on UDP and TCP port %u",
	    (unsigned)listener_port(&as.listener));
	log_info("AS serves up to %d sessions at once, accounts in %s%s%s",
	    as.places.size, log_path(dir, sizeof(dir), o->dir),
	    is_new ? " (new)" : "",
	    o->users == NULL ? ", any UID may register" : "");
	guard_tell(&as.guard, "AS");
}

static void
print_counters(const struct ready *r)
{
	const struct counters *n = &as.count;

	log_info(
	    "AS counters: %lu connections, %lu refused, %lu evicted, %d open; "
	    "%lu codes resent, %lu duplicates answered; %lu wrong "
	    "passwords, %lu wrong codes; %lu workers replaced; longest "
	    "loop gap %ld ms",
	    n->connections, as.listener.refused, as.places.evicted,
	    as.places.taken, n->resent, n->duplicates, n->wrong_passwords,
	    n->wrong_codes, as.pool.died, (long)r->longest);
	guard_counters(&as.guard, "AS");
}

/* What a signal asks for; a second one to stop ends at once. */
static void
handle_signals(const struct ready *r, ms_t now)
{
	int number;

	while ((number = signals_next(r)) != 0) {
		if (number == SIGUSR1) {
			print_counters(r);
			continue;
		}
		as.stop_by = as.stop_by == 0 ? now + STOP_TIME : now;
		listener_close(&as.listener);
	}
}

/* All that a round does is done by who holds the accounts. */
static void
prove_lock(ms_t now)
{
	if (now - as.proved < HELD_TIME)
		return;
	if (lock_prove())
		as.proved = now;
}

static bool
is_over(ms_t now)
{
	return as.stop_by != 0 &&
	    (now >= as.stop_by || (clients_idle(&as) && change_idle(&as)));
}

static void
serve(void)
{
	static struct ready r;
	ms_t now = now_ms();

	while (!is_over(now)) {
		ready_begin(&r);
		signals_watch(&r);
		tasks_watch(&as, &r);
		pool_watch(&as.pool, &r);
		udp_watch(&as, &r);
		clients_watch(&as, &r, now);
		if (as.stop_by != 0)
			ready_by(&r, as.stop_by);

		if (ready_wait(&r) == -1)
			fatal("cannot wait for events");

		now = r.woke;
		prove_lock(now);
		handle_signals(&r, now);
		pool_step(&as.pool, &r);
		tasks_step(&as, now);
		udp_step(&as, &r, now);
		clients_step(&as, &r, now);
		tasks_start(&as, now);
	}
}

static void
close_program(void)
{
	clients_part(&as);
	pool_stop(&as.pool);
	dgram_close(&as.udp);
	guard_close(&as.guard);
	log_info("AS stopped");
}

int
main(int argc, char *argv[])
{
	int inherited = fd_inherited(); /* before any is opened */
	int status = options_read(&table, argc, argv);

	signals_unblock();
	if (status != GO_ON)
		return status;
	log_open("AS", options.verbose);
	options.admin.keys = options.secure.dir != NULL ?
	    options.secure.dir :
	    options.secure.strict_dir;
	options.admin.data = options.dir;
	status = admin_run(&options.admin);
	if (status != GO_ON)
		return log_lost() ? EXIT_FAILED : status;
	open_program(&options, inherited);
	if (log_lost())
		return EXIT_FAILED;
	serve();
	close_program();
	return log_lost() ? EXIT_FAILED : EXIT_FINE;
}
