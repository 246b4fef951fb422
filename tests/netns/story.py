"""What `make netns` shows, in the hub: a worker host is cut off in the middle of its work, and comes back."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.invariants import Books, judge
from tests.netns.network import Network
from tests.netns.stage import SpreadStage

LEASE_SECONDS, SWEEP_SECONDS = 24.0, 1.0
# What two busy cores may add to every limit.
GRACE_SECONDS = 6.0
SETTINGS = {
    "TMPPORTAL_LEASE_SECONDS": f"{LEASE_SECONDS}",
    "TMPPORTAL_SWEEP_SECONDS": f"{SWEEP_SECONDS}",
    # A transaction that nobody goes on with ends within twice this, before the lease does.
    "TMPPORTAL_STATEMENT_SECONDS": "6",
}
HOSTS = ("one", "two")
ONE, TWO = HOSTS
# When TMP has done what was sent last: after the host is back, so that only its late answer can tell of them.
SLOW_SECONDS = LEASE_SECONDS + SWEEP_SECONDS + GRACE_SECONDS + 45


class Story:
    """Jobs of host one: `asked` whose question is out, `sent` whose CreateJob is out, `answered` whose answer
    has come and is not written yet; `later` were made while it was cut off."""

    def __init__(self, stage: SpreadStage) -> None:
        self.stage = stage
        self.asked = self.sent = self.answered = self.later = list[str]()
        self.cut_at = self.back_at = 0.0

    @property
    def jobs(self) -> list[str]:
        """All of them."""
        return [*self.asked, *self.sent, *self.answered, *self.later]

    def play(self) -> Books:
        """From the first job to the last; raises AssertionError when something does not hold."""
        stage, network = self.stage, self.stage.network
        self._bring_into_the_middle()
        with ExitStack() as locks:
            for job in self.answered:
                locks.enter_context(stage.lock_row(job))
            stage.sandbox.open("answered")
            stage.wait_until(lambda: stage.database.waiting() > 0, 5, "host one writes an answer down")
            self._is_in_the_middle()
            with stage.mishap("cut off", "worker0"):
                network.cut_off(ONE)
                self.cut_at = time.time()
                locks.close()
                self._go_on_without_it()
                network.reconnect(ONE)
                self.back_at = time.time()
        self._come_back()
        stage.wait_until_settled(self.jobs, SLOW_SECONDS + 30)
        outcomes = {row[0] for row in stage.database.query("SELECT DISTINCT outcome FROM jobs_attempt")}
        assert outcomes == {"accepted"}, outcomes
        return judge(stage, self.jobs)

    def _bring_into_the_middle(self) -> None:
        stage = self.stage
        stage.sandbox.hold("GetJob", "before", "asked", times=3)
        self.asked = stage.create_jobs(3)
        stage.sandbox.wait_at("asked", 3)
        stage.sandbox.hold("CreateJob", "before", "sent", times=3)
        self.sent = stage.create_jobs(3)
        stage.sandbox.wait_at("sent", 3)
        stage.sandbox.outcome("late", seconds=SLOW_SECONDS, times=2)
        stage.sandbox.hold("CreateJob", "after", "answered", times=2)
        self.answered = stage.create_jobs(2)
        stage.sandbox.wait_at("answered", 2)

    def _is_in_the_middle(self) -> None:
        states = self.stage.rows(self.jobs)
        assert {states[job] for job in self.asked} == {"SUBMITTED"}, states
        assert {states[job] for job in (*self.sent, *self.answered)} == {"SUBMITTING"}, states

    def _go_on_without_it(self) -> None:
        """Host two takes over; what nobody heard of is performed by TMP meanwhile."""
        stage = self.stage
        stage.new_worker().wait()
        for barrier in ("asked", "sent"):
            stage.sandbox.open(barrier)
        self.later = stage.create_jobs(3)
        stage.wait_for_states([*self.asked, *self.later], "COMPLETED", seconds=30)
        left = self.cut_at + LEASE_SECONDS + SWEEP_SECONDS + GRACE_SECONDS - time.time()
        held = [*self.sent, *self.answered]
        stage.wait_for_states(held, "UNSURE", "COLLECTING", "COMPLETED", seconds=left)
        stage.wait_for_states(self.sent, "COMPLETED", seconds=30)

    def _come_back(self) -> None:
        """Its late answers are kept, change nothing that others did, and prove what nobody else could."""
        stage = self.stage
        stage.wait_until(self._has_written_late, 60, "the late answers of host one")
        stage.wait_for_states(self.answered, "SUBMITTED", "PROCESSING", "COLLECTING", "COMPLETED", seconds=20)
        late = [change for change in stage.audit() if change.who == "worker0" and change.at > self.cut_at]
        # Refused by the fence: host two had found their output.
        assert [change for change in late if change.job in self.sent] == []
        first = {change.job: change for change in reversed(late) if change.job in self.answered}
        moves = {(change.from_state, change.to_state) for change in first.values()}
        assert (set(first), moves) == (set(self.answered), {("UNSURE", "SUBMITTED")}), late

    def _has_written_late(self) -> bool:
        keys = [self.stage.database.key(job) for job in (*self.sent, *self.answered)]
        rows = self.stage.database.query(
            "SELECT count(DISTINCT job_id) FROM jobs_gatewayexchange WHERE action = 'CreateJob' "
            "AND extract(epoch FROM at) > %s AND job_id = ANY(%s::uuid[])",
            self.back_at,
            keys,
        )
        return bool(rows[0][0] == len(keys))


def _sending_seconds(stage: SpreadStage, story: Story) -> list[float]:
    """How long each job of host one stood in SUBMITTING."""
    held = {*story.sent, *story.answered}
    changes = [change for change in stage.audit() if change.job in held]
    began = {change.job: change.at for change in changes if change.to_state == "SUBMITTING"}
    return [change.at - began[change.job] for change in changes if change.from_state == "SUBMITTING"]


def main(owner: int) -> int:
    """The exit status."""
    network = Network(HOSTS, owner=owner)
    with tempfile.TemporaryDirectory(prefix="tmp-portal-netns-") as folder:
        with SpreadStage(Path(folder), network, schedulers=1, env=SETTINGS) as stage:
            story = Story(stage)
            books = story.play()
            longest = max(_sending_seconds(stage, story))
        away = story.back_at - story.cut_at
        print(f"# lease {LEASE_SECONDS:.0f} s, sweep {SWEEP_SECONDS:.0f} s, cut off for {away:.0f} s")
        print(f"# in SUBMITTING at most {longest:.1f} s; answers that came late: 3 refused, 2 evidence")
        print(books.line())
        for name, things in books.dirt.items():
            print(f"# dirty {name}: {things[:5]}")
        print(f"netns={'held' if books.is_clean else 'broken'}", flush=True)
    return 0 if books.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
