import { TestServer } from '../../src/history/influx/test-influx-server.ts';
import { compareWrites, openSink } from './bench-influx.ts';

/* `npm run bench:history-influx`: to a sink that only counts, and to InfluxDB 1.6. Fails where we are below the bar. */
const BAR = 0.8;
const thousands = (value: number): string => Math.round(value).toLocaleString('en');

const sink = await openSink();
const influx = await TestServer.influxd();
let held = true;
try {
  console.log(
    `\n| readings/s, batches of 5,000, two in flight | ours | bare client | ratio, must be ${BAR} |\n| --- | ---: | ---: | ---: |`,
  );
  for (const gzip of [false, true]) {
    for (const [name, url] of [
      ['sink', sink.url],
      ['InfluxDB 1.6', influx.url],
    ] as const) {
      for (const whose of ['ours', 'theirs']) {
        await influx.ask(`DROP DATABASE "${whose}"`);
        await influx.ask(`CREATE DATABASE "${whose}"`);
      }
      const { ours, bare } = await compareWrites(url, gzip);
      console.log(`| ${name}${gzip ? ', gzip' : ''} | ${thousands(ours)} | ${thousands(bare)} | ${(ours / bare).toFixed(2)} |`);
      held = held && ours / bare >= BAR;
    }
  }
} finally {
  await influx.stop();
  sink.close();
}
process.exitCode = held ? 0 : 1;
