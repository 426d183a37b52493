#!/usr/bin/python3
"""Operates a simulated Proxmox Backup Server with proxmoxer: prints each step, exits with 1 at the first that fails."""

import os
import sys
import time

from proxmoxer import ProxmoxAPI, ResourceException
from proxmoxer.backends.https import AuthenticationError

HOST = os.environ.get("PEER_HOST", "127.0.0.1")
PORT = int(os.environ["PEER_PBS_PORT"])
USER = os.environ.get("PEER_PBS_USER", "root@pam")
PASSWORD = os.environ.get("PEER_PBS_PASSWORD", "simulator-root")
TOKEN_USER = os.environ.get("PEER_PBS_TOKEN_USER", "demo@pbs")
TOKEN = os.environ.get("PEER_PBS_TOKEN", "ci")
SECRET = os.environ.get("PEER_PBS_SECRET", "11111111-2222-3333-4444-555555555555")


def step(text):
    print(f"proxmoxer (PBS): {text}", flush=True)


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def refused(call, status):
    try:
        call()
    except ResourceException as error:
        expect(f"{status} " in str(error), f"not refused with {status}: {error}")
    else:
        raise AssertionError(f"no refusal with {status}")


def wait(upid):
    """Follows a task to its end."""
    expect(upid.startswith("UPID:"), f"not a UPID: {upid}")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = pbs.nodes("localhost").tasks(upid).status.get()
        if status["status"] == "stopped":
            expect(status["exitstatus"] == "OK", f"{upid} ended with {status['exitstatus']}")
            return
        time.sleep(0.2)
    raise AssertionError(f"{upid} did not end")


def connect():
    step("log in with a password")
    client = ProxmoxAPI(HOST, port=PORT, user=USER, password=PASSWORD, verify_ssl=False, service="PBS")
    step(f"version {client.version.get()['version']}")
    try:
        ProxmoxAPI(HOST, port=PORT, user=USER, password="wrong", verify_ssl=False, service="PBS")
    except (AuthenticationError, ValueError):  # the server refuses in plain text, which proxmoxer reads as JSON
        return client
    raise AssertionError("a wrong password was accepted")


def use_token(store):
    step("log in with an API token, which may not do what root may")
    client = ProxmoxAPI(HOST, port=PORT, user=TOKEN_USER, token_name=TOKEN, token_value=SECRET, verify_ssl=False, service="PBS")
    expect(client.version.get() == pbs.version.get(), "the token sees another version")
    expect(client.admin.datastore(store).status.get()["total"] > 0, "the token sees no datastore")
    refused(lambda: client.nodes.get(), 403)


def browse(store):
    step("list groups, snapshots and files; change notes and protection")
    datastore = pbs.admin.datastore(store)
    group = datastore.groups.get()[0]
    snapshot = next(item for item in datastore.snapshots.get() if item["backup-id"] == group["backup-id"])
    name = {key: snapshot[key] for key in ("backup-type", "backup-id", "backup-time")}
    files = {item["filename"] for item in datastore.files.get(**name)}
    expect("index.json.blob" in files, f"files: {files}")
    datastore.notes.put(notes="seen by a peer", **name)
    expect(datastore.notes.get(**name) == "seen by a peer", "the notes are not those that were set")
    datastore("protected").put(protected=1, **name)
    refused(lambda: datastore.snapshots.delete(**name), 400)
    datastore("protected").put(protected=0, **name)
    kept = datastore.prune.post(**{"backup-type": name["backup-type"], "backup-id": name["backup-id"], "keep-last": 1, "dry-run": 1})
    expect(any(item["keep"] for item in kept), f"prune would keep nothing: {kept}")


def namespaces(store):
    step("make a namespace and remove it")
    datastore = pbs.admin.datastore(store)
    datastore.namespace.post(name="peer")
    expect(any(item["ns"] == "peer" for item in datastore.namespace.get()), "the namespace is not listed")
    datastore.namespace.delete(ns="peer")


def jobs(store):
    step("make, change and remove a prune job; a job that is not there is missed")
    pbs.config.prune.post(id="peer-job", store=store, schedule="daily", **{"keep-last": 3})
    pbs.config.prune("peer-job").put(comment="by a peer", **{"keep-last": 5})
    job = pbs.config.prune("peer-job").get()
    expect(job["keep-last"] == 5 and job["comment"] == "by a peer", f"job: {job}")
    pbs.config.prune("peer-job").delete()
    refused(lambda: pbs.config.prune("peer-job").get(), 400)


def access():
    step("make a user with a token and a role, and remove it")
    pbs.access.users.post(userid="peer@pbs", password="peer-password", comment="by a peer")
    token = pbs.access.users("peer@pbs").token("one").post()
    expect(token["tokenid"] == "peer@pbs!one" and len(token["value"]) == 36, "no token was made")
    pbs.access.acl.put(path="/datastore", role="DatastoreAudit", **{"auth-id": "peer@pbs"})
    expect(any(item["ugid"] == "peer@pbs" for item in pbs.access.acl.get()), "the role is not listed")
    pbs.access.users("peer@pbs").delete()


def collect_garbage(store):
    step("collect garbage and read the log")
    upid = pbs.admin.datastore(store).gc.post()
    wait(upid)
    lines = [item["t"] for item in pbs.nodes("localhost").tasks(upid).log.get()]
    expect(any("TASK OK" in line for line in lines), f"the log: {lines}")


try:
    pbs = connect()
    where = next(item["store"] for item in pbs.admin.datastore.get() if pbs.admin.datastore(item["store"]).groups.get())
    use_token(where)
    browse(where)
    namespaces(where)
    jobs(where)
    access()
    collect_garbage(where)
except Exception as error:  # every failure is the result of the run
    print(f"proxmoxer (PBS): FAILED: {type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1)
step("all steps passed")
