// Operates a simulated Proxmox VE with the npm package proxmox-api: prints each step, exits with 1 at the first that fails.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = process.env.PEER_MODULES ?? process.cwd();
const { proxmoxApi } = createRequire(pathToFileURL(`${packages}/`))('proxmox-api');

const host = process.env.PEER_HOST ?? '127.0.0.1';
const port = Number(process.env.PEER_PORT);
const pve = proxmoxApi({ host, port, username: process.env.PEER_USER ?? 'demo@pve', password: process.env.PEER_PASSWORD ?? 'demo-password' });
const byToken = proxmoxApi({
    host,
    port,
    tokenID: process.env.PEER_TOKEN_ID ?? 'demo@pve!ci',
    tokenSecret: process.env.PEER_SECRET ?? '11111111-2222-3333-4444-555555555555',
});

const step = (text) => console.log(`proxmox-api: ${text}`);

function expect(condition, text) {
    if (!condition) {
        throw new Error(text);
    }
}

async function wait(node, upid) {
    expect(upid.startsWith(`UPID:${node}:`), `not a UPID of ${node}: ${upid}`);
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
        const status = await pve.nodes.$(node).tasks.$(upid).status.$get();
        if (status.status === 'stopped') {
            expect(status.exitstatus === 'OK', `${upid} ended with ${status.exitstatus}`);
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${upid} did not end`);
}

async function create(node, vmid) {
    step(`create VM ${vmid}`);
    const spec = { vmid, name: 'peer-three', memory: 512, cores: 1, scsi0: 'local:1,format=qcow2', net0: 'virtio,bridge=vmbr0' };
    await wait(node, await pve.nodes.$(node).qemu.$post(spec));
    await pve.nodes.$(node).qemu.$(vmid).config.$put({ cores: 2, onboot: true });
    const config = await pve.nodes.$(node).qemu.$(vmid).config.$get();
    expect(config.cores === 2 && config.onboot === 1, `configuration: ${JSON.stringify(config)}`);
}

async function operate(node, vmid) {
    step('start, snapshot, stop');
    const guest = pve.nodes.$(node).qemu.$(vmid);
    await wait(node, await guest.status.start.$post());
    expect((await guest.status.current.$get()).status === 'running', 'not running');
    await wait(node, await guest.snapshot.$post({ snapname: 'before' }));
    expect((await guest.snapshot.$get()).some((item) => item.name === 'before'), 'no snapshot');
    await wait(node, await guest.snapshot.$('before').$delete());
    await wait(node, await guest.status.stop.$post());
}

async function main() {
    step('log in with a password and with an API token');
    const version = (await pve.version.$get()).version;
    expect((await byToken.version.$get()).version === version, 'the token sees another version');
    step(`version ${version}`);

    step('list nodes and guests');
    const node = (await pve.nodes.$get()).find((item) => item.status === 'online').node;
    expect((await pve.cluster.resources.$get({ type: 'vm' })).length > 0, 'no guests');
    expect(Array.isArray(await pve.nodes.$(node).qemu.$get({ full: true })), 'no list');

    const first = Number(await pve.cluster.nextid.$get());
    await create(node, first);
    const second = Number(await pve.cluster.nextid.$get());
    step(`clone it to VM ${second}`);
    await wait(node, await pve.nodes.$(node).qemu.$(first).clone.$post({ newid: second, name: 'peer-four', full: true }));
    await operate(node, second);

    step(`delete VMs ${first}, ${second}`);
    for (const vmid of [first, second]) {
        await wait(node, await pve.nodes.$(node).qemu.$(vmid).$delete({ purge: true }));
    }
    const left = (await pve.nodes.$(node).qemu.$get()).map((item) => item.vmid);
    expect(!left.includes(first) && !left.includes(second), 'still there');
    step('all steps passed');
}

main().catch((error) => {
    console.error(`proxmox-api: FAILED: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`);
    process.exit(1);
});
