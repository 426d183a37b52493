using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Tests;

/// <summary>Every endpoint of Proxmox VE, called once as it should be and once with one wrong argument.</summary>
public sealed class PveEndpointTheory(PveEndpointTheory.Server server) : IClassFixture<PveEndpointTheory.Server>
{
    private const string Archive = "local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst";

    // What the recorded server answers contradicts what its schema declares.
    private static readonly string[] s_contradictions = ["GET /nodes/{node}/disks/list", "GET /nodes/{node}/vzdump/defaults"];

    private static readonly (string Certificate, string Key) s_pair = MakePair();

    private static readonly Dictionary<string, string> s_known = new(StringComparer.Ordinal)
    {
        ["node"] = "pve1",
        ["qemu vmid"] = "106",
        ["lxc vmid"] = "200",
        ["vmid"] = "106",
        ["storage"] = "local",
        ["volume"] = "local:iso/debian-13.iso",
        ["userid"] = "demo@pve",
        ["tokenid"] = "ci",
        ["realm"] = "pve",
        ["groupid"] = "ops",
        ["roleid"] = "Custom",
        ["poolid"] = "production",
        ["snapname"] = "snap1",
        ["pos"] = "0",
        ["cidr"] = "192.0.2.0/24",
        ["POST /nodes/{node}/qemu vmid"] = "500",
        ["POST /nodes/{node}/lxc vmid"] = "501",
        ["POST /nodes/{node}/lxc ostemplate"] = "local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst",
        ["POST /access/users userid"] = "new@pve",
        ["POST /access/groups groupid"] = "newgroup",
        ["POST /access/roles roleid"] = "NewRole",
        ["POST /pools poolid"] = "newpool",
        ["POST /access/users/{userid}/token/{tokenid} tokenid"] = "new",
        ["POST /access/ticket username"] = "root@pam",
        ["POST /access/ticket password"] = DefaultCluster.RootPassword,
        ["PUT /access/acl +"] = "users=demo@pve",
        ["PUT /access/acl roles"] = "PVEAuditor",
        ["PUT /access/acl path"] = "/vms/100",
        ["newid"] = "600",
        ["target"] = "pve2",
        ["POST /nodes/{node}/qemu/{vmid}/snapshot snapname"] = "snap2",
        ["POST /nodes/{node}/lxc/{vmid}/snapshot snapname"] = "snap2",
        ["PUT /nodes/{node}/qemu/{vmid}/config +"] = "cores=4",
        ["PUT /nodes/{node}/lxc/{vmid}/config +"] = "cores=4",
        ["POST /nodes/{node}/qemu/{vmid}/config +"] = "cores=4",
        ["lxc disk"] = "rootfs",
        ["size"] = "+1G",
        ["POST /nodes/{node}/storage/{storage}/content size"] = "4M",
        ["POST /nodes/{node}/storage/{storage}/content filename"] = "vm-106-disk-7.raw",
        ["POST /storage +"] = "path=/mnt/new",
        ["POST /storage storage"] = "newstore",
        ["POST /storage type"] = "dir",
        ["POST /nodes/{node}/vzdump +"] = "vmid=106",
        ["POST /access/tfa/{userid} type"] = "recovery",
        ["id"] = "recovery",
        ["PUT /nodes/{node}/qemu/{vmid}/resize disk"] = "scsi0",
        ["POST /nodes/{node}/lxc/{vmid}/move_volume volume"] = "rootfs",
        ["POST /nodes/{node}/storage/{storage}/download-url filename"] = "new.iso",
        ["POST /nodes/{node}/storage/{storage}/download-url content"] = "iso",
        ["PUT /pools +"] = "comment=x",
        ["/cluster/replication id"] = "106-0",
        ["/cluster/replication/{id} id"] = "106-0",
        ["/nodes/{node}/replication/{id} id"] = "106-0",
        ["/nodes/{node}/replication/{id}/log id"] = "106-0",
        ["/nodes/{node}/replication/{id}/schedule_now id"] = "106-0",
        ["/nodes/{node}/replication/{id}/status id"] = "106-0",
        ["/cluster/sdn/vnets/{vnet}/subnets/{subnet} subnet"] = "zone1-192.0.2.0-24",
        ["POST /access/tfa/{userid} userid"] = "root@pam",
        ["POST /access/domains realm"] = "newrealm",
        ["POST /nodes/{node}/qemu/{vmid}/move_disk disk"] = "scsi0",
        ["POST /nodes/{node}/qemu/{vmid}/move_disk +"] = "storage=local",
        ["target-vmid"] = "601",
        ["POST /nodes/{node}/qemu/{vmid}/remote_migrate target-bridge"] = "vmbr0",
        ["DELETE /pools/{poolid} poolid"] = "empty",
        ["DELETE /pools poolid"] = "empty",
        ["POST /nodes/{node}/network iface"] = "vmbr7",
        ["GET /nodes/{node}/vzdump/extractconfig volume"] = Archive,
        ["POST /nodes/{node}/qemu/{vmid}/agent/exec command"] = "true",
        ["zone"] = "zone1",
        ["vnet"] = "vnet1",
        ["route-map-id"] = "map1",
        ["order"] = "10",
        ["url_seq"] = "5",
        ["POST /cluster/sdn/zones zone"] = "zone2",
        ["POST /cluster/sdn/zones type"] = "simple",
        ["POST /cluster/acme/plugins +"] = "api=cf",
        ["GET /nodes/{node}/disks/zfs/{name} name"] = "tank",
        ["/nodes/{node}/certificates/custom certificates"] = s_pair.Certificate,
        ["/nodes/{node}/certificates/custom key"] = s_pair.Key,
        ["POST /nodes/{node}/certificates/custom +"] = "key=" + s_pair.Key,
        ["PUT /nodes/{node}/certificates/acme/certificate +"] = "force=1",
        ["POST /cluster/sdn/vnets vnet"] = "vnet2",
        ["POST /cluster/sdn/vnets +"] = "tag=8",
        ["POST /cluster/sdn/controllers +"] = "asn=65000&node=pve1",
        ["POST /cluster/sdn/vnets/{vnet}/subnets subnet"] = "192.0.2.0/24",
        ["/cluster/sdn/vnets/{vnet}/ips ip"] = "192.0.2.9",
        ["PUT /cluster/mapping/pci/{id} +"] = "map=node=pve1,path=0000:00:02.0,id=1234:1111",
        ["PUT /cluster/mapping/dir/{id} +"] = "map=node=pve1,path=/mnt",
        ["/cluster/mapping/pci map"] = "node=pve1,path=0000:00:02.0,id=1234:1111",
        ["/cluster/mapping/usb map"] = "node=pve1,id=0951:1666",
        ["/cluster/mapping/usb/{id} map"] = "node=pve1,id=0951:1666",
        ["/cluster/mapping/dir map"] = "node=pve1,path=/mnt",
        ["POST /nodes/{node}/apt/repositories path"] = "/etc/apt/sources.list.d/debian.sources",
        ["PUT /nodes/{node}/apt/repositories handle"] = "no-subscription",
        ["GET /nodes/{node}/apt/changelog name"] = "pve-manager",
        ["POST /nodes/{node}/aplinfo template"] = "alpine-3.22-default_20250617_amd64.tar.xz",
        ["/nodes/{node}/disks/directory device"] = "/dev/sdc",
        ["/nodes/{node}/disks/lvm device"] = "/dev/sdc",
        ["/nodes/{node}/disks/lvmthin device"] = "/dev/sdc",
        ["/nodes/{node}/disks/zfs devices"] = "/dev/sdc",
        ["/nodes/{node}/disks/zfs raidlevel"] = "single",
        ["/nodes/{node}/disks/initgpt disk"] = "/dev/sdc",
        ["/nodes/{node}/disks/wipedisk disk"] = "/dev/sdc",
        ["/nodes/{node}/disks/smart disk"] = "/dev/sda",
        ["GET /nodes/{node}/scan/lvmthin vg"] = "pve",
        ["GET /nodes/{node}/query-url-metadata url"] = "https://example.test/a.iso",
        ["/nodes/{node}/hardware/pci/{pci-id-or-mapping}/mdev pci-id-or-mapping"] = "0000:01:00.0",
        ["POST /cluster/backup +"] = "all=1",
        ["POST /cluster/jobs/realm-sync/{id} +"] = "realm=pve",
        ["POST /nodes/{node}/qemu/{vmid}/agent/file-write file"] = "/tmp/x",
        ["GET /nodes/{node}/qemu/{vmid}/agent/file-read file"] = "/etc/hostname",
    };

    // What an object has at least, by the path of its list.
    private static readonly Dictionary<string, string> s_contents = new(StringComparer.Ordinal)
    {
        ["/cluster/sdn/zones"] = """{"type":"simple"}""",
        ["/cluster/sdn/vnets"] = """{"type":"vnet","zone":"zone1"}""",
        ["/cluster/sdn/controllers"] = """{"type":"evpn","asn":65000}""",
        ["/cluster/sdn/fabrics/fabric"] = """{"protocol":"ospf"}""",
        ["/cluster/sdn/fabrics/node/{fabric_id}"] = """{"protocol":"ospf"}""",
        ["/cluster/sdn/prefix-lists/{id}/entries"] = """{"seq":5,"action":"permit","prefix":"192.0.2.0/24"}""",
        ["/cluster/mapping/pci"] = """{"map":["node=pve1,path=0000:00:02.0,id=1234:1111"]}""",
        ["/cluster/mapping/usb"] = """{"map":["node=pve1,id=0951:1666"]}""",
        ["/cluster/mapping/dir"] = """{"map":["node=pve1,path=/mnt"]}""",
        ["/cluster/jobs/realm-sync"] = """{"schedule":"02:30","realm":"pve"}""",
    };

    public static TheoryData<string> Endpoints() => [.. PveApiSchema.Embedded.Endpoints.Where(static endpoint => !endpoint.Path.EndsWith("/upload", StringComparison.Ordinal)).Select(static endpoint => endpoint.ToString())];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Call_WithValidArguments_AnswersInTheDeclaredShape(string name)
    {
        ApiEndpoint endpoint = Find(name);
        (string path, List<(string Name, string Value)> parameters) = server.Arrange(endpoint);

        TestReply reply = await server.SendAsync(endpoint.Method, path, parameters);

        (int status, string? text) = Refusal(endpoint);
        Assert.True(reply.Status == status, $"{reply.Status} {reply.Reason} {reply.Text} for {path} {string.Join('&', parameters)}");
        if (text is not null)
        {
            Assert.Equal(text, reply.Reason);
        }
        else if (endpoint.Transport == ApiTransportKind.Envelope && !s_contradictions.Contains(name) && reply.Body is not [0x1F, 0x8B, ..] && reply.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true)
        {
            string? failure = ShapeCheck.Compare(endpoint.Returns, reply.Data);
            Assert.True(failure is null || (reply.Data is null && endpoint.Task == ApiTaskKind.Maybe), $"{failure} in {reply.Text}");
        }
    }

    public static TheoryData<string> StrictEndpoints() => [.. PveApiSchema.Embedded.Endpoints
        .Where(static endpoint => !endpoint.Path.EndsWith("/upload", StringComparison.Ordinal) && BrokenArgument.IsPossible(endpoint)).Select(static endpoint => endpoint.ToString())];

    [Theory]
    [MemberData(nameof(StrictEndpoints))]
    public async Task Call_WithOneWrongArgument_NamesIt(string name)
    {
        ApiEndpoint endpoint = Find(name);
        (string path, List<(string Name, string Value)> parameters) = server.Arrange(endpoint);
        string wrong = BrokenArgument.Apply(endpoint, parameters);

        TestReply reply = await server.SendAsync(endpoint.Method, path, parameters);

        Assert.True(reply.Status == 400, $"{reply.Status} {reply.Reason} {reply.Text} with wrong {wrong} for {path} {string.Join('&', parameters)}");
        Assert.Contains(reply.Json!["errors"]!.AsObject(), error => error.Key == wrong || error.Key.StartsWith(wrong + "[", StringComparison.Ordinal));
    }

    /// <summary>The endpoints that refuse even a well-formed call, as the real server does.</summary>
    private static (int Status, string? Text) Refusal(ApiEndpoint endpoint) => endpoint.ToString() switch
    {
        "POST /access/domains/{realm}/sync" => (500, "Cannot sync realm type 'pve'! Only LDAP/AD realms can be synced."),
        "POST /nodes/{node}/wakeonlan" => (500, "'pve1' is local node, cannot wake my self!"),
        "GET /nodes/{node}/scan/nfs" => (500, "command '/sbin/showmount --no-headers --exports host.example.org' failed: exit code 1"),
        "GET /nodes/{node}/scan/iscsi" => (500, "command '/usr/bin/iscsiadm --mode discovery --type sendtargets --portal host.example.org' failed: exit code 4"),
        "GET /nodes/{node}/scan/pbs" => (500, "error fetching datastores - 500 Can't connect to host.example.org:8007 (Connection refused)"),
        "DELETE /cluster/sdn/vnets/{vnet}/ips" => (500, "IP '192.0.2.9' does not exist in IPAM DB"),
        "GET /nodes/{node}/storage/{storage}/file-restore/list" or "GET /nodes/{node}/storage/{storage}/file-restore/download" => (400, "Parameter verification failed."),
        "POST /access/vncticket" => (401, "authentication failure"),
        "POST /cluster/notifications/targets/{name}/test" => (404, "target 'sample' does not exist"),
        "GET /cluster/ha/groups" => (500, "cannot index groups: ha groups have been migrated to rules"),
        "POST /cluster/ha/groups" => (500, "cannot create group: ha groups have been migrated to rules"),
        "GET /cluster/ha/groups/{group}" => (500, "cannot read group: ha groups have been migrated to rules"),
        "PUT /cluster/ha/groups/{group}" => (500, "cannot update group: ha groups have been migrated to rules"),
        "DELETE /cluster/ha/groups/{group}" => (500, "cannot delete group: ha groups have been migrated to rules"),
        "POST /nodes/{node}/qemu/{vmid}/spiceproxy" => (500, "VM 106 not running"),
        "GET /nodes/{node}/vncwebsocket" or "GET /nodes/{node}/qemu/{vmid}/vncwebsocket" or "GET /nodes/{node}/lxc/{vmid}/vncwebsocket"
            => (401, "permission denied - invalid PVEVNC ticket"),
        _ => (200, null),
    };

    private static (string Certificate, string Key) MakePair()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=pve1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static ApiEndpoint Find(string name)
    {
        string[] parts = name.Split(' ');
        Assert.True(ApiMethods.TryParse(parts[0], out ApiMethod method));
        return PveApiSchema.Embedded.Find(method, parts[1])!;
    }

    public sealed class Server : IAsyncLifetime
    {
        private readonly EndpointArguments _arguments = new(PveApiSchema.Embedded, s_known);
        private readonly CollectionFamily[] _families = [.. CollectionFamily.Find(PveApiSchema.Embedded)];
        private PveSimulator _simulator = null!;
        private TestClient _client = null!;

        public async ValueTask InitializeAsync()
        {
            _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions
            {
                Delays = false,
                Scenario = static cluster =>
                {
                    DefaultCluster.Build(cluster);
                    cluster.AddUser("demo@pve", DefaultCluster.DemoPassword, null, "ops").AddRole("Custom", "VM.Audit").AddPool("empty").AddRecoveryKeys("demo@pve", "1111-2222-3333-4444");
                },
            });
            _client = await TestClient.LoginAsync(_simulator);
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return _simulator.DisposeAsync();
        }

        /// <summary>Puts the server into a state in which the call makes sense, and makes the call's arguments.</summary>
        internal (string Path, List<(string Name, string Value)> Parameters) Arrange(ApiEndpoint endpoint)
        {
            _simulator.Reset();
            string path = _arguments.Path(endpoint);
            Guest machine = _simulator.State.Guests[106];
            Guest container = _simulator.State.Guests[200];
            machine.Snapshots.Add(new GuestSnapshot("snap1", 1_750_000_000, null, false, new Dictionary<string, string>(machine.Config)));
            container.Snapshots.Add(new GuestSnapshot("snap1", 1_750_000_000, null, false, new Dictionary<string, string>(container.Config)));
            _simulator.State.Volumes.Add(new Volume { Id = Archive, Storage = "local", Node = "pve1", Content = "backup", Format = "vma.zst", Created = 1_767_225_600, SavedConfig = new Dictionary<string, string>(machine.Config) });
            ArrangePower(endpoint, machine, container);
            ArrangeItems(endpoint, path);
            ArrangeNetworks(endpoint);
            ArrangeNode(endpoint);
            if (endpoint.Path.StartsWith("/nodes/{node}/replication/", StringComparison.Ordinal))
            {
                _simulator.State.Collections.Put("/cluster/replication", "106-0", new JsonObject { ["type"] = "local", ["target"] = "pve2" });
            }

            if (path.Contains("/tasks/", StringComparison.Ordinal))
            {
                SimulatedTask task = _simulator.State.Tasks.Start(new TaskRequest("pve1", "qmstart", "106", "root@pam"));
                path = string.Join('/', path.Split('/').Select(segment => segment.StartsWith("UPID", StringComparison.Ordinal) ? Uri.EscapeDataString(task.Upid) : segment));
            }

            return (path, _arguments.Parameters(endpoint));
        }

        internal async Task<TestReply> SendAsync(ApiMethod method, string path, List<(string Name, string Value)> parameters)
        {
            using FormUrlEncodedContent form = new(parameters.Select(static parameter => new KeyValuePair<string, string>(parameter.Name, parameter.Value)));
            if (method is ApiMethod.Post or ApiMethod.Put)
            {
                return await _client.SendAsync(new HttpMethod(method.ToVerb()), path, form);
            }

            string query = await form.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return await _client.SendAsync(new HttpMethod(method.ToVerb()), query.Length == 0 ? path : $"{path}?{query}", null);
        }

        private void ArrangeNode(ApiEndpoint endpoint)
        {
            if (endpoint.Path.EndsWith("/acme/certificate", StringComparison.Ordinal))
            {
                _simulator.State.Collections.Settings("/nodes/pve1/config")["acme"] = "domains=pve1.example.test";
                if (endpoint.Method != ApiMethod.Post)
                {
                    _simulator.State.Collections.Settings("/nodes/pve1/certificates/custom")["certificates"] = s_pair.Certificate;
                }
            }

            NodeDisks disks = _simulator.State.Nodes["pve1"].Disks;
            disks.Made["zfs/tank"] = new MadeOfDisks("zfs", "tank", [disks.Disks[3]], "single");
        }

        private void ArrangeNetworks(ApiEndpoint endpoint)
        {
            if (!endpoint.Path.Contains("/sdn", StringComparison.Ordinal))
            {
                return;
            }

            _simulator.State.Collections.Put("/cluster/sdn/zones", "zone1", new JsonObject { ["type"] = "evpn", ["ipam"] = "pve", ["controller"] = "evpn1", ["vrf-vxlan"] = 1 });
            _simulator.State.Collections.Put("/cluster/sdn/controllers", "evpn1", new JsonObject { ["type"] = "evpn", ["asn"] = 65000 });
            if (endpoint.ToString() != "DELETE /cluster/sdn/zones/{zone}")
            {
                _simulator.State.Collections.Put("/cluster/sdn/vnets", "vnet1", new JsonObject { ["type"] = "vnet", ["zone"] = "zone1", ["tag"] = 7 });
            }

            if (endpoint.ToString() != "DELETE /cluster/sdn/vnets/{vnet}" && endpoint.ToString() != "POST /cluster/sdn/vnets/{vnet}/subnets")
            {
                _simulator.State.Collections.Put("/cluster/sdn/vnets/vnet1/subnets", "zone1-192.0.2.0-24", new JsonObject { ["type"] = "subnet" });
            }

            if (endpoint.ToString() == "POST /cluster/sdn/fabrics/node/{fabric_id}")
            {
                _simulator.State.Collections.Put("/cluster/sdn/fabrics/fabric", "text", new JsonObject { ["protocol"] = "openfabric" });
            }

            if (endpoint.Path.Contains("/entries/{url_seq}", StringComparison.Ordinal))
            {
                _simulator.State.Collections.Put("/cluster/sdn/prefix-lists/recovery/entries", "5", new JsonObject { ["seq"] = 5L, ["action"] = "permit", ["prefix"] = "192.0.2.0/24" });
            }

            _simulator.State.Sdn!.Apply();

            if (endpoint.Path.EndsWith("/entry/{order}", StringComparison.Ordinal))
            {
                _simulator.State.Collections.Put("/cluster/sdn/route-maps/entries/map1", "10", new JsonObject { ["action"] = "permit" });
            }
        }

        private static void ArrangePower(ApiEndpoint endpoint, Guest machine, Guest container)
        {
            string last = endpoint.Path[(endpoint.Path.LastIndexOf('/') + 1)..];
            bool runs = last is "reboot" or "reset" or "suspend" or "resume" or "monitor" or "sendkey" || endpoint.Path.Contains("/agent", StringComparison.Ordinal);
            if (runs && !machine.IsRunning)
            {
                machine.Start(TimeProvider.System.GetUtcNow(), 4711);
                machine.Inside.Processes[1] = GuestProcess.Run(machine, ["true"], null, DateTimeOffset.UnixEpoch);
            }

            if (last is "start" or "migrate" or "remote_migrate" or "template" or "{vmid}")
            {
                container.Stop();
            }

            if (last == "template")
            {
                machine.Snapshots.Clear();
                container.Snapshots.Clear();
            }
        }

        /// <summary>Makes the objects the path names, unless the call is the one that makes them.</summary>
        private void ArrangeItems(ApiEndpoint endpoint, string path)
        {
            string[] template = endpoint.Path.Split('/');
            string[] concrete = path.Split('/');
            for (int length = 2; length <= template.Length; length++)
            {
                string item = string.Join('/', template.Take(length));
                CollectionFamily? family = Array.Find(_families, candidate => candidate.Item == item);
                bool creates = endpoint.Method == ApiMethod.Post && length == template.Length && !_families.Any(inner => inner.Parent == item);
                if (family is not null && !creates && family.Parent is not ("/access/domains" or "/access/users"))
                {
                    string parent = string.Join('/', concrete.Take(length - 1).Select(Uri.UnescapeDataString));
                    string id = Uri.UnescapeDataString(concrete[length - 1]);
                    _simulator.State.Collections.Put(parent, id, family.IsOrdered ? new JsonObject { ["type"] = "in", ["action"] = "ACCEPT" } : JsonNode.Parse(s_contents.GetValueOrDefault(family.Parent, "{}"))!.AsObject());
                }
            }
        }
    }
}
