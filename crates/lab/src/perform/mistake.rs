//! A mistake: broken, repaired, and what becomes of it in each layer.

use super::next::next;
use super::performance::Performance;
use crate::cli::PREDICT;
use crate::layer::Layer;
use crate::outcome::symptom;
use crate::page::lanes;
use crate::predict::{Question, prompt};
use crate::request::Request;
use crate::terminal::print;
use crate::trouble::Trouble;
use crate::variant::Variant;

/// A mistake: broken, then repaired, then what becomes of it in each layer.
pub(super) fn mistake(performance: &mut Performance<'_>) -> Result<(), Trouble> {
    let (scene, screen, asked) = (performance.scene, performance.screen, performance.asked);
    let layer = performance.printed_layer();
    let mut out = performance.title(layer.name());
    out += &screen.headline(scene.about);
    if let Some(why) = scene.not_in(layer) {
        out += &screen.fill(0, &format!("Ruled out in {}: {why}", layer.name()));
        return print(&out);
    }
    if asked.variant != Some(Variant::Repaired) {
        let mut question = Question::about(scene, layer);
        let request = Request {
            question: asked.flags.has(PREDICT).then_some(&mut question),
            ..Request::new(scene, layer, Variant::Broken)
        };
        let broken = performance.play(request, Some("Broken"))?;
        out += &format!("\n{}\n", screen.bold("Broken"));
        out += &lanes(&broken, scene, &screen);
        out += &performance.trouble(&broken);
        out += &performance.verdict(&question, &broken);
        if let Some(how) = scene.handled_in(layer) {
            out += &screen.fill(0, &format!("{} handles it: {how}", layer.name()));
        }
        if asked.variant == Some(Variant::Broken) {
            print(&out)?;
            return offer_hints(performance);
        }
        out += &screen.fill(0, &format!("Why: {}", scene.cause));
    }
    let headline = format!("Repaired: {}", scene.repair);
    let request = Request::new(scene, layer, Variant::Repaired);
    let repaired = performance.play(request, Some(&headline))?;
    out += "\n";
    out += &screen.headline(&headline);
    out += &lanes(&repaired, scene, &screen);
    out += &performance.trouble(&repaired);
    if asked.layer.is_none() && asked.variant.is_none() {
        out += "\n";
        out += &matrix(performance)?;
    }
    out += "\n";
    out += &next(performance);
    print(&out)
}

/// What becomes of the mistake in each layer, worked out by playing it.
fn matrix(performance: &mut Performance<'_>) -> Result<String, Trouble> {
    let (scene, screen) = (performance.scene, performance.screen);
    let mut out = format!("{}\n", screen.bold("The mistake in each layer"));
    for layer in Layer::ALL {
        let word = if let Some(why) = scene.not_in(layer) {
            format!("ruled out: {why}")
        } else {
            let play = performance.play(Request::new(scene, layer, Variant::Broken), None)?;
            match (&play.trouble, scene.handled_in(layer)) {
                (Some(trouble), _) => format!("did not go as announced: {trouble}"),
                (None, Some(how)) => format!("handled: {how}"),
                (None, None) => format!("happens: {}", symptom(&play)),
            }
        };
        out += &format!("{:9}{}", layer.name(), screen.fill(9, &word).trim_start());
    }
    Ok(out)
}

fn offer_hints(performance: &Performance<'_>) -> Result<(), Trouble> {
    let scene = performance.scene;
    let count = scene.hints.len() + 1;
    let mut hints = scene.hints.iter().chain([&scene.repair]).enumerate();
    print("\nWhat went wrong, and why? Change the program, or ask for a hint.\n")?;
    while prompt("Enter for a hint, ctrl-D to stop. ").is_some() {
        let Some((index, hint)) = hints.next() else {
            break;
        };
        let hint = format!("hint {} of {count}: {hint}", index + 1);
        print(&performance.screen.fill(2, &hint))?;
    }
    print(&format!(
        "\nThe repaired twin: {} {} --repaired\n",
        performance.step.typed(),
        scene.name
    ))
}
