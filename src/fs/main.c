/* FS - the file server (section 2.4 of the specification). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs/clients.h"
#include "net/signals.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/fd.h"
#include "sys/log.h"
#include "ui/options.h"

struct options {
	uint16_t port, as_port;
	const char *as_host, *dir;
	bool verbose;
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
};

static const struct option_table table = {
	.program = "FS",
	.about = "The file server: validates each operation with the AS, "
		 "stores at most\n15 files a user.\n",
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
};

static struct service service = { .guesses = {
				      .burst = INV_TRIES, .pace = INV_PACE } };
static struct clients clients;
static struct listener listener;

static void
open_network(const struct options *o, struct addr *as)
{
	static const int handled[] = { SIGTERM, SIGINT, SIGUSR1 };
	const char *error;

	if (signals_open(handled, sizeof(handled) / sizeof(*handled)) == -1)
		fatal("cannot make a pipe");
	if (listener_open(&listener, o->port) == -1)
		fatal("cannot listen on TCP port %u", (unsigned)o->port);
	error = addr_resolve(as, o->as_host, o->as_port);
	if (error != NULL)
		fatalx("no address for the AS, %s: %s", o->as_host, error);
	if (dgram_dial(&service.as, as, &(struct addr){ .ip = 0 }) == -1)
		fatal("cannot make a UDP socket for the AS");
	dgram_buffer(&service.as, DATAGRAMS_WAITING);
}

static void
start(const struct options *o)
{
	struct addr as;
	char name[ADDR_NAME_MAX], dir[LOG_PATH_MAX];
	bool is_new = disk_is_missing(o->dir);
	const char *error;
	int inherited = fd_inherited(), cap = fd_limit() - inherited;
	int usable = clients_open(&clients, cap);

	log_open("FS", o->verbose);
	if (usable < 1)
		fatalx("too few descriptors: of %d (ulimit -n) %d are "
		       "inherited, at least %d are needed",
		    fd_limit(), inherited, FDS_RESERVED + 2);
	open_network(o, &as);
	error = files_start(o->dir);
	if (error != NULL)
		fatalx("cannot keep files in %s: %s", o->dir, error);
	if (pool_start(&service.pool, cap < FDS_FEW ? WORKERS_FEW : POOL_MAX,
		sizeof(struct disk_op), files_run, files_keep()) == -1)
		fatal("cannot start the workers");
	log_info("FS listening on TCP port %u, AS at %s",
	    (unsigned)listener_port(&listener), addr_name(name, &as));
	log_info("FS serves up to %d clients at once, files in %s%s", usable,
	    log_path(dir, sizeof(dir), o->dir), is_new ? " (new)" : "");
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
}

/*
 * The first signal to stop ends whoever has not asked yet and leaves the others
 * some time, until *end; the next one is the end.
 */
static void
handle_signals(const struct ready *r, ms_t *end)
{
	int number;

	while ((number = signals_next(r)) != 0)
		if (number == SIGUSR1)
			print_counters(r);
		else if (*end == NEVER) {
			*end = r->woke + STOP_TIME;
			listener_close(&listener);
			clients_dismiss(&clients, &service, false);
		} else
			*end = r->woke;
}

static void
serve(void)
{
	struct ready r = { .woke = 0 };
	ms_t end = NEVER; /* of the time to stop in */

	while (end == NEVER || (clients.places.taken > 0 && r.woke < end)) {
		ready_begin(&r);
		ready_by(&r, end);
		signals_watch(&r);
		dgram_watch(&service.as, &r);
		pool_watch(&service.pool, &r);
		clients_watch(&clients, &service, &listener, &r);

		if (ready_wait(&r) == -1)
			fatal("cannot wait for events");
		handle_signals(&r, &end);
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
stop(void)
{
	clients_dismiss(&clients, &service, true);
	removals_stop(&service.removals);
	pool_stop(&service.pool);
	files_stop();
	log_info("FS stopped");
}

int
main(int argc, char *argv[])
{
	int status = options_read(&table, argc, argv);

	signals_unblock();
	if (status != GO_ON)
		return status;
	start(&options);
	if (log_lost())
		return EXIT_FAILED;
	serve();
	stop();
	return log_lost() ? EXIT_FAILED : EXIT_FINE;
}
