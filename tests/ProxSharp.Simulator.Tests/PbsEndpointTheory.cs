using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Pbs.Api;
using ProxSharp.Ids;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Pbs;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Pbs.Tape;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;
using ProxSharp.Simulator.Tests.Pbs;

namespace ProxSharp.Simulator.Tests;

/// <summary>Every REST endpoint of Proxmox Backup Server, called once as it should be and once with one wrong argument.</summary>
public sealed class PbsEndpointTheory(PbsEndpointTheory.Server server) : IClassFixture<PbsEndpointTheory.Server>
{
    private const string TapeSet = "11111111-2222-3333-4444-555555555555";

    private static readonly Dictionary<string, string> s_known = new(StringComparer.Ordinal)
    {
        ["node"] = "localhost",
        ["store"] = "store1",
        ["/config/datastore/{name} name"] = "store1",
        ["userid"] = "demo@pbs",
        ["token-name"] = "ci",
        ["backup-type"] = "vm",
        ["backup-id"] = "100",
        ["backup-time"] = "1767232800",
        ["POST /config/datastore name"] = "newstore",
        ["POST /config/datastore path"] = "/mnt/new",
        ["POST /access/users userid"] = "new@pbs",
        ["POST /access/users/{userid}/token/{token-name} token-name"] = "new",
        ["POST /access/ticket username"] = "root@pam",
        ["POST /access/ticket +"] = $"password={DefaultBackupServer.RootPassword}",
        ["/access/tfa/{userid}/{id} id"] = "recovery",
        ["/access/tfa/{userid}/{id} userid"] = "demo@pbs",
        ["POST /access/tfa/{userid} type"] = "recovery",
        ["POST /access/tfa/{userid} userid"] = "root@pam",
        ["PUT /access/acl +"] = "auth-id=demo@pbs",
        ["PUT /access/acl role"] = "DatastoreReader",
        ["PUT /access/acl path"] = "/datastore/store1",
        ["ns"] = "customers",
        ["new-owner"] = "demo@pbs",
        ["DELETE /admin/datastore/{store}/namespace ns"] = "customers",
        ["DELETE /admin/datastore/{store}/namespace +"] = "delete-groups=true",
        ["PUT /access/password password"] = "new-password",
        ["file-name"] = "index.json.blob",
        ["GET /admin/datastore/{store}/catalog filepath"] = "root",
        ["GET /admin/datastore/{store}/catalog backup-type"] = "host",
        ["GET /admin/datastore/{store}/catalog backup-id"] = "laptop",
        ["GET /admin/datastore/{store}/catalog backup-time"] = "1767236400",
        ["GET /admin/datastore/{store}/pxar-file-download filepath"] = Convert.ToBase64String("/root.pxar.didx/hello.txt"u8),
        ["GET /admin/datastore/{store}/pxar-file-download backup-type"] = "host",
        ["GET /admin/datastore/{store}/pxar-file-download backup-id"] = "laptop",
        ["GET /admin/datastore/{store}/pxar-file-download backup-time"] = "1767236400",
        ["POST /admin/datastore/{store}/move-group +"] = "target-ns=customers",
        ["POST /pull remote-store"] = "offsite",
        ["POST /push remote-store"] = "offsite",
        ["POST /tape/backup pool"] = "pool1",
        ["POST /tape/backup drive"] = "drive1",
        ["POST /tape/restore drive"] = "drive1",
        ["POST /tape/restore media-set"] = TapeSet,
        ["GET /tape/media/destroy +"] = "label-text=SIM001L8&force=true",
        ["POST /tape/media/move +"] = "label-text=SIM001L8",
        ["label-text"] = "SIM001L8",
        ["pool"] = "pool1",
        ["POST /tape/drive/{drive}/label-media label-text"] = "NEW001",
        ["POST /tape/drive/{drive}/load-slot source-slot"] = "2",
        ["POST /tape/changer/{name}/transfer from"] = "2",
        ["POST /tape/changer/{name}/transfer to"] = "8",
        ["PUT /admin/s3/{s3-endpoint-id}/check bucket"] = "backups",
        ["POST /config/prune schedule"] = "daily",
        ["POST /config/sync remote-store"] = "offsite",
        ["POST /config/tape-backup-job drive"] = "drive1",
        ["POST /config/tape-backup-job pool"] = "pool1",
        ["POST /config/notifications/targets/{name}/test name"] = "mail-to-root",
        ["POST /config/notifications/matchers target"] = "mail-to-root",
        ["service"] = "cron",
        ["disk"] = "sdb",
        ["POST /nodes/{node}/disks/zfs devices"] = "sdc",
        ["PUT /nodes/{node}/time timezone"] = "Etc/UTC",
        ["POST /config/acme/plugins data"] = "Sz1WCg==",
        ["PUT /nodes/{node}/certificates/acme/certificate +"] = "force=true",
        ["PUT /config/tape-encryption-keys/{fingerprint} +"] = "force=true",
    };

    // What anyone who is logged in is told: facts about the product, the clock, and the caller's own.
    private static readonly HashSet<string> s_open = new(StringComparer.Ordinal)
    {
        "/access/acl", "/access/permissions", "/access/roles", "/access/users", "/config/acme/challenge-schema", "/config/acme/directories", "/config/acme/tos",
        "/nodes/{node}/identity", "/nodes/{node}/subscription", "/nodes/{node}/time", "/version",
    };

    public static TheoryData<string> GuardedEndpoints() =>
        [.. PbsApiSchema.Embedded.Endpoints.Where(static endpoint => IsRest(endpoint) && endpoint.Permission.Audience != ApiAudience.World).Select(static endpoint => endpoint.ToString())];

    public static TheoryData<string> Endpoints() => [.. PbsApiSchema.Embedded.Endpoints.Where(IsRest).Select(static endpoint => endpoint.ToString())];

    public static TheoryData<string> StrictEndpoints() => [.. PbsApiSchema.Embedded.Endpoints.Where(static endpoint => IsRest(endpoint) && BrokenArgument.IsPossible(endpoint)).Select(static endpoint => endpoint.ToString())];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Call_WithValidArguments_AnswersInTheDeclaredShape(string name)
    {
        ApiEndpoint endpoint = Find(name);
        (string path, List<(string Name, string Value)> parameters) = server.Arrange(endpoint);

        TestReply reply = await server.SendAsync(endpoint, path, parameters);

        // No console waits for the ticket that was made up here.
        int expected = name == "GET /nodes/{node}/vncwebsocket" ? 401 : 200;
        Assert.True(reply.Status == expected, $"{reply.Status} {reply.Reason} {reply.Text} for {path} {string.Join('&', parameters)}");
        if (endpoint.Transport == ApiTransportKind.Envelope)
        {
            string? failure = endpoint.Returns.Type == ApiValueType.Null ? null : ShapeCheck.Compare(endpoint.Returns, reply.Data);
            Assert.True(failure is null, $"{failure} in {reply.Text}");
        }
    }

    [Theory]
    [MemberData(nameof(StrictEndpoints))]
    public async Task Call_WithOneWrongArgument_NamesIt(string name)
    {
        ApiEndpoint endpoint = Find(name);
        (string path, List<(string Name, string Value)> parameters) = server.Arrange(endpoint);
        string wrong = BrokenArgument.Apply(endpoint, parameters);

        TestReply reply = await server.SendAsync(endpoint, path, parameters);

        Assert.True(reply.Status == 400, $"{reply.Status} {reply.Reason} {reply.Text} with wrong {wrong} for {path} {string.Join('&', parameters)}");
        Assert.Contains($"'{wrong}'", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(GuardedEndpoints))]
    public async Task Call_WithoutAnyRight_IsRefusedOrTellsNothing(string name)
    {
        ApiEndpoint endpoint = Find(name);
        (string path, List<(string Name, string Value)> parameters) = server.Arrange(endpoint);

        TestReply reply = await server.SendAsync(endpoint, path, parameters, asNobody: true);

        bool tellsNothing = endpoint.Method == ApiMethod.Get && reply.Status == 200 && (IsEmpty(reply.Data) || s_open.Contains(endpoint.Path));
        Assert.True(reply.Status == 403 || tellsNothing, $"{reply.Status} {reply.Text} for {path}");
    }

    /// <summary>True if an answer says nothing but which calls there are below.</summary>
    private static bool IsEmpty(JsonNode? data) => data switch
    {
        null => true,
        JsonArray list => list.All(static entry => entry is JsonObject { Count: 1 } names && names.ContainsKey("subdir")),
        JsonObject members => members.All(static member => IsEmpty(member.Value)),
        _ => false,
    };

    // What runs inside a backup or reader session is no REST call.
    private static bool IsRest(ApiEndpoint endpoint) => !endpoint.Path.StartsWith("/backup", StringComparison.Ordinal) && !endpoint.Path.StartsWith("/reader", StringComparison.Ordinal);

    private static ApiEndpoint Find(string name)
    {
        string[] parts = name.Split(' ');
        Assert.True(ApiMethods.TryParse(parts[0], out ApiMethod method));
        return PbsApiSchema.Embedded.Find(method, parts[1])!;
    }

    public sealed class Server : IAsyncLifetime
    {
        private readonly EndpointArguments _arguments = new(PbsApiSchema.Embedded, s_known);
        private readonly CollectionFamily[] _families = [.. CollectionFamily.Find(PbsApiSchema.Embedded)];
        private PbsSimulator _simulator = null!;
        private TestClient _client = null!;
        private TestClient _nobody = null!;

        public async ValueTask InitializeAsync()
        {
            _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions
            {
                Delays = false,
                Scenario = static builder =>
                {
                    DefaultBackupServer.Build(builder);
                    builder.AddUser("nobody@pbs", "secret").Grant("/", "nobody@pbs", "Admin").AddToken("nobody@pbs", "none", TapeSet);
                },
            });
            _nobody = new TestClient(_simulator.Endpoint) { Authorization = $"PBSAPIToken=nobody@pbs!none:{TapeSet}" };
            _client = new TestClient(_simulator.Endpoint) { CookieName = "PBSAuthCookie" };
            TestReply login = await _client.PostAsync("/access/ticket", ("username", "root@pam"), ("password", DefaultBackupServer.RootPassword));
            _client.Ticket = login.Data!["ticket"]!.GetValue<string>();
            _client.Csrf = login.Data["CSRFPreventionToken"]!.GetValue<string>();
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            _nobody.Dispose();
            return _simulator.DisposeAsync();
        }

        /// <summary>Puts the server into a state in which the call makes sense, and makes the call's arguments.</summary>
        internal (string Path, List<(string Name, string Value)> Parameters) Arrange(ApiEndpoint endpoint)
        {
            _simulator.Reset();
            _simulator.State.Directory.Users["demo@pbs"].Factors.Add(new SecondFactor("recovery", "recovery", 1_750_000_000) { RecoveryKeys = ["1111-2222-3333-4444"] });
            string path = _arguments.Path(endpoint);
            string[] template = endpoint.Path.Split('/');
            string[] concrete = path.Split('/');
            for (int length = 2; length <= template.Length; length++)
            {
                string item = string.Join('/', template.Take(length));
                CollectionFamily? family = Array.Find(_families, candidate => candidate.Item == item);
                if (family is not null && family.Parent != "/config/datastore" && !(endpoint.Method == ApiMethod.Post && length == template.Length))
                {
                    _simulator.State.Collections.Put(string.Join('/', concrete.Take(length - 1).Select(Uri.UnescapeDataString)), Uri.UnescapeDataString(concrete[length - 1]), []);
                }
            }

            ArrangeJob(concrete);
            ArrangeTapes(concrete);
            ArrangeOthers(concrete);
            if (endpoint.Transport == ApiTransportKind.Upload)
            {
                // Only the owner may add a log.
                _simulator.State.Datastores["store1"].SetOwner(new GroupKey(default, BackupGroupPath.Parse("vm/100")), "root@pam");
            }

            if (path.Contains("/tasks/", StringComparison.Ordinal))
            {
                SimulatedTask task = _simulator.State.Tasks.Start(new TaskRequest("pbs", "verify", "store1", "root@pam"));
                path = string.Join('/', path.Split('/').Select(segment => segment.StartsWith("UPID", StringComparison.Ordinal) ? Uri.EscapeDataString(task.Upid) : segment));
            }

            return (path, _arguments.Parameters(endpoint));
        }

        /// <summary>Gives jobs and remotes what they need to be used.</summary>
        private void ArrangeJob(string[] path)
        {
            if (path is ["", "admin", "sync" or "prune" or "verify", var job, ..])
            {
                _simulator.State.Collections.Put($"/config/{path[2]}", Uri.UnescapeDataString(job), new JsonObject { ["store"] = "store1", ["remote-store"] = "offsite" });
            }
            else if (path is ["", "config", "remote", var remote, "scan", ..])
            {
                JsonObject login = new() { ["host"] = "127.0.0.1", ["port"] = _simulator.Endpoint.Port, ["auth-id"] = "root@pam", ["password"] = DefaultBackupServer.RootPassword };
                _simulator.State.Collections.Put("/config/remote", Uri.UnescapeDataString(remote), login);
            }
        }

        /// <summary>Makes the key or the account that is named, and what jobs on tape need.</summary>
        private void ArrangeOthers(string[] path)
        {
            CollectionStore collections = _simulator.State.Collections;
            if (path is ["", "config", "tape-encryption-keys", var fingerprint])
            {
                using CryptConfig key = new(new byte[CryptConfig.KeySize]);
                JsonObject stored = EncryptionKeyHandlers.Stored(KeyFile.Create(key, KeyDerivationKind.None, [], DefaultBackupServer.FirstBackup), key);
                collections.Put("/config/tape-encryption-keys", Uri.UnescapeDataString(fingerprint), stored);
            }
            else if (path is ["", "nodes", _, "disks", "directory" or "zfs", var name])
            {
                NodeDisks disks = _simulator.State.Disks;
                disks.Made[$"{path[4]}/{name}"] = new MadeOfDisks(path[4], name, [disks.Disks[1]], "single");
            }
            else if (path is ["", "config", "encryption-keys", var id])
            {
                collections.Put("/config/encryption-keys", Uri.UnescapeDataString(id), []);
            }
            else if (path is ["", "config", "tape-backup-job"])
            {
                collections.Put(TapeState.DriveConfig, "drive1", []);
                collections.Put(TapeState.PoolConfig, "pool1", []);
            }
            else if (path is ["", "config", "acme", "account", var account])
            {
                collections.Put("/config/acme/account", Uri.UnescapeDataString(account), new JsonObject
                {
                    ["account"] = new JsonObject { ["contact"] = new JsonArray(), ["onlyReturnExisting"] = false, ["status"] = "valid" },
                    ["directory"] = "https://ca.example.test/directory",
                    ["location"] = "https://ca.example.test/acme/acct/1",
                });
            }
        }

        /// <summary>Gives drives, changers and lists of tapes what they need to be used.</summary>
        private void ArrangeTapes(string[] path)
        {
            CollectionStore collections = _simulator.State.Collections;
            if (path is ["", "admin", "s3", var endpoint, ..])
            {
                collections.Put("/config/s3", Uri.UnescapeDataString(endpoint), []);
            }

            if (path is ["", "config", "s3", var id, "list-buckets"])
            {
                collections.Put("/config/s3", Uri.UnescapeDataString(id), []);
            }

            if (path is not ["", "tape", ..])
            {
                return;
            }

            string changer = path is ["", "tape", "changer", var name, ..] ? Uri.UnescapeDataString(name) : "changer1";
            string drive = path is ["", "tape", "drive", var named, ..] ? Uri.UnescapeDataString(named) : "drive1";
            collections.Put(TapeState.ChangerConfig, changer, new JsonObject { ["path"] = "/dev/sg0" });
            collections.Put(TapeState.DriveConfig, drive, new JsonObject { ["path"] = "/dev/sg1", ["changer"] = changer });
            collections.Put(TapeState.PoolConfig, "pool1", []);
            TapeState tapes = _simulator.State.Tape;
            Cartridge tape = tapes.Load(drive, 0);
            string uuid = path is ["", "tape", "media", "list", var wanted, ..] ? Uri.UnescapeDataString(wanted) : TapeSet;
            (tape.Label, tape.IsKnown) = (new MediaLabel("SIM001L8", uuid, DateTimeOffset.UnixEpoch, null), true);
            tapes.BeginSet(TapeSet, "pool1", DateTimeOffset.UnixEpoch).Members.Add(tape);
            if (path is ["", "tape", "backup", var job])
            {
                JsonObject settings = new() { ["store"] = "store1", ["pool"] = "pool1", ["drive"] = "drive1" };
                collections.Put("/config/tape-backup-job", Uri.UnescapeDataString(job), settings);
            }
        }

        internal async Task<TestReply> SendAsync(ApiEndpoint endpoint, string path, List<(string Name, string Value)> parameters, bool asNobody = false)
        {
            TestClient client = asNobody ? _nobody : _client;
            using FormUrlEncodedContent form = new(parameters.Select(static parameter => new KeyValuePair<string, string>(parameter.Name, parameter.Value)));
            bool isUpload = endpoint.Transport == ApiTransportKind.Upload;
            if (!isUpload && (endpoint.Method is ApiMethod.Post or ApiMethod.Put))
            {
                return await client.SendAsync(new HttpMethod(endpoint.Method.ToVerb()), path, form);
            }

            string query = await form.ReadAsStringAsync(TestContext.Current.CancellationToken);
            using ByteArrayContent? blob = isUpload ? new ByteArrayContent(BackupWire.Blob([1, 2, 3])) : null;
            return await client.SendAsync(new HttpMethod(endpoint.Method.ToVerb()), query.Length == 0 ? path : $"{path}?{query}", blob);
        }
    }
}
