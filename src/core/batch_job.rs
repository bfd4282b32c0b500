//! Jobs of a batch system: what runs in one ends with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
}
