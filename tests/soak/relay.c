#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay.h"
#include "soak.h"

#define STREAMS 8
#define HEAD    5 /* bytes of a record's header */
#define DATA    23

/* Where we are in the records of one way of a stream. */
struct place {
	size_t pos, end; /* of the record; end 0: its header is not whole */
	uint8_t head[HEAD];
};

struct stream {
	int fd[WAYS]; /* the client's, the server's */
	bool open, ended[WAYS];
	struct place place[WAYS];
};

static struct door {
	int fd, out; /* UDP: out speaks to the target */
	uint16_t port;
	struct sockaddr_in target, client;
	struct stream stream[STREAMS];
	struct wire wire[WAYS];
} doors[LEGS];

static struct flip {
	bool wanted, done;
	enum leg leg;
	enum way way;
	size_t unit, offset;
} flip;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
is_udp(int leg)
{
	return leg == PD_AS || leg == FS_AS;
}

static void
unit_begins(struct wire *w)
{
	if (w->units < RELAY_UNITS)
		w->at[w->units] = (uint32_t)w->len;
	w->units++;
}

static void
keep(struct wire *w, char c)
{
	if (w->len < RELAY_ROOM)
		w->kept[w->len++] = c;
}

static char
changed(int leg, int way, size_t offset, char c)
{
	const struct wire *w = &doors[leg].wire[way];

	if (!flip.wanted || (int)flip.leg != leg || (int)flip.way != way ||
	    w->units - 1 != flip.unit || offset != flip.offset)
		return c;
	flip.wanted = false;
	flip.done = true;
	return (char)(c ^ 1);
}

/* The next byte of a stream; n: how many more were read with it. */
static char
stream_byte(int leg, int way, struct place *p, char c, size_t n)
{
	struct wire *w = &doors[leg].wire[way];
	char as;

	if (p->pos == 0) {
		unit_begins(w);
		p->end = (uint8_t)c >= 20 && (uint8_t)c <= 25 ? 0 : n + 1;
		w->data += c == DATA;
	}
	keep(w, c);
	as = changed(leg, way, p->pos, c);
	if (p->pos < HEAD)
		p->head[p->pos] = (uint8_t)c;
	if (++p->pos == HEAD && p->end == 0)
		p->end = HEAD + ((size_t)p->head[3] << 8 | p->head[4]);
	if (p->pos == p->end)
		p->pos = 0;
	return as;
}

static void
stream_close(struct stream *s)
{
	if (s->open) {
		close(s->fd[UP]);
		close(s->fd[DOWN]);
	}
	s->open = false;
}

/* What came from the client goes up, what came from the server down. */
static void
stream_move(int leg, struct stream *s, int way)
{
	char bytes[16384];
	ssize_t n = read(s->fd[way], bytes, sizeof(bytes));
	int to = s->fd[way == UP ? DOWN : UP];

	if (n > 0) {
		pthread_mutex_lock(&lock);
		for (ssize_t i = 0; i < n; i++)
			bytes[i] = stream_byte(leg, way, &s->place[way],
			    bytes[i], (size_t)(n - i - 1));
		pthread_mutex_unlock(&lock);
		if (!say_all(to, bytes, (size_t)n))
			stream_close(s);
		return;
	}
	s->ended[way] = true;
	shutdown(to, SHUT_WR);
	if (n == -1 || (s->ended[UP] && s->ended[DOWN]))
		stream_close(s);
}

static void
stream_take(struct door *d)
{
	struct stream *s = d->stream;
	int near = accept(d->fd, NULL, NULL), far;

	while (s < d->stream + STREAMS - 1 && s->open)
		s++;
	far = tcp_to(LOCAL, ntohs(d->target.sin_port));
	if (near == -1 || far == -1) {
		close(near);
		close(far);
		return;
	}
	stream_close(s);
	memset(s, 0, sizeof(*s));
	s->open = true;
	s->fd[UP] = near;
	s->fd[DOWN] = far;
}

static void
datagram_move(int leg, int way)
{
	struct door *d = &doors[leg];
	struct wire *w = &d->wire[way];
	char bytes[4096];
	socklen_t len = sizeof(d->client);
	ssize_t n = way == UP ? recvfrom(d->fd, bytes, sizeof(bytes), 0,
				    (struct sockaddr *)&d->client, &len) :
				recv(d->out, bytes, sizeof(bytes), 0);

	if (n <= 0)
		return;
	pthread_mutex_lock(&lock);
	unit_begins(w);
	for (ssize_t i = 0; i < n; i++) {
		keep(w, bytes[i]);
		bytes[i] = changed(leg, way, (size_t)i, bytes[i]);
	}
	pthread_mutex_unlock(&lock);
	if (way == UP)
		relay_replay((enum leg)leg, bytes, (size_t)n);
	else
		sendto(d->fd, bytes, (size_t)n, 0,
		    (const struct sockaddr *)&d->client, sizeof(d->client));
}

void
relay_replay(enum leg leg, const char *bytes, size_t n)
{
	sendto(doors[leg].out, bytes, n, 0,
	    (const struct sockaddr *)&doors[leg].target,
	    sizeof(doors[leg].target));
}

#define FDS (LEGS * (2 + 2 * STREAMS))

struct watched {
	struct pollfd fd[FDS];
	struct stream *stream[FDS]; /* NULL: the door's own */
	int leg[FDS], way[FDS];
	nfds_t n;
};

static void
watch(struct watched *w, int fd, int leg, int way, struct stream *s)
{
	w->fd[w->n] = (struct pollfd){ fd, POLLIN, 0 };
	w->stream[w->n] = s;
	w->leg[w->n] = leg;
	w->way[w->n++] = way;
}

static void
watch_door(struct watched *w, int leg)
{
	struct door *d = &doors[leg];

	/* What is open is read before another comes. */
	for (struct stream *s = d->stream; s < d->stream + STREAMS; s++)
		for (int way = UP; s->open && way < WAYS; way++)
			if (!s->ended[way])
				watch(w, s->fd[way], leg, way, s);
	watch(w, d->fd, leg, UP, NULL);
	if (is_udp(leg))
		watch(w, d->out, leg, DOWN, NULL);
}

static void *
relay_run(void *arg)
{
	static struct watched w;

	while (doors[0].fd != -1) {
		w.n = 0;
		for (int leg = 0; leg < LEGS; leg++)
			watch_door(&w, leg);
		if (poll(w.fd, w.n, -1) <= 0)
			continue;
		for (nfds_t i = 0; i < w.n; i++) {
			struct stream *s = w.stream[i];

			if (w.fd[i].revents == 0 || (s != NULL && !s->open))
				continue;
			if (s != NULL)
				stream_move(w.leg[i], s, w.way[i]);
			else if (is_udp(w.leg[i]))
				datagram_move(w.leg[i], w.way[i]);
			else
				stream_take(&doors[w.leg[i]]);
		}
	}
	return arg;
}

static bool
door_open(int leg)
{
	struct door *d = &doors[leg];
	struct sockaddr_in at = address_of(LOCAL, 0);

	d->out = -1;
	if (is_udp(leg)) {
		d->fd = udp_at(LOCAL, 0);
		d->out = udp_at(LOCAL, 0);
	} else {
		d->fd = socket(AF_INET, SOCK_STREAM, 0);
		if (bind(d->fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
		    listen(d->fd, STREAMS) == -1)
			return false;
	}
	fcntl(d->fd, F_SETFD, FD_CLOEXEC);
	d->port = port_of(d->fd);
	return d->port != 0;
}

bool
relay_open(void)
{
	pthread_t thread;

	for (int leg = 0; leg < LEGS; leg++)
		if (!door_open(leg))
			return false;
	return pthread_create(&thread, NULL, relay_run, NULL) == 0;
}

uint16_t
relay_port(enum leg leg)
{
	return doors[leg].port;
}

void
relay_to(enum leg leg, uint16_t target)
{
	doors[leg].target = address_of(LOCAL, target);
}

void
relay_clear(void)
{
	pthread_mutex_lock(&lock);
	memset(&flip, 0, sizeof(flip));
	for (int leg = 0; leg < LEGS; leg++)
		for (int way = UP; way < WAYS; way++) {
			struct wire *w = &doors[leg].wire[way];

			w->len = w->units = w->data = 0;
		}
	pthread_mutex_unlock(&lock);
}

void
relay_flip(enum leg leg, enum way way, size_t unit, size_t offset)
{
	pthread_mutex_lock(&lock);
	flip = (struct flip){ true, false, leg, way, unit, offset };
	pthread_mutex_unlock(&lock);
}

bool
relay_has_flipped(void)
{
	bool done;

	pthread_mutex_lock(&lock);
	done = flip.done;
	pthread_mutex_unlock(&lock);
	return done;
}

const struct wire *
relay_wire(enum leg leg, enum way way)
{
	return &doors[leg].wire[way];
}

size_t
relay_unit(const struct wire *w, size_t unit)
{
	return (unit + 1 < w->units ? w->at[unit + 1] : w->len) - w->at[unit];
}

long
relay_count(const char *what, size_t n)
{
	long found = 0;

	for (int leg = 0; leg < LEGS; leg++)
		for (int way = UP; way < WAYS; way++) {
			const struct wire *w =
			    relay_wire((enum leg)leg, (enum way)way);

			for (size_t i = 0; i + n <= w->len; i++)
				found += memcmp(w->kept + i, what, n) == 0;
		}
	return found;
}
