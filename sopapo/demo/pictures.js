// How one pictures oneself, and the chat: a picture is uploaded, and then named as the avatar.

import { updateRoom } from "/demo/details.js";
import { upload } from "/demo/files.js";
import { keepMe } from "/demo/profile.js";
import { ask } from "/demo/wire.js";

export async function setMyPicture(input) {
  keepMe((await ask("update_profile", { avatar: await uploaded(input) })).user);
}

export async function setRoomPicture(input) {
  await updateRoom({ avatar: await uploaded(input) });
}

async function uploaded(input) {
  const [file] = input.files;
  input.value = "";
  return (await upload(file)).id;
}
