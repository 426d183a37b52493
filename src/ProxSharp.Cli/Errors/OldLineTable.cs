namespace ProxSharp.Cli.Errors;

/// <summary>The data of <see cref="OldLines"/>.</summary>
internal static class OldLineTable
{
    /// <summary>A program and the words of it that the API has no call for, a program a line.</summary>
    public const string OnNodes =
        """
        qm cleanup mtunnel nbdstop wait enroll-efi-keys dbus-vmstate importovf
        pct cpusets fstrim
        pvesm apiinfo export import
        pvecm expected keygen mtunnel updatecerts qdevice
        ha-manager crm-command
        pveceph install purge
        pveam update
        pve-firewall status start stop restart compile localnet simulate
        pvesr prepare-local-job finalize-local-job set-state
        proxmox-backup-manager start stop migrate-config
        """;

    /// <summary>Lines of the programs and the lines here: what is in capitals is taken over, or has to be filled in.</summary>
    public const string Text =
        """
        qm guest passwd GUEST USER => vm agent set-user-password GUEST --username USER --password env:SECRET
        qm guest exec-status GUEST PID => api get /nodes/NODE/qemu/GUEST/agent/exec-status pid=PID
        qm cloudinit dump GUEST TYPE => vm cloudinit dump GUEST --type TYPE
        qm cloudinit pending GUEST => vm cloudinit show GUEST
        qm sendkey GUEST KEY => vm sendkey GUEST --key KEY
        qm snapshot GUEST NAME => vm snapshot create GUEST NAME
        qm vnc GUEST => vnc GUEST
        qm remote-migrate GUEST VMID ENDPOINT => vm remote-migrate GUEST --target-vmid VMID --target-endpoint ENDPOINT
        pct snapshot GUEST NAME => ct snapshot create GUEST NAME
        pct remote-migrate GUEST VMID ENDPOINT => ct remote-migrate GUEST --target-vmid VMID --target-endpoint ENDPOINT
        pvesm add TYPE STORAGE => storage create STORAGE --type TYPE
        pvesm alloc STORAGE VMID FILENAME SIZE => storage content create STORAGE --vmid VMID --filename FILENAME --size SIZE
        pvesm list STORAGE => storage content list STORAGE
        pvesm extractconfig VOLUME => backup-job extract-config --volume VOLUME
        pvesm import-metadata VOLUME => storage import-metadata STORAGE --volume VOLUME
        pvesm scan cifs SERVER => node scan cifs NODE --server SERVER
        pvesm scan iscsi PORTAL => node scan iscsi NODE --portal PORTAL
        pvesm scan lvm => node scan lvm NODE
        pvesm scan lvmthin GROUP => node scan lvmthin NODE --vg GROUP
        pvesm scan nfs SERVER => node scan nfs NODE --server SERVER
        pvesm scan pbs SERVER USER => node scan pbs NODE --server SERVER --username USER --password env:SECRET
        pvesm scan zfs => node scan zfs NODE
        pvesm cifsscan SERVER => node scan cifs NODE --server SERVER
        pvesm iscsiscan PORTAL => node scan iscsi NODE --portal PORTAL
        pvesm lvmscan => node scan lvm NODE
        pvesm lvmthinscan GROUP => node scan lvmthin NODE --vg GROUP
        pvesm nfsscan SERVER => node scan nfs NODE --server SERVER
        pvesm zfsscan => node scan zfs NODE
        pveum acl modify PATH => access acl set --path PATH
        pveum acl delete PATH => access acl set --path PATH --delete
        pveum aclmod PATH => access acl set --path PATH
        pveum acldel PATH => access acl set --path PATH --delete
        pveum passwd USER => access password --userid USER --password env:SECRET
        pveum ticket USER => access login ticket --username USER --password env:SECRET
        pveum pool list => pool list
        pveum pool add POOL => pool create POOL
        pveum pool modify POOL => pool set POOL
        pveum pool delete POOL => pool delete POOL
        pveum user permissions USER => access permissions --userid USER
        pveum user token permissions USER TOKEN => access permissions --userid USER!TOKEN
        pveum user tfa list USER => access tfa entry list USER
        pveum user tfa delete USER => access tfa entry delete USER ID
        pveum user tfa unlock USER => access user unlock-tfa USER
        ha-manager status => ha status current
        ha-manager migrate SID NODE => ha resource migrate SID --node NODE
        ha-manager relocate SID NODE => ha resource relocate SID --node NODE
        ha-manager crm-command migrate SID NODE => ha resource migrate SID --node NODE
        ha-manager crm-command relocate SID NODE => ha resource relocate SID --node NODE
        ha-manager crm-command arm-ha => ha status arm-ha
        ha-manager groupconfig => ha group list
        ha-manager groupadd GROUP => ha group create GROUP
        ha-manager groupset GROUP => ha group set GROUP
        ha-manager groupremove GROUP => ha group delete GROUP
        ha-manager rules config => ha rule list
        ha-manager rules add TYPE RULE => ha rule create RULE --type TYPE
        ha-manager rules set TYPE RULE => ha rule set RULE --type TYPE
        ha-manager rules remove RULE => ha rule delete RULE
        pvecm add HOST => cluster membership join --hostname HOST --fingerprint FINGERPRINT --password env:SECRET
        pvecm addnode NODE => cluster membership add NODE
        pvecm apiver => cluster membership apiversion
        pvecm create NAME => cluster membership create --clustername NAME
        pvenode acme account list => acme account list
        pvenode acme plugin list => acme plugin list
        pvenode acme cert order => node certificates acme order NODE
        pvenode acme cert renew => node certificates acme renew NODE
        pvenode acme cert revoke => node certificates acme revoke NODE
        pvenode cert info => node certificates info NODE
        pvenode cert delete => node certificates custom delete NODE
        pvenode cert set FILE => node certificates custom upload NODE --certificates @FILE
        pvenode config get => node config show NODE
        pvenode config set => node config set NODE
        pvenode migrateall TARGET => node migrateall NODE --target TARGET --all
        pvenode startall => node startall NODE --all
        pvenode stopall => node stopall NODE --all
        pvenode task list => task list --node NODE
        pvenode task log UPID => task log UPID
        pvenode task status UPID => task show UPID
        pvesr status => node replication list NODE
        pvesr create-local-job ID TARGET => replication create ID --target TARGET
        pvesr disable ID => replication set ID --disable
        pvesr enable ID => replication set ID --disable=false
        pvesr read ID => replication show ID
        pvesr schedule-now ID => node replication schedule-now NODE ID
        pvesr run => node replication schedule-now NODE ID
        pvesr run ID => node replication schedule-now NODE ID
        replication schedule-now ID => node replication schedule-now NODE ID
        replication run ID => node replication schedule-now NODE ID
        pveceph createosd DEVICE => ceph osd create --dev DEVICE
        pveceph osd create DEVICE => ceph osd create --dev DEVICE
        pveceph pool get NAME => ceph pool status NAME
        pveceph mon create => ceph mon create NAME
        pveceph mgr create => ceph mgr create NAME
        pveceph mds create => ceph mds create NAME
        pveceph fs create => ceph fs create NAME
        pveceph lspools => ceph pool list
        pveam available => node template list NODE
        pveam download STORAGE TEMPLATE => node template download NODE --storage STORAGE --template TEMPLATE
        pveam list STORAGE => storage content list STORAGE --content vztmpl
        pveam remove VOLUME => storage content delete VOLUME
        pvesubscription get => node subscription show NODE
        pvesubscription set KEY => node subscription set NODE --key KEY
        pvesubscription update => node subscription check NODE
        pvesubscription delete => node subscription delete NODE
        pvereport => node report NODE
        proxmox-backup-manager acl list => pbs access acl show
        proxmox-backup-manager acl update PATH ROLE => pbs access acl set --path PATH --role ROLE
        proxmox-backup-manager acme account register NAME CONTACT => pbs acme account create --name NAME --contact CONTACT
        proxmox-backup-manager acme account deactivate NAME => pbs acme account delete NAME
        proxmox-backup-manager acme cert order => pbs node certificates acme order
        proxmox-backup-manager acme plugin add TYPE ID => pbs acme plugin create ID --type TYPE
        proxmox-backup-manager datastore create NAME PATH => datastore create NAME --path PATH
        proxmox-backup-manager datastore remove NAME => datastore delete NAME
        proxmox-backup-manager datastore update NAME => datastore set NAME
        proxmox-backup-manager disk list => pbs node disk list
        proxmox-backup-manager disk fs list => pbs node disk directory list
        proxmox-backup-manager disk fs create NAME => pbs node disk directory create NAME
        proxmox-backup-manager disk fs delete NAME => pbs node disk directory delete NAME
        proxmox-backup-manager disk initialize DISK => pbs node disk initgpt --disk DISK
        proxmox-backup-manager disk smart-attributes DISK => pbs node disk smart --disk DISK
        proxmox-backup-manager disk wipe DISK => pbs node disk wipedisk --disk DISK
        proxmox-backup-manager disk zpool list => pbs node disk zfs list
        proxmox-backup-manager disk zpool create NAME => pbs node disk zfs create NAME
        proxmox-backup-manager dns get => pbs node dns show
        proxmox-backup-manager dns set => pbs node dns set
        proxmox-backup-manager garbage-collection list => pbs gc list
        proxmox-backup-manager garbage-collection status STORE => datastore gc show STORE
        proxmox-backup-manager garbage-collection start STORE => datastore gc start STORE
        proxmox-backup-manager network list => pbs node network list
        proxmox-backup-manager network create NAME => pbs node network create NAME
        proxmox-backup-manager network update NAME => pbs node network set NAME
        proxmox-backup-manager network remove NAME => pbs node network delete NAME
        proxmox-backup-manager network changes => pbs node network list
        proxmox-backup-manager network reload => pbs node network apply
        proxmox-backup-manager network revert => pbs node network revert
        proxmox-backup-manager node show => pbs node config show
        proxmox-backup-manager node update => pbs node config set
        proxmox-backup-manager pull REMOTE THERE STORE => pbs pull --remote REMOTE --remote-store THERE --store STORE
        proxmox-backup-manager push STORE REMOTE THERE => pbs push --store STORE --remote REMOTE --remote-store THERE
        proxmox-backup-manager report => pbs node report
        proxmox-backup-manager s3 check ID BUCKET => pbs s3 check ID --bucket BUCKET
        proxmox-backup-manager s3 endpoint list => pbs s3 list
        proxmox-backup-manager s3 endpoint create ID => pbs s3 create ID
        proxmox-backup-manager s3 endpoint show ID => pbs s3 show ID
        proxmox-backup-manager s3 endpoint update ID => pbs s3 set ID
        proxmox-backup-manager s3 endpoint remove ID => pbs s3 delete ID
        proxmox-backup-manager s3 endpoint list-buckets ID => pbs s3 list-buckets ID
        proxmox-backup-manager status => pbs status datastore-usage
        proxmox-backup-manager subscription get => pbs node subscription show
        proxmox-backup-manager subscription set KEY => pbs node subscription set --key KEY
        proxmox-backup-manager subscription update => pbs node subscription check
        proxmox-backup-manager subscription remove => pbs node subscription delete
        proxmox-backup-manager task stop UPID => pbs task delete UPID
        proxmox-backup-manager traffic-control traffic => pbs traffic-control current
        proxmox-backup-manager user update USER => pbs access user set USER
        proxmox-backup-manager user remove USER => pbs access user delete USER
        proxmox-backup-manager user permissions USER => pbs access permissions --auth-id USER
        proxmox-backup-manager user list-tokens USER => pbs access user token list USER
        proxmox-backup-manager user generate-token USER NAME => pbs access user token create USER NAME
        proxmox-backup-manager user delete-token USER NAME => pbs access user token delete USER NAME
        proxmox-backup-manager user tfa list USER => pbs access tfa entry list USER
        proxmox-backup-manager user tfa delete USER ID => pbs access tfa entry delete USER ID
        proxmox-backup-manager user tfa unlock USER => pbs access user unlock-tfa USER
        proxmox-backup-manager verify STORE => datastore verify STORE
        proxmox-backup-manager versions => pbs node apt versions
        proxmox-backup-manager ad list => pbs access realm ad list
        proxmox-backup-manager ad create REALM => pbs access realm ad create REALM
        proxmox-backup-manager ad update REALM => pbs access realm ad set REALM
        proxmox-backup-manager ad delete REALM => pbs access realm ad delete REALM
        proxmox-backup-manager ldap list => pbs access realm ldap list
        proxmox-backup-manager ldap create REALM => pbs access realm ldap create REALM
        proxmox-backup-manager ldap update REALM => pbs access realm ldap set REALM
        proxmox-backup-manager ldap delete REALM => pbs access realm ldap delete REALM
        proxmox-backup-manager openid list => pbs access realm openid list
        proxmox-backup-manager openid create REALM => pbs access realm openid create REALM
        proxmox-backup-manager openid update REALM => pbs access realm openid set REALM
        proxmox-backup-manager openid delete REALM => pbs access realm openid delete REALM
        proxmox-tape backup STORE POOL => tape backup --store STORE --pool POOL
        proxmox-tape restore MEDIA STORE => tape restore --media-set MEDIA --store STORE
        proxmox-tape load LABEL => tape drive load-media DRIVE --label-text LABEL
        proxmox-tape label => tape drive label-media DRIVE
        proxmox-tape format => tape drive format-media DRIVE
        proxmox-tape inventory => tape drive inventory DRIVE
        proxmox-tape eject => tape drive eject-media DRIVE
        proxmox-tape unload => tape drive unload DRIVE
        proxmox-tape rewind => tape drive rewind DRIVE
        proxmox-tape status => tape drive status DRIVE
        proxmox-tape catalog => tape drive catalog DRIVE
        proxmox-tape clean => tape drive clean DRIVE
        proxmox-tape read-label => tape drive read-label DRIVE
        proxmox-tape barcode-label => tape drive barcode-label-media DRIVE
        proxmox-tape backup-job list => tape job list
        proxmox-tape backup-job run ID => tape job run ID
        config use-context NAME => context use NAME
        config current-context => context show
        config get-contexts => context list
        config view => context list
        config delete-context NAME => context remove NAME
        config set-context NAME URL => context add NAME URL
        context use-context NAME => context use NAME
        firewall rule move POSITION TO => firewall rule set POSITION --moveto TO
        node firewall rule move NODE POSITION TO => node firewall rule set NODE POSITION --moveto TO
        vm firewall rule move GUEST POSITION TO => vm firewall rule set GUEST POSITION --moveto TO
        ct firewall rule move GUEST POSITION TO => ct firewall rule set GUEST POSITION --moveto TO
        vm log GUEST => task list --guest GUEST
        ct log GUEST => task list --guest GUEST
        guest log GUEST => task list --guest GUEST
        vm logs GUEST => task list --guest GUEST
        ct logs GUEST => task list --guest GUEST
        guest logs GUEST => task list --guest GUEST
        node drain NODE => node migrateall NODE --target OTHER --all
        node evacuate NODE => node migrateall NODE --target OTHER --all
        task tail UPID => task log UPID --follow
        task follow UPID => task log UPID --follow
        task watch UPID => task log UPID --follow
        vm tasks GUEST => task list --guest GUEST
        ct tasks GUEST => task list --guest GUEST
        guest tasks GUEST => task list --guest GUEST
        """;
}
