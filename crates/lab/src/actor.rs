//! The process of one actor.

use std::process::ExitCode;

use crate::control::{ActorEnd, Told};
use crate::guest;
use crate::language::Language;
use crate::layer::{Act, Layer};
use crate::scene::{Scene, Variant};
use crate::stage::Stage;
use crate::step::Step;
use crate::trouble::Trouble;

/// What the process does.
enum Role<'a> {
    Act(Act),
    Guest {
        scene: &'a Scene,
        actor: &'a str,
        words: &'a [String],
    },
}

/// Plays the part that the arguments name:
/// `SCENE VARIANT LAYER ACTOR DESCRIPTOR [PLACE]`, as [`crate::cast`] writes them.
/// For an actor that a guest plays, the layer is the language and the guest's command stands at the end.
pub(crate) fn run(step: &Step, args: &[String]) -> ExitCode {
    let Some((mut stage, role)) = take_stage(step, args) else {
        let actor = crate::cli::ACTOR;
        eprintln!(
            "{}: {actor} is how the program starts its actors; see --help for what to type",
            step.name
        );
        return ExitCode::from(2);
    };
    let ready = stage.end.tell(Told::Ready).map_err(Trouble::from);
    let played = ready.and_then(|()| match role {
        Role::Act(act) => {
            act(&mut stage).map(|()| stage.is_done(args.get(3).map_or("", String::as_str)))
        }
        Role::Guest {
            scene,
            actor,
            words,
        } => guest::play(&mut stage, scene, actor, words),
    });
    let (told, status) = match played {
        Ok(()) => (Told::Done, ExitCode::SUCCESS),
        Err(trouble) => (Told::Failed(trouble.to_string()), ExitCode::FAILURE),
    };
    if stage.end.tell(told).is_err() {
        ExitCode::FAILURE
    } else {
        status
    }
}

fn take_stage<'a>(step: &'a Step, args: &'a [String]) -> Option<(Stage, Role<'a>)> {
    let [scene, variant, layer, actor, descriptor, rest @ ..] = args else {
        return None;
    };
    let variant = [Variant::Broken, Variant::Repaired]
        .into_iter()
        .find(|v| v.name() == variant)?;
    // A half that plays alone is its own actor. A scene may have the same name, but not its actors.
    let alone = step.half(actor).filter(|_| scene == actor);
    let (layer, role) = match (Layer::from_name(layer), scene.as_str()) {
        (Some(layer), _) if alone.is_some() => {
            (layer, Role::Act(alone?.parts[layer as usize].act()?))
        }
        (Some(layer), name) => {
            let actor = step.scene(name)?.actors.iter().find(|a| a.name == actor)?;
            (layer, Role::Act(actor.parts[layer as usize].act()?))
        }
        (None, name) => {
            Language::from_name(layer)?;
            let role = Role::Guest {
                scene: step.scene(name)?,
                actor,
                words: rest,
            };
            (Layer::Std, role)
        }
    };
    let place = rest.first().filter(|_| alone.is_some()).cloned();
    let end = ActorEnd::take(descriptor.parse().ok()?).ok()?;
    Some((
        Stage {
            end,
            layer,
            variant,
            place,
        },
        role,
    ))
}
