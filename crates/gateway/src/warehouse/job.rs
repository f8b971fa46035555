//! What a made-up job is. All of it follows from the job's seed.

use std::time::Duration;

use fastrand::Rng;

use super::words;

/// What a job does in the warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ingest,
    Staging,
    Dimension,
    Fact,
    Snapshot,
    Quality,
    Reconciliation,
    Delivery,
    Model,
    Export,
}

use Kind::*;

const KINDS: [Kind; 10] =
    [Ingest, Staging, Dimension, Fact, Snapshot, Quality, Reconciliation, Delivery, Model, Export];

/// How many jobs of different names there are.
pub(super) const COMBINATIONS: u32 = (KINDS.len() * words::ENTITIES * words::PLACES.len()) as u32;
// Shares no divisor with the number of combinations, so that this many steps come by every one of them.
const STRIDE: u64 = 22_273;

/// A made-up job.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub kind: Kind,
    pub area: &'static str,
    pub entity: &'static str,
    pub place: &'static str,
    pub source: &'static str,
    pub server: &'static str,
    /// About how many rows a run moves in a second.
    pub rate: u64,
    /// About how long a run takes.
    pub typical: Duration,
    /// The time between two runs.
    pub every: Duration,
}

/// The seed of the job at this place of the list: in its lower half which combination it is, in its upper half chance.
pub(super) fn seed(number: u64, rng: &mut Rng, place: u32) -> i64 {
    let all = u64::from(COMBINATIONS);
    let combination = (number % all + u64::from(place) * STRIDE) % all;
    (i64::from(rng.u32(..) >> 1) << 32) | combination.cast_signed()
}

impl Job {
    /// The job of this seed.
    pub fn of(seed: i64) -> Self {
        let mut rng = rng(seed);
        let mut rest = (seed & 0xffff_ffff).unsigned_abs() as usize % COMBINATIONS as usize;
        let mut digit = |base: usize| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let kind = KINDS[digit(KINDS.len())];
        let place = words::PLACES[digit(words::PLACES.len())];
        let (area, entities) = words::AREAS[digit(words::AREAS.len())];
        let entity = entities[digit(entities.len())];
        let source = words::SOURCES[rng.usize(0..words::SOURCES.len())];
        let server = words::SERVERS[rng.usize(0..words::SERVERS.len())];
        // As many slow sources as quick ones.
        let rate = 10f64.powf(1.0 + 3.3 * rng.f64()) as u64;
        // From 20 seconds to 40 minutes.
        let typical = Duration::from_secs_f64(20.0 * 120f64.powf(rng.f64()));
        let hours = match rng.u8(0..20) {
            0..3 => 1,
            3..6 => 6,
            6..18 => 24,
            _ => 24 * 7,
        };
        let every = Duration::from_secs(hours * 3600);
        Self { kind, area, entity, place, source, server, rate, typical, every }
    }

    /// Its name: no two combinations have the same.
    pub fn name(&self) -> String {
        let Self { area, entity, place, source, .. } = self;
        match self.kind {
            Ingest => format!("Ingest {entity} {place} from {source}"),
            Staging => format!("Staging {entity} {place}"),
            Dimension => format!("Dim {entity} {place}"),
            Fact => format!("Fact {entity} {place}"),
            Snapshot => format!("{entity} {place} snapshot"),
            Quality => format!("Quality checks {entity} {place}"),
            Reconciliation => format!("Reconcile {entity} {place} with {source}"),
            Delivery => format!("Deliver {entity} {place} to the {area} mart"),
            Model => format!("{area} model: {entity} {place}"),
            Export => format!("Export {entity} {place} to {source}"),
        }
    }

    /// The table that it writes.
    pub fn table(&self) -> String {
        let schema = match self.kind {
            Ingest => "ods",
            Staging | Quality => "stg",
            Dimension | Fact => "dw",
            Snapshot => "hist",
            Reconciliation | Delivery | Model | Export => "mart",
        };
        let prefix = match self.kind {
            Dimension => "Dim",
            Fact => "Fact",
            _ => "",
        };
        let mut table = format!("{schema}.{prefix}");
        for word in self.entity.split(' ') {
            let mut letters = word.chars();
            table.extend(letters.next().into_iter().flat_map(char::to_uppercase).chain(letters));
        }
        table.push('_');
        table.push_str(self.place);
        table
    }
}

/// The chance that belongs to a job. Its runs have another one: how many there are changes nothing of the job.
pub(super) fn rng(seed: i64) -> Rng {
    Rng::with_seed(seed.cast_unsigned() ^ 0x6a6f_6273)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn fifty_thousand_jobs_have_fifty_thousand_names() {
        for number in [0, 1, u64::MAX] {
            let mut rng = Rng::with_seed(number);
            let names: HashSet<_> =
                (0..50_000).map(|place| Job::of(seed(number, &mut rng, place)).name()).collect();
            assert_eq!(names.len(), 50_000);
        }
    }

    #[test]
    fn all_kinds_come_early() {
        let mut rng = Rng::with_seed(1);
        let jobs: Vec<_> = (0..60).map(|place| Job::of(seed(1, &mut rng, place))).collect();
        for kind in KINDS {
            assert!(jobs.iter().any(|job| job.kind == kind), "{kind:?}");
        }
        let places: HashSet<_> = jobs.iter().map(|job| job.place).collect();
        assert!(places.len() > 10, "{places:?}");
        assert!(jobs.iter().all(|job| job.typical >= Duration::from_secs(20)));
        assert!(jobs.iter().all(|job| job.typical <= Duration::from_secs(2400)));
    }

    #[test]
    fn a_table_is_named_after_its_entity() {
        let job = Job { kind: Dimension, entity: "Units of measure", place: "DE", ..Job::of(0) };
        assert_eq!(job.table(), "dw.DimUnitsOfMeasure_DE");
    }
}
