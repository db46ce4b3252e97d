/*
 * actions - what each command does: check first, then ask a server.
 *
 * Whatever is wrong is said before anything is sent, and nothing malformed is
 * ever sent.  word[] holds the n words behind the command's name, as many as
 * its row in commands.c allows.
 */
#ifndef ACTIONS_H
#define ACTIONS_H

#include "user/user.h"

enum outcome action_login(struct user *u, char *word[], int n, ms_t now);
enum outcome action_req(struct user *u, char *word[], int n, ms_t now);
enum outcome action_val(struct user *u, char *word[], int n, ms_t now);
enum outcome action_list(struct user *u, char *word[], int n, ms_t now);
enum outcome action_retrieve(struct user *u, char *word[], int n, ms_t now);
enum outcome action_upload(struct user *u, char *word[], int n, ms_t now);
enum outcome action_delete(struct user *u, char *word[], int n, ms_t now);
enum outcome action_remove(struct user *u, char *word[], int n, ms_t now);
enum outcome action_exit(struct user *u, char *word[], int n, ms_t now);

/* The line that answers our question: u->input_mode says which. */
enum outcome action_answer(struct user *u, const char *line, ms_t now);

#endif
