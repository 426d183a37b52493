namespace ProxSharp.Cli.Errors;

/// <summary>
/// What people who know other tools type, and what it is called here: the ways to type it, the command that is meant (nothing if there is none), and what
/// follows the command or says what to do instead. Data; <see cref="Habits"/> looks up.
/// </summary>
internal static class HabitTable
{
    /// <summary>Programs of the servers and the words in their place.</summary>
    public static ReadOnlySpan<byte> Programs => """
        qm, qemu | vm
        pct, lxc | ct
        pvesm | storage
        pvesh | api
        pveum | access
        pvecm | cluster
        pvenode | node
        pvesr | replication
        pveceph | ceph
        ha-manager | ha
        vzdump | guest backup
        pveversion | cluster version
        pvesubscription | node subscription
        pvereport | node report
        pve-firewall | firewall
        qmrestore | vm restore
        proxmox-backup-manager | pbs
        proxmox-backup-client | backup
        proxmox-tape | tape
        """u8;

    /// <summary>Of virtual machines and of containers: NOUN is vm or ct, QM the program of the servers for it, DISK the name of a disk.</summary>
    public static ReadOnlySpan<byte> OfGuests => """
        NOUN status, NOUN info, NOUN get, NOUN describe, NOUN inspect | NOUN show
        NOUN ls | NOUN list
        NOUN rm, NOUN remove | NOUN delete
        NOUN edit | NOUN set
        NOUN terminal | NOUN console
        NOUN rollback | NOUN snapshot rollback
        NOUN kill | NOUN stop
        NOUN restart | NOUN reboot
        NOUN pause | NOUN suspend
        NOUN up | NOUN start
        NOUN down | NOUN shutdown
        NOUN stats, NOUN metrics | NOUN chart
        NOUN top | top
        NOUN vzdump | NOUN backup
        NOUN new, NOUN add | NOUN create
        NOUN move | NOUN migrate
        NOUN tag, NOUN tags | | tags are set all at once: prox NOUN set GUEST --tags 'OLD;NEW' replaces those that it has,
          which are told by: prox NOUN list GUEST --fields name,tags
        NOUN snapshots, NOUN list-snapshots, NOUN listsnapshot, NOUN snapshot ls | NOUN snapshot list
        NOUN resize-disk, NOUN disk resize | NOUN resize
        NOUN disk list, NOUN disks | NOUN config
        NOUN log, NOUN logs, NOUN tasks | task list | --guest GUEST
        NOUN snap | NOUN snapshot
        NOUN disk rescan, NOUN rescan | | the API has no such call: run QM rescan on the node
        NOUN disk delete, NOUN disk remove, NOUN disk detach | NOUN set | GUEST --delete DISK
        NOUN delsnapshot, NOUN snapshot rm | NOUN snapshot delete
        NOUN snapshot * | NOUN snapshot create | GUEST NAME
        NOUN disk move | NOUN move-disk
        NOUN nextid | cluster nextid
        """u8;

    /// <summary>Verbs and things without the word that is in front of them here.</summary>
    public static ReadOnlySpan<byte> Alone => """
        ls, ps, list, guests | guest list
        show | guest show
        start | guest start
        stop | guest stop
        shutdown | guest shutdown
        reboot, restart | guest reboot
        create | vm create | NAME
        clone | vm clone | SOURCE NAME
        delete, destroy, rm | vm delete
        migrate | vm migrate
        suspend | vm suspend
        resume | vm resume
        reset | vm reset
        resize | vm resize
        set | vm set
        template | node template
        ip | vm agent ip
        exec | vm agent exec | GUEST -- PROGRAM
        enter | ct console
        snapshot | vm snapshot
        snapshot ls, snapshot list, snapshots | vm snapshot list
        status | cluster status
        resources | cluster resources
        vms, get vms, get vm | vm list
        cts, containers | ct list
        nodes, get nodes, get node | node list
        storages, get storage | storage list
        iso | storage content list | STORAGE --content iso
        network | node network
        tasks | task list
        log | task log
        logs | task list | --guest GUEST
        get pools, pools | pool list
        get | api get | /PATH
        describe vm | vm show
        describe ct | ct show
        describe node | node show
        describe storage | storage show
        describe | explain
        wait | task wait
        chart, rrd | vm chart
        ls / | api ls
        get / | api get
        describe / | api describe
        restore | backup restore
        prune | backup prune
        garbage-collect | backup garbage-collect
        change-owner | backup change-owner
        catalog | backup catalog
        key | backup key
        benchmark | backup benchmark
        forget | backup forget
        upload-log | backup upload-log
        mount | | nothing is mounted: prox backup ls, find and cat look into a snapshot, and prox backup restore writes it
        map | | prox backup restore SNAPSHOT disk.img FILE writes an image of a backup; names for devices of a cluster are in: prox mapping
        unmap | | nothing is mapped: prox backup restore SNAPSHOT disk.img FILE writes an image of a backup
        user | access user
        users | access user list
        acl | access acl
        """u8;

    /// <summary>Verbs of programs of the servers that are written as one word.</summary>
    public static ReadOnlySpan<byte> OldSpellings => """
        access useradd | access user create
        access usermod | access user set
        access userdel | access user delete
        access groupadd | access group create
        access groupmod | access group set
        access groupdel | access group delete
        access roleadd | access role create
        access rolemod | access role set
        access roledel | access role delete
        access aclmod | access acl set
        access acldel | access acl set | ... --delete
        pveam available | node template list | NODE
        pveam download | node template download
        pveam list | storage content list | STORAGE --content vztmpl
        pveam remove | storage content delete | VOLUME
        """u8;

    /// <summary>Everything else.</summary>
    public static ReadOnlySpan<byte> Others => """
        vm unlock | | run qm unlock on the node; over the API only root@pam with its password may, and no token: prox vm set GUEST --delete lock --skiplock
        ct unlock | | the API cannot take the lock away: run pct unlock on the node
        vm move_disk, vm moveDisk | vm move-disk
        ct move_volume, ct move-volume | ct move-disk
        vm guest exec, vm exec | vm agent exec | GUEST -- PROGRAM
        vm guest cmd | vm agent | COMMAND GUEST
        vm guest passwd | vm agent set-user-password
        vm guest exec-status | | read it with: prox api get /nodes/NODE/qemu/VMID/agent/exec-status pid=PID
        vm ip, vm network, vm agent network, vm agent network-get-interfaces | vm agent ip
        datastore upload-backup-log | backup upload-log | SNAPSHOT FILE
        vm rename | vm set | GUEST --name NAME
        vm disk add, vm disk create | vm set | GUEST --scsi1 STORAGE:32
        ct ip | ct interfaces
        ct rename | ct set | GUEST --hostname NAME
        ct disk add, ct disk create | ct set | GUEST --mp0 STORAGE:32,mp=/srv
        ct mount | | the API has no such call: run pct mount on the node
        ct unmount | | the API has no such call: run pct unmount on the node
        ct reset | ct reboot
        vm cloudinit update | vm cloudinit regenerate
        vm guest | vm agent
        vm importdisk, vm disk import | vm set | GUEST --scsi1 STORAGE:0,import-from=VOLUME
        vm import | vm create | --scsi0 STORAGE:0,import-from=VOLUME
        vm disk unlink | vm unlink
        vm showcmd | | the API does not tell the command line of QEMU: run qm showcmd on the node
        ct enter | ct console
        ct exec | ct console | GUEST < COMMANDS
        ct push | | the API does not reach into containers: run pct push on the node
        ct pull | | the API does not reach into containers: run pct pull on the node
        ct df | ct show
        ct fsck | | the API has no such call: run pct fsck on the node
        storage status | storage list
        storage add | storage create
        storage remove, storage rm | storage delete
        storage scan | node scan
        storage prune-backups | storage prune
        storage alloc | storage content create
        storage free | storage content delete
        storage path | storage content show
        storage content upload | storage upload | STORAGE --content iso --filename @FILE
        storage list *, storage content * | storage content list | STORAGE
        storage iso | storage content list | STORAGE --content iso
        access passwd | access password
        access ticket | access login ticket
        access user passwd | access password | --userid USER --password env:SECRET
        access acl modify | access acl set
        access acl list | access acl show
        access acl delete | access acl set | ... --delete
        access user permissions | access permissions | --userid USER
        access user token permissions | access permissions | --userid USER!TOKEN
        access user add | access user create
        access user modify | access user set
        access user remove | access user delete
        access user token add | access user token create
        access user token modify | access user token set
        access user token remove | access user token delete
        access group add | access group create
        access group modify | access group set
        access group remove | access group delete
        access role add | access role create
        access role modify | access role set
        access role remove | access role delete
        access realm add | access realm create
        access realm modify | access realm set
        access realm remove | access realm delete
        pool add | | a new pool: prox pool create POOL; guests into one: prox pool set POOL --vms 100,101
        pool modify | pool set
        pool remove | pool delete
        pool members | pool show
        node update | node apt update
        node updates | node apt list
        node reboot | node power | NODE --command reboot
        node shutdown | node power | NODE --command shutdown
        node status, node describe, node inspect, node info | node show
        node top | top
        node stats | node chart
        node cordon, node uncordon, node maintenance | | over the API a node cannot be put into maintenance: run ha-manager crm-command node-maintenance
          enable NODE (or disable NODE) on a node. Its guests are moved with: prox node migrateall NODE --target OTHER --all
        node task | task list | --node NODE
        node console, node shell | console | NODE
        context delete | context remove
        context create | context add
        context switch, use-context, use | context use
        context edit | context set
        context pin | context trust | NAME SHA256
        context current | context show
        whoami | | who logs in is told by: prox context show; what that login may do: prox access permissions
        context ls | context list
        context rename | | a context keeps its name: prox context add NEW URL makes another, and prox context remove OLD takes this one away
        config | context
        datastore status | datastore show
        namespace | datastore namespace
        datastore gc run | datastore gc start
        datastore gc log | datastore gc show
        datastore gc stop | | a garbage collection that runs is a task: prox pbs task list --running names it, and prox pbs task delete UPID stops it
        datastore gc * | datastore gc start | DATASTORE
        pbs datastore | datastore
        pbs user | pbs access user
        pbs acl | pbs access acl
        pbs garbage-collection | datastore gc
        pbs cert | pbs node certificates
        job list | | backup jobs: prox backup-job list; others: prox replication list, prox job realm-sync list
        cluster nodes | node list
        cluster create | cluster membership create
        cluster add | cluster membership join
        cluster delnode | cluster membership delete
        ha add | ha resource create
        ha remove | ha resource delete
        ha set | ha resource set
        ha migrate | ha resource migrate
        ha relocate | ha resource relocate
        ha config, ha list | ha resource list
        firewall list | firewall rule list
        firewall rule move | firewall rule set | POSITION --moveto POSITION
        ha rules | ha rule
        api usage | api describe
        """u8;

    /// <summary>For people who have named a repository of backups: words of the official client that mean guests otherwise.</summary>
    public static ReadOnlySpan<byte> OfBackups => """
        list | backup list
        snapshot | backup snapshot
        snapshot list, snapshots | backup snapshot list
        status | backup status
        """u8;
}
