"""Runs commands in turn and takes the medians of what they cost."""

import os
import statistics
import subprocess


class Run:
    """One command on one pair. prepare() is called before each run, outside the time; check(stdout)
    returns what is wrong with the output of the first, untimed run, or None."""

    def __init__(self, label, command, statuses=(0,), prepare=None, check=None):
        self.label = label
        self.command = [str(word) for word in command]
        self.statuses = statuses
        self.prepare = prepare or (lambda: None)
        self.check = check or (lambda stdout: None)
        self.samples = []
        self.fault = None

    def median(self, attribute):
        return statistics.median(getattr(sample, attribute) for sample in self.samples)

    @property
    def wall(self):
        """Seconds."""
        return self.median("wall")

    @property
    def cpu(self):
        """Seconds, of user and system."""
        return self.median("cpu")

    @property
    def peak(self):
        """Bytes."""
        return self.median("peak")

    def spread(self):
        """The shortest and the longest wall time."""
        walls = [sample.wall for sample in self.samples]
        return min(walls), max(walls)


class Sample:
    def __init__(self, line):
        status, wall, user, system, peak = (int(word) for word in line.split())
        self.status = status
        self.wall = wall / 1e6
        self.cpu = (user + system) / 1e6
        self.peak = peak * 1024


class Timer:
    def __init__(self, measure, rounds):
        self.measure = str(measure)
        self.rounds = rounds

    def once(self, run, stdout):
        """One measured run, or None with run.fault set."""
        run.prepare()
        reader, writer = os.pipe()
        program = [self.measure] + run.command
        # The launcher wants file descriptor 3, which subprocess may use for itself: a shell moves it.
        move = ["/bin/sh", "-c", f'exec 3>&{writer} {writer}>&-; exec "$@"', "sh"]
        if writer == 3:
            move = []
        done = subprocess.run(
            move + program,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            pass_fds=[writer],
        )
        os.close(writer)
        with os.fdopen(reader) as result:
            line = result.read()
        stderr = done.stderr.decode(errors="replace").strip()
        if not line:
            raise SystemExit(f"run: {self.measure}: {stderr}")
        sample = Sample(line)
        if sample.status not in run.statuses:
            run.fault = f"status {sample.status}: {stderr[-200:]}"
            return None, done
        return sample, done

    def rehearse(self, run):
        """Untimed: fills the page cache and sees that the answer is right."""
        sample, done = self.once(run, subprocess.PIPE)
        if sample:
            run.fault = run.check(done.stdout)

    def once_each(self, runs):
        """What is too long to be done again: the run whose answer is looked at is the one that counts."""
        for run in runs:
            sample, done = self.once(run, subprocess.PIPE)
            if sample:
                run.fault = run.check(done.stdout)
                run.samples.append(sample)

    def time(self, runs):
        """All runs, one after the other, as often as said, so that a slow spell hits all alike."""
        for run in runs:
            self.rehearse(run)
        for _ in range(self.rounds):
            for run in runs:
                if run.fault:
                    continue
                sample, _ = self.once(run, subprocess.DEVNULL)
                if sample:
                    run.samples.append(sample)
