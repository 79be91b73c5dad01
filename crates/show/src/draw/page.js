(function () {
  'use strict';
  const data = JSON.parse(document.getElementById('data').textContent);
  const panel = document.getElementById('panel');
  const title = panel.querySelector('h3');
  const text = panel.querySelector('pre');
  const all = Array.from(document.querySelectorAll('g.e'));
  const places = new Map(all.map(function (group, place) { return [group, place]; }));
  // What the panel tells of, and whether it is to stay.
  let shown = null;
  let kept = false;

  function show(group) {
    if (shown) { shown.classList.remove('on'); }
    shown = group;
    group.classList.add('on');
    const [line, times, stack] = data.events[group.id];
    title.textContent = line;
    const rest = [times, stack === null ? '' : data.stacks[stack]];
    text.textContent = rest.filter(function (part) { return part !== ''; }).join('\n\n');
    panel.hidden = false;
    // Never on top of what it tells of.
    const box = group.getBoundingClientRect();
    panel.classList.toggle('up', box.bottom > window.innerHeight - panel.offsetHeight);
  }

  function hide() {
    if (shown) { shown.classList.remove('on'); }
    shown = null;
    kept = false;
    panel.hidden = true;
  }

  function groupOf(event) {
    return event.target instanceof Element ? event.target.closest('g.e') : null;
  }

  document.addEventListener('mouseover', function (event) {
    if (kept) { return; }
    const group = groupOf(event);
    if (group) {
      show(group);
    } else if (!panel.contains(event.target)) {
      const focused = document.activeElement;
      if (places.has(focused)) { show(focused); } else { hide(); }
    }
  });

  document.addEventListener('click', function (event) {
    const group = groupOf(event);
    if (!group) { return; }
    kept = false;
    show(group);
    kept = true;
  });

  document.addEventListener('focusin', function (event) {
    const group = groupOf(event);
    if (!group) { return; }
    all.forEach(function (other) { if (other.tabIndex === 0) { other.tabIndex = -1; } });
    group.tabIndex = 0;
    kept = false;
    show(group);
  });

  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') { hide(); return; }
    const place = places.get(document.activeElement);
    if (place === undefined) { return; }
    const steps = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1 };
    const next = all[steps[event.key]];
    if (next) {
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  });

  if (all.length > 0) { all[0].tabIndex = 0; }
}());
