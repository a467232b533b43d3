// The form of a report: htmx puts a new one in its place at each step, so it is looked up each time.

export const STEP_WHERE = "where";

export function reportForm() {
  return document.querySelector("#report");
}

export function field(name) {
  return reportForm()?.querySelector(`[name="${name}"]`) ?? null;
}

// Hidden fields that are empty do not stand in the form.
export function put(name, value) {
  let input = field(name);
  if (!input) {
    input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    reportForm().append(input);
  }
  input.value = value;
}

// Calls back with the form now and after each step.
export function onForm(callback) {
  callback(reportForm());
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === "report") {
      callback(reportForm());
    }
  });
}
