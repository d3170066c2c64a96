// Twilio's own count of segments: reads one JSON text a line, answers `["GSM-7", 2]`.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { SegmentedMessage } = createRequire(import.meta.url)("sms-segments-calculator");

for await (const line of createInterface({ input: process.stdin })) {
    const counted = new SegmentedMessage(JSON.parse(line));
    console.log(JSON.stringify([counted.getEncodingName(), counted.segmentsCount]));
}
