// Black boxes on a photo: drawn with the pointer or given in numbers. The fields are what counts; the boxes follow them.

const FIELDS = ["left", "top", "width", "height"];
// In pixels of the photo; a click is no box.
const SMALLEST = 4;

let drawing = null;

// The box between two points of a photo, cut at its edges: whole pixels.
export function boxBetween(one, other, [width, height]) {
  const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
  const [left, right] = [one.x, other.x].map((x) => within(x, width)).sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].map((y) => within(y, height)).sort((a, b) => a - b);
  return { left, top, width: right - left, height: bottom - top };
}

function sizeOf(frame) {
  return [Number(frame.dataset.width), Number(frame.dataset.height)];
}

function placeOf(frame, event) {
  const shown = frame.getBoundingClientRect();
  const [width, height] = sizeOf(frame);
  return {
    x: ((event.clientX - shown.left) / shown.width) * width,
    y: ((event.clientY - shown.top) / shown.height) * height,
  };
}

function rowsOf(form) {
  return [...form.querySelectorAll(".box-row")];
}

function fieldOf(row, name) {
  return row.querySelector(`[name=${name}]`);
}

function rowWrite(row, box) {
  for (const name of FIELDS) {
    fieldOf(row, name).value = box[name];
  }
}

function rowAdd(form, box) {
  form.querySelector(".boxes").append(form.querySelector("template").content.cloneNode(true));
  const row = rowsOf(form).at(-1);
  row.querySelector("[data-box-remove]").hidden = false;
  rowWrite(row, box);
  return row;
}

// Lays a box over the photo for each row that has numbers.
function boxesDraw(form) {
  const frame = form.querySelector(".photo-frame");
  const [width, height] = sizeOf(frame);
  for (const former of frame.querySelectorAll(".photo-box")) {
    former.remove();
  }
  for (const row of rowsOf(form)) {
    const drawn = document.createElement("div");
    drawn.className = "photo-box";
    for (const name of FIELDS) {
      const whole = name === "left" || name === "width" ? width : height;
      drawn.style[name] = `${(Number(fieldOf(row, name).value) / whole) * 100}%`;
    }
    frame.append(drawn);
  }
}

function formOpened(form) {
  for (const hidden of form.querySelectorAll("[data-drawing], [data-box-add], [data-box-remove]")) {
    hidden.hidden = false;
  }
  form.querySelector("[data-enlarge]").hidden = !document.fullscreenEnabled;
  boxesDraw(form);
}

function clicked(event) {
  const form = event.target.closest(".photo-edit form");
  if (!form) {
    return;
  }
  const row = event.target.closest("[data-box-remove]")?.closest(".box-row");
  if (row) {
    row.remove();
    form.querySelector("[data-box-add]").focus();
  } else if (event.target.closest("[data-box-add]")) {
    const [width, height] = sizeOf(form.querySelector(".photo-frame")).map((one) => Math.round(one / 4));
    fieldOf(rowAdd(form, { left: width, top: height, width, height }), "left").focus();
  } else if (event.target.closest("[data-enlarge]")) {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      form.requestFullscreen();
    }
    return;
  }
  boxesDraw(form);
}

function pressed(event) {
  const frame = event.target.closest(".photo-frame");
  if (!frame || event.button !== 0) {
    return;
  }
  event.preventDefault();
  const from = placeOf(frame, event);
  const form = frame.closest("form");
  drawing = { frame, form, from, row: rowAdd(form, boxBetween(from, from, sizeOf(frame))) };
}

function moved(event) {
  if (drawing) {
    rowWrite(drawing.row, boxBetween(drawing.from, placeOf(drawing.frame, event), sizeOf(drawing.frame)));
    boxesDraw(drawing.form);
  }
}

function released() {
  if (!drawing) {
    return;
  }
  const { row, form } = drawing;
  drawing = null;
  if (Math.min(fieldOf(row, "width").value, fieldOf(row, "height").value) < SMALLEST) {
    row.remove();
  }
  boxesDraw(form);
}

export function redactionWatch() {
  document.addEventListener("pointerdown", pressed);
  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerup", released);
  document.addEventListener("pointercancel", released);
  document.addEventListener("click", clicked);
  document.addEventListener("input", (event) => {
    const form = event.target.closest(".photo-edit form");
    if (form) {
      boxesDraw(form);
    }
  });
  // It happens for what comes open from the server, too, and does not bubble.
  const opened = (event) => {
    const form = event.target.open && event.target.querySelector?.(".photo-frame")?.closest("form");
    if (form) {
      formOpened(form);
    }
  };
  document.addEventListener("toggle", opened, true);
  // A key that is held down looks at nothing.
  document.addEventListener("keydown", (event) => {
    if (event.repeat && event.target.closest?.(".release-bar button")) {
      event.preventDefault();
    }
  });
}
