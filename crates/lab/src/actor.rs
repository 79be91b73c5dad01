//! The process of one actor.

use std::os::unix::process::CommandExt;
use std::process::{self, ExitCode};

use crate::control::{ACTOR, ActorEnd, Told};
use crate::language::Language;
use crate::layer::Layer;
use crate::part::Act;
use crate::place::ANY_PORT;
use crate::scene::Scene;
use crate::stage::{Stage, Teller};
use crate::step::Step;
use crate::trouble::{Played, Trouble, trouble};
use crate::variant::Variant;

/// What the process does: it plays a part, or becomes the guest that plays the scene.
enum Does<'a> {
    Part(Act),
    Guest(&'a Scene),
}

/// Plays the part that the arguments name:
/// `SCENE VARIANT LAYER ACTOR DESCRIPTOR [PLACE]`, as the cast writes them.
/// For an actor that a guest plays, the layer is the language and the guest's command stands at the end.
pub(crate) fn run(step: &Step, args: &[String]) -> ExitCode {
    let [scene, variant, layer, actor, descriptor, rest @ ..] = args else {
        return unasked(step);
    };
    let Some((does, mut stage)) =
        take_stage(step, [scene, variant, layer, actor, descriptor], rest)
    else {
        return unasked(step);
    };
    let ready = stage.teller.end.tell(Told::Ready).map_err(Trouble::from);
    let played = ready.and_then(|()| match does {
        Does::Part(act) => act(&mut stage).map(|()| stage.is_done(actor)),
        Does::Guest(scene) => become_guest(&mut stage, scene, actor, rest),
    });
    let (told, status) = match played {
        Ok(()) => (Told::Done, ExitCode::SUCCESS),
        Err(trouble) => (Told::Failed(trouble.to_string()), ExitCode::FAILURE),
    };
    match stage.teller.end.tell(told) {
        Ok(()) => status,
        Err(_) => ExitCode::FAILURE,
    }
}

fn unasked(step: &Step) -> ExitCode {
    eprintln!(
        "{}: {ACTOR} is how the program starts its actors; see --help for what to type",
        step.name
    );
    ExitCode::from(2)
}

fn take_stage<'a>(
    step: &'a Step,
    [scene, variant, layer, actor, descriptor]: [&str; 5],
    rest: &[String],
) -> Option<(Does<'a>, Stage)> {
    let mut variants = [Variant::Broken, Variant::Repaired].into_iter();
    let variant = variants.find(|known| known.name() == variant)?;
    // A half that plays alone is its own actor. A scene may have the same name, but not its actors.
    let alone = step.half(actor).filter(|_| scene == actor);
    let place = rest.first().filter(|_| alone.is_some()).cloned();
    let (layer, does) = match Layer::from_name(layer) {
        Some(layer) => {
            let parts = match alone {
                Some(half) => half.parts,
                None => step.scene(scene)?.parts_of(actor)?,
            };
            (layer, Does::Part(parts[layer as usize].act()?))
        }
        None => {
            Language::from_name(layer)?;
            (Layer::Std, Does::Guest(step.scene(scene)?))
        }
    };
    let stage = Stage {
        teller: Teller {
            end: ActorEnd::take(descriptor.parse().ok()?).ok()?,
        },
        layer,
        variant,
        place,
    };
    Some((does, stage))
}

/// Becomes the guest, when it is this actor's turn. The words are its command.
fn become_guest(stage: &mut Stage, scene: &Scene, actor: &str, words: &[String]) -> Played {
    let [program, words @ ..] = words else {
        return Err(Trouble::new("no command to become a guest with"));
    };
    let mut command = process::Command::new(program);
    command.args(words);
    if scene.played_by_guest().count() > 1 {
        command.arg(actor);
    }
    let first = scene.actors.first().map_or("", |first| first.name);
    if scene.actors.len() > 1 {
        let address = match scene.path {
            Some(path) if actor == first => path.to_owned(),
            None if actor == first => ANY_PORT.to_string(),
            _ => stage.wait("listening"),
        };
        command.arg(address);
    }
    if actor != first && scene.played_by_guest().any(|name| name == first) {
        stage.wait_asleep(first, scene.waits_in);
    }
    let error = command.exec();
    Err(trouble!("{program}: {error}"))
}
