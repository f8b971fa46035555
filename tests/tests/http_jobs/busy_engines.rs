//! Engines that refuse polls for some time.

use std::time::Duration;

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, messages};
use crate::support::stand_in::Fault;

/// The time that the stand-ins ask to wait.
const REQUESTED: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn busy_engine_is_polled_again_after_the_time_that_it_requests() {
    let scene = Scene::start(|stand_in| {
        stand_in.set_phase(Phase::Succeeded);
        let seconds = vec![("retry-after", "3".to_owned())];
        stand_in.add_poll_fault(Fault::Respond(429, seconds, "slow down".to_owned()));
        // By the clock of the engine, which is wrong.
        let date = vec![
            ("date", "Fri, 27 Nov 2020 10:00:00 GMT".to_owned()),
            ("retry-after", "Fri, 27 Nov 2020 10:00:03 GMT".to_owned()),
        ];
        stand_in.add_poll_fault(Fault::Respond(503, date, "<html>maintenance</html>".to_owned()));
        stand_in.add_poll_fault(Fault::LoseResponse);
    })
    .await;
    let runs = scene.execute_all().await;
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 2, "{guide}: {execution:#}");
        let polls = stand_in.requests(Kind::Poll);
        assert_eq!(polls.len(), 4, "{guide}");
        for pair in polls.windows(2).take(2) {
            let pause = pair[1].0 - pair[0].0;
            assert!((REQUESTED..REQUESTED * 3).contains(&pause), "{guide}: {pause:?}");
        }
        let lines = messages(&execution);
        let unavailable = lines.iter().filter(|text| text.contains("cannot be read now")).count();
        let again = lines.iter().filter(|text| text.contains("can be read again")).count();
        assert_eq!((unavailable, again), (1, 1), "{guide}: {lines:?}");
    }
}
