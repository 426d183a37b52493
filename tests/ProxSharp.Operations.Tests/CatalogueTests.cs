using ProxSharp.Api;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Tests;

public sealed class CatalogueTests
{
    public static TheoryData<ProxmoxProduct> Products() => [ProxmoxProduct.VirtualEnvironment, ProxmoxProduct.BackupServer];

    internal static ApiSchema SchemaOf(ProxmoxProduct product) =>
        product == ProxmoxProduct.BackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;

    [Theory]
    [MemberData(nameof(Products))]
    public void Catalogue_AgainstSchema_IsComplete(ProxmoxProduct product)
    {
        string[] endpoints = [.. SchemaOf(product).Endpoints.Select(static endpoint => endpoint.ToString()).Order(StringComparer.Ordinal)];
        string[] entries = [.. OperationCatalogue.For(product).Entries.Select(static entry => entry.ToString()).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(endpoints);
        Assert.Equal(endpoints, entries);
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Raise_OfEveryEntry_NamesParametersThatExistAndAddsAClass(ProxmoxProduct product)
    {
        foreach (OperationEntry entry in OperationCatalogue.For(product).Entries)
        {
            ApiEndpoint endpoint = SchemaOf(product).Find(entry.Method, entry.Path)!;
            foreach (ClassRaise raise in entry.Raises)
            {
                // Something milder counts too, beside what the operation is anyway: privileged calls may lose data.
                Assert.True(
                    raise.Class != entry.Class && (raise.Class > entry.Class || raise.Class > OperationClass.Reversible), $"{entry}: {raise.Parameter} raises nothing.");
                string stem = raise.Parameter.TrimEnd('*');
                Assert.True(endpoint.Parameters.Keys.Any(name => name.StartsWith(stem, StringComparison.Ordinal)), $"{entry} has no parameter {raise.Parameter}.");
                Assert.True(raise.With is null || endpoint.Parameters.ContainsKey(raise.With), $"{entry} has no parameter {raise.With}.");
            }
        }
    }

    // What may not be set to a value without being asked may not be taken away either: a pinned certificate, a limit, a schedule.
    [Theory]
    [MemberData(nameof(Products))]
    public void Raise_OfAnyValueOfASetting_AlsoHoldsForItsDeletion(ProxmoxProduct product)
    {
        foreach (OperationEntry entry in OperationCatalogue.For(product).Entries.Where(static entry => entry.Class == OperationClass.Reversible))
        {
            IReadOnlyDictionary<string, ApiNode> parameters = SchemaOf(product).Find(entry.Method, entry.Path)!.Parameters;
            foreach (ClassRaise raise in entry.Raises.Where(raise => raise is { Item: null, Switch: null } && parameters.ContainsKey("delete")))
            {
                string key = $"{raise.Parameter.TrimEnd('*')}{(raise.Parameter.EndsWith('*') ? "0" : "")}";
                OperationClass deleted = entry.ClassOf(new ApiParameters { { "delete", key } });
                Assert.True(deleted > OperationClass.Reversible, $"{entry}: delete={key} is {deleted}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Undo_OfEveryEntry_HasTheEndpointsThatItNeeds(ProxmoxProduct product)
    {
        ApiSchema schema = SchemaOf(product);
        foreach (OperationEntry entry in OperationCatalogue.For(product).Entries.Where(static entry => entry.Undo is not null))
        {
            string parent = entry.Path[..entry.Path.LastIndexOf('/')];
            bool has = entry.Undo switch
            {
                "restore-before" => schema.Find(ApiMethod.Get, entry.Path) is { Returns.Type: not ApiValueType.Array },
                "recreate" => schema.Find(ApiMethod.Get, entry.Path) is not null && schema.Find(ApiMethod.Post, parent) is not null,
                "delete-created" => entry.Path.EndsWith("/clone", StringComparison.Ordinal) || schema.Find(entry.Method, entry.Path)!.Parameters.Keys
                    .Any(name => schema.Find(ApiMethod.Delete, $"{entry.Path}/{{{name}}}") is not null),
                "migrate-back" => schema.Find(entry.Method, entry.Path)!.Parameters.ContainsKey("target"),
                { } inverse => schema.Endpoints.Any(endpoint => inverse == $"inverse:{endpoint}"),
                null => true,
            };
            Assert.True(has, $"{entry} can never be taken back by {entry.Undo}.");
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Get_WithAParameterThatNamesAnAddress_IsNoReadOrHasAReason(ProxmoxProduct product)
    {
        // What has such a name and sends the server nowhere.
        Dictionary<string, string> harmless = new(StringComparer.Ordinal)
        {
            ["/nodes/{node}/lxc/{vmid}/migrate target"] = "a node of the cluster",
            ["/nodes/{node}/qemu/{vmid}/migrate target"] = "a node of the cluster",
            ["/nodes/{node}/storage target"] = "a node of the cluster",
        };
        string[] words = ["url", "uri", "server", "portal", "host", "address", "reference", "directory", "registry", "endpoint", "remote", "proxy", "target"];
        int examined = 0;
        foreach (ApiEndpoint endpoint in SchemaOf(product).Endpoints.Where(static endpoint => endpoint.Method == ApiMethod.Get))
        {
            foreach (string name in endpoint.Parameters.Keys.Where(name => !endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal)
                && words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))))
            {
                examined++;
                OperationEntry entry = OperationCatalogue.For(product).Find(endpoint.Method, endpoint.Path);
                bool isRead = entry.ClassOf(new ApiParameters { { name, "x.example" } }) == OperationClass.Read;
                Assert.True(
                    isRead == harmless.ContainsKey($"{endpoint.Path} {name}") && (isRead || entry.Class >= OperationClass.Privileged || entry.Reason is not null),
                    $"{endpoint} with {name} is {(isRead ? "a read" : "no read")}");
            }
        }

        Assert.True(examined >= (product == ProxmoxProduct.BackupServer ? 1 : 10), $"{examined} parameters");
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Write_ThatMakesTheServerContactAnAddressOfTheCaller_IsPrivileged(ProxmoxProduct product)
    {
        string[] names = ["url", "server", "portal", "host", "registry", "reference", "directory", "target-endpoint", "endpoint-url", "issuer-url"];
        int examined = 0;
        foreach (ApiEndpoint endpoint in SchemaOf(product).Endpoints.Where(static endpoint => endpoint.Method != ApiMethod.Get))
        {
            foreach (string name in names.Where(name => endpoint.Parameters.ContainsKey(name)
                && !endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal)))
            {
                examined++;
                OperationClass kind = OperationCatalogue.For(product).Find(endpoint.Method, endpoint.Path).ClassOf(new ApiParameters { { name, "x.example" } });
                Assert.True(kind >= OperationClass.Privileged, $"{endpoint} with {name} is {kind}");
            }
        }

        Assert.True(examined >= 8, $"{examined} parameters");
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Write_ThatIsARead_IsOnTheListWithItsReason(ProxmoxProduct product)
    {
        Dictionary<string, string> reasons = product == ProxmoxProduct.BackupServer ? [] : new(StringComparer.Ordinal)
        {
            ["POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status"] = "asks the agent of the guest whether file systems are frozen",
            ["POST /nodes/{node}/qemu/{vmid}/agent/ping"] = "asks the agent of the guest whether it answers",
        };
        string[] reads =
        [
            .. OperationCatalogue.For(product).Entries.Where(static entry => entry.Method != ApiMethod.Get && entry.Class == OperationClass.Read)
                .Select(static entry => entry.ToString()).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(reasons.Keys.Order(StringComparer.Ordinal), reads);
    }

    [Fact]
    public void CheckOfABucket_IsPrivileged_AndSaysWhy()
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Put, "/admin/s3/{s3-endpoint-id}/check");
        Assert.Equal(OperationClass.Privileged, entry.ClassOf(new ApiParameters { { "bucket", "backups" } }));
        Assert.Contains("a bucket that the caller names", entry.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes/{node}/storage/{storage}/download-url", "url")]
    [InlineData("/nodes/{node}/storage/{storage}/oci-registry-pull", "reference")]
    [InlineData("/nodes/{node}/qemu/{vmid}/remote_migrate", "target-endpoint")]
    [InlineData("/nodes/{node}/lxc/{vmid}/remote_migrate", "target-endpoint")]
    public void Write_ToAnAddressOfTheCaller_HasAReason(string path, string parameter)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Post, path);
        Assert.Equal(OperationClass.Privileged, entry.ClassOf(new ApiParameters { { parameter, "x.example" } }));
        Assert.Contains("that the caller names", entry.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_UnknownOperation_IsPrivilegedAndUnclassified()
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Post, "/nodes/{node}/new-thing");
        Assert.False(entry.IsClassified);
        Assert.Equal(OperationClass.Privileged, entry.Class);
    }

    [Theory]
    [InlineData("memory", "2048", OperationClass.Reversible)]
    [InlineData("delete", "description", OperationClass.Reversible)]
    [InlineData("delete", "description,scsi1", OperationClass.Destructive)]
    [InlineData("delete", "unused0", OperationClass.Destructive)]
    [InlineData("delete", "protection", OperationClass.Privileged)]
    [InlineData("protection", "0", OperationClass.Privileged)]
    [InlineData("protection", "1", OperationClass.Reversible)]
    [InlineData("args", "-device x", OperationClass.Privileged)]
    [InlineData("hookscript", "local:snippets/a.pl", OperationClass.Privileged)]
    [InlineData("hostpci0", "0000:01:00.0", OperationClass.Privileged)]
    [InlineData("hostpci0", "mapping=gpu", OperationClass.Privileged)]
    [InlineData("hostpci0", "mapping=gpu,pcie=1", OperationClass.Privileged)]
    [InlineData("usb0", "mapping=stick,usb3=1", OperationClass.Privileged)]
    [InlineData("usb1", "spice,usb3=1", OperationClass.Reversible)]
    [InlineData("usb1", "host=1234:5678", OperationClass.Privileged)]
    [InlineData("usb1", "spice", OperationClass.Reversible)]
    [InlineData("scsi2", "/dev/sda", OperationClass.Privileged)]
    [InlineData("scsi2", "local-lvm:8,import-from=/etc/shadow", OperationClass.Privileged)]
    [InlineData("scsi2", "local-lvm:8", OperationClass.Reversible)]
    [InlineData("skiplock", "1", OperationClass.Privileged)]
    [InlineData("force", "1", OperationClass.Destructive)]
    [InlineData("force", "0", OperationClass.Reversible)]
    public void ClassOf_ConfigParameter_IsRaised(string name, string value, OperationClass expected)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        Assert.Equal(expected, entry.ClassOf(new ApiParameters { { name, value } }));
    }

    [Theory]
    [InlineData("mp0", "/etc,mp=/mnt", OperationClass.Privileged)]
    [InlineData("mp0", "local-lvm:8,mp=/mnt", OperationClass.Reversible)]
    [InlineData("dev0", "/dev/kvm", OperationClass.Privileged)]
    [InlineData("features", "nesting=1,keyctl=1", OperationClass.Privileged)]
    [InlineData("cmode", "shell", OperationClass.Privileged)]
    [InlineData("cmode", "tty", OperationClass.Reversible)]
    [InlineData("cmode", "console", OperationClass.Reversible)]
    public void ClassOf_ContainerParameter_IsRaised(string name, string value, OperationClass expected)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/lxc/{vmid}/config");
        Assert.Equal(expected, entry.ClassOf(new ApiParameters { { name, value } }));
    }

    [Theory]
    [InlineData("cores\tscsi0")]
    [InlineData("cores\nscsi0")]
    [InlineData("cores\rscsi0")]
    [InlineData("cores\0scsi0")]
    [InlineData("cores\vscsi0")]
    [InlineData("cores\fscsi0")]
    [InlineData("cores\u00a0scsi0")]
    [InlineData("cores\u0085scsi0")]
    [InlineData("cores\u2028scsi0")]
    [InlineData("cores;scsi0")]
    [InlineData("cores, SCSI0")]
    [InlineData("\nscsi0\n")]
    public void ClassOf_Delete_WhateverSeparatesItsItems_IsDestructive(string list)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        Assert.Equal(OperationClass.Destructive, entry.ClassOf(new ApiParameters { { "delete", list } }));
        Assert.True(entry.Destroys(new ApiParameters { { "delete", $"protection\t{list}" } }));
        ApiParameters repeated = [];
        repeated.AddList("delete", ["cores", list]);
        Assert.Equal(OperationClass.Destructive, entry.ClassOf(repeated));
    }

    [Theory]
    [InlineData("0\n", OperationClass.Privileged)]
    [InlineData(" No ", OperationClass.Privileged)]
    [InlineData("OFF", OperationClass.Privileged)]
    [InlineData("", OperationClass.Privileged)]
    [InlineData("maybe", OperationClass.Privileged)]
    [InlineData("yes\n", OperationClass.Reversible)]
    [InlineData("ON", OperationClass.Reversible)]
    public void ClassOf_Switch_IsReadAsServersRead_AndWhatIsNeitherCountsAsWorse(string value, OperationClass expected)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        Assert.Equal(expected, entry.ClassOf(new ApiParameters { { "protection", value } }));
    }

    [Theory]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "cipassword=x", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ciuser=x", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/config", "sshkeys=x", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu", "sshkeys=x", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/qemu", "sshkeys=x archive=local:backup/x", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "delete=cipassword", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "template=1", OperationClass.Destructive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "template=yes", OperationClass.Destructive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "net0=virtio,bridge=vmbr0,link_down=1", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "delete=net0", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "delete=net0", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ipconfig0=ip=dhcp", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "cdrom=/dev/sr0", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "cdrom=cdrom", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ide2=cdrom", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/config", "sata0=media=cdrom,file=cdrom", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu", "ide2=CDROM,media=cdrom", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ide2=none,media=cdrom", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ide2=local:iso/cdrom.iso,media=cdrom", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "hostpci0=mapping=gpu,romfile=x", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "hostpci0=host=01:00.0,mapping=gpu", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "scsi2=local:8,media=disk,file=/dev/sda", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "cores=4", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "tags=a;b", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "description=scsi0", OperationClass.Reversible)]
    [InlineData("PUT", "/cluster/replication/{id}", "remove_job=full", OperationClass.Destructive)]
    [InlineData("POST", "/cluster/replication", "remove_job=local", OperationClass.Destructive)]
    [InlineData("PUT", "/cluster/ha/resources/{sid}", "state=stopped", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/ha/resources/{sid}", "state=disabled", OperationClass.Disruptive)]
    [InlineData("POST", "/cluster/ha/resources", "state=stopped", OperationClass.Disruptive)]
    [InlineData("POST", "/cluster/ha/resources", "state=started", OperationClass.Reversible)]
    [InlineData("POST", "/cluster/ha/rules", "", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/backup/{id}", "enabled=0", OperationClass.Disruptive)]
    [InlineData("DELETE", "/cluster/backup/{id}", "", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/firewall/options", "policy_in=DROP", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/firewall/options", "enable=1", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/firewall/options", "delete=policy_in", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/firewall/options", "log_level_in=info", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/firewall/rules", "action=DROP", OperationClass.Disruptive)]
    [InlineData("DELETE", "/nodes/{node}/lxc/{vmid}/firewall/rules/{pos}", "", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/firewall/ipset", "name=ipfilter-net0", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/firewall/ipset", "name=web", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/metrics/server/{id}", "server=10.0.0.9", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/notifications/endpoints/smtp", "", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/sdn/ipams", "url=http://10.0.0.9", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/storage/{storage}/upload", "tmpfilename=/etc/shadow", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/status/start", "force-cpu=x", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/status/start", "", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/snapshot", "snapname=a", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/lxc", "cmode=shell", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu", "hostpci1=mapping=gpu", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/config", "usb0=mapping=stick", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/migrate", "target=pve2", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/migrate", "target=pve2 migration_type=secure", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/migrate", "target=pve2 migration_type=insecure", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/migrate", "target=pve2 migration_network=10.0.0.0/8", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/backup", "mailto=a@example.com", OperationClass.Privileged)]
    [InlineData("PUT", "/cluster/backup/{id}", "mailto=a@example.com", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/vzdump", "vmid=106 mailto=a@example.com", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/sdn/zones", "zone=z1 type=vxlan peers=192.0.2.66", OperationClass.Privileged)]
    [InlineData("PUT", "/cluster/sdn/zones/{zone}", "delete=peers", OperationClass.Privileged)]
    [InlineData("PUT", "/cluster/sdn/zones/{zone}", "mtu=1400", OperationClass.Reversible)]
    [InlineData("POST", "/cluster/sdn/controllers", "controller=c1 type=bgp peers=192.0.2.66 node=pve1", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/sdn/fabrics/node/{fabric_id}", "node_id=x role=external endpoint=192.0.2.66:51820 protocol=wireguard", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/sdn/vnets/{vnet}/subnets", "subnet=192.0.2.0/24 type=subnet dhcp-dns-server=192.0.2.66", OperationClass.Privileged)]
    [InlineData("DELETE", "/cluster/ha/resources/{sid}", "purge=0", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/ha/resources/{sid}", "state=ignored", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/ha/resources/{sid}", "state=started", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/vzdump", "vmid=106 bwlimit=1", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/vzdump", "vmid=106 stopwait=600", OperationClass.Disruptive)]
    [InlineData("POST", "/cluster/backup", "vmid=106 storage=local schedule=daily lockwait=600", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/vzdump", "vmid=106 notification-mode=notification-system", OperationClass.Reversible)]
    public void ClassOf_CallOnACluster_IsWhatACarefulAdministratorWouldCallIt(string method, string path, string parameters, OperationClass expected) =>
        AssertClass(ProxmoxProduct.VirtualEnvironment, method, path, parameters, expected);

    [Theory]
    [InlineData("PUT", "/config/sync/{id}", "comment=x", OperationClass.Reversible)]
    [InlineData("PUT", "/config/sync/{id}", "store=other", OperationClass.Destructive)]
    [InlineData("PUT", "/config/sync/{id}", "ns=other", OperationClass.Destructive)]
    [InlineData("PUT", "/config/sync/{id}", "max-depth=0", OperationClass.Destructive)]
    [InlineData("PUT", "/config/sync/{id}", "group-filter=type:vm", OperationClass.Destructive)]
    [InlineData("PUT", "/config/sync/{id}", "remove-vanished=true", OperationClass.Destructive)]
    [InlineData("PUT", "/config/sync/{id}", "delete=group-filter", OperationClass.Destructive)]
    [InlineData("PUT", "/config/sync/{id}", "remote-store=other", OperationClass.Privileged)]
    [InlineData("PUT", "/config/sync/{id}", "remote-ns=other", OperationClass.Privileged)]
    [InlineData("POST", "/config/sync", "sync-direction=push", OperationClass.Privileged)]
    [InlineData("POST", "/config/sync", "sync-direction=pull", OperationClass.Reversible)]
    [InlineData("PUT", "/config/prune/{id}", "delete=keep-last", OperationClass.Destructive)]
    [InlineData("PUT", "/config/prune/{id}", "delete=comment", OperationClass.Reversible)]
    [InlineData("PUT", "/config/prune/{id}", "disable=off", OperationClass.Destructive)]
    [InlineData("POST", "/config/metrics/influxdb-http", "", OperationClass.Privileged)]
    [InlineData("POST", "/tape/backup", "", OperationClass.Disruptive)]
    public void ClassOf_CallOnABackupServer_IsWhatACarefulAdministratorWouldCallIt(string method, string path, string parameters, OperationClass expected) =>
        AssertClass(ProxmoxProduct.BackupServer, method, path, parameters, expected);

    [Fact]
    public void RemoteOfASyncJob_IsPrivileged_AndStillDestroys() => Assert.True(
        OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Put, "/config/sync/{id}").Destroys(new ApiParameters { { "remote-store", "x" } }));

    private static void AssertClass(ProxmoxProduct product, string method, string path, string parameters, OperationClass expected)
    {
        Assert.True(ApiMethods.TryParse(method, out ApiMethod verb));
        OperationEntry entry = OperationCatalogue.For(product).Find(verb, path);
        Assert.True(entry.IsClassified);
        ApiParameters values = [];
        foreach (string[] pair in parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('=', 2)))
        {
            values.Add(pair[0], pair[1]);
        }

        Assert.Equal(expected, entry.ClassOf(values));
    }

    [Theory]
    [InlineData("dry-run=1", OperationClass.Read)]
    [InlineData("dry-run=true", OperationClass.Read)]
    [InlineData("dry-run=0", OperationClass.Destructive)]
    [InlineData("dry-run=", OperationClass.Destructive)]
    [InlineData("Dry-Run=1", OperationClass.Destructive)]
    [InlineData("dry-run=1 dry-run=0", OperationClass.Destructive)]
    [InlineData("dry-run=1 DRY-RUN=0", OperationClass.Destructive)]
    [InlineData("keep-last=1", OperationClass.Destructive)]
    public void ClassOf_PruneThatOnlySaysWhatItWouldDo_IsARead(string parameters, OperationClass expected)
    {
        ApiParameters values = [];
        foreach (string[] pair in parameters.Split(' ').Select(static item => item.Split('=')))
        {
            values.Add(pair[0], pair[1]);
        }

        Assert.Equal(expected, OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Post, "/admin/datastore/{store}/prune").ClassOf(values));
    }

    [Theory]
    [InlineData(ProxmoxProduct.VirtualEnvironment)]
    [InlineData(ProxmoxProduct.BackupServer)]
    public void Trial_OfEveryEntry_NamesAParameterThatExists(ProxmoxProduct product)
    {
        ApiSchema schema = product == ProxmoxProduct.BackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;
        Assert.All(
            OperationCatalogue.For(product).Entries.Where(static entry => entry.Trial is not null),
            entry => Assert.Equal(ApiValueType.Boolean, schema.Find(entry.Method, entry.Path)!.Parameters[entry.Trial!].Type));
    }

    [Fact]
    public void TapeMediaDestroy_ThoughItIsAGet_IsDestructive() =>
        Assert.Equal(OperationClass.Destructive, OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Get, "/tape/media/destroy").Class);
}
