// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a fuzz target on the files that are named, each in a process of its own,
 * and says what came of it in KTAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX	(1 << 20)



/* Return: exit status of the target */
static int run_one(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX), *exact;
	size_t size;

	if (!file || !data)
		return 1;
	size = fread(data, 1, INPUT_MAX, file);
	exact = malloc(size + !size);
	if (ferror(file) || !exact)
		return 1;
	/* so that one byte too far is noticed */
	memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	free(data);
	fclose(file);
	return 0;
}

int main(int argc, char *argv[])
{
	int i, status, failed = 0;
	pid_t pid;

	setvbuf(stdout, NULL, _IONBF, 0);
	printf("KTAP version 1\n1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		pid = fork();
		if (!pid)
			exit(run_one(argv[i]));
		status = 1;
		if (pid > 0)
			waitpid(pid, &status, 0);
		printf("%sok %d %s\n", status ? "not " : "", i, argv[i]);
		failed |= status;
	}
	return failed != 0;
}
