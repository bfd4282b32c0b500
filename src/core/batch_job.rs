//! Jobs of a batch system: what runs in one ends with it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long before its end a person is told of that.
const NOTICE_INTERVAL: SignedDuration = SignedDuration::from_mins(10);
/// How long after it what runs in it may still be heard of: Slurm looks once a minute, and kills half a
/// minute later. What was heard of last as long before it may have been given more time since.
const KILL_DELAY: SignedDuration = SignedDuration::from_mins(3);

/// A job of Slurm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchJob {
    /// Its number.
    pub id: u64,
    /// When its time is over, where that is known.
    pub ends: Option<Timestamp>,
}

impl BatchJob {
    /// The job that a process is part of, by its environment.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let id = variable("SLURM_JOB_ID")?.parse().ok()?;
        let ends = variable("SLURM_JOB_END_TIME").and_then(|seconds| seconds.parse().ok());
        Some(Self { id, ends: ends.and_then(|seconds| Timestamp::from_second(seconds).ok()) })
    }

    /// When its end is to be told.
    #[must_use]
    pub fn notice(&self) -> Option<Timestamp> {
        self.ends?.checked_sub(NOTICE_INTERVAL).ok()
    }

    /// When it ended, as far as is known at `now` of a job that cannot be reached: its time is over, and
    /// it was `heard` of until then, and not since. One that was given more time is heard of later, and
    /// of one that fell silent before nobody knows whether it was.
    #[must_use]
    pub fn ended(&self, now: Timestamp, heard: Option<Timestamp>) -> Option<Timestamp> {
        let is_over = |ends: &Timestamp| {
            let is_near = |at: Timestamp| at.duration_since(*ends).abs() < KILL_DELAY;
            *ends <= now && heard.is_some_and(is_near)
        };
        self.ends.filter(is_over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_known_by_its_number_and_its_end_by_its_time() {
        let job = |known: &[(&str, &str)]| {
            let value = |name: &str| Some(known.iter().find(|(key, _)| *key == name)?.1.to_owned());
            BatchJob::of(value)
        };
        assert_eq!(job(&[]), None);
        assert_eq!(job(&[("SLURM_JOB_ID", "")]), None);
        let without = job(&[("SLURM_JOB_ID", "17"), ("SLURM_JOB_END_TIME", "soon")]);
        assert_eq!(without, Some(BatchJob { id: 17, ends: None }));
        let with = job(&[("SLURM_JOB_ID", "17"), ("SLURM_JOB_END_TIME", "1700000000")]);
        assert_eq!(with.and_then(|job| job.ends), Timestamp::from_second(1_700_000_000).ok());
    }

    #[test]
    fn it_has_ended_when_its_time_is_over_and_it_was_heard_of_until_then() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let job = BatchJob { id: 17, ends: Some(at(60)) };
        assert_eq!(job.notice(), Some(at(50)));
        assert_eq!(job.ended(at(59), Some(at(59))), None);
        assert_eq!(job.ended(at(61), Some(at(60))), Some(at(60)));
        assert_eq!(job.ended(at(61), Some(at(58))), Some(at(60)));
        assert_eq!(job.ended(at(61), Some(at(10))), None, "it may have been given more since");
        assert_eq!(job.ended(at(61), None), None, "nobody knows");
        assert_eq!(job.ended(at(90), Some(at(80))), None, "it was given more time");
        assert_eq!(BatchJob { ends: None, ..job }.ended(at(90), None), None);
    }
}
