(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("points").textContent);
  var canvas = document.getElementById("scatter"), tip = document.getElementById("tip");
  var pick = { x: document.getElementById("axis-x"), y: document.getElementById("axis-y") };
  var find = document.getElementById("find"), told = document.getElementById("told");
  var names = data.names.split("\n"), count = data.count;
  var group = bytes(data.group), mark = bytes(data.mark);
  data.axes.forEach(function (axis) { axis.steps = new Uint16Array(bytes(axis.data).buffer); });

  function bytes(text) {
    var raw = atob(text), found = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) { found[i] = raw.charCodeAt(i); }
    return found;
  }
  function title(axis) { return axis.label + (axis.unit ? " (" + axis.unit + ")" : ""); }
  function value(axis, step) {
    var at = axis.low + step / 65534 * (axis.high - axis.low);
    return axis.log ? Math.pow(10, at) : at;
  }
  function written(number) {
    if (number === 0) { return "0"; }
    var size = Math.abs(number);
    if (size >= 1e-3 && size < 1e5) { return String(Number(number.toPrecision(3))); }
    var parts = number.toExponential(2).split("e");
    return (Number(parts[0]) === 1 ? "" : Number(parts[0]) + "×") + "10" + raised(Number(parts[1]));
  }
  function raised(power) {
    var digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    return String(power).replace(/[0-9]/g, function (digit) { return digits[digit]; }).replace("-", "⁻");
  }
  function ticks(axis, wanted) {
    var found = [], span = axis.high - axis.low, step, at;
    if (axis.log) {
      step = Math.max(1, Math.ceil(span / wanted));
      for (at = Math.ceil(axis.low); at <= axis.high + 1e-9; at += step) { found.push([at, written(Math.pow(10, at))]); }
      var decades = found;
      if (found.length > 3) { return found; }
      found = [];
      for (at = Math.floor(axis.low); at <= axis.high; at++) {
        [1, 2, 5].forEach(function (lead) {
          var place = at + Math.log10(lead);
          if (place >= axis.low && place <= axis.high) { found.push([place, written(lead * Math.pow(10, at))]); }
        });
      }
      return found.length > 1.8 * wanted && decades.length > 1 ? decades : found;
    }
    step = Math.pow(10, Math.floor(Math.log10(span / wanted)));
    [10, 5, 2].some(function (lead) {
      if (span / (step * lead) >= wanted / 2) { step *= lead; return true; }
      return false;
    });
    for (at = Math.ceil(axis.low / step) * step; at <= axis.high + 1e-9 * span; at += step) {
      found.push([at, written(Math.abs(at) < 1e-9 * span ? 0 : at)]);
    }
    return found;
  }

  data.axes.forEach(function (axis, i) {
    [pick.x, pick.y].forEach(function (select) {
      var option = document.createElement("option");
      option.value = i; option.textContent = title(axis); select.appendChild(option);
    });
  });
  pick.y.value = 0; pick.x.value = preferred();
  function preferred() {
    for (var i = 1; i < data.axes.length; i++) { if (data.axes[i].name !== "share") { return i; } }
    return Math.min(1, data.axes.length - 1);
  }

  var box, buckets, inset = 12, cell = 10, wide, near = -1;
  function style(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function place(i) {
    var x = data.axes[pick.x.value].steps[i], y = data.axes[pick.y.value].steps[i];
    if (x === 65535 || y === 65535) { return null; }
    return [across(x / 65534), upward(y / 65534)];
  }
  function across(share) { return box.left + inset + share * (box.width - 2 * inset); }
  function upward(share) { return box.top + box.height - inset - share * (box.height - 2 * inset); }
  function draw() {
    var width = canvas.clientWidth, height = Math.round(Math.min(560, Math.max(320, 0.58 * width)));
    var scale = window.devicePixelRatio || 1, context = canvas.getContext("2d");
    canvas.width = width * scale; canvas.height = height * scale; canvas.style.height = height + "px";
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    box = { left: 74, top: 12, width: width - 90, height: height - 62 };
    wide = Math.ceil(width / cell); buckets = {};
    frame(context, width, height);
    var shown = 0, wanted = find.value.trim().toLowerCase(), hits = 0, size = count > 5000 ? 2 : count > 500 ? 3 : 5;
    var colours = data.groups.map(function (_, i) { return style("part-" + (i % 6 + 1)); });
    if (!colours.length) { colours = [style("part-1")]; }
    context.globalAlpha = count > 5000 ? 0.45 : 0.75;
    for (var i = 0; i < count; i++) {
      var at = place(i);
      if (!at) { continue; }
      shown++;
      var key = Math.floor(at[0] / cell) + wide * Math.floor(at[1] / cell);
      (buckets[key] = buckets[key] || []).push(i);
      context.fillStyle = group[i] === 255 ? style("muted") : colours[group[i]] || colours[0];
      context.fillRect(at[0] - size / 2, at[1] - size / 2, size, size);
    }
    context.globalAlpha = 1;
    for (i = 0; i < count; i++) {
      if (!mark[i] && !wanted) { continue; }
      at = place(i);
      if (!at) { continue; }
      if ((mark[i] & 2) && shown > 0) { ring(context, at, 3, style("ink"), 1); }
      if (mark[i] & 1) { ring(context, at, 5, style("fail"), 2); }
      if (wanted && names[i].toLowerCase().indexOf(wanted) >= 0) {
        hits++; if (hits <= 500) { ring(context, at, 8, style("pass"), 2.5); }
      }
    }
    if (near >= 0 && place(near)) { ring(context, place(near), 7, style("ink"), 2); }
    told.textContent = shown + " points" + (data.of > count ? " of " + data.of + " candidates" : "") +
      (wanted ? ", " + hits + " with “" + find.value.trim() + "”" : "");
  }
  function ring(context, at, radius, colour, line) {
    context.beginPath(); context.arc(at[0], at[1], radius, 0, 7);
    context.strokeStyle = colour; context.lineWidth = line; context.stroke();
  }
  function frame(context, width, height) {
    var x = data.axes[pick.x.value], y = data.axes[pick.y.value];
    context.font = "12px system-ui, sans-serif"; context.lineWidth = 1;
    context.textAlign = "center"; context.textBaseline = "top";
    ticks(x, width > 500 ? 8 : 4).forEach(function (tick) {
      var at = across((tick[0] - x.low) / (x.high - x.low));
      line(context, at, box.top, at, box.top + box.height);
      context.fillStyle = style("muted"); context.fillText(tick[1], at, box.top + box.height + 8);
    });
    context.textAlign = "right"; context.textBaseline = "middle";
    ticks(y, 6).forEach(function (tick) {
      var at = upward((tick[0] - y.low) / (y.high - y.low));
      line(context, box.left, at, box.left + box.width, at);
      context.fillStyle = style("muted"); context.fillText(tick[1], box.left - 8, at);
    });
    context.fillStyle = style("ink"); context.textAlign = "center"; context.textBaseline = "bottom";
    context.fillText(title(x), box.left + box.width / 2, height - 4);
    context.save(); context.translate(14, box.top + box.height / 2); context.rotate(-Math.PI / 2);
    context.textBaseline = "middle"; context.fillText(title(y), 0, 0); context.restore();
  }
  function line(context, x0, y0, x1, y1) {
    context.strokeStyle = style("grid"); context.beginPath(); context.moveTo(x0, y0); context.lineTo(x1, y1); context.stroke();
  }
  function nearest(x, y) {
    var column = Math.floor(x / cell), row = Math.floor(y / cell), best = -1, least = 144;
    for (var down = -1; down <= 1; down++) {
      for (var over = -1; over <= 1; over++) {
        (buckets[column + over + wide * (row + down)] || []).forEach(function (i) {
          var at = place(i), apart = (at[0] - x) * (at[0] - x) + (at[1] - y) * (at[1] - y);
          if (apart < least) { least = apart; best = i; }
        });
      }
    }
    return best;
  }
  function show(event) {
    var frame = canvas.getBoundingClientRect();
    var i = nearest(event.clientX - frame.left, event.clientY - frame.top);
    if (i !== near) { near = i; schedule(); }
    if (i < 0) { tip.hidden = true; return; }
    tip.textContent = "";
    entry("b", names[i]);
    if (mark[i] & 1) { entry("span", "among the best " + data.top); }
    if (mark[i] & 2) { entry("span", "on the Pareto front"); }
    data.axes.forEach(function (axis) {
      if (axis.steps[i] === 65535) { return; }
      entry("span", axis.label + ": " + written(value(axis, axis.steps[i])) + (axis.unit ? " " + axis.unit : ""));
    });
    if (data.groups.length && group[i] !== 255) { entry("span", "limited by " + data.groups[group[i]]); }
    tip.hidden = false;
    var left = event.clientX - frame.left + 14, room = canvas.clientWidth - tip.offsetWidth - 4;
    tip.style.left = Math.max(0, Math.min(left, room)) + "px";
    tip.style.top = event.clientY - frame.top + 16 + "px";
  }
  function entry(kind, text) {
    var element = document.createElement(kind);
    element.textContent = text; tip.appendChild(element);
  }
  var waiting = false;
  function schedule() {
    if (waiting) { return; }
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; draw(); });
  }
  pick.x.addEventListener("change", schedule); pick.y.addEventListener("change", schedule);
  find.addEventListener("input", schedule); window.addEventListener("resize", schedule);
  canvas.addEventListener("mousemove", show); canvas.addEventListener("click", show);
  canvas.addEventListener("mouseleave", function () { tip.hidden = true; near = -1; schedule(); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", schedule);
  document.getElementById("explorer").hidden = false;
  draw();
}());
