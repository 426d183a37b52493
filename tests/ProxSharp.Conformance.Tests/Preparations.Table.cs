namespace ProxSharp.Conformance.Tests;

/// <summary>The table: sample number to the calls before it.</summary>
internal static partial class Preparations
{
    private static readonly Dictionary<string, string[]> s_before = new(StringComparer.Ordinal)
    {
        ["001"] =
        [
            "root PUT /access/users/alice@pve/token/auto comment=test%20token", "root PUT /access/users/alice@pve/token/sep comment=test%20token",
            "root PUT /access/users/bob@pve/token/t1 comment=test%20token", "root PUT /access/users/root@pam/token/ci comment=test%20token",
            "root POST /nodes/pve1/qemu/100/snapshot snapname=s1", "wait 2", "root PUT /nodes/pve1/qemu/100/config scsi1=local%3A1",
            "root POST /nodes/pve1/vzdump vmid=200&storage=local&compress=zstd", "wait 5",
            "alice PUT /access/users/alice@pve email=alice%40example.test&firstname=Alice", "root PUT /access/users/bob@pve email=",
        ],
        ["069"] = ["root POST /pools poolid=tmp2"],
        ["129"] = ["root PUT /nodes/pve1/qemu/110/config delete=net1"],
        ["155"] = ["root PUT /nodes/pve1/qemu/110/config delete=description"],
        ["157"] = ["root POST /nodes/pve1/qemu/110/status/suspend"],
        ["170"] = ["root POST /nodes/pve1/qemu/111/template", "wait 5"],
        ["171"] = ["root PUT /nodes/pve1/qemu/112/config lock=backup"],
        ["185"] =
        [
            "root POST /nodes/pve1/lxc vmid=210&ostemplate=local%3Avztmpl%2Falpine-3.20-mini_20240101_amd64.tar.gz&rootfs=local%3A0.2&hostname=ct-b&memory=64&swap=0"
                + "&net0=name%3Deth0%2Cbridge%3Dvmbr0%2Cip%3Ddhcp&ostype=unmanaged",
            "wait 5",
        ],
        ["197"] = ["root PUT /nodes/pve1/storage/local/content/{backup:210} protected=0"],
        ["201"] = ["root POST /storage storage=dir2&type=dir&path=%2Fx&content=iso&prune-backups=keep-last%3D3"],
        ["205"] = ["root DELETE /storage/dir2"],
        ["227"] = ["root DELETE /nodes/pve1/storage/local/content/{backup:110}", "wait 2"],
        ["237"] = ["root PUT /access/users/carol@pve firstname=Carol&groups=ops"],
        ["243"] = ["root POST /access/roles roleid=MyRole&privs=VM.Audit%2CVM.Console"],
        ["245"] = ["root PUT /access/acl path=%2Fvms%2F100&groups=ops&roles=MyRole&propagate=0", "root PUT /access/acl path=%2Fpool%2Fdev&users=bob%40pve%2Cauditor%40pve&roles=PVEVMUser%2CPVEAuditor&delete=1"],
        ["254"] = ["root DELETE /access/domains/ldap1"],
        ["265"] = ["wait 35", "- POST /access/ticket username=auditor%40pve&password=totp%3A720356&tfa-challenge={challenge}"],
        ["279"] = ["root DELETE /cluster/backup/nightly"],
        ["317"] = ["root POST /cluster/mapping/dir id=d1&map=node%3Dpve1%2Cpath%3D%2Fvar%2Flib%2Fvz"],
        ["368"] = ["root DELETE /cluster/ha/rules/r1", "root DELETE /cluster/ha/resources/vm:100"],
        ["433"] = ["root POST /pools poolid=semi1&comment=xy"],
        ["442"] = ["root POST /nodes/pve1/qemu/100/vncproxy websocket=1 -> ticket=?vncticket"],
        ["445"] =
        [
            "root POST /cluster/backup id=nightly&schedule=mon..fri%2002%3A30&storage=local&mode=snapshot&all=1&exclude=999&prune-backups=keep-daily%3D7&enabled=1&notes-template=%7B%7Bguestname%7D%7D",
        ],
        ["453"] = ["wait 2", "root POST /nodes/pve1/qemu/120/snapshot snapname=s1&description=first", "wait 2"],
        ["461"] = ["wait 2", "root POST /nodes/pve1/qemu/120/move_disk disk=scsi0&storage=local&format=raw&delete=1", "wait 5"],
        ["465"] = ["wait 2", "root POST /nodes/pve1/qemu/120/status/stop", "wait 2", "root POST /nodes/pve1/qemu/120/status/shutdown timeout=60 -> UPID:pve1:000043EF:00050241:6B035A3C:qmshutdown:120:root@pam:", "wait 5"],
        ["503"] = ["root DELETE /nodes/pve1/qemu/120", "wait 5"],
        ["518"] = ["wait 2"],
        ["522"] =
        [
            "root POST /access/users userid=dora%40pve&password=dora-secret", "login dora dora@pve dora-secret",
        ],
        ["526"] = ["root POST /access/users/dora@pve/token/old expire=1700000000 -> value=f67dd43a-ba6c-4b59-8e0c-615bc352a3b6", "root PUT /access/users/dora@pve enable=1"],
        ["534"] = ["root POST /nodes/pve1/hosts data=127.0.0.1%20localhost%0A127.0.1.1%20pve2%20pve3%0A192.0.2.99%20pve4%0A"],
        ["606"] = ["root POST /nodes/pve1/hosts data=127.0.0.1%20localhost%0A"],
        ["538"] = ["fault 595 Connection refused"],
        ["540"] = ["fault 595 Connection refused"],
        ["608"] = ["root PUT /cluster/options delete=next-id%2Ctag-style%2Cbwlimit%2Cdescription"],
        ["619"] = ["root PUT /access/acl path=%2Fpool%2Ftmp&users=bob%40pve&roles=PVEAuditor&delete=1"],
        ["641"] = ["fault 596 Connection timed out"],
        ["673"] = ["root PUT /nodes/pve1/qemu/100/config delete=cpulimit%2Cstartdate", "root PUT /nodes/pve1/qemu/100/config description=a%0Ab%0A%0A%23x%3A%20y%0A%E6%BC%A2%E5%AD%97%20%2541"],
        ["752"] = ["root POST /nodes/pve1/qemu/100/vncproxy websocket=1 -> ticket=?vncticket"],
        ["754"] = ["root@pam!ci POST /nodes/pve1/qemu/100/vncproxy websocket=1 -> ticket=?vncticket"],
        ["750"] =
        [
            "root POST /nodes/pve1/lxc/200/status/stop", "wait 2", "root DELETE /nodes/pve1/lxc/200", "wait 2",
            "root POST /nodes/pve1/lxc vmid=200&ostemplate=local%3Avztmpl%2Falpine-3.20-mini_20240101_amd64.tar.gz&rootfs=local%3A1 -> UPID:pve1:00006F49:0006865D:6B035E1E:vzcreate:200:root@pam:",
            "wait 5",
        ],
    };
}
