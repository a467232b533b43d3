// Photos are made smaller before they are sent, and are sent as soon as they are chosen. What the browser cannot read
// goes as it is: the server reads HEIC.

const SIDE_MAX = 2000;
const QUALITY = 0.85;
// Small enough to go as it is.
const BYTES_FEW = 1_000_000;
// The camera's notes stand at the beginning; only the place is read from them, and offered.
const HEAD_BYTES = 262_144;

// The photo as it is sent, and the beginning of the file where it was made smaller.
export async function photoShrink(file) {
  const nothing = new File([], "head");
  if (file.size <= BYTES_FEW) {
    return { photo: file, head: nothing };
  }
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", QUALITY);
    });
    if (!blob || blob.size >= file.size) {
      return { photo: file, head: nothing };
    }
    return {
      photo: new File([blob], "photo.jpg", { type: "image/jpeg" }),
      head: new File([file.slice(0, HEAD_BYTES)], "head"),
    };
  } catch {
    return { photo: file, head: nothing };
  }
}

async function send(input) {
  const { form } = input;
  const told = form.querySelector("[data-photos-told]");
  told.textContent = told.dataset.busy;
  const photos = new DataTransfer();
  const heads = new DataTransfer();
  for (const file of input.files) {
    // One by one: a telephone has no memory for several.
    // biome-ignore lint/performance/noAwaitInLoops: as above
    const { photo, head } = await photoShrink(file);
    photos.items.add(photo);
    heads.items.add(head);
  }
  input.files = photos.files;
  form.querySelector("[data-heads]").files = heads.files;
  form.querySelector("[data-upload]").click();
}

export function photosWatch() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-photos]") && event.target.files.length > 0) {
      send(event.target);
    }
  });
}
