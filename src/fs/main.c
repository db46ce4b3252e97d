/* FS - the file server (section 2.4 of the specification). */
#include <signal.h>
#include <stdio.h>

#include "crypto/secret.h"
#include "fs/clients.h"
#include "net/signals.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/fd.h"
#include "sys/log.h"
#include "sys/random.h"
#include "ui/guard.h"
#include "ui/options.h"

struct options {
	uint16_t port, as_port;
	const char *as_host, *dir;
	bool verbose;
	struct guard_options secure;
};

static struct options options = { .port = FS_PORT,
	.as_port = AS_PORT,
	.as_host = "127.0.0.1",
	.dir = "fs-data" };

static const struct option_row rows[] = {
	{ 'q', NULL, "FSport", "TCP port; 0: any free one", OPTION_ANY_PORT,
	    &options.port },
	{ 'n', NULL, "ASIP", "host of the AS, name or address", OPTION_TEXT,
	    &options.as_host },
	{ 'p', NULL, "ASport", "its UDP port", OPTION_PORT, &options.as_port },
	{ 'v', NULL, NULL, "show each request and its answer", OPTION_FLAG,
	    &options.verbose },
	{ 'd', NULL, "DIR", "where files are kept", OPTION_TEXT, &options.dir },
	{ 's', NULL, "DIR", "speak securely, too, with the keys in DIR",
	    OPTION_TEXT, &options.secure.dir },
	{ 'S', NULL, "DIR", "the same, and refuse plain text", OPTION_TEXT,
	    &options.secure.strict_dir },
};

static const struct option_table table = {
	.program = "FS",
	.about = "The file server: validates each operation with the AS, "
		 "stores at most\n" DIGITS_OF(FILES_MAX) " files a user.\n",
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
};

static struct service service = {
	.guesses = { .burst = INV_TRIES, .pace = INV_PACE },
};
static struct clients clients;
static struct listener listener;
static ms_t stop_by; /* 0: not stopping */
static struct guard guard;

/* Of the secure side: nothing of it is touched without -s or -S. */
#define SLOTS (CLIENTS_MAX + ORPHANS_MAX + 1) /* one comes, another goes */

static struct secure_slot slots[SLOTS];
static uint8_t rooms[SLOTS][SECURE_BUFFERS(SECURE_BULK)];
static struct association associations[FS_ASSOCIATIONS];
static struct secure_handshake handshakes[FS_HANDSHAKES];
static struct tls_cached resumed[SESSIONS_KEPT];
static struct tls_ticket ticket;
static char place[SECURE_PLACE_MAX];

static void
open_guard(const struct options *o)
{
	const struct keys_owner owner = { .class = CERT_PROGRAM };
	struct secure *s = &guard.secure;
	const char *why;

	s->slot = slots;
	s->slots = SLOTS;
	s->room = rooms[0];
	s->record = SECURE_BULK;
	s->association = associations;
	s->associations = FS_ASSOCIATIONS;
	s->handshake = handshakes;
	s->handshakes = FS_HANDSHAKES;
	s->cache = resumed;
	s->cached = SESSIONS_KEPT;
	why = guard_open(&guard, &o->secure, &owner, now_ms());
	if (why != NULL)
		fatalx("%s", why);
	service.secure = guard_secure(&guard);
	snprintf(
	    place, sizeof(place), "%s:%u", o->as_host, (unsigned)o->as_port);
	service.target = (struct secure_target){
		.host = o->as_host, .place = place, .ticket = &ticket
	};
}

static void
open_places(int inherited)
{
	if (clients_open(&clients, fd_limit() - inherited) < 1)
		fatalx("too few descriptors: of %d (ulimit -n) %d are "
		       "inherited, at least %d are needed",
		    fd_limit(), inherited, FDS_RESERVED + 2);
}

static void
open_network(const struct options *o, struct addr *as)
{
	const char *error;

	if (listener_open(&listener, o->port) == -1)
		fatal("cannot listen on TCP port %u", (unsigned)o->port);
	error = addr_resolve(as, o->as_host, o->as_port);
	if (error != NULL)
		fatalx("no address for the AS, %s: %s", o->as_host, error);
	listener.secure = guard_secure(&guard);
	if (dial_as(&service, &service.as, as, &(struct addr){ .ip = 0 }) == -1)
		fatal("cannot make a UDP socket for the AS");
	dgram_buffer(&service.as, DATAGRAMS_WAITING);
}

static void
open_program(const struct options *o, int inherited)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGUSR1 };
	bool is_few = fd_limit() - inherited < FDS_FEW;
	bool is_new = disk_is_missing(o->dir);
	char name[ADDR_NAME_MAX], dir[LOG_PATH_MAX];
	const char *error;
	struct addr as;

	open_places(inherited);
	if (signals_open(signals, sizeof(signals) / sizeof(signals[0])) == -1)
		fatal("cannot make a pipe");
	if ((o->secure.dir != NULL || o->secure.strict_dir != NULL) &&
	    random_open() == -1)
		fatal("cannot open the system's random source");
	open_guard(o);
	open_network(o, &as);
	if ((error = files_start(o->dir)) != NULL)
		fatalx("cannot keep files in %s: %s", o->dir, error);
	if (pool_start(&service.pool, is_few ? WORKERS_FEW : POOL_MAX,
		sizeof(struct disk_op), files_run, files_keep()) == -1)
		fatal("cannot start the workers");
	log_info("FS listening on TCP port %u, AS at %s",
	    (unsigned)listener_port(&listener), addr_name(name, &as));
	log_info("FS serves up to %d clients at once, files in %s%s",
	    clients.places.size, log_path(dir, sizeof(dir), o->dir),
	    is_new ? " (new)" : "");
	guard_tell(&guard, "FS");
}

static void
print_counters(const struct ready *r)
{
	log_info("FS counters: %lu connections, %d now, %lu refused, "
		 "%lu evicted, %lu resends, %lu unanswered, "
		 "%lu repeated TIDs, "
		 "%lu workers replaced, longest loop gap %ld ms",
	    service.connections, clients.places.taken, listener.refused,
	    clients.places.evicted, service.resends, service.unanswered,
	    service.repeated, service.pool.died, (long)r->longest);
	guard_counters(&guard, "FS");
}

/* What a signal asks for; a second one to stop ends at once. */
static void
handle_signals(const struct ready *r)
{
	int number;

	while ((number = signals_next(r)) != 0) {
		if (number == SIGUSR1) {
			print_counters(r);
			continue;
		}
		stop_by = stop_by == 0 ? r->woke + STOP_TIME : r->woke;
		listener_close(&listener);
		clients_dismiss(&clients, &service, false);
	}
}

static bool
is_over(ms_t now)
{
	return stop_by != 0 && (now >= stop_by || clients.places.taken == 0);
}

static void
serve(void)
{
	static struct ready r;

	while (!is_over(r.woke)) {
		ready_begin(&r);
		signals_watch(&r);
		dgram_watch(&service.as, &r);
		pool_watch(&service.pool, &r);
		clients_watch(&clients, &service, &listener, &r);
		if (stop_by != 0)
			ready_by(&r, stop_by);

		if (ready_wait(&r) == -1)
			fatal("cannot wait for events");

		handle_signals(&r);
		pool_step(&service.pool, &r);
		if (dgram_readable(&service.as, &r))
			clients_receive(&clients, &service, r.woke);
		clients_step(&clients, &service, &r);
		clients_accept(&clients, &service, &listener, &r);
	}
}

/*
 * Workers that are still at it are not waited for: what they do is whole or
 * comes to nothing, and they end by themselves.
 */
static void
close_program(void)
{
	clients_dismiss(&clients, &service, true);
	removals_stop(&service.removals);
	pool_stop(&service.pool);
	files_stop();
	dgram_close(&service.as);
	guard_close(&guard);
	if (guard.on)
		wipe(&ticket, sizeof(ticket));
	log_info("FS stopped");
}

int
main(int argc, char *argv[])
{
	int inherited = fd_inherited(); /* before any is opened */
	int status = options_read(&table, argc, argv);

	signals_unblock();
	if (status != GO_ON)
		return status;
	log_open("FS", options.verbose);
	open_program(&options, inherited);
	if (log_lost())
		return EXIT_FAILED;
	serve();
	close_program();
	return log_lost() ? EXIT_FAILED : EXIT_FINE;
}
