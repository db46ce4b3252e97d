/*
 * talk_speech - the statements that say something to a party, or hear it.
 * What each of them does stands in talk.c; s is the statement without its verb.
 */
#ifndef TALK_SPEECH_H
#define TALK_SPEECH_H

#include "talk_party.h"

/* The party that the next word of *s names. */
struct party *party_named(const char **s);

void do_say_line(const char *s);
void do_say(const char *s);
void do_drip(const char *s);
void do_give(const char *s);
void do_hear_line(const char *s);
void do_hear_complaint(const char *s);
void do_until(const char *s);
void do_until_complaint(const char *s);
void do_hear_exactly(const char *s);
void do_take(const char *s);
void do_drain(const char *s);
void do_eof(const char *s);
void do_shows(const char *s);
void do_silent(const char *s);
void do_sent(const char *s);
void do_shut(const char *s);

#endif
