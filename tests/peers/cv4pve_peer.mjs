// Operates a simulated Proxmox VE with the npm package @corsinvest/cv4pve-api-javascript: prints each step, exits with 1 at the first that fails.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = process.env.PEER_MODULES ?? process.cwd();
const { PveClient } = createRequire(pathToFileURL(`${packages}/`))('@corsinvest/cv4pve-api-javascript');

const client = new PveClient(process.env.PEER_HOST ?? '127.0.0.1', Number(process.env.PEER_PORT));
const node = 'pve1';
const vmid = 980;

const step = (text) => console.log(`cv4pve-api-javascript: ${text}`);

function expect(condition, text) {
    if (!condition) {
        throw new Error(text);
    }
}

function answer(result) {
    expect(result.isSuccessStatusCode, `${result.statusCode} ${result.reasonPhrase}`);
    return result.response.data;
}

async function finish(result) {
    const upid = answer(result);
    expect(await client.waitForTaskToFinish(upid, 100, 60_000), `${upid} did not end`);
    const status = await client.getExitStatusTask(upid);
    expect(status === 'OK', `${upid} ended with ${status}`);
}

step('log in');
expect(await client.login(process.env.PEER_USER ?? 'demo', process.env.PEER_PASSWORD ?? 'demo-password', 'pve'), 'the login was refused');
expect(answer(await client.version.version()).version, 'no version');
expect(answer(await client.cluster.resources.resources()).length > 10, 'too few resources');

const guests = client.nodes.get(node).qemu;
step(`create VM ${vmid}`);
await finish(await guests.createVm(vmid));
step('start, stop, destroy');
await finish(await guests.get(vmid).status.start.vmStart());
const refused = await guests.get(vmid).destroyVm();
expect(refused.statusCode === 500 && /is running/.test(refused.response.message), 'a running VM was destroyed');
await finish(await guests.get(vmid).status.stop.vmStop());
await finish(await guests.get(vmid).destroyVm());
const missing = await guests.get(vmid).config.vmConfig();
expect(missing.statusCode === 500 && /does not exist/.test(missing.reasonPhrase), 'the destroyed VM still answers');
step('done');
