//! `--predict`: what the taught call will do, asked before it is made and marked afterwards.

use super::performance::Performance;
use crate::cli::PREDICT;
use crate::layer::Layer;
use crate::play::Play;
use crate::predict;
use crate::request::Request;
use crate::scene::Scene;
use crate::trouble::Trouble;

/// Plays the scene once. Beside the play there is the answer that was given, held against it,
/// where there was to be a question.
pub(super) fn play(
    performance: &mut Performance<'_>,
    request: Request<'_>,
    heading: &str,
) -> Result<(Play, String), Trouble> {
    if !performance.asked.has(PREDICT) {
        return Ok((performance.play(request, Some(heading))?, String::new()));
    }
    let question = question(performance.scene, request.layer);
    let mut guess = None;
    let mut ask = || guess = predict::ask(&question);
    let request = Request {
        before_taught: Some(&mut ask),
        ..request
    };
    let play = performance.play(request, Some(heading))?;
    let Some(guess) = guess else {
        return Ok((play, String::new()));
    };
    let verdict = predict::verdict(&play, performance.scene.taught_actor(), &guess);
    let text = verdict.unwrap_or_else(|| {
        format!("You said that it {guess}. The call was not traced; see what the actors say.")
    });
    let marked = format!("\n{}", performance.screen.fill(0, &text));
    Ok((play, marked))
}

/// What is asked about: the lines that make the call.
fn question(scene: &Scene, layer: Layer) -> String {
    let quotes = scene.quotes.iter().filter(|(of, _)| *of == layer);
    let lines = quotes.filter_map(|(_, quote)| {
        let (line, text) = quote.line()?;
        Some(format!("\n    {}:{line}  {text}", quote.file))
    });
    let mut about: String = lines.collect();
    if about.is_empty() {
        about = format!("\n    {}", scene.about);
    }
    format!(
        "{} ({}): the {} is about to make the call.{about}",
        scene.name,
        layer.name(),
        scene.taught_actor()
    )
}
