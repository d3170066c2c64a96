// Takes the pictures of the documentation: `npm run screenshots -- FOLDER [SCENES]`. Real server, real demo, wide and
// phone, light and dark. `SCENES` is a part of the names of the groups below.
import { mkdirSync } from 'node:fs';
import { Browsers } from '../harness/browser';
import { Camera, COLOURS, SIZES } from './camera';
import { shootBell } from './scenes_bell';
import { shootConsole } from './scenes_console';
import { shootPages } from './scenes_pages';
import { shootPhone } from './scenes_phone';
import { shootPreferences } from './scenes_preferences';
import { Studio } from './studio';

const [folder, wanted = ''] = process.argv.slice(2);
if (!folder) throw new Error('say where to: npm run screenshots -- FOLDER');

/** In this order: what one leaves behind does not show in the next. */
const GROUPS = {
  pages: shootPages,
  bell: shootBell,
  phone: shootPhone,
  preferences: shootPreferences,
  console: shootConsole,
};

async function shootAll(browsers: Browsers, camera: Camera): Promise<void> {
  const studio = await Studio.open(browsers, camera);
  try {
    await studio.liveAMorning();
    for (const [name, shoot] of Object.entries(GROUPS)) {
      if (name.includes(wanted)) await shoot(studio);
    }
  } finally {
    await studio.close();
  }
}

mkdirSync(folder, { recursive: true });
const browsers = await Browsers.open();
try {
  for (const size of Object.keys(SIZES)) {
    for (const colours of COLOURS) await shootAll(browsers, new Camera(folder, size, colours));
  }
} finally {
  await browsers.close();
}
