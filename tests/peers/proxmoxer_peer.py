#!/usr/bin/python3
"""Operates a simulated Proxmox VE with proxmoxer: prints each step, exits with 1 at the first that fails."""

import io
import os
import sys
import tempfile
import time

from proxmoxer import ProxmoxAPI, ResourceException
from proxmoxer.backends.https import AuthenticationError

HOST = os.environ.get("PEER_HOST", "127.0.0.1")
PORT = int(os.environ["PEER_PORT"])
USER = os.environ.get("PEER_USER", "demo@pve")
PASSWORD = os.environ.get("PEER_PASSWORD", "demo-password")
TOKEN = os.environ.get("PEER_TOKEN", "ci")
SECRET = os.environ.get("PEER_SECRET", "11111111-2222-3333-4444-555555555555")


def step(text):
    print(f"proxmoxer: {text}", flush=True)


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def wait(node, upid):
    """Follows a task to its end."""
    expect(upid.startswith(f"UPID:{node}:"), f"not a UPID of {node}: {upid}")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = pve.nodes(node).tasks(upid).status.get()
        if status["status"] == "stopped":
            expect(status["exitstatus"] == "OK", f"{upid} ended with {status['exitstatus']}")
            return
        time.sleep(0.2)
    raise AssertionError(f"{upid} did not end")


def connect():
    step("log in with a password")
    client = ProxmoxAPI(HOST, port=PORT, user=USER, password=PASSWORD, verify_ssl=False)
    step(f"version {client.version.get()['version']}")
    step("log in with an API token")
    by_token = ProxmoxAPI(HOST, port=PORT, user=USER, token_name=TOKEN, token_value=SECRET, verify_ssl=False)
    expect(by_token.version.get()["version"] == client.version.get()["version"], "the token sees another version")
    return client


def refuse(node):
    step("see a wrong password, a missing guest and a wrong parameter refused")
    try:
        ProxmoxAPI(HOST, port=PORT, user=USER, password="wrong", verify_ssl=False)
    except AuthenticationError:
        pass
    else:
        raise AssertionError("a wrong password was accepted")
    for call, status in (
        (lambda: pve.nodes(node).qemu(987654).config.get(), 500),
        (lambda: pve.nodes(node).qemu.create(vmid=99), 400),
    ):
        try:
            call()
        except ResourceException as error:
            expect(f"{status} " in str(error), f"not refused with {status}: {error}")
        else:
            raise AssertionError(f"no refusal with {status}")


def read(node):
    step("list nodes, guests and storages")
    expect(any(item["node"] == node for item in pve.nodes.get()), "the node is not listed")
    expect(len(pve.cluster.resources.get(type="vm")) > 0, "no guests")
    expect(any(item["storage"] == "local" for item in pve.nodes(node).storage.get()), "no storage 'local'")


def create(node):
    vmid = int(pve.cluster.nextid.get())
    step(f"create VM {vmid}")
    wait(node, pve.nodes(node).qemu.create(vmid=vmid, name="peer-one", memory=512, cores=1, scsi0="local:1,format=qcow2", net0="virtio,bridge=vmbr0"))
    pve.nodes(node).qemu(vmid).config.put(description="made by a peer", cores=2)
    config = pve.nodes(node).qemu(vmid).config.get()
    expect(config["cores"] == 2 and config["name"] == "peer-one", f"configuration: {config}")
    return vmid


def clone(node, vmid):
    new = int(pve.cluster.nextid.get())
    step(f"clone it to VM {new}")
    wait(node, pve.nodes(node).qemu(vmid).clone.post(newid=new, name="peer-two", full=1))
    return new


def run(node, vmid):
    step("start, snapshot, roll back, stop")
    guest = pve.nodes(node).qemu(vmid)
    wait(node, guest.status.start.post())
    expect(guest.status.current.get()["status"] == "running", "not running")
    wait(node, guest.snapshot.post(snapname="before", description="by a peer"))
    expect({item["name"] for item in guest.snapshot.get()} == {"before", "current"}, "snapshots")
    wait(node, guest.snapshot("before").rollback.post())
    if guest.status.current.get()["status"] == "running":
        wait(node, guest.status.stop.post())
    wait(node, guest.snapshot("before").delete())


def upload(node):
    step("upload an ISO image and delete it")
    image = io.BytesIO(os.urandom(300_000))
    image.name = "peer.iso"
    wait(node, pve.nodes(node).storage("local").upload.post(content="iso", filename=image))
    volumes = {item["volid"]: item for item in pve.nodes(node).storage("local").content.get(content="iso")}
    expect(volumes.get("local:iso/peer.iso", {}).get("size") == 300_000, f"volumes: {sorted(volumes)}")
    pve.nodes(node).storage("local").content("local:iso/peer.iso").delete()


def upload_large(node):
    step("upload more than proxmoxer keeps in memory, as a stream")
    size = 101 * 1024 * 1024
    with tempfile.NamedTemporaryFile(suffix=".iso") as file:
        file.truncate(size)
        wait(node, pve.nodes(node).storage("local").upload.post(content="iso", filename=file.file.raw))
        name = os.path.basename(file.name)
    volumes = {item["volid"]: item for item in pve.nodes(node).storage("local").content.get(content="iso")}
    expect(volumes.get(f"local:iso/{name}", {}).get("size") == size, f"volumes: {sorted(volumes)}")
    pve.nodes(node).storage("local").content(f"local:iso/{name}").delete()


def delete(node, vmids):
    step(f"delete VMs {', '.join(map(str, vmids))}")
    for vmid in vmids:
        wait(node, pve.nodes(node).qemu(vmid).delete(purge=1))
    left = {item["vmid"] for item in pve.nodes(node).qemu.get()}
    expect(not left & set(vmids), "still there")


try:
    pve = connect()
    where = next(item["node"] for item in pve.nodes.get() if item["status"] == "online")
    refuse(where)
    read(where)
    first = create(where)
    second = clone(where, first)
    run(where, second)
    upload(where)
    upload_large(where)
    delete(where, [first, second])
except Exception as error:  # every failure is the result of the run
    print(f"proxmoxer: FAILED: {type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1)
step("all steps passed")
