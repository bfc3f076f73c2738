// The camera: a viewfinder, and a picture of what it shows.

const $ = (id) => document.getElementById(id);

let stream = null;

// reason tells in words why the camera does not open.
function reason(error) {
  switch (error.name) {
    case "NotAllowedError": return "The camera was not allowed. The browser's settings for this page change that.";
    case "NotFoundError": return "This machine has no camera.";
    case "NotReadableError": return "Another program is using the camera.";
    default: return `The camera does not open: ${error.message}`;
  }
}

async function open(complain) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
    complain("Browsers give the camera to pages over https or on localhost alone. Serve with TLS, or choose a file; phones offer their camera there.");
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    complain(reason(error));
    return;
  }
  $("video").srcObject = stream;
  await $("video").play();
  $("viewfinder").hidden = false;
  $("camera").disabled = true;
  $("shoot").focus();
}

function close() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  $("video").srcObject = null;
  $("viewfinder").hidden = true;
  $("camera").disabled = false;
  $("camera").focus();
}

// shoot returns what the viewfinder shows, as a JPEG file.
function shoot() {
  const video = $("video");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(new File([blob], "camera.jpg", { type: "image/jpeg" })), "image/jpeg", 0.92));
}

// camera lets its buttons work: take is given pictures, complain reasons.
export function camera(take, complain) {
  $("camera").addEventListener("click", () => open(complain));
  $("close").addEventListener("click", close);
  $("shoot").addEventListener("click", async () => {
    const picture = await shoot();
    close();
    take(picture);
  });
}
