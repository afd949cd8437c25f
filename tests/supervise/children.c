/*
 * children.c - a program that can be preloaded and starts another in every way: children WAY PROGRAM [ARGUMENT...]. Its status is the
 * child's.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int count, char **arguments)
{
    char *nothing[] = { NULL };
    const char *way = arguments[1];
    int status = 0, error = 0;
    pid_t child = -1;
    if (count < 3)
        return 2;
    char **rest = arguments + 2;
    if (strcmp(way, "posix_spawn") == 0)
        error = posix_spawn(&child, rest[0], NULL, NULL, rest, environ);
    else if (strcmp(way, "posix_spawnp") == 0)
        error = posix_spawnp(&child, rest[0], NULL, NULL, rest, environ);
    else if (strcmp(way, "spawn without environment") == 0)
        error = posix_spawn(&child, rest[0], NULL, NULL, rest, nothing);
    else if (strcmp(way, "system") == 0)
        return WEXITSTATUS(system(rest[0]));
    else if (strcmp(way, "vfork") == 0) {
        child = vfork();
        if (child == 0) {
            execve(rest[0], rest, environ);
            _exit(9);
        }
    } else if (strcmp(way, "another name") == 0) {
        const char *path = rest[0];
        rest[0] = "another";
        execv(path, rest);
        return 9;
    } else if (strcmp(way, "execvp") == 0) {
        execvp(rest[0], rest);
        return 9;
    } else if (strcmp(way, "execl") == 0) {
        execl(rest[0], rest[0], rest[1], rest[2], rest[3], rest[4], (char *)NULL);
        return 9;
    } else if (strcmp(way, "fexecve") == 0) {
        fexecve(open(rest[0], O_RDONLY | O_CLOEXEC), rest, environ);
        return 9;
    }
    if (error != 0 || waitpid(child, &status, 0) != child) {
        fprintf(stderr, "%s: %s\n", way, strerror(error != 0 ? error : errno));
        return 9;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
