/*
 * soak - proves the promises, one row of their table a run: soak ROW SIZE.
 *
 * A row starts the programs of $BIN itself, on free ports and in a directory
 * of its own, speaks the protocol to them as device, user and file client
 * (tests/lib), and ends with one verdict. SIZE is full, the figures as
 * promised, or small: the same in a second or two, for every build.
 *
 *	main.c		the table, the verdict's line
 *	trial.c		an AS, an FS and their disks
 *	crowd.c		many at once
 *	secured.c	both with keys, a relay (relay.c) on each leg
 *	faults.c	faults on purpose (tests/tools/shim_fault.h)
 *
 * and the rows, a file a subject. Whatever is waited for has its bound.
 */
#ifndef SOAK_H
#define SOAK_H

#include "../lib/peer.h"
#include "../lib/person.h"
#include "../lib/run.h"
#include "../lib/scene.h"
#include "../tools/shim_fault.h"

/* main.c */

void figure(const char *format, ...) CHECKED_FORMAT(1);
void allowed(const char *format, ...) CHECKED_FORMAT(1); /* what applied */

/* A part that cannot be tried here; all, where the row then has no figure. */
void skip(const char *format, ...) CHECKED_FORMAT(1);

/* crowd.c */

/* work(i, arg) for every i below n, in so many threads. */
void in_parallel(int n, int threads, void (*work)(int i, void *arg), void *arg);

/* Silent connections, and every other one says a byte a second. */
struct crowd;
struct crowd *crowd_gather(int n, uint16_t port, bool drip);
void crowd_leave(struct crowd *c);

struct latency {
	double *at; /* seconds each */
	int n, room;
};

void latency_open(struct latency *l, int room);
void latency_add(struct latency *l, double s);
double latency_percentile(struct latency *l, double percent); /* ms */

/* faults.c */

void steer_open(struct server *s); /* before its start */
bool steer_holds(void); /* the library is in the server: or told, as skipped */
struct fault *steering(void);
void steer_fault(enum fault_way way, unsigned calls, unsigned at);
void steer_off(void);
bool steer_fired(void);
bool steer_struck(enum fault_call call); /* it was one of these */
/* What was not yet on the disk as the answer left: a flaw; so is no answer, or
 * one that leaves before anything has been synced. */
void steer_record(void);
void steer_check_order(const char *what, const struct server *s);

/* The rows, as main.c has them in its table. */
void prove_slow_peers(void);
void prove_descriptors(void);
void prove_half_closed(void);
void prove_early_refusal(void);
void prove_pieces(void);
void prove_busy_loop(void);
void prove_udp_loss(void);
void prove_tid_once(void);
void prove_no_storm(void);
void prove_forgery(void);
void prove_code_once(void);
void prove_guessing(void);
void prove_pestering(void);
void prove_stolen_files(void);
void prove_wrong_passwords(void);
void prove_escaping(void);
void prove_hostile_names(void);
void prove_crash(void);
void prove_removal_crash(void);
void prove_uploads_at_once(void);
void prove_disk_faults(void);
void prove_huge_files(void);
void prove_clock_jumps(void);
void prove_one_as(void);
void prove_every_input(void);
void prove_class(void);
void prove_places(void);
void prove_code_turns(void);
void prove_wrong_tids(void);
void prove_stuck(void);
void prove_off(void);
void prove_sealed(void);
void prove_unchanged(void);
void prove_impostors(void);
void prove_other_peers(void);
void prove_old_sessions(void);
void prove_floods(void);

#endif
