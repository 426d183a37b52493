using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Conformance.Tests;

/// <summary>The reads of the simulator have the members and types that the recorded server's have.</summary>
public sealed class ShapeTests(ShapeTests.Server server) : IClassFixture<ShapeTests.Server>
{
    private static readonly Dictionary<string, string> s_places = new(StringComparer.Ordinal)
    {
        ["node"] = "pve1",
        ["storage"] = "local",
        ["userid"] = "alice@pve",
        ["tokenid"] = "auto",
        ["poolid"] = "dev",
        ["realm"] = "pve",
        ["roleid"] = "PVEAuditor",
        ["groupid"] = "ops",
        ["volume"] = "local:100/vm-100-disk-0.qcow2",
        ["snapname"] = "s1",
        ["service"] = "pveproxy",
        ["iface"] = "vmbr0",
    };

    private static readonly (string Path, string Form)[] s_preparations =
    [
        ("/nodes/pve1/qemu/100/snapshot", "snapname=s1"), ("/nodes/pve1/qemu/100/agent/exec", "command=true"), ("/nodes/pve1/vzdump", "vmid=200&storage=local"),
        ("/cluster/notifications/endpoints/gotify", "name=g1&server=http%3A%2F%2F127.0.0.1%3A9&token=t0p&comment=c&disable=1"),
        ("/cluster/notifications/matchers", "name=m1&target=g1"), ("/cluster/mapping/dir", "id=d1&map=node%3Dpve1%2Cpath%3D%2Fvar%2Flib%2Fvz&description=d"),
    ];

    public static TheoryData<string> Reads => [.. RecordedShape.Names().Where(static name => RecordedShape.Load(name) is { IsRead: true, WasAnswered: true } shape && Place(shape) is not null)];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Answer_OfARead_HasTheRecordedMembersAndTypes(string name)
    {
        RecordedShape shape = RecordedShape.Load(name);
        (int status, JsonNode? data, string text) = await server.GetAsync(Place(shape)!);
        IReadOnlyList<string> differences = status == 200 ? [.. shape.Differences(data).Distinct()] : [text];
        if (KnownShapes.Reasons.TryGetValue(name, out string? reason))
        {
            Assert.False(differences.Count == 0, $"{name} is listed as different ({reason}), but it is equal: remove it from the list.");
            return;
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>The path with objects that the simulated server has; null if it has none of the kind.</summary>
    private static string? Place(RecordedShape shape)
    {
        StringBuilder path = new();
        foreach (string segment in shape.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string? place = segment.StartsWith('{') ? segment == "{vmid}" ? shape.Path.Contains("/lxc/", StringComparison.Ordinal) ? "200" : "100" : s_places.GetValueOrDefault(segment[1..^1]) : segment;
            if (place is null)
            {
                return null;
            }

            path.Append('/').Append(Uri.EscapeDataString(place));
        }

        string query = string.Join('&', shape.Parameters.Where(static pair => pair.Key is not ("volume" or "service" or "property")).Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
        return query.Length == 0 ? path.ToString() : $"{path}?{query}";
    }

    /// <summary>The recorded server, simulated.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
        private PveSimulator _simulator = null!;
        private HttpClient _client = null!;

        public async ValueTask InitializeAsync()
        {
            _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions
            {
                TimeProvider = _time,
                Delays = false,
                Scenario = static cluster =>
                {
                    RecordedServer.Build(cluster, hasSystem: true);
                    cluster.AddUser("carol@pve", "carol-secret", null, "ops");
                },
            });
            SocketsHttpHandler handler = new() { UseCookies = false };
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            _client = new HttpClient(handler) { BaseAddress = _simulator.Endpoint };
            JsonNode login = (await PostAsync("/access/ticket", $"username=root%40pam&password={RecordedServer.RootPassword}"))!;
            _client.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", "PVEAuthCookie=" + Uri.EscapeDataString(login["ticket"]!.GetValue<string>()));
            _client.DefaultRequestHeaders.TryAddWithoutValidation("CSRFPreventionToken", login["CSRFPreventionToken"]!.GetValue<string>());
            foreach ((string path, string form) in s_preparations)
            {
                await PostAsync(path, form);
                _time.Advance(TimeSpan.FromSeconds(3));
            }
        }

        private async Task<JsonNode?> PostAsync(string path, string form)
        {
            using StringContent content = new(form, Encoding.UTF8, "application/x-www-form-urlencoded");
            using HttpResponseMessage response = await _client.PostAsync("/api2/json" + path, content, TestContext.Current.CancellationToken);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
            return JsonNode.Parse(text)!["data"];
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return _simulator.DisposeAsync();
        }

        internal async Task<(int Status, JsonNode? Data, string Text)> GetAsync(string path)
        {
            using HttpResponseMessage response = await _client.GetAsync("/api2/json" + path, TestContext.Current.CancellationToken);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            JsonNode? data = text.StartsWith('{') ? JsonNode.Parse(text)!["data"] : null;
            return ((int)response.StatusCode, data, $"{(int)response.StatusCode} {response.ReasonPhrase} {text}");
        }
    }
}
