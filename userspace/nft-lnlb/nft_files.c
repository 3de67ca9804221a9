// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nft_json.h"
#include "nft_shim.h"
#include "nft_source.h"
#include "nft_util.h"

static enum lnlb_language reading;
/* what is going to be opened as JSON; NULL if nothing */
static const char *json_path;
/* standard input as it was; -1 if it still is */
static int stdin_fd = -1;
/* has it been looked at? */
static bool stdin_seen;
/* is that a copy, of which the next one to open it gets what is left? */
static bool stdin_copied;

void lnlb_shim_language(enum lnlb_language language)
{
	reading = language;
	json_path = NULL;
}

void lnlb_shim_expect_json(const char *path)
{
	json_path = path;
}

static bool is_stdin(const char *path)
{
	return !strcmp(path, "/dev/stdin") || !strcmp(path, "/dev/fd/0") ||
	       !strcmp(path, "/proc/self/fd/0");
}

char *lnlb_shim_swap(const char *name, const char *text, size_t len)
{
	const struct lnlb_source *source;
	size_t i = 0;

	if (reading == LNLB_LANGUAGE_JSON) {
		while (i < len && isspace((unsigned char)text[i]))
			i++;
		if (i < len && text[i] == '{')
			return lnlb_json_swap(text, len,
					      !stdin_seen || !is_stdin(name));
	}
	source = lnlb_source_swap(name, text, len);
	if (!source)
		return NULL;
	return lnlb_memdup(source->swapped, source->swapped_len);
}

static char *read_all(int fd, size_t *len)
{
	size_t size = 0;
	char *buf = NULL;
	ssize_t got;

	for (*len = 0;; *len += got) {
		if (size - *len < BUFSIZ) {
			size = size * 2 + BUFSIZ;
			buf = lnlb_realloc(buf, size);
		}
		got = read(fd, buf + *len, size - *len);
		if (!got)
			return buf;
		if (got < 0 && errno != EINTR) {
			free(buf);
			return NULL;
		}
		if (got < 0)
			got = 0;
	}
}

char *lnlb_shim_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		text = read_all(fd, len);
	close(fd);
	return text;
}

/* Return: a file descriptor, -1 with errno set on failure. */
static int memory_file(const char *text, size_t len)
{
	int fd = memfd_create("nft-lnlb", MFD_CLOEXEC);
	ssize_t put;

	while (fd >= 0 && len) {
		put = write(fd, text, len);
		if (put < 0) {
			close(fd);
			return -1;
		}
		text += put;
		len -= put;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/*
 * A pipe that @text is in, where it fits: later versions of libnftables ask
 * what is included whether it is a regular file, and mind if it is not.
 *
 * Return: a file descriptor, -1 on failure.
 */
static int memory_pipe(const char *text, size_t len)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	if (len > PIPE_BUF)
		fcntl(fds[1], F_SETPIPE_SZ, (int)len);
	if (fcntl(fds[1], F_GETPIPE_SZ) < (int)len ||
	    write(fds[1], text, len) != (ssize_t)len) {
		close(fds[0]);
		fds[0] = -1;
	}
	close(fds[1]);
	return fds[0];
}

/* Return: a stream of @text's swapped text, NULL if it is to be read as is. */
static FILE *swapped_stream(const char *path, const char *text, size_t len,
			    bool regular)
{
	char *swapped = lnlb_shim_swap(path, text, len);
	FILE *stream = NULL;
	int fd = -1;

	if (swapped) {
		text = swapped;
		len = strlen(swapped);
	}
	if (swapped || !regular) {
		if (!regular && len < INT_MAX)
			fd = memory_pipe(text, len);
		if (fd < 0)
			fd = memory_file(text, len);
		stream = lnlb_checked(fd < 0 ? NULL : fdopen(fd, "r"));
	}
	free(swapped);
	return stream;
}

/* Is @path standard input, and that a copy of what was no regular file? */
static bool is_copy(const char *path)
{
	return stdin_copied && is_stdin(path);
}

static FILE *swap_file(const char *path, FILE *file)
{
	off_t start = lseek(fileno(file), 0, SEEK_CUR);
	struct stat status;
	FILE *stream;
	size_t len;
	char *text;

	if (fstat(fileno(file), &status) ||
	    !(S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)))
		return file;
	text = read_all(fileno(file), &len);
	if (!text)
		return file;
	stream = swapped_stream(path, text, len,
				S_ISREG(status.st_mode) && !is_copy(path));
	free(text);
	if (!stream) {
		lseek(fileno(file), start, SEEK_SET);
		return file;
	}
	fclose(file);
	return stream;
}

static bool is_regular(FILE *file)
{
	struct stat status;

	return !fstat(fileno(file), &status) && S_ISREG(status.st_mode);
}

/*
 * What is no JSON is read again as nft's own language, and from a pipe that is
 * what the first reading has left: so JSON is read as libnftables does.
 */
static FILE *json_stream(const char *path, FILE *file)
{
	char *text = lnlb_json_read(file);
	FILE *stream;

	stream = swapped_stream(path, text ? text : "", text ? strlen(text) : 0,
				false);
	free(text);
	fclose(file);
	return stream;
}

/* Return: what @real says to @path; a file may include standard input. */
static FILE *open_real(FILE *(*real)(const char *, const char *),
		       const char *path, const char *mode)
{
	FILE *file;
	char name[32];

	if (stdin_fd < 0 || !is_stdin(path))
		return real(path, mode);
	if (!stdin_copied) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d", stdin_fd);
		return real(name, mode);
	}
	file = real(path, mode);
	if (!file)
		return NULL;
	fclose(file);
	return fdopen(fcntl(stdin_fd, F_DUPFD_CLOEXEC, 0), mode);
}

static FILE *open_file(FILE *(*real)(const char *, const char *),
		       const char *path, const char *mode)
{
	FILE *file = open_real(real, path, mode);
	bool json = json_path && !strcmp(path, json_path);

	if (json)
		json_path = NULL;
	if (!file || reading == LNLB_LANGUAGE_NONE || mode[0] != 'r')
		return file;
	if (json && (is_copy(path) || !is_regular(file)))
		return json_stream(path, file);
	return swap_file(path, file);
}

/**
 * fopen() - open a file; what libnftables reads comes with carriers in it
 * @path: of the file
 * @mode: as in libc
 *
 * Return: the stream, NULL with errno set on failure.
 */
FILE *fopen(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);

	if (!real)
		*(void **)&real = lnlb_checked(dlsym(RTLD_NEXT, "fopen"));
	return open_file(real, path, mode);
}

/**
 * fopen64() - fopen() under the name that builds with large files use
 * @path: of the file
 * @mode: as in libc
 *
 * Return: the stream, NULL with errno set on failure.
 */
FILE *fopen64(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);

	if (!real)
		*(void **)&real = lnlb_checked(dlsym(RTLD_NEXT, "fopen64"));
	return open_file(real, path, mode);
}

/*
 * Some libraries read stdin whatever the language is, others open it once or
 * twice where JSON is expected: for both it has to be there.
 *
 * Return: a file descriptor, -1 on failure.
 */
static int keep_stdin(const char *text, size_t len)
{
	struct stat status;

	stdin_copied = reading == LNLB_LANGUAGE_JSON &&
		       !fstat(STDIN_FILENO, &status) &&
		       !S_ISREG(status.st_mode);
	return stdin_copied ? memory_file(text, len) :
			      fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
}

int lnlb_shim_stdin(void)
{
	char *text, *swapped;
	size_t len;
	int fd;

	text = read_all(STDIN_FILENO, &len);
	/* whatever that means, libnftables is going to meet it too */
	if (!text)
		return 0;
	stdin_fd = keep_stdin(text, len);
	swapped = lnlb_shim_swap("/dev/stdin", text, len);
	stdin_seen = true;
	fd = memory_file(swapped ? swapped : text,
			 swapped ? strlen(swapped) : len);
	free(swapped);
	free(text);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		return -1;
	close(fd);
	return 0;
}
