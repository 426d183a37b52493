namespace ProxSharp.Cli.Tests;

/// <summary>A command line for every command that was written by hand; data for <see cref="OutputSnapshotTests"/>.</summary>
public static class OutputSamples
{
    private const string Started = "vm start staging --no-wait -o name --fields upid";
    private const string Waited = "task wait {upid} --quiet";
    private const string Saved = "vm snapshot create staging before --description 'as it was'";
    private const string SavedContainer = "ct snapshot create wiki before --description 'as it was'";
    private const string BackedUp = "backup create root.pxar:tree notes.conf:tree/notes --backup-id web --backup-time 2026-02-01T00:00:00Z";
    private const string BackedUpAgain = "backup create root.pxar:tree/etc --backup-id web --backup-time 2026-02-02T00:00:00Z";
    private const string Key = "backup key create key.json --kdf none";
    private const string Config = "--fields name,memory,cores,net0,scsi0";

    private static readonly (string Command, string Arguments, string[] Before)[] s_samples =
    [
        ("vm list", "--fields vmid,name,node,status,maxmem,tags", []),
        ("vm show", "web-1 --fields vmid,name,status,maxmem,cpus,tags", []),
        ("vm config", $"staging {Config}", []),
        ("vm pending", "staging --query \"[?key=='memory' || key=='name']\"", []),
        ("vm create", "web-9 --vmid 190 --node pve1 --memory 512 --scsi0 local-lvm:4", []),
        ("vm set", "staging --memory 1024 --delete tags", []),
        ("vm delete", "staging --yes", []),
        ("vm start", "staging windows --parallel 1", []),
        ("vm shutdown", "web-1", []),
        ("vm stop", "web-1 staging --parallel 1", []),
        ("vm reboot", "web-1", []),
        ("vm reset", "web-1", []),
        ("vm suspend", "web-1", []),
        ("vm resume", "web-1", ["vm suspend web-1"]),
        ("vm clone", "debian-13-template web-9 --newid 190", []),
        ("vm migrate", "windows pve1", []),
        ("vm resize", "staging scsi0 +4G", []),
        ("vm move-disk", "staging scsi0 ceph", []),
        ("vm template", "staging --yes", []),
        ("vm backup", "staging --storage local --mode stop --dry-run", []),
        ("vm restore", "local:backup/nothing.vma.zst --node pve1 --vmid 190 --dry-run", []),
        ("vm snapshot list", "staging --fields name,parent,description", [Saved]),
        ("vm snapshot create", "staging,windows before --parallel 1", []),
        ("vm snapshot show", $"staging before {Config}", [Saved]),
        ("vm snapshot set", "staging before --description 'may go'", [Saved]),
        ("vm snapshot rollback", "staging before --yes", [Saved]),
        ("vm snapshot delete", "staging before --yes", [Saved]),
        ("vm agent exec", "web-1 -- echo hello", []),
        ("vm agent ping", "web-1", []),
        ("vm agent ip", "web-1", []),
        ("ct list", "--fields vmid,name,node,status,maxmem", []),
        ("ct show", "dns --fields vmid,name,status,maxmem,cpus", []),
        ("ct config", "wiki --fields hostname,memory,rootfs,net0", []),
        ("ct pending", "wiki --query \"[?key=='memory' || key=='hostname']\"", []),
        ("ct create", "mail --vmid 290 --node pve1 --ostemplate local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst --rootfs local-lvm:4", []),
        ("ct set", "wiki --memory 1024 --cores 2", []),
        ("ct delete", "wiki --yes", []),
        ("ct start", "wiki dns --parallel 1", []),
        ("ct shutdown", "dns", []),
        ("ct stop", "dns wiki --parallel 1", []),
        ("ct reboot", "dns", []),
        ("ct suspend", "dns", []),
        ("ct resume", "dns", ["ct suspend dns"]),
        ("ct clone", "wiki wiki-2 --newid 290 --full", []),
        ("ct migrate", "wiki pve1", []),
        ("ct resize", "wiki rootfs +4G", []),
        ("ct move-disk", "wiki rootfs ceph", []),
        ("ct template", "wiki --yes", []),
        ("ct backup", "wiki --storage local --mode stop --dry-run", []),
        ("ct restore", "local:backup/nothing.tar.zst --node pve1 --vmid 290 --dry-run", []),
        ("ct snapshot list", "wiki --fields name,parent,description", [SavedContainer]),
        ("ct snapshot create", "wiki before", []),
        ("ct snapshot show", "wiki before --fields hostname,memory,rootfs", [SavedContainer]),
        ("ct snapshot set", "wiki before --description 'may go'", [SavedContainer]),
        ("ct snapshot rollback", "wiki before --yes", [SavedContainer]),
        ("ct snapshot delete", "wiki before --yes", [SavedContainer]),
        ("guest list", "@node-pve1 --fields vmid,type,name,status", []),
        ("guest start", "staging wiki --parallel 1", []),
        ("guest shutdown", "web-1 dns --parallel 1", []),
        ("guest stop", "web-1 dns --parallel 1", []),
        ("guest reboot", "web-1 dns --parallel 1", []),
        ("guest backup", "staging wiki --storage local --mode stop --dry-run", []),
        ("node list", "--fields node,status,maxcpu,maxmem", []),
        ("storage list", "--fields storage,node,plugintype,status,maxdisk --sort storage,node", []),
        ("task list", "--guest 106 --fields type,id,user,node,status", [Started, Waited]),
        ("task show", "{upid} --fields type,id,user,status,exitstatus", [Started, Waited]),
        ("task log", "{upid}", [Started, Waited]),
        ("task wait", "{upid}", [Started]),
        ("task stop", "{upid}", [Started, Waited]),
        ("backup create", "root.pxar:tree notes.conf:tree/notes --backup-id web --backup-time 2026-02-01T00:00:00Z --query \"{snapshot: snapshot, previous: previous, warnings: warnings}\"", []),
        ("backup restore", "host/web root.pxar out --ignore-ownership --query \"{files: files, directories: directories}\"", [BackedUp]),
        ("backup list", "host/web --fields snapshot,files,protected", [BackedUp, BackedUpAgain]),
        ("backup ls", "host/web root.pxar etc --fields path,kind,size", [BackedUp]),
        ("backup cat", "host/web root.pxar /etc/hosts", [BackedUp]),
        ("backup find", "host/web root.pxar '*s*' --fields path,kind", [BackedUp]),
        ("backup diff", "host/web/2026-02-01T00:00:00Z host/web root.pxar --fields change,kind,path", [BackedUp, BackedUpAgain]),
        ("backup prune", "host/laptop --keep-last 1 --yes", []),
        ("backup forget", "host/laptop --yes", []),
        ("backup snapshots", "host/laptop --fields snapshot,protected,size", []),
        ("backup snapshot list", "host/laptop --fields snapshot,protected,size", []),
        ("backup files", "host/web --fields filename,crypt-mode", [BackedUp]),
        ("backup snapshot files", "host/web --fields filename,crypt-mode", [BackedUp]),
        ("backup snapshot forget", "host/web/2026-02-01T00:00:00Z --yes", [BackedUp]),
        ("backup snapshot upload-log", "host/laptop tree/notes", []),
        ("backup snapshot notes show", "host/laptop", ["backup snapshot notes set host/laptop 'the old one'"]),
        ("backup snapshot notes set", "host/laptop 'the old one'", []),
        ("backup snapshot protected show", "host/laptop", []),
        ("backup snapshot protected update", "host/laptop true", []),
        ("backup protect", "host/laptop", []),
        ("backup unprotect", "host/laptop", ["backup protect host/laptop"]),
        ("backup upload-log", "host/laptop tree/notes", []),
        ("backup notes show", "host/laptop", ["backup notes set host/laptop 'the old one'"]),
        ("backup notes set", "host/laptop 'the old one'", []),
        ("backup change-owner", "host/laptop demo@pbs", []),
        ("backup verify", "host/web --local", [BackedUp]),
        ("backup status", "--fields store,total", []),
        ("backup garbage-collect", "--dry-run", []),
        ("backup version", "--fields server", []),
        ("backup catalog dump", "host/web --fields archive,kind,size,path", [BackedUp]),
        ("backup key create", "key.json --kdf none", []),
        ("backup key change-passphrase", "key.json --kdf none", [Key]),
        ("backup key info", "key.json", [Key]),
        ("backup key show-fingerprint", "key.json", [Key]),
        ("doctor", "--query \"[?status!='ok'].{area: area, status: status}\"", []),
        ("guest show", "web-1,dns --fields vmid,name,status,maxmem,cpus,tags", []),
        ("pool show", "production --fields poolid,comment", []),
        ("export", "pools", []),
        ("diff", "-f pools.yaml", []),
        ("apply", "-f pools.yaml", []),
        ("api ls", "/nodes/{node}/dns", []),
        ("api describe", "/nodes/{node}/dns --method set", []),
        ("api get", "/nodes/pve1/dns", []),
        ("api create", "/pools poolid=fresh", []),
        ("api set", "/nodes/pve1/qemu/106/config memory=1024", []),
        ("api delete", "/pools poolid=production --yes", ["pool set production --vms 100,101,102,103 --delete"]),
        ("context add", "other pve9 --user root@pam --secret env:NOTHING", []),
        ("context use", "lab", []),
        ("context trust", $"lab {new string('7', 64)}", []),
        ("context set", "lab --read-only false", []),
        ("context list", "", []),
        ("context show", "lab", []),
        ("context remove", "lab", []),
        ("plan list", "", []),
        ("audit list", "", []),
        ("audit verify", "", []),
        ("policy show", "", []),
        ("freeze", "--for 2h --reason maintenance", []),
        ("unfreeze", "", ["freeze --for 2h --reason maintenance"]),
        ("version", "--fields pveEndpoints,pbsEndpoints", []),
        ("commands", "task --fields command,class", []),
        ("explain", "vm.net0.mtu", []),
    ];

    /// <summary>The commands.</summary>
    public static IEnumerable<string> Commands => s_samples.Select(static sample => sample.Command);

    /// <summary>The command lines, and what is done before them.</summary>
    public static TheoryData<string, string, string[]> All()
    {
        TheoryData<string, string, string[]> all = [];
        foreach ((string command, string arguments, string[] before) in s_samples)
        {
            all.Add(command, arguments, before);
        }

        return all;
    }
}
