/*
 * policy - every duration and count that our reading of the specification sets,
 * and every limit that a person or a peer could meet.
 *
 * Times are milliseconds.  They are constants, not options: a deployment that
 * turned them would no longer be the service that the readme describes.  A test
 * build may override one with -DNAME=value to see it pass within seconds.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdint.h>

#ifndef GN
#define GN 0 /* group number: make GN=42 */
#endif

#define PD_PORT (57000 + GN)
#define AS_PORT (58000 + GN)
#define FS_PORT (59000 + GN)

#define SECONDS INT64_C(1000)
#define MINUTES (60 * SECONDS)

/* UDP requests: VLC, VLD, REG and UNR. */
#ifndef REQUEST_PATIENCE
#define REQUEST_PATIENCE 500, 1000, 2000, 2000, 2500 /* after each sending */
#endif

/* Connections. */
#ifndef LINE_TIME /* for a request, from its first byte (FS: from accept) */
#define LINE_TIME (60 * SECONDS)
#endif
#define CONNECT_TIME (10 * SECONDS) /* for a connection to come about */
#ifndef STALL_TIME                  /* without a byte moving */
#define STALL_TIME (60 * SECONDS)
#endif
/* After the reply: the peer may close first; silence until we do; all in all.
 */
#define LINGER_FIRST 1
#define LINGER_IDLE  (5 * SECONDS)
#define LINGER_TIME  (30 * SECONDS)

/* Secure sessions (net/secure.h). */
#ifndef HANDSHAKE_TIME /* for a handshake, from its first byte */
#define HANDSHAKE_TIME (10 * SECONDS)
#endif
#define HANDSHAKE_SHARE (1 * SECONDS) /* then its memory may go to another */
#define KEYS_RENEWED    (MINUTES * 60 * 12) /* what seals tickets, cookies */
#define SECURE_READS    32 /* of a peer that says nothing with them */
#define SECURE_RETRY    20 /* ms, where no handshake's memory is free */
#define ONE_HOSTS_PART  16 /* of full associations 1 in 16, then its own go */
#define AS_ASSOCIATIONS 2048
#define AS_HANDSHAKES   128
#define FS_ASSOCIATIONS 4 /* with the AS: for all, and a removal's own */
#define FS_HANDSHAKES   64
#define SESSIONS_KEPT   1024 /* of clients that resume without a ticket */
#define DEVICE_TICKETS  64   /* AS: devices that it meets again by a ticket */
#define SILENCE_RENEWS  1400 /* ms without an answer: a new association */

#define NEWLINE_TIME 500  /* for the newline that ends an UPL */
#define STOP_TIME    1500 /* for replies under way at SIGTERM */
#define STOP_SURELY  2    /* s after SIGTERM; whatever blocks us: the end */

/* How many at once.  Of descriptors a session needs one, a client two. */
#define FDS_RESERVED      32   /* descriptors that are not clients' */
#define SESSIONS_MAX      992  /* at the AS */
#define CHANGES_MAX       1024 /* REG, UNR and removals that the AS is at */
#define WORKERS           4    /* of the AS; the FS has POOL_MAX (sys/pool.h) */
#define FDS_FEW           128  /* FS: with fewer descriptors than that it has */
#define WORKERS_FEW       4    /* ... so many workers alone */
#define CLIENTS_MAX       496  /* at the FS */
#define ORPHANS_MAX       16 /* beside them: gone, but their work is not done */
#define UPLOADS_MAX       512
#define IDLE_SOCKETS      8   /* of VLCs that were answered, for the next */
#define SOCKET_RETRY      50  /* until a VLC may find a descriptor */
#define SPAWN_RETRY       100 /* until a worker may be made */
#define FREE_PORT_TRIES   16  /* with -p 0: a port that is free for both */
#define DATAGRAMS_WAITING (1 << 20) /* bytes in the system's buffer */

/* A round of the loop does no more of one kind, so that all get their turn. */
#define ACCEPTS_A_ROUND   64
#define DATAGRAMS_A_ROUND 64    /* AS, pd */
#define ANSWERS_A_ROUND   256   /* FS: of the AS */
#define LINES_A_ROUND     8     /* of one session */
#define TURNS_A_ROUND     16    /* some need no hash any more */
#define TRANSFERS_A_ROUND 1     /* of those with more to move than ... */
#define TRANSFER_SMALL    65536 /* bytes */

/* With many sessions most rounds of the AS watch the active ones alone. */
#define PARTIAL_FROM 64 /* sessions; below, a full round costs no more */
#define PARTIAL_TIME 8  /* between full rounds */
#define ACTIVE_TIME  20 /* since its last byte */

/* Who gives way when places are short (net/admission.h). */
#define EVICT_AGE   (10 * SECONDS) /* idle so long, under pressure */
#define EVICT_GRACE 20 /* with no place left: for the first words to come */
#define CHECK_AGE   (30 * SECONDS) /* waits so long for its password's check */
#define CROWD_AGE   (2 * SECONDS)  /* with no place left: of one who has many */
#define FEW_PLACES  4              /* of one user: no crowd yet */
#define USER_AGE    (10 * MINUTES) /* idle so long, with no place left */
#define LEAST_BYTES 10240 /* in EVICT_AGE, or a transfer is as good as idle */

/* Removals at the FS (fs/intent.h). */
#define REMOVALS_AGAIN   (10 * SECONDS) /* what is unfinished, over again */
#define REMOVALS_AT_ONCE 12             /* REMs that are not decided yet */
#define INTENT_AGAIN     100            /* ms, where another's stands */
#define INTENT_TIME      (8 * SECONDS)  /* a REM's turn comes, or INV */
#define WORK_FRESH       (30 * SECONDS) /* a lock file of a living FS */
#define REFUSED_SOON     100 /* AS: its port was closed when the VLD came */

/* Second factor. */
#ifndef VC_LIFE
#define VC_LIFE (5 * MINUTES)
#endif
#ifndef TID_LIFE
#define TID_LIFE (10 * MINUTES)
#endif
#define TIDS_LIVE_MAX     16 /* a user */
#define VC_TRIES          3
#define VLD_TRIES         10 /* wrong ones of one address at once, ... */
#define VLD_PACE          INT64_C(200) /* ... then one in this time, ... */
#define VLD_ADDRESS_TRIES 50 /* ... and no more in the life of a TID */
#define VLD_TID_TRIES     70 /* of all addresses, then the TID dies */
#define INV_TRIES         8  /* FS: wrong TIDs of a user from one address */
#define INV_PACE          (20 * SECONDS) /* ... then one in this time */
#define INV_TRUST         (60 * MINUTES) /* ... but not after a right one */
#define REMOVAL_RETRY     (1 * SECONDS)  /* AS: one that the disk cut short */
#define VLD_AGAIN         (5 * SECONDS)  /* AS: a repeated VLD is a resend */
#define TID_MEMORY        (30 * SECONDS) /* FS: a TID seen twice is INV */
#define CODES_FAILED_SLOW 10 /* failed codes of a user: REQ slows down */
#define CODES_FAILED_MAX  40 /* ... no REQ until another device registers */
#define CODES_EXCUSED_MAX 20 /* ... which excuses them, so many at most */
#define CODES_FORGIVEN    (MINUTES * 60 * 24) /* ... one in this time is */
#define CODES_SLOW_TIME   (30 * SECONDS)
#define TICKETS_MAX       32768   /* of all users, with those used of late */
#define TICKETS_SWEPT     MINUTES /* of all that are dead, where none is left */
#define VLD_ADDRESSES     3       /* that guess at a TID and are told apart */
#define VLC_BURST         60      /* codes sent to a device at once, ... */
#define VLC_PACE          (1 * SECONDS) /* ... then one in this time */

/* Who holds the accounts. */
#ifndef ORPHAN_TIME /* for workers of the last AS, at start */
#define ORPHAN_TIME (10 * SECONDS)
#endif
#define HELD_TIME   (1 * SECONDS) /* between proofs that they are still ours */
#define ORPHAN_POLL 5             /* between looks at those workers, ... */
#define ORPHAN_TOLD (1 * SECONDS) /* ... of which it is told after that */

/* Passwords. */
#ifndef KDF_ROUNDS
#define KDF_ROUNDS 100000 /* of PBKDF2-HMAC-SHA256; 42 ms */
#endif
#define KDF_ROUNDS_MAX   10000000 /* more are damage, and would take minutes */
#define LOGINS_FREE      3        /* wrong ones answered without delay */
#define LOGINS_FORGOTTEN (15 * MINUTES) /* without another wrong one */
#define LOGIN_DELAYS     1000, 2000, 4000, 8000, 15000
#define DELAY_BY_UDP     4000 /* at most: who asks waits for 8 s */

/* The personal device. */
#define SHOWN_MEMORY (60 * SECONDS) /* a VLC seen twice is shown once */
#define CODES_SHOWN  128 /* so many are remembered for that: see VLC_BURST */
#define CODES_LAST   10  /* shown again by the command codes */

/* Certificates that we issue (sys/keys.h), in days. */
#define ROOT_DAYS        7300 /* of an authority, by its own key */
#define CERTIFICATE_DAYS 3650 /* of all others, and no longer than theirs */

/* Associations of a personal device: its own to the AS, those of the AS's
 * sockets, and a few that anybody may begin. */
#define PD_ASSOCIATIONS 64
#define PD_HANDSHAKES   4

/* The person at user and pd. */
#define CONNECT_TRIES 3             /* to reach the AS again, ... */
#define CONNECT_PAUSE (1 * SECONDS) /* ... so long after each */
/* Of the AS, whose longest delays are 15 s for a password, 8 s for a device. */
#define ANSWER_TIME      (60 * SECONDS)
#define WAIT_UNSAID      (1 * SECONDS) /* a wait that is longer is explained */
#define BACKGROUND_PAUSE 500 /* until we look whether we are in front again */
#define PROGRESS_FIRST   (1 * SECONDS) /* a transfer that is longer is shown */
#define PROGRESS_NEXT    200           /* until it is drawn again */
#define PROGRESS_STALLED (5 * SECONDS) /* without a byte */

/* Disks. */
#define PREALLOCATE_SLOW 100 /* no more of it where it takes longer */

/* ERR datagrams to one source in a second, so that no two peers can storm. */
#define ERR_PER_SECOND 5

_Static_assert(STOP_TIME < STOP_SURELY * SECONDS, "replies have their time");
_Static_assert(LINGER_IDLE <= LINGER_TIME, "silence is part of all in all");
_Static_assert(
    VLD_TRIES <= VLD_ADDRESS_TRIES && VLD_ADDRESS_TRIES < VLD_TID_TRIES,
    "no address alone ends a TID");
_Static_assert(INV_TRIES + TID_LIFE / INV_PACE < VLD_ADDRESS_TRIES,
    "who guesses at an FS does not use up what the AS allows it");
_Static_assert(INV_TRIES < VLD_TRIES, "the user's own TID is heard at once");
_Static_assert(CODES_FAILED_SLOW < CODES_FAILED_MAX, "first REQ slows down");
_Static_assert(TID_MEMORY > VLD_AGAIN,
    "what the AS confirms again to a resend the FS knows");
_Static_assert(REMOVALS_AGAIN < WORK_FRESH, "each round touches the lock file");

#endif
